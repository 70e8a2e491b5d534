"""The worst case: a file carried to the server takes the same way, once, and only as the device signed it."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from survey_app.cli import sipas
from survey_app.models import AuditEntry, Inbox
from survey_app.services import kiosks
from tests.factories import a_round
from tests.kiosk import HEARTBEAT, a_tablet


@pytest.fixture
def round_(installation):
    return a_round(installation, desks=("desk-1",))


@pytest.fixture
def tablet(installation, round_):
    return a_tablet(installation, round_.province, "desk-1")


@pytest.fixture
def run(installation):
    return lambda *words: CliRunner().invoke(sipas, ["kiosk", *map(str, words)], obj=installation)


def exported(tablet, items, folder, **changes):
    """The file that the device's staff page makes: the very requests that it would have sent."""
    calls = []
    for start in range(0, len(items), 100):
        body = json.dumps({"items": items[start : start + 100], "heartbeat": HEARTBEAT})
        calls.append({"body": body, "signature": tablet.sign(b"POST /kiosk/sync\n" + body.encode())})
    content = {"format": "sipas kiosk export 1", "device": str(tablet.id), "made": "2026-03-02", "calls": calls}
    file = folder / "waiting.sipas"
    file.write_text(json.dumps(content | changes), encoding="utf-8")
    return file


def held(installation):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(Inbox))


def test_a_file_is_taken_once_also_beside_the_network(installation, round_, tablet, run, tmp_path):
    items = [tablet.answer(round_.code) for _ in range(130)]
    tablet.send(*items[:7])
    file = exported(tablet, items, tmp_path)
    assert "answers" not in file.read_text().replace("sipas kiosk", "")  # sealed: nothing can be read in it
    first = run("import", file)
    assert (first.exit_code, first.output) == (0, "123 stored, 7 known before, 0 refused.\n")
    assert run("import", file).output == "0 stored, 130 known before, 0 refused.\n"
    assert held(installation) == 130
    assert tablet.send()["missing"] == []
    with installation.database.read() as session:
        told = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "kiosk import")).all()
    assert sorted(told) == ["0 stored, 130 known, 0 refused", "123 stored, 7 known, 0 refused"]


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text("{"),
        lambda file: file.write_text("[]"),
        lambda file: file.write_bytes(b"\xff"),
        lambda file: file.write_text(file.read_text().replace("kiosk export 1", "kiosk export 9")),
        lambda file: file.write_text(file.read_text().replace('\\"seq\\": 1,', '\\"seq\\": 2,')),
        lambda file: file.write_text("[" * 200_000),
    ],
)
def test_a_file_that_was_changed_or_is_another_is_refused_as_a_whole(
    installation, round_, tablet, run, tmp_path, change
):
    file = exported(tablet, [tablet.answer(round_.code)], tmp_path)
    change(file)
    done = run("import", file)
    assert done.exit_code == 1
    assert "Nothing was taken" in done.output
    assert held(installation) == 0


def test_the_file_of_a_revoked_device_is_taken_only_on_purpose(installation, round_, tablet, run, tmp_path):
    file = exported(tablet, [tablet.answer(round_.code)], tmp_path)
    assert run("revoke", tablet.number).output == "Kiosk 1 sends nothing any more.\n"
    refused = run("import", file)
    assert (refused.exit_code, held(installation)) == (1, 0)
    assert "--revoked" in refused.output
    assert run("import", "--revoked", file).exit_code == 0
    assert held(installation) == 1


def test_the_list_says_what_is_missing_and_who_is_revoked(installation, round_, tablet, run):
    items = [tablet.answer(round_.code) for _ in range(4)]
    tablet.send(items[0], items[3])
    assert "2 answers\t2 missing\tmissing" in run("list").output
    kiosks.revoke(installation, tablet.number)
    assert "revoked" in run("list").output
    assert run("revoke", 99).exit_code == 1


def test_what_a_kiosk_does_on_timeout_is_said_per_round(installation, round_, run):
    done = run("round", round_.code, "--idle", 45, "--on-timeout", "keep_partial")
    assert done.output == f"Kiosks of {round_.code}: 45 seconds, then keep_partial.\n"
    assert run("round", round_.code, "--idle", 5).exit_code == 1
