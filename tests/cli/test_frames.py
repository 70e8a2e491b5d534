"""The commands of a closed round, as somebody types them."""

from tests import closed_round


def calls_need_interviewers_in_the_plan(run, code, calls):
    """Without them no list is written; they can be added while people are being asked."""
    status, said = run("contacts", "calls", "--round", code, "--out", calls)
    assert (status, "takes no answers by interviewers" in said, calls.exists()) == (1, True, False)
    ways = ("own_device", "desk_device", "interviewer")
    more = [option for way in ways for option in ("--collector", way)]
    assert run("round", "change", code, *more, "--reason", "few have a smartphone")[0] == 0
    assert run("contacts", "calls", "--round", code, "--out", calls)[0] == 0
    assert (calls.stat().st_mode & 0o777, len(calls.read_text().splitlines())) == (0o600, 89)


def test_a_closed_round_from_the_frame_to_the_reminder(run, installation, tmp_path):
    made = closed_round.make(installation, sizes=(120,), design={"half_width": 12, "reserve": 3})
    code, said = run("frame", "show", made.code)
    assert (code, "Not frozen yet" in said, "120 dossiers in the frame" in said) == (0, True, True)
    assert run("frame", "draw", made.code)[0] == 1
    assert "Publish the hash" in run("frame", "freeze", made.code)[1]
    code, said = run("round", "open", made.code)
    assert (code, "is not drawn yet: `sipas frame draw" in said) == (1, True)
    assert "is the sample" not in run("frame", "verify", made.code)[1]
    code, said = run("frame", "draw", made.code)
    # By hand: 66.69 / (1 + 65.69 / 120) = 43.1 answers, so 44, and 88 drawn.
    assert (code, said.startswith("88 dossiers drawn in 1 strata of 1 ")) == (0, True)
    code, said = run("frame", "verify", made.code)
    assert (code, "Frame and seed give the stored sample again." in said) == (0, True)
    code, said = run("round", "freeze", made.code, "--register", "2025-01-01", "2025-12-31")
    assert (code, "sipas frame freeze" in said) == (1, True)
    assert run("round", "open", made.code)[0] == 0

    table = tmp_path / "contacts.csv"
    lines = [f"{dossier},09{n:08},\n" for n, dossier in enumerate(made.codes["desk-1"])]
    table.write_text("dossier_code,phone,email\n" + "".join(lines), encoding="utf-8")
    code, said = run("contacts", "import", table, "--round", made.code)
    assert (code, said.startswith("88 taken, 32 of dossiers that are not drawn")) == (0, True)
    assert "https://…/T/…" in run("reminders", "preview", "--round", made.code, "--wave", 2)[1]
    out = tmp_path / "sms.csv"
    code, said = run("reminders", "send", "--round", made.code, "--wave", 1, "--by", "file", "--out", out)
    assert (code, said.startswith("Wave 1: 88 sent of 88 drawn; 0 had it before.")) == (0, True)
    assert run("reminders", "send", "--round", made.code, "--wave", 1, "--by", "file", "--out", out)[0] == 2
    calls_need_interviewers_in_the_plan(run, made.code, tmp_path / "calls.csv")
    assert run("contacts", "opt-out", "0900000001") == (0, "No message goes there any more.\n")
    code, said = run("contacts", "outcome", "--round", made.code, "--unit", "desk-1", "--refused", 90)
    assert (code, "88 were invited" in said) == (1, True)
    drawn = next(line.split(",")[0] for line in lines)
    assert run("frame", "replace", made.code, drawn, "--reason", "no_contact_data")[0] == 1
