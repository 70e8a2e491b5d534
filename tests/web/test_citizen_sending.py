"""Sending: once, from however many taps and tabs; what is told then and later; taking answers back."""

import pytest

from survey_app.models import Inbox, Quarantine, Round, Spent
from tests.web.citizen import Citizen, count, waiting

THANKS = "Cảm ơn Ông/Bà. Câu trả lời đã được nhận."
CLOSED = "Mã này không mở được bảng hỏi"
RECEIVED = "Câu trả lời của Ông/Bà đã được nhận"
COOKIES = pytest.mark.parametrize("cookies", [True, False], ids=["cookies", "no-cookies"])


@COOKIES
def test_double_tap_reload_and_back_after_sending_store_once_and_show_the_same_codes(app, installation, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    last = citizen.to_the_end()
    first = citizen.press("send", comment="xin chào")
    for _again in range(3):
        page = citizen.press("send", page=last, comment="xin chào")
        assert (page.status, page.codes) == (200, first.codes)
    assert [count(installation, table) for table in (Inbox, Spent, Quarantine)] == [1, 1, 0]


@COOKIES
def test_the_same_form_with_other_content_is_kept_apart_and_says_so(app, installation, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    last = citizen.to_the_end()
    citizen.press("send", comment="xin chào")
    page = citizen.press("send", page=last, comment="khác")
    assert page.status == 409
    assert "không được đưa vào số liệu" in page.words
    assert [count(installation, table) for table in (Inbox, Quarantine)] == [1, 1]
    if cookies:
        assert citizen.scan(token).heading == RECEIVED, "the mark of the first answer stays"


def test_tabs_of_one_browser_work_on_one_draft(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    one = citizen.press(q00="4")
    two = citizen.open("/q?p=general")
    citizen.press(page=one, q01="5")
    citizen.press(page=two, q00="1")
    assert citizen.open("/q?p=access").fields()["q01"] == ["5"]
    assert citizen.open("/q?p=general").fields()["q00"] == ["1"]


def test_sending_takes_what_another_tab_has_changed_meanwhile(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    last = citizen.to_the_end()
    citizen.open("/q?p=general")
    citizen.press(q00="1")
    citizen.press("send", page=last)
    assert [answer["answers"] for answer in waiting(installation)] == [{"q00": 1}]


@pytest.mark.parametrize("pressed", ["language:en", "size:1", "back"])
def test_after_sending_in_one_tab_no_button_of_another_hides_the_receipt(app, installation, token, pressed):
    citizen = Citizen(app)
    citizen.scan(token)
    one, two = citizen.to_the_end(), citizen.open("/q?p=comment")
    [receipt, _withdrawal] = citizen.press("send", page=one, comment="một").codes
    assert (citizen.press(pressed, page=two).heading, citizen.page.codes) == (RECEIVED, [receipt])
    citizen.scan(token)
    too_long = citizen.press("send", page=two, comment="x" * 5_000)
    assert too_long.status == 422, "what is wrong is said, and no draft goes over the mark"
    citizen.scan(token)
    assert citizen.press("send", page=two, comment="hai").status == 409
    page = citizen.scan(token)
    assert (page.status, page.heading, page.codes) == (200, RECEIVED, [receipt])
    assert [count(installation, table) for table in (Inbox, Quarantine)] == [1, 1]


def test_an_answer_that_another_tab_took_away_is_asked_for_before_sending(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    last = citizen.to_the_end()
    citizen.open("/q?p=general")
    citizen.press("size:1", q00=None)
    page = citizen.press("send", page=last, comment="vẫn còn")
    assert (page.status, page.heading) == (422, "Đánh giá chung")
    assert page.errors[0].endswith("Xin chọn một câu trả lời.")
    citizen.press(q00="2")
    assert citizen.open("/q?p=comment").fields()["comment"] == "vẫn còn"
    assert citizen.press("send").heading == THANKS


def test_the_browser_that_answered_sees_its_receipt_and_never_the_withdrawal_code_again(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    receipt, withdrawal = citizen.answer_all().codes
    for path in (f"/t/{token.text}", "/q"):
        page = citizen.open(path)
        assert (page.status, page.heading, page.codes) == (200, RECEIVED, [receipt])
        assert withdrawal not in page.text
    assert Citizen(app).scan(token).heading == CLOSED


def test_the_mark_in_the_browser_holds_no_answers(app, installation, round_, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.answer_all(comment="một ý kiến")
    mark = citizen.draft(installation)
    assert (mark.state, mark.answers, mark.shown, mark.passed) == ("stored", {}, (), ())


@COOKIES
def test_a_receipt_says_waiting_and_a_withdrawal_deletes_once(app, installation, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    receipt, withdrawal = citizen.answer_all().codes
    citizen.open("/r")
    assert "đang chờ" in citizen.press(code=receipt.lower().replace("-", " ")).words
    assert "Không có câu trả lời nào với mã này" in citizen.press(code=withdrawal).words
    citizen.open("/w")
    assert "Không có câu trả lời nào đang chờ" in wait_for_sure(citizen, receipt).words
    assert count(installation, Inbox) == 1
    citizen.open("/w")
    page = citizen.press(code=withdrawal)
    assert "không ai khôi phục được" in page.words
    assert count(installation, Inbox) == 1, "asked first"
    assert "đã được xóa" in citizen.press().words
    assert [count(installation, table) for table in (Inbox, Spent)] == [0, 1]
    assert "đang chờ" in wait_for_sure(citizen, withdrawal).words


@COOKIES
def test_who_took_answers_back_is_not_thanked_for_them_again(app, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    last = citizen.to_the_end()
    _receipt, withdrawal = citizen.press("send").codes
    assert "đã được xóa" in wait_for_sure(citizen, withdrawal).words
    page = citizen.press("send", page=last)
    assert (page.codes, "đã được xóa" in page.words) == ([], True)
    if cookies:
        assert "đã được xóa" in citizen.scan(token).words


def wait_for_sure(citizen, code):
    citizen.open("/w")
    citizen.press(code=code)
    return citizen.press()


def test_answers_too_few_for_any_figure_say_so_and_can_still_be_taken_back(app, installation, round_, token):
    citizen = Citizen(app)
    citizen.scan(token)
    receipt, withdrawal = citizen.answer_all().codes
    with installation.database.write() as session:
        session.get_one(Round, round_.id).state = "computed"
    assert "/w?" in citizen.scan(token).text
    citizen.open("/r")
    assert "quá ít câu trả lời" in citizen.press(code=receipt).words
    assert "đã được xóa" in wait_for_sure(citizen, withdrawal).words
    assert count(installation, Inbox) == 0
    citizen.open("/r")
    assert "Không có câu trả lời nào với mã này" in citizen.press(code=receipt).words


def test_a_receipt_names_the_month_of_release(app, installation, round_):
    from survey_app.models import Receipt
    from survey_app.services import codes

    keys = installation.keys.round_keys(round_.code)
    receipt, _withdrawal = codes.make(keys.spent, b"n" * 16, b"m" * 32)
    with installation.database.write() as session:
        known = codes.digest(keys.spent, "receipt", receipt)
        session.add(Receipt(round_id=round_.id, receipt_hash=known, release_month="2026-03"))
    citizen = Citizen(app)
    citizen.open("/r")
    assert "tháng 03/2026" in citizen.press(code=receipt).words
    citizen.open("/r?lang=en")
    assert "in the release of March 2026" in citizen.press(code=receipt).words
