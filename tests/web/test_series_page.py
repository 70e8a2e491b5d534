"""The unit's page shows the years before: joined where they are comparable, marked where they are not."""

from datetime import date

import pytest

from survey_app.models import LedgerEntry
from survey_app.services.publication import ANNUAL, key
from tests.factories import a_round
from tests.figures import PASSWORD, PUBLISHED
from tests.web.pages import Visitor


def earlier(app, year, estimate, **changes):
    """A published round of an earlier year with a figure of the commune."""
    installation = app.extensions["sipas"]
    made = a_round(
        installation,
        code=f"R{year}",
        title=f"Năm {year}",
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        **({"state": "published"} | changes),
    )
    shown = {"shown": True, "estimate": estimate, "bound": "exact", "low": estimate - 4, "high": estimate + 4, "n": 100}
    with installation.database.write() as session:
        session.add(LedgerEntry(round_id=made.id, figure=key(ANNUAL, "xa-1", "all", "overall"), n=100, shown=shown))


@pytest.fixture
def agency(own_app):
    made = Visitor(own_app)
    made.sign_in("agency1", PASSWORD)
    return made


def years(page):
    return next((table[1:] for table in page.tables() if table[0][-1] == "Nguồn gốc số liệu"), None)


def test_the_years_stand_in_a_chart_with_breaks_and_changes(own_app, agency):
    path = f"/agency/xa-1/{PUBLISHED}"
    assert years(agency.get(path)) is None  # one year is no series
    earlier(own_app, 2023, 70, instrument_key="sipas-2012/1")
    earlier(own_app, 2024, 60)
    earlier(own_app, 2025, 50)
    earlier(own_app, 2022, 30, state="closed")
    page = agency.get(path)
    rows = {row[0]: row[1:] for row in years(page)}
    assert rows["2023"] == ["70 %", "66–74 %", "như đã công bố"]
    assert rows["2024"][2] == "như đã công bố; bảng hỏi khác: không so sánh"
    # by hand: -10 -+ sqrt(4^2 + 4^2) = -15.66 to -4.34, printed outward
    assert rows["2025"][2] == "như đã công bố; so với đợt trước: −10 điểm phần trăm (từ −15,7 đến −4,3)"
    assert "Tăng so với đợt trước" in page.words
    assert "2022" not in rows  # closed, not published: nobody sees it
