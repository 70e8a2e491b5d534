"""A round takes answers only in the ways and languages that its plan names, says so at each door, and loses nothing."""

from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from survey_app.cli import sipas, slips
from survey_app.models import DeadLetter, Inbox, Quarantine, Round, Spent, Stratum
from survey_app.services import contacts, invitations, kiosk_package, paper, quarantine, rounds
from survey_app.services.errors import OtherWayError, RefusedError
from survey_app.services.invitations import Slip
from tests.factories import a_forged_token, a_round, a_token
from tests.kiosk import a_tablet, administrator
from tests.web.citizen import Citizen, count

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/responses"
KEY = "0d9f7f1e-9d8a-4c39-8a52-6c7f3e9b1c11"
PHONE, DESK, PAPER, INTERVIEWER = "own_device", "desk_device", "staff", "interviewer"


def test_a_phone_is_told_to_answer_at_the_desk_whatever_code_it_shows(app, installation):
    made = a_round(installation, collectors=[DESK])
    genuine, forged = a_token(installation, made), a_forged_token(made)
    pages = [Citizen(app).open(f"/T/{token.text}") for token in (genuine, forged)]
    assert {page.heading for page in pages} == {"Đợt khảo sát này không trả lời trên điện thoại"}
    assert {page.status for page in pages} == {404}
    assert pages[0].words == pages[1].words, "the page tells nobody which codes are genuine"
    assert "còn nguyên" not in pages[1].words, "nothing is promised about a code that may be used or forged"
    assert "Việc mở mã ở đây không làm mất lượt trả lời" in pages[0].words
    claim = app.test_client().post(f"/t/{genuine.text}", data={"_go": "claim"})
    assert "không trả lời trên điện thoại" in claim.get_data(as_text=True)
    tablet = a_tablet(installation, made.province, "hai-chau")
    assert tablet.outcomes(tablet.answer(made.code, genuine.text)) == {1: ("stored", None)}, "the code was not used up"


def test_another_program_is_refused_with_the_reason_and_nothing_is_stored(app, installation):
    made = a_round(installation, collectors=[DESK, PAPER])
    sent = {"token": a_token(installation, made).text, "client_key": KEY, "answers": {"q00": 4}}
    answer = app.test_client().post(URL, json=sent)
    assert answer.status_code == 403
    assert "takes no answers from other programs: its plan names desk_device, staff" in answer.json["message"]
    assert [count(installation, table) for table in (Inbox, Spent, Quarantine)] == [0, 0, 0]
    with installation.database.write() as session:
        session.get_one(Round, made.id).collectors = [INTERVIEWER]
    assert app.test_client().post(URL, json=sent).status_code == 201


def test_a_kiosk_does_not_offer_a_round_without_devices_and_what_it_sends_all_the_same_is_kept(installation):
    made = a_round(installation, collectors=[PHONE])
    tablet = a_tablet(installation, made.province, "hai-chau")
    assert kiosk_package.package(installation, tablet.id)["rounds"] == []
    with pytest.raises(RefusedError, match="takes no answers on devices of the desk"):
        kiosk_package.ask_without_slip(installation, tablet.number, made.code)
    assert tablet.outcomes(tablet.answer(made.code))[1][0] == "rejected"
    assert [count(installation, table) for table in (Inbox, DeadLetter)] == [0, 1]
    rounds.amend(installation, made.code, {"collectors": (PHONE, DESK)}, reason="devices came after all")
    assert quarantine.retry_letters(installation) == {"stored": 1}
    assert [count(installation, table) for table in (Inbox, DeadLetter)] == [1, 0]


def test_sheets_are_neither_printed_nor_keyed_in_where_the_plan_names_no_paper(installation, tmp_path):
    made = a_round(installation, collectors=[PHONE])
    out = tmp_path / "sheets.html"
    words = ["paper", "print", "--round", made.code, "--unit", "hai-chau", "--out", str(out)]
    refused = CliRunner().invoke(sipas, words, obj=installation)
    assert refused.exit_code == 1
    assert "takes no answers on paper" in refused.output
    assert not out.exists()
    code = invitations.roll(installation, made.code, "hai-chau", 50).slips[0].token
    with pytest.raises(OtherWayError, match="on paper"):
        paper.open_sheet(installation, administrator(made.province), code)


def test_sheets_of_a_round_on_paper_alone_lead_to_no_phone_and_slips_are_not_issued(installation, tmp_path):
    made = a_round(installation, collectors=[PAPER])
    out = tmp_path / "sheets.html"
    words = ["paper", "print", "--round", made.code, "--unit", "hai-chau", "--out", str(out)]
    assert CliRunner().invoke(sipas, words, obj=installation).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert "quét mã" not in page, "the printed code is for the scanner of who keys the sheet in"
    for refused in (
        lambda: invitations.issue(installation, made.code, ["H00-1"]),
        lambda: invitations.roll(installation, made.code, "hai-chau", 50),
    ):
        with pytest.raises(OtherWayError, match="with slips"):
            refused()
    with installation.database.read() as session:
        assert session.scalars(select(Stratum.issued)).all() == [50], "the packet of sheets alone"


def test_callers_get_no_list_where_the_plan_names_no_interviewers(installation):
    made = a_round(installation)
    with pytest.raises(OtherWayError, match="by interviewers"):
        contacts.call_list(installation, made.code)


def test_slips_of_a_round_on_devices_lead_to_the_desk(installation):
    slip = [Slip("HTTP://LOCALHOST/T/1", "1" * 30, "Bộ phận Một cửa", None, date(2026, 6, 29))]
    desk, phone = (a_round(installation, collectors=list(way)) for way in ((DESK,), (PHONE, DESK)))
    assert "điện thoại" not in slips.page(installation, slip, desk.code)
    assert "Quét mã bằng điện thoại" in slips.page(installation, slip, phone.code)


def test_only_the_planned_languages_are_offered_at_every_door(app, installation):
    made = a_round(installation, languages=["vi"], collectors=[PHONE, DESK])
    token = a_token(installation, made)
    page = Citizen(app).open(f"/T/{token.text}?lang=en")
    assert "language:" not in page.text.replace("language:vi", ""), "no button to another language"
    assert page.form() is not None
    sent = {"token": token.text, "client_key": KEY, "answers": {"q00": 4}, "language": "en"}
    answer = app.test_client().post(URL, json=sent)
    assert (answer.status_code, answer.json["message"]) == (400, "Send one of: vi.")
    tablet = a_tablet(installation, made.province, "hai-chau")
    (offered,) = kiosk_package.package(installation, tablet.id)["rounds"]
    assert (offered["languages"], set(offered["instrument"]["words"])) == (["vi"], {"vi"})
    slip = Slip("HTTP://LOCALHOST/T/1", "1" * 30, "A", None, date(2026, 6, 29))
    assert "Scan the code" not in slips.page(installation, [slip], made.code)


def test_ways_and_languages_are_added_with_a_reason_and_never_taken_away_once_the_frame_is_frozen(installation):
    made = a_round(installation, state="frozen", languages=["vi"], collectors=[PHONE])
    assert rounds.amend(installation, made.code, {"languages": ("vi", "en")}, reason="asked for") == ("languages",)
    assert rounds.amend(installation, made.code, {"languages": None}, reason="all of them") == ("languages",)
    assert rounds.amend(installation, made.code, {"collectors": (PHONE, PAPER)}, reason="asked") == ("collectors",)
    for change in ({"languages": ("vi",)}, {"collectors": (PAPER,)}, {"collectors": (PHONE, PAPER, "pigeon")}):
        with pytest.raises(RefusedError):
            rounds.amend(installation, made.code, change, reason="a decision")


def test_a_plan_without_the_first_language_of_its_questionnaire_is_refused(installation):
    made = a_round(installation, state="plan")
    with pytest.raises(RefusedError, match="vi belongs to them"):
        rounds.amend(installation, made.code, {"languages": ("en",)})
