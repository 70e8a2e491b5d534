"""The door: codes that open nothing look alike, mistyped ones are helped, and 'I have not answered' is heard."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from survey_app.domain import sealing
from survey_app.keys import QUARANTINE
from survey_app.models import Counter, Inbox, Quarantine, Round, Spent
from tests.factories import a_forged_token, a_round, a_token
from tests.web.citizen import Citizen, count

CLOSED = "Mã này không mở được bảng hỏi"
FIRST = "Đánh giá chung"


def used(app, installation, round_):
    token = a_token(installation, round_, "used")
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.answer_all()
    return token


def kept(installation):
    """Quarantined answers, opened: reason and whether a unit is named."""
    with installation.database.read() as session:
        private = installation.keys.private(QUARANTINE)
        rows = session.scalars(select(Quarantine)).all()
        return [(row.reason, row.unit_id, json.loads(sealing.open_with(private, row.sealed))) for row in rows]


def test_used_expired_forged_closed_and_unknown_codes_show_one_and_the_same_page(app, installation, round_, clock):
    closed = a_round(installation, state="closed")
    planned = a_round(installation, state="plan")
    over = a_round(installation, field_start=date(2025, 1, 1), field_end=date(2026, 2, 28))
    old = a_round(installation, field_start=date(2025, 1, 1))
    codes = {
        "used": used(app, installation, round_),
        "forged": a_forged_token(round_),
        "forged stratum": a_forged_token(round_, stratum=16000),
        "expired": a_token(installation, old, invited=date(2025, 10, 1)),
        "after the last field day": a_token(installation, over),
        "round closed": a_token(installation, closed),
        "round not open yet": a_token(installation, planned),
        "no such round": a_forged_token(round_, number=400),
        "key of another round": a_forged_token(closed),
    }
    pages = {}
    for why, token in codes.items():
        response = app.test_client().get(f"/t/{token.text}")
        pages[why] = (response.status_code, response.data, sorted(response.headers))
    assert {why: page == pages["used"] for why, page in pages.items()} == dict.fromkeys(codes, True)
    assert pages["used"][0] == 404
    assert CLOSED in pages["used"][1].decode()


def test_a_token_opens_to_its_last_day_and_not_after(app, installation, round_, clock):
    token = a_token(installation, round_)  # invited in March, 90 days from the end of March
    clock.now += timedelta(days=29 + 90)
    assert installation.today() == date(2026, 6, 29)
    assert Citizen(app).scan(token).heading == FIRST
    clock.now += timedelta(days=1)
    assert Citizen(app).scan(token).heading == CLOSED


@pytest.mark.parametrize("cookies", [True, False], ids=["cookies", "no-cookies"])
def test_whoever_has_not_answered_can_say_so_and_is_told_what_becomes_of_it(app, installation, round_, cookies):
    token = used(app, installation, round_)
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    citizen.press()
    assert citizen.page.heading == FIRST
    assert "không được đưa vào số liệu" in citizen.page.words
    assert "q00" not in citizen.page.fields(), "the form is blank"
    page = citizen.answer_all(q00="1")
    assert page.status == 409
    assert "không được đưa vào số liệu" in page.words
    assert page.codes == []
    assert [count(installation, table) for table in (Inbox, Spent)] == [1, 1]
    [(reason, unit, content)] = kept(installation)
    assert (reason, unit, content["answers"]["q00"]) == ("says_not_answered", round_.desks[0], 1)
    with installation.database.read() as session:
        counted = session.scalars(select(Counter).where(Counter.name == "says_not_answered")).one()
        assert (counted.unit_id, counted.value) == (round_.desks[0], 1)


def test_claims_are_all_told_the_same_and_only_a_used_code_counts_as_used_by_another(app, installation, round_):
    shown = []
    over = a_round(installation, field_start=date(2025, 1, 1))
    expired = a_token(installation, over, invited=date(2025, 10, 1))
    closed = a_token(installation, a_round(installation, state="closed"))
    for token in (used(app, installation, round_), a_forged_token(round_), expired, closed):
        citizen = Citizen(app)
        citizen.scan(token)
        citizen.press()
        shown.append(citizen.page.words)
        citizen.answer_all()
        shown.append(citizen.page.words)
    assert shown == shown[:2] * 4
    assert {(reason, unit) for reason, unit, _content in kept(installation)} == {
        ("says_not_answered", round_.desks[0]),
        ("unknown_address", None),
        ("expired", over.desks[0]),
        ("after_close", round_.desks[0]),
    }
    with installation.database.read() as session:
        counted = select(Counter.round_id, Counter.value).where(Counter.name == "says_not_answered")
        assert session.execute(counted).all() == [(round_.id, 1)]


def test_a_claim_for_a_code_without_survey_says_that_there_is_none(app, round_):
    citizen = Citizen(app)
    citizen.scan(a_forged_token(round_, number=400))
    assert citizen.press().heading == "Không có đợt khảo sát nào ứng với mã này"


def test_claiming_with_a_code_that_still_opens_gives_the_ordinary_form(app, installation, token):
    citizen = Citizen(app)
    citizen._follow(citizen.client.post(f"/T/{token.text}", content_type="application/x-www-form-urlencoded"))
    assert citizen.page.heading == FIRST
    assert citizen.answer_all().status == 200
    assert count(installation, Quarantine) == 0


def test_half_filled_answers_survive_when_another_uses_the_code(app, installation, token):
    citizen, other = Citizen(app), Citizen(app)
    citizen.scan(token)
    citizen.press(q00="1")
    other.scan(token)
    other.answer_all()
    assert citizen.scan(token).heading == CLOSED
    citizen.press()
    citizen.press("back")
    assert citizen.page.fields()["q00"] == ["1"]
    assert citizen.answer_all(q00="1").status == 409
    assert kept(installation)[0][0] == "says_not_answered"


def test_who_sends_when_another_was_faster_is_told_plainly(app, installation, token):
    slow, fast = Citizen(app), Citizen(app)
    slow.scan(token)
    fast.scan(token)
    fast.answer_all()
    page = slow.answer_all(q00="1")
    assert page.status == 409
    assert "đã có câu trả lời được gửi trước đó" in page.words
    assert kept(installation)[0][0] == "second_answer"
    assert "giữ riêng" in slow.open("/q").words, "coming back does not offer the form again"


def test_who_sends_after_the_close_is_told_plainly(app, installation, round_, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press(q00="2")
    with installation.database.write() as session:
        session.get_one(Round, round_.id).state = "closed"
    page = citizen.answer_all()
    assert page.status == 409
    assert "đã kết thúc" in page.words
    assert kept(installation)[0][0] == "after_close"


def test_a_typed_code_may_have_groups_blanks_and_small_letters(app, token):
    groups = [token.text[n : n + 4] for n in range(0, 40, 4)]
    for typed in (" ".join(groups).lower(), "-".join(groups), "\n".join(groups), token.text.replace("0", "O")):
        citizen = Citizen(app)
        citizen.open("/q")
        assert citizen.press(code=typed).heading == FIRST


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Xin Ông/Bà nhập mã trên phiếu."),
        ("U" * 40, "Trong mã không có ký tự “U”."),
        ("0" * 39, "Mã có 40 ký tự; hiện có 39 ký tự."),
        ("0" * 41, "Mã có 40 ký tự; hiện có 41 ký tự."),
        ("0" * 40, "Có ký tự không giống trên phiếu."),
        ("ắ" * 40, "Trong mã không có ký tự “Ắ”."),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mistyped_code_says_what_is_likely_wrong_and_stays_in_the_field(app, typed, told):
    citizen = Citizen(app)
    citizen.open("/q")
    page = citizen.press(code=typed)
    assert page.status == 422
    assert page.errors[0].startswith(told)
    assert page.fields()["code"] == typed
    assert page.root.find(".//*[@id='code']").get("aria-invalid") == "true"


def test_after_a_mistyped_code_the_language_can_be_changed(app):
    citizen = Citizen(app)
    citizen.open("/q")
    page = citizen.press(code="ABC")
    [english] = [link.get("href") for link in page.root.iter("a") if link.get("hreflang") == "en"]
    assert citizen.open(f"/q/code{english}").heading == "Type the code of your slip"


def test_a_wrong_character_or_a_swapped_pair_is_always_noticed(app, token):
    text = token.text
    for place in range(39):
        wrong = text[:place] + ("Z" if text[place] != "Z" else "Y") + text[place + 1 :]
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for typed in {wrong, swapped} - {text}:
            assert app.test_client().post("/q/code", data={"code": typed}).status_code == 422


def test_an_address_with_a_wrong_character_asks_for_the_code(app, token):
    page = Citizen(app).open(f"/t/{token.text[:-1]}U")
    assert (page.status, page.heading) == (404, "Nhập mã trên phiếu")
    assert page.errors == ["Trong mã không có ký tự “U”. Xin Ông/Bà so lại chỗ này với phiếu."]


def test_without_cookies_an_address_left_open_too_long_asks_for_the_code_again(app, token, clock):
    citizen = Citizen(app, cookies=False)
    citizen.scan(token)
    address = citizen.went[-1]
    clock.now += timedelta(minutes=14)
    assert citizen.open(address).heading == FIRST
    clock.now += timedelta(minutes=2)
    page = citizen.open(address)
    assert page.heading == "Nhập mã trên phiếu"
    assert "quá lâu" in page.words


def test_a_draft_is_kept_two_days(app, token, clock):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press(q00="2")
    clock.now += timedelta(days=2)
    citizen.open("/q?p=general")
    assert citizen.page.fields()["q00"] == ["2"]
    clock.now += timedelta(seconds=1)
    assert citizen.open("/q").heading == "Nhập mã trên phiếu"


def test_small_and_capital_addresses_are_the_same(app, token):
    for path in (f"/T/{token.text}", f"/t/{token.text}", f"/t/{token.text.lower()}"):
        assert Citizen(app).open(path).heading == FIRST


def test_without_cookies_opening_the_address_twice_and_sending_both_counts_once(app, installation, token):
    citizen = Citizen(app, cookies=False)
    citizen.scan(token)
    address = citizen.went[-1]
    first = citizen.answer_all()
    citizen.open(address)
    again = citizen.answer_all()
    assert (again.status, again.codes) == (200, first.codes)
    assert [count(installation, table) for table in (Inbox, Quarantine)] == [1, 0]
