"""What goes wrong becomes a page or JSON in one place: what happened, what to do, and no detail of ours."""

import json
import logging

import pytest
from flask import Blueprint

from survey_app.app import create_app
from survey_app.keys import KeyMissingError
from survey_app.services.errors import ClosedDoorError, NotFoundError, RefusedError
from survey_app.services.tries import WaitError
from tests.web.pages import Visitor

SECRET = "/srv/keys/flush/2026-03-02.key"


@pytest.fixture
def app(installation):
    made = create_app(installation)
    broken = Blueprint("broken", __name__)
    errors = {
        "not_found": NotFoundError(SECRET),
        "closed": ClosedDoorError(SECRET),
        "refused": RefusedError(SECRET),
        "wait": WaitError(7),
        "key": KeyMissingError(SECRET),
        "fault": ZeroDivisionError(SECRET),
    }

    @broken.get("/broken/<kind>")
    @broken.get("/api/broken/<kind>")
    def fail(kind):
        raise errors[kind]

    made.register_blueprint(broken)
    return made


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("not_found", 404, "Không có trang này"),
        ("closed", 410, "Không có trang này"),
        ("refused", 409, "Hiện chưa làm được việc này"),
        ("wait", 429, "Xin chờ một lát"),
        ("key", 503, "Hệ thống đang được khắc phục"),
        ("fault", 500, "Hệ thống gặp lỗi"),
    ],
)
def test_each_named_error_has_its_status_and_its_words_and_hides_its_detail(app, kind, status, said):
    page = Visitor(app).get(f"/broken/{kind}")
    assert (page.status, page.heading) == (status, said)
    assert "srv" not in page.text
    assert "Traceback" not in page.text
    english = Visitor(app, "en").get(f"/broken/{kind}")
    assert english.heading.isascii()
    assert english.heading != said


def test_waiting_says_for_how_long(app):
    assert Visitor(app).get("/broken/wait").response.headers["Retry-After"] == "7"


def test_a_program_gets_json(app):
    answer = app.test_client().get("/api/broken/refused")
    assert (answer.status_code, answer.mimetype) == (409, "application/json")
    assert json.loads(answer.text) == {"error": "Conflict", "message": SECRET}
    hidden = app.test_client().get("/api/broken/fault")
    assert hidden.status_code == 500
    assert "srv" not in hidden.text


def test_a_fault_is_told_in_the_log_without_its_values(app, caplog):
    with caplog.at_level(logging.ERROR, "sipas.web"):
        Visitor(app).get("/broken/fault")
    assert [record.getMessage() for record in caplog.records] == ["a page failed"]
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize("path", ["/nothing", "/agency", "/rounds/", "/static/../app.py", "/static/nothing.css"])
def test_an_address_that_is_not_there_is_a_page_in_both_languages(app, path):
    for language in ("vi", "en"):
        page = Visitor(app, language).get(path, follow_redirects=True)
        assert page.status in (200, 404)
        assert page.root.get("lang") == language


def test_a_wrong_method_names_the_right_ones(app):
    page = Visitor(app).post("/method")
    assert page.status in (400, 405)
    answer = app.test_client().delete("/login")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_forged_host_stands_in_no_page_and_no_way(app):
    for path in ("/", "/login", "/nothing", "/agency/"):
        answer = app.test_client().get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)


def test_the_way_to_the_other_language_leads_to_no_other_place(app):
    for path in ("//evil.example/x", "/%2f%2fevil.example", "/x?lang=vi&next=//evil.example"):
        page = Visitor(app).get(path)
        for link in page.links:
            assert link.startswith(("?", "#", "/")), link
            assert not link.startswith("//"), link
