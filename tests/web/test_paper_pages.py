"""A clerk keys in sheets of paper on the pages: twice, with what differs shown, and the code never in an address."""

import pytest

from survey_app.services import invitations
from tests.figures import LIVE, PASSWORD
from tests.web.pages import Visitor


@pytest.fixture
def clerk(own_app):
    made = Visitor(own_app)
    made.sign_in("agency1", PASSWORD)
    return made


@pytest.fixture
def code(own_app):
    return invitations.roll(own_app.extensions["sipas"], LIVE, "desk-1", 50).slips[0].token


def value(page, name):
    """What a hidden field of a page holds."""
    return next(e.get("value") for e in page.root.iter("input") if e.get("name") == name)


def keyed(clerk, code, **fields):
    """Open a sheet and send it; a redirect is followed."""
    if "form" not in fields:
        opened = clerk.post("/paper/", token_from="/paper/", code=code)
        fields["form"] = value(opened, "form") if opened.status == 200 else ""
    page = clerk.post("/paper/sheet", token_from="/paper/", code=code, sheet_language="vi", **fields)
    return clerk.get(page.location) if page.location else page


def test_a_sheet_is_opened_by_its_code_and_keyed_in_twice(clerk, code):
    page = clerk.post("/paper/", token_from="/paper/", code=code.lower())
    assert page.heading == "Nhập phiếu"
    assert "1 Rất không hài lòng" in page.words
    assert "lần hai" in keyed(clerk, code, q00="4", q01="5").words
    assert "1 phiếu chờ nhập lần hai" in clerk.get("/paper/").words
    again = clerk.post("/paper/", token_from="/paper/", code=code)
    assert "đã được nhập một lần" in again.words
    assert "khớp nhau: phiếu đã được tính" in keyed(clerk, code, q00="4", q01="5").words
    assert "Không có phiếu nào chờ" in clerk.get("/paper/").words
    closed = clerk.post("/paper/", token_from="/paper/", code=code)
    assert closed.status == 400
    assert "không mở được phiếu nào ở đây" in closed.words


def test_what_differs_is_named_by_question_and_what_was_typed_stays(clerk, code):
    keyed(clerk, code, q00="4", q01="5")
    page = keyed(clerk, code, q00="4", q01="2")
    assert page.status == 409
    assert "Hai lần nhập khác nhau" in page.words
    assert "lần đầu 5, lần này 2" in page.words
    assert "Hai lần nhập khác nhau" in keyed(clerk, code, q00="4", q01="2", settled="yes").words
    sent = {name: value(page, name) for name in ("form", "shown")}
    assert "phiếu đã được tính" in keyed(clerk, code, q00="4", q01="2", **sent).words


def test_a_double_click_is_no_second_time(clerk, code):
    form = value(clerk.post("/paper/", token_from="/paper/", code=code), "form")
    for _click in range(2):
        assert "lần hai" in keyed(clerk, code, q00="4", q01="5", form=form).words
    assert "1 phiếu chờ nhập lần hai" in clerk.get("/paper/").words
    faulty = keyed(clerk, code, q00="7", form=form)
    assert value(faulty, "form") == form  # mended and sent again it is still the first time


def test_an_empty_sheet_and_two_crosses_say_what_to_do(clerk, code):
    empty = keyed(clerk, code)
    assert empty.status == 400
    assert "xin để riêng phiếu đó" in empty.words
    crosses = keyed(clerk, code, q00="3 4", q01="5")
    assert crosses.status == 400
    assert "xin để trống câu này" in crosses.words
    assert "lần hai" in keyed(clerk, code, q00="", q01="5").words


def test_a_number_without_a_box_is_told_with_the_numbers_there_are(clerk, code):
    page = keyed(clerk, code, q00="7", q01="5")
    assert page.status == 400
    assert "Các ô của câu này mang số 1–5" in page.words
    assert any(e.get("value") == "5" and e.get("name") == "q01" for e in page.root.iter("input"))
    assert "Không có phiếu nào chờ" in clerk.get("/paper/").words


def test_beginning_again(clerk, code):
    keyed(clerk, code, q00="4")
    page = clerk.post("/paper/forget", token_from="/paper/", code=code)
    assert "Đã xóa lần nhập đầu" in clerk.get(page.location).words
    assert "Không có phiếu nào chờ" in clerk.get("/paper/").words


@pytest.mark.parametrize("typed", ["", "ABC", "0" * 40, "X" * 5000])
def test_a_mistyped_code_says_so_and_stays_in_the_field(clerk, typed):
    page = clerk.post("/paper/", token_from="/paper/", code=typed)
    assert page.status == 400
    assert "không đúng như trên phiếu" in page.words


def test_another_desk_and_a_form_of_another_site_change_nothing(own_app, code):
    stranger = Visitor(own_app)
    stranger.sign_in("agency2", PASSWORD)
    assert "không mở được phiếu nào ở đây" in keyed(stranger, code, q00="4").words
    answer = stranger.client.post("/paper/sheet", data={"code": code, "q00": "4"})
    assert answer.status_code == 400
    assert "Không có phiếu nào chờ" in stranger.get("/paper/").words


def test_the_province_sees_how_many_sheets_wait_for_their_second_time(own_app, clerk, code):
    boss = Visitor(own_app)
    boss.sign_in("province", PASSWORD)
    address = f"/province/minh-hai/{LIVE}/fieldwork"
    assert "Mới nhập một lần" not in boss.get(address).words
    keyed(clerk, code, q00="4")
    assert "trước khi đóng đợt 1" in boss.get(address).words
