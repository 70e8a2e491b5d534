"""When database, key folder or disk fail: a plain page, the answers on it, and nothing told of what lies below."""

import shutil
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from survey_app.models import Counter, Inbox
from tests.web.citizen import Citizen, count

THANKS = "Cảm ơn Ông/Bà. Câu trả lời đã được nhận."
FAILED = "Chưa lưu được"
COOKIES = pytest.mark.parametrize("cookies", [True, False], ids=["cookies", "no-cookies"])


@contextmanager
def broken(monkeypatch, target, *names, error=None):
    """Make parts of the installation fail for a while."""

    def fail(*_arguments, **_named):
        raise error or OperationalError("INSERT INTO spent", {}, Exception("the disk is full"))

    with monkeypatch.context() as patch:
        for name in names:
            patch.setattr(target, name, fail)
        yield


@COOKIES
def test_while_the_database_is_down_the_answers_stay_and_can_be_sent_again(
    app, installation, token, monkeypatch, cookies
):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    citizen.to_the_end()
    with broken(monkeypatch, installation.database, "read", "write"):
        page = citizen.press("send", comment="đừng mất")
        assert (page.status, page.heading) == (503, FAILED)
        assert page.response.headers["Retry-After"] == "30"
        assert page.fields()["comment"] == "đừng mất"
        assert "disk" not in page.text
        again = citizen.press(page.fields()["_go"])
        assert (again.status, again.fields()) == (503, page.fields())
    assert citizen.press(again.fields()["_go"]).heading == THANKS
    assert count(installation, Inbox) == 1


@COOKIES
def test_a_missing_key_is_no_lost_answer(app, installation, token, cookies, tmp_path):
    citizen = Citizen(app, cookies=cookies)
    citizen.scan(token)
    citizen.to_the_end()
    public = installation.keys.root / "web" / "public"
    shutil.move(public, tmp_path / "away")
    page = citizen.press("send", comment="giữ lại")
    assert (page.status, page.heading) == (503, FAILED)
    assert str(public) not in page.text
    assert count(installation, Inbox) == 0
    shutil.move(tmp_path / "away", public)
    assert citizen.press("send").heading == THANKS


def test_a_missing_draft_key_gives_the_page_back(app, installation, round_, token, tmp_path):
    citizen = Citizen(app)
    citizen.scan(token)
    folder = installation.keys.root / "web" / "rounds" / round_.code
    shutil.move(folder, tmp_path / "away")
    page = citizen.press(q00="2")
    assert (page.status, page.fields()["q00"]) == (503, "2")
    shutil.move(tmp_path / "away", folder)
    citizen.press()
    citizen.press("back")
    assert citizen.page.fields()["q00"] == ["2"]


def test_pages_go_on_while_the_database_is_down(app, installation, token, monkeypatch):
    citizen = Citizen(app)
    citizen.scan(token)
    with broken(monkeypatch, installation.database, "read", "write"):
        citizen.press(q00="4")
        assert "tiếp cận" in citizen.page.heading
        citizen.press(q01="2")
    citizen.to_the_end()
    assert count(installation, Counter) == 1, "the opening is counted once the database is back"
    assert citizen.press("send").heading == THANKS


@pytest.mark.parametrize("path", ["/t/{token}", "/r", "/w"])
def test_other_pages_say_that_they_come_back(app, installation, token, monkeypatch, path):
    citizen = Citizen(app)
    with broken(monkeypatch, installation.database, "read", "write"):
        if path.startswith("/t"):
            page = citizen.open(path.format(token=token.text))
            assert page.heading == "Tạm thời chưa mở được"
        else:
            citizen.open(path)
            citizen.press(code="ABCD-EFGH-JKMN", sure="yes")
            page = citizen.page
            assert page.heading == "Tạm thời chưa mở được"
            assert page.fields()["code"] == "ABCD-EFGH-JKMN"
            assert "câu trả lời" not in page.words, "a code was sent, and no answers"
        assert page.status == 503


def test_a_disk_that_cannot_be_read_is_no_stack_trace(app, installation, token, monkeypatch):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.to_the_end()
    with broken(monkeypatch, type(installation.keys), "public", error=PermissionError(13, "Permission denied", "/x")):
        page = citizen.press("send")
    assert (page.status, page.heading) == (503, FAILED)
    assert "Permission" not in page.text


def test_a_real_refusal_of_the_database_stores_nothing_and_the_next_try_does(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.to_the_end()
    with installation.database.write() as session:
        session.execute(text("ALTER TABLE inbox RENAME TO inbox_away"))
    page = citizen.press("send", comment="xin chào")
    assert (page.status, page.fields()["comment"]) == (503, "xin chào")
    with installation.database.write() as session:
        session.execute(text("ALTER TABLE inbox_away RENAME TO inbox"))
    assert citizen.press("send").heading == THANKS
    assert count(installation, Inbox) == 1
