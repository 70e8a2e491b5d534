"""Tables of periodic reports: each dossier once in each, lines that add up to the whole, slips named."""

from datetime import UTC, date, datetime
from itertools import count

import html5lib
import pytest
from click.testing import CliRunner
from sqlalchemy import insert

import analysis
from survey_app.cli import sipas
from survey_app.domain import periods
from survey_app.domain.balance import Figures
from survey_app.models import Dossier, Unit
from survey_app.services import dossier_tables, reports
from tests.factories import a_unit
from tests.services import unit_files

NUMBER = count(1)


def at(day):
    """Noon of a day of 2026, written month-day; on UTC evenings the office is a day ahead."""
    return datetime.strptime(f"2026-{day}", "%Y-%m-%d").replace(hour=5, tzinfo=UTC) if day else None


def dossier(desk, agency, received, due, finished=None, outcome="returned", field="Đất đai", channel="counter"):
    return {
        "dossier_code": f"H98.1-260105-{next(NUMBER):05}",
        "receiving_unit_id": desk,
        "resolving_unit_id": agency,
        "received_at": at(received),
        "due_at": at(due),
        "finished_at": at(finished),
        "returned_at": at(finished),
        "outcome": outcome if finished else None,
        "field": field,
        "filing_channel": channel,
    }


@pytest.fixture
def office(installation):
    """A province with a centre, a department and two communes; the centre receives for the department."""
    top = a_unit(installation, "hai-long", kind="province", name="Tỉnh Hải Long")
    centre = a_unit(installation, "trung-tam", kind="service_centre", name="Trung tâm", parent=top)
    sxd = a_unit(installation, "so-xay-dung", kind="department", name="Sở Xây dựng", parent=top)
    commune = a_unit(installation, "tan-phu", kind="commune", name="Xã Tân Phú", parent=top)
    desk = a_unit(installation, "mot-cua-tan-phu", kind="desk", parent=commune)
    far = a_unit(installation, "tinh-khac", kind="province", name="Tỉnh Khác")
    rows = [
        dossier(centre, sxd, "01-05", "01-20", "01-10", field="Xây dựng", channel="online"),  # early
        dossier(centre, sxd, "01-05", "01-20", "01-20", field="Xây dựng"),  # on time
        dossier(centre, sxd, "01-05", "01-20", "02-20", field="Xây dựng"),  # late
        dossier(centre, sxd, "01-05", "01-20", field="Xây dựng"),  # overdue
        dossier(desk, commune, "03-20", "04-20"),  # pending within time
        dossier(desk, commune, "02-01", "02-10", "02-03", "refused"),
        dossier(desk, commune, "02-01", "02-10", "02-09", channel=None),
        dossier(far, far, "02-01", "02-10", "02-09"),  # another province's
        dossier(desk, commune, "04-02", "04-10", "04-09"),  # of the next quarter
    ]
    rows[4]["field"] = None
    with installation.database.write() as session:
        session.execute(insert(Dossier), rows)
    installation.clock.now = datetime(2026, 4, 20, tzinfo=UTC)
    return installation


def test_the_tables_print_what_reports_print(office):
    found = dossier_tables.tables(office, "hai-long", periods.parse("2026-Q1"))
    assert found.whole.figures == Figures(
        received=7, carried_over=0, resolved=4, early=2, on_time=1, late=1, pending=2, within_time=1, overdue=1,
        without_result=1,
    )  # fmt: skip
    assert found.whole.on_time_rate == 75
    assert found.whole.wrong == ()
    assert [(line.key, line.name, line.figures.received) for line in found.by_unit] == [
        ("so-xay-dung", "Sở Xây dựng", 4),
        ("tan-phu", "Xã Tân Phú", 3),
    ]
    assert {line.key: line.figures.received for line in found.by_field} == {"Xây dựng": 4, "Đất đai": 2, "": 1}
    assert {line.key: line.figures.received for line in found.by_channel} == {"online": 1, "counter": 5, "": 1}


def test_the_lines_of_every_table_add_up_to_the_whole(office):
    found = dossier_tables.tables(office, "hai-long", periods.parse("2026-Q1"))
    for lines in (found.by_unit, found.by_field, found.by_channel):
        for name, total in vars(found.whole.figures).items():
            assert sum(getattr(line.figures, name) for line in lines) == total, name


def test_what_was_open_at_the_beginning_is_carried_over(office):
    second = dossier_tables.tables(office, "hai-long", periods.parse("2026-H1"))
    assert second.whole.figures.carried_over == 0
    quarter = dossier_tables.tables(office, "hai-long", periods.parse("2026-Q2"))
    assert (quarter.whole.figures.carried_over, quarter.whole.figures.received) == (2, 1)
    assert quarter.period.end == date(2026, 4, 20)  # not over: up to yesterday
    # due on 20 April: overdue only when that day has passed
    assert (quarter.whole.figures.within_time, quarter.whole.figures.overdue) == (1, 1)


def test_a_dossier_without_its_day_of_receipt_shows_as_a_difference(office):
    with office.database.write() as session:
        unit = session.query(Unit.id).filter(Unit.slug == "tan-phu").scalar()
        session.execute(insert(Dossier), [dossier(unit, unit, None, "02-10", "02-09")])
    found = dossier_tables.tables(office, "hai-long", periods.parse("2026-Q1"))
    wrong = {line.key: [finding.equation for finding in line.wrong] for line in found.by_unit}
    assert wrong["so-xay-dung"] == []
    assert [equation.split(" = ")[0] for equation in wrong["tan-phu"]] == ["received + carried over"]
    assert dict(found.whole.missing) == {"no day of receipt": 1}


def test_rows_for_a_spreadsheet_have_every_column(office):
    found = dossier_tables.tables(office, "hai-long", periods.parse("2026-Q1"))
    rows = dossier_tables.rows(found)
    assert {len(row) for row in rows} == {len(dossier_tables.COLUMNS)}
    assert [row[0] for row in rows] == ["whole", "unit", "unit", *["field"] * 3, *["channel"] * 3]
    assert dict(zip(dossier_tables.COLUMNS, rows[0], strict=True))["on_time_rate"] == 75.0


def tables_of(page):
    """Rows of every table of a report by its caption."""
    return {
        "".join(table.find("caption").itertext()): [["".join(c.itertext()) for c in row] for row in table.iter("tr")]
        for table in html5lib.parse(page.decode(), namespaceHTMLElements=False).iter("table")
    }


def test_the_short_report_prints_the_tables_of_the_quarter(office, tmp_path):
    out = tmp_path / "q1.html"
    said = CliRunner().invoke(
        sipas, ["report", "dossiers", "2026-Q1", "--unit", "hai-long", "--out", str(out)], obj=office
    )
    assert said.exit_code == 0, said.output
    page = out.read_bytes()
    text = " ".join("".join(html5lib.parse(page.decode()).itertext()).split())
    assert "thủ tục hành chính, quý I năm 2026" in text
    assert "từ 01/01/2026 đến 31/03/2026" in text
    assert "Đã giải quyết 4 hồ sơ: trước hạn 2, đúng hạn 1, quá hạn 1. Tỷ lệ trước và đúng hạn: 75,00 %." in text
    assert "Đơn vị có nhiều hồ sơ giải quyết quá hạn nhất: Sở Xây dựng, 1 trên 3 hồ sơ" in text
    found = tables_of(page)
    whole = ["Toàn địa bàn", "7", "7", "0", "4", "2", "1", "1", "2", "1", "1", "1", "75,00\u00a0%"]
    for caption in ("Theo đơn vị giải quyết", "Theo lĩnh vực", "Theo kênh tiếp nhận"):
        assert found[caption][2] == whole
    assert [row[0] for row in found["Theo kênh tiếp nhận"][3:]] == [
        "Trực tiếp tại quầy",
        "Trực tuyến",
        "Không ghi trong sổ",
    ]


def test_a_report_of_a_running_period_says_so_and_a_slip_is_named(office):
    with office.database.write() as session:
        unit = session.query(Unit.id).filter(Unit.slug == "tan-phu").scalar()
        session.execute(insert(Dossier), [dossier(unit, unit, None, "02-10", "02-09", field="<b>Đất</b>")])
    quarter = reports.source_of(office, "hai-long", periods.parse("2026-Q2"))
    assert (
        "The period is not over; figures are to the end of 19/04/2026."
        in analysis.report.dossier_report(quarter, "en").decode()
    )
    page = analysis.report.dossier_report(
        reports.source_of(office, "hai-long", periods.parse("2026-Q1")), "vi"
    ).decode()
    assert "Số liệu chưa khớp ở các dòng: Tỉnh Hải Long; Xã Tân Phú" in page
    assert "1 hồ sơ thiếu thông tin" in page
    assert "<b>" not in page
    assert "&lt;b&gt;Đất" in page


def test_half_a_year_is_a_period():
    assert [(p.start, p.end) for p in map(periods.parse, ("2026-H1", "2026-H2"))] == [
        (date(2026, 1, 1), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2027, 1, 1)),
    ]


def test_a_reorganisation_within_the_period_is_told_and_loses_nothing(office, tmp_path):
    unit_files.load(
        office,
        tmp_path,
        [unit_files.commune("phu-binh", "Xã Phú Bình", parent="hai-long", valid_from="2026-02-15")],
    )
    event = {"reference": "2026-01", "kind": "merge", "effective": "2026-02-15", "legal_basis": "NQ 1"}
    with office.database.write() as session:  # the desk goes over to the new commune with its old one's end
        desk = session.query(Unit.id).filter(Unit.slug == "mot-cua-tan-phu").scalar()
    unit_files.load_events(
        office,
        tmp_path,
        [
            {"reference": "2026-02", "kind": "move", "effective": "2026-02-15", "legal_basis": "NQ 1"}
            | {"from": "mot-cua-tan-phu", "parent": "phu-binh"},
            event | {"from": "tan-phu", "to": "phu-binh"},
        ],
    )
    found = dossier_tables.tables(office, "hai-long", periods.parse("2026-Q1"))
    assert found.whole.figures.received == 7
    assert desk is not None
    assert [change.split(":")[0] for change in found.reorganised] == ["15/02/2026 merge", "15/02/2026 move"]
