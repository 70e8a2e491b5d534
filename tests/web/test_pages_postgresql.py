"""The same pages over PostgreSQL: every route that a reader may open answers with figures of the real services."""

import pytest

from survey_app.app import create_app
from tests import figures
from tests.conftest import Clock, empty_database, opened_installation
from tests.web.pages import Visitor


@pytest.fixture(scope="module")
def app(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    with (
        empty_database("postgresql", request, folder) as url,
        opened_installation(url, folder, Clock()) as installation,
    ):
        figures.fill(installation)
        yield create_app(installation)


@pytest.mark.parametrize(
    ("login", "path", "said"),
    [
        ("agency1", f"/agency/xa-1/{figures.LIVE}", "Xã Đông Ngũ"),
        ("agency1", f"/agency/xa-1/{figures.PUBLISHED}", "Chỉ số năm"),
        ("province", f"/province/minh-hai/{figures.LIVE}", "Bộ phận Một cửa xã 6"),
        ("admin", "/admin/staff", "agency1"),
        ("admin", "/admin/units", "Xã Lặng Lẽ"),
        ("admin", "/admin/audit", "round published"),
        (None, "/releases", "Các bản công bố"),
    ],
)
def test_a_page_is_there(app, login, path, said):
    visitor = Visitor(app)
    if login:
        assert visitor.sign_in(login, figures.PASSWORD).status == 302
    page = visitor.get(path)
    assert page.status == 200
    assert said in page.words


def test_what_is_anothers_is_not_there(app):
    visitor = Visitor(app)
    visitor.sign_in("agency1", figures.PASSWORD)
    for path in ("/agency/xa-2", f"/agency/xa-2/{figures.LIVE}", "/province/minh-hai", "/admin/"):
        assert visitor.get(path).status == 404
