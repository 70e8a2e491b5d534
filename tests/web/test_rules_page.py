"""The page of legal scoring: kept scores, what is left out, and nothing that a reader may not see."""

import pytest

from tests.figures import PASSWORD
from tests.web.pages import Visitor

PATH = "/province/minh-hai/-/rules"


def visitor(app, login):
    made = Visitor(app)
    made.sign_in(login, PASSWORD)
    return made


@pytest.fixture(scope="module")
def province(figures_app):
    return visitor(figures_app, "province")


def test_the_page_shows_points_what_could_be_reached_and_why(province):
    page = province.get(PATH)
    (table,) = page.tables()
    assert table[0][:5] == ["Đơn vị", "Điểm", "Có thể đạt", "Xếp loại", "Loại cao nhất có thể đạt"]
    lines = {line[0]: line[1:] for line in table[1:]}
    # every fourth dossier is late, the others early: 1.5 points for indicator 1, nothing is known of the other eight
    assert lines["Tỉnh Minh Hải"] == ["1,5", "2", "yếu", "yếu", "1,5", *["–"] * 8]
    assert lines["Xã Đông Ngũ"][0] == "1,5"
    assert "Chỉ có thể đạt tối đa 2 trên 18 điểm" in page.words
    assert "Nội dung bộ quy tắc này chưa được đối chiếu với văn bản chính thức." in page.words
    assert "còn áp dụng hay không" in page.words
    assert page.root.find(".//figure") is not None
    assert "Có thể đạt" in page.words


def test_the_page_speaks_english_too(figures_app):
    page = visitor(figures_app, "province").get(PATH + "?lang=en")
    assert "At most 2 of 18 points could be reached" in page.words
    assert page.tables()[0][1][1] == "1.5"


@pytest.mark.parametrize("query", ["?period=2026-Q1", "?rules=tt-01-2018", "?rules=tt-01-2018&period=2026-Q1"])
def test_a_period_can_be_asked_for(province, query):
    assert province.get(PATH + query).words == province.get(PATH).words


@pytest.mark.parametrize("query", ["period=2025-Q1", "period=0000", "period=%27", "rules=../../etc/passwd", "rules=x"])
def test_what_was_not_scored_is_not_there(province, query):
    assert province.get(f"{PATH}?{query}").status == 404


def test_a_unit_without_scores_says_how_they_come(figures_app):
    page = visitor(figures_app, "far").get("/province/tinh-khac/-/rules")
    assert "sipas rules score --unit tinh-khac" in page.words


def test_the_published_index_stands_beside_as_points_of_the_par_index(province):
    assert "trên 10 điểm" in province.get(PATH).words
