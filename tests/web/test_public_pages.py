"""What anyone may read: published figures, and how they come about; no cookie, no login."""

import pytest

from tests.figures import LIVE
from tests.web.pages import Visitor


@pytest.fixture
def visitor(figures_app):
    return Visitor(figures_app)


@pytest.mark.parametrize("path", [f"/rounds/{LIVE}", f"/rounds/{LIVE}/xa-1", "/rounds/R2099", "/releases/nothing/1"])
def test_what_is_not_published_is_not_there(visitor, path):
    assert visitor.get(path).status == 404


def test_no_cookie_is_set_and_pages_may_be_kept_for_a_while(visitor):
    for path in ("/", "/method", "/releases?lang=en"):
        response = visitor.get(path).response
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.cache_control.public
        assert response.cache_control.max_age == 300


def test_what_is_not_there_is_kept_by_no_cache(visitor):
    assert visitor.get("/rounds/R2099").response.headers["Cache-Control"] == "no-store"


def test_the_language_of_the_address_goes_along(visitor):
    page = visitor.get("/?lang=en")
    assert page.root.get("lang") == "en"
    assert "/releases?lang=en" in page.links
    assert visitor.get("/releases?lang=en").root.get("lang") == "en"
    assert visitor.get("/").root.get("lang") == "vi"


@pytest.mark.parametrize(("accepted", "language"), [("en-GB,en;q=0.9", "en"), ("fr", "vi"), ("", "vi"), ("vi", "vi")])
def test_without_a_wish_the_browser_decides_and_vietnamese_is_first(figures_app, accepted, language):
    assert Visitor(figures_app, accepted).get("/method").root.get("lang") == language


def test_the_method_page_says_what_counts_and_what_does_not(visitor):
    said = visitor.get("/method").words
    assert "“Bình thường” không được tính là hài lòng" in said
    assert "10 câu trả lời, chỉ số năm cần 30" in said


def test_an_installation_without_rounds_says_what_will_stand_here(installation):
    from survey_app.app import create_app

    page = Visitor(create_app(installation)).get("/")
    assert "Chưa có số liệu nào được công bố." in page.words
