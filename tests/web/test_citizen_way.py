"""The way through the questionnaire: scan, answer, go back, change language, send."""

from dataclasses import replace

import pytest
from sqlalchemy import select

import instruments
from survey_app.models import Counter, Inbox, Quarantine, Spent
from survey_app.services import language_packs
from tests.factories import a_round, a_token
from tests.web.citizen import Citizen, count

THANKS = "Cảm ơn Ông/Bà. Câu trả lời đã được nhận."
CLOSED = "Mã này không mở được bảng hỏi"
RECEIVED = "Câu trả lời của Ông/Bà đã được nhận"
COOKIES = pytest.mark.parametrize("cookies", [True, False], ids=["cookies", "no-cookies"])


@COOKIES
def test_a_citizen_answers_everything_and_is_thanked_with_two_codes(app, installation, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    assert citizen.page.heading == "Đánh giá chung"
    page = citizen.answer_all(comment="Cảm ơn các anh chị ở quầy số 3.")
    assert page.heading == THANKS
    assert len(page.codes) == 2
    assert count(installation, Inbox) == 1


@COOKIES
def test_looking_stores_nothing_and_counts_nothing(app, installation, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    citizen.scan(token)
    assert [count(installation, table) for table in (Inbox, Spent, Quarantine, Counter)] == [0, 0, 0, 0]


def test_beginning_is_counted_once_per_browser(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press(q00="4")
    citizen.press("back")
    citizen.press(q00="5")
    with installation.database.read() as session:
        assert [(row.name, row.value) for row in session.scalars(select(Counter))] == [("opened", 1)]


@COOKIES
def test_back_and_reload_lose_nothing(app, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    citizen.press(q00="2")
    citizen.press(q01="1", q02="9")
    assert "procedures" in citizen.page.text
    citizen.press("back", q05="3")
    assert citizen.page.fields()["q01"] == ["1"]
    assert citizen.page.fields()["q02"] == ["9"]
    citizen.press("back")
    assert citizen.page.fields()["q00"] == ["2"]
    citizen.press()
    citizen.press()
    assert citizen.page.fields()["q05"] == ["3"]


def test_the_same_token_in_the_same_browser_goes_on_where_it_was(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press(q00="2")
    citizen.scan(token)
    assert citizen.page.heading.endswith("tiếp cận dịch vụ?")
    citizen.press("back")
    assert citizen.page.fields()["q00"] == ["2"]


def test_another_token_begins_anew(app, installation, round_, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press(q00="2")
    citizen.scan(a_token(installation, round_, "H00-2"))
    assert citizen.page.heading == "Đánh giá chung"
    assert "q00" not in citizen.page.fields()


def test_the_form_of_another_token_in_an_old_tab_is_not_mixed_with_the_new_one(app, installation, round_, token):
    citizen = Citizen(app)
    old = citizen.scan(token)
    new = citizen.scan(a_token(installation, round_, "H00-2"))
    assert citizen.press(page=old, q00="1").status == 409
    assert "chưa được nhận" in citizen.page.words
    citizen.press(page=new, q00="5")
    citizen.press("back")
    assert citizen.page.fields()["q00"] == ["5"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This page cannot go on"), ("vi", "Trang này không tiếp tục được")]
)
def test_a_page_whose_draft_is_gone_says_so_in_the_language_of_the_reader(app, token, language, said):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press(f"language:{language}")
    citizen.client.delete_cookie("sipas")
    page = citizen.press(q00="4")
    assert (page.status, page.heading, page.root.get("lang")) == (409, said, language)


def test_pages_whose_question_does_not_arise_are_passed_over_and_come_when_it_does(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    headings = [citizen.press(q00="4").heading for _page in range(6)]
    assert headings[4:] == ["Góp ý, phản ánh, kiến nghị", "Quá trình giải quyết công việc"]
    assert "Trang 7/10" in citizen.page.words
    citizen.press("back")
    citizen.press(gave_feedback="yes")
    assert "góp ý, phản ánh, kiến nghị?" in citizen.page.heading
    assert "Trang 7/11" in citizen.page.words
    citizen.press(q19="1")
    citizen.press("back")
    citizen.press("back")
    citizen.press(gave_feedback="no")
    citizen.press("back")
    citizen.press(gave_feedback="yes")
    assert citizen.page.fields()["q19"] == ["1"], "whoever changes back finds his answers again"


def test_no_page_can_be_jumped_over(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    assert citizen.open("/q?p=comment").heading == "Đánh giá chung"
    assert citizen.open("/q?p=no_such_page").heading == "Đánh giá chung"
    citizen.press(q00="4")
    assert citizen.open("/q?p=general").heading == "Đánh giá chung"
    assert "tiếp cận" in citizen.open("/q?p=comment").heading


@COOKIES
def test_a_missing_answer_is_asked_for_in_the_language_of_the_page(app, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    page = citizen.press()
    assert page.status == 422
    assert page.errors == [f"{general(page)} – Xin chọn một câu trả lời."]
    assert page.root.find(".//title").text.startswith("Cần xem lại:")
    citizen.press("language:en", q00=None)
    assert citizen.press().errors[0].endswith(" – Please choose one answer.")


def general(page):
    return page.root.find(".//legend").text.strip()


@COOKIES
def test_too_many_needs_are_mended_without_loss(app, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    while "mong muốn" not in citizen.page.heading.lower():
        citizen.press(q00="4")
    four = ["information", "facilities", "time", "fees"]
    page = citizen.press(needs=four)
    assert page.status == 422
    assert page.errors == [f"{general(page)} – Chỉ được chọn tối đa 3 nội dung; hiện đang chọn 4. Xin bỏ bớt."]
    assert page.fields()["needs"] == four
    citizen.press(needs=four[:3])
    citizen.press("back")
    assert citizen.page.fields()["needs"] == four[:3]


@COOKIES
def test_a_comment_that_is_too_long_is_given_back_whole(app, installation, token, cookies):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    long = "ệ" * 501
    page = citizen.answer_all(comment=long)
    assert [error.partition(" – ")[2] for error in page.errors] == [
        "Ý kiến dài 501 ký tự; tối đa 500 ký tự. Xin viết ngắn lại."
    ]
    assert page.fields()["comment"] == long
    assert citizen.press("send", comment=long[:500]).heading == THANKS
    assert count(installation, Inbox) == 1


def test_the_hardest_comment_of_500_characters_still_fits_the_cookie(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    hard = "".join(chr(0x20000 + 7919 * n % 0xA6D0) for n in range(500))
    while "Ý kiến khác" not in citizen.page.heading:
        citizen.press(q00="4", needs=["time"])
    citizen.press("back", comment=hard)
    assert len(citizen.cookie()) < 3800
    citizen.press()
    assert citizen.page.fields()["comment"] == hard


def test_a_draft_too_large_for_a_cookie_goes_on_in_the_form(app, installation, token, monkeypatch):
    plain = instruments.shipped("sipas-2017/1")
    roomy = replace(plain, items=tuple(replace(i, max_length=2000) if i.max_length else i for i in plain.items))
    monkeypatch.setattr(language_packs, "spoken", lambda *_given: roomy)
    hard = "".join(chr(0x20000 + 7919 * n % 0xA6D0) for n in range(2000))
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.to_the_end()
    citizen.press("size:1", comment=hard)
    assert citizen.cookie() is None
    assert citizen.page.fields()["comment"] == hard
    citizen.press("back")
    citizen.press()
    assert citizen.page.fields()["comment"] == hard
    assert citizen.press("send").heading == THANKS
    assert count(installation, Inbox) == 1


@pytest.mark.parametrize("instrument", ["sipas-2012/1", "kiosk-short/1"])
def test_every_questionnaire_that_ships_can_be_answered(app, installation, instrument):
    citizen = Citizen(app)
    citizen.scan(a_token(installation, a_round(installation, instrument_key=instrument)))
    assert citizen.answer_all().heading == THANKS


def test_language_and_text_size_change_without_loss(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    page = citizen.press("language:en", q00="3")
    assert (page.heading, page.root.get("lang")) == ("Overall", "en")
    assert page.fields()["q00"] == ["3"]
    page = citizen.press("size:2")
    assert page.root.get("class") == "size-2"
    assert page.fields()["q00"] == ["3"]
    assert citizen.press().root.get("class") == "size-2"
