"""The fieldwork page of a province: picture first, tables beside it, the same counts as a file."""

import csv
import io

import pytest

from survey_app.domain import collectors, grades
from survey_app.web import fieldwork_view
from tests.figures import LIVE, PASSWORD, PUBLISHED
from tests.web.pages import Visitor


@pytest.fixture(scope="module")
def visitor(figures_app):
    found = Visitor(figures_app)
    assert found.sign_in("province", PASSWORD).status == 302
    return found


def test_the_page_shows_the_picture_then_units_weeks_and_rates(visitor):
    page = visitor.get(f"/province/minh-hai/{LIVE}/fieldwork")
    assert page.heading.startswith("Tiến độ thu thập ý kiến của")
    assert page.text.index("<figure") < page.text.index("<table")
    by_unit, by_week, rates = page.tables()
    assert by_unit[0][1:4] == ["Đã mời", "Đã mở phiếu", "Đã trả lời"]
    whole, *units = by_unit[1:]
    number = [int(cell.replace(".", "")) for cell in whole[1:8]]
    assert number[0] >= sum(number[2:])
    assert {line[0] for line in units} >= {"Xã Đông Ngũ"}
    assert sum(int(line[1].replace(".", "")) for line in by_week[1:]) == number[0]
    assert [line[0] for line in rates[1:]] == ["RR2", "RR1", "RR4", "e", "COOP2", "REF1", "CON1"]


def test_the_file_has_a_line_for_each_unit_and_week_and_adds_up_to_the_page(visitor):
    response = visitor.client.get(f"/province/minh-hai/{LIVE}/fieldwork.csv")
    assert response.mimetype == "text/csv"
    assert response.get_data()[:3] == b"\xef\xbb\xbf"
    lines = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff"))))
    assert len({(line["unit"], line["week"]) for line in lines}) == len(lines) > 3
    page = visitor.get(f"/province/minh-hai/{LIVE}/fieldwork")
    by_unit = page.tables()[0]
    for line in by_unit[2:]:
        name, offered = line[0], int(line[1].replace(".", ""))
        assert sum(int(row["offered"]) for row in lines if row["unit_name"].lstrip("'") == name) == offered


def test_a_unit_without_any_address_says_when_counts_come(figures_app):
    far = Visitor(figures_app)
    far.sign_in("far", PASSWORD)
    assert far.get(f"/province/tinh-khac/{PUBLISHED}/fieldwork").status == 404


def test_every_device_that_answers_come_from_has_a_name(figures_app):
    with figures_app.test_request_context():
        named = fieldwork_view.device_names()
    assert {grades.OWN_DEVICE, grades.DESK_DEVICE, grades.PAPER, collectors.API} <= set(named)


def test_the_province_page_leads_to_it(visitor):
    assert f"/province/minh-hai/{LIVE}/fieldwork" in visitor.get(f"/province/minh-hai/{LIVE}").links
