"""The index over the years: what is compared, what is refused, and what is rebuilt for the units of today."""

from datetime import UTC, date, datetime

import pytest

from survey_app.models import AuditEntry, LedgerEntry, Round
from survey_app.services import bridges, publication, series, units
from survey_app.services.bridges import Declared
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.publication import ANNUAL, LIVE
from tests.factories import a_round
from tests.services import unit_files

COMMUNES = ("tan-phu", "binh-an", "dong-son")


@pytest.fixture
def years(installation, tmp_path):
    """Three communes measured in 2024 and 2025; on 1 January 2026 two of them merge, the third is split."""
    installation.clock.now = datetime(2027, 2, 1, tzinfo=UTC)
    rounds = {year: _round(installation, year) for year in (2024, 2025)}
    rows = [unit_files.commune(slug, f"Xã {slug}", parent="minh-hai") for slug in COMMUNES]
    new = {"parent": "minh-hai", "valid_from": "2026-01-01"}
    rows += [unit_files.commune(slug, f"Xã {slug}", **new) for slug in ("phu-binh", "tay-son", "bac-son")]
    unit_files.load(installation, tmp_path, rows)
    event = {"effective": "2026-01-01", "legal_basis": "NQ 1"}
    merge = event | {"reference": "1", "kind": "merge", "to": "phu-binh"}
    parts = [merge | {"from": "tan-phu"}, merge | {"from": "binh-an"}]
    split = event | {"reference": "2", "kind": "split", "from": "dong-son"}
    parts += [split | {"to": "tay-son", "share": "0.6"}, split | {"to": "bac-son", "share": "0.4"}]
    unit_files.load_events(installation, tmp_path, parts)
    return installation, rounds


def _round(installation, year, **changes):
    days = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "state": "published"}
    return a_round(installation, **({"code": f"R{year}", "title": f"Năm {year}"} | days | changes)).id


def shown(installation, round_id, slug, estimate, low=None, high=None, returned=300, **more):
    """Put into the ledger what publication puts there."""
    figure = {"shown": True, "estimate": estimate, "low": low, "high": high, "bound": "exact", "n": 200} | more
    with installation.database.write() as session:
        for name, n, value in (
            (publication.key(ANNUAL, slug, "all", "overall"), 200, figure),
            (publication.key(LIVE, slug, "all", "returned"), returned, {"n": returned}),
        ):
            session.add(LedgerEntry(round_id=round_id, figure=name, n=n, shown=value))


def changes_of(points):
    return [(p.round_code, p.change and (p.change.difference, p.change.direction), p.break_before) for p in points]


def test_a_change_has_an_interval_and_says_whether_it_can_be_told_from_chance(years):
    installation, rounds = years
    shown(installation, rounds[2024], "tan-phu", 80, 77, 83)
    shown(installation, rounds[2025], "tan-phu", 84, 82, 86)
    (own,) = series.of_slug(installation, "tan-phu").published
    assert changes_of(own.points) == [("R2024", None, ""), ("R2025", (4.0, "up"), "")]
    # by hand: 4 -+ sqrt(2^2 + 3^2) = 0.39 to 7.61, printed outward
    assert (own.points[1].change.low, own.points[1].change.high) == (0.3, 7.7)


def test_a_change_within_the_noise_is_unclear_and_a_bound_is_not_compared(years):
    installation, rounds = years
    shown(installation, rounds[2024], "tan-phu", 80, 77, 83)
    shown(installation, rounds[2025], "tan-phu", 82, 79, 85)
    shown(installation, rounds[2024], "binh-an", 95, 90, 100, bound="at_least")
    shown(installation, rounds[2025], "binh-an", 82, 79, 85)
    assert changes_of(series.of_slug(installation, "tan-phu").rebuilt)[1] == ("R2025", (2.0, "unclear"), "")
    assert changes_of(series.of_slug(installation, "binh-an").rebuilt)[1] == ("R2025", None, "only_bound")


def test_a_merged_unit_is_rebuilt_by_dossiers_and_labelled_with_both_series_beside(years):
    installation, rounds = years
    shown(installation, rounds[2025], "tan-phu", 80, 78, 82, returned=300)
    shown(installation, rounds[2025], "binh-an", 90, 86, 93, returned=100)
    found = series.of_slug(installation, "phu-binh")
    point = next(p for p in found.rebuilt if p.round_code == "R2025")
    # by hand: (300 x 80 + 100 x 90) / 400 = 82.5; -sqrt(1.5^2 + 1^2) = -1.80, +sqrt(1.5^2 + 0.75^2) = 1.68
    assert (point.estimate, point.low, point.high, point.origin) == (82.5, 80.6, 84.2, "rebuilt from scores")
    assert {(s.slug, s.weight) for s in point.sources} == {("tan-phu", 75), ("binh-an", 25)}
    published = {one.slug: [p.estimate for p in one.points] for one in found.published}
    assert published == {"tan-phu": [None, 80], "binh-an": [None, 90]}
    with installation.database.read() as session:
        assert session.query(LedgerEntry).filter(LedgerEntry.figure.contains("phu-binh")).count() == 0


def test_a_part_of_a_split_unit_keeps_its_old_units_figure(years):
    installation, rounds = years
    shown(installation, rounds[2025], "dong-son", 75, 71, 79)
    point = series.of_slug(installation, "tay-son").rebuilt[-1]
    assert (point.estimate, point.low, point.high) == (75.0, 71.0, 79.0)
    assert [(s.slug, s.weight) for s in point.sources] == [("dong-son", 100)]


def test_a_hidden_part_hides_what_is_rebuilt(years):
    installation, rounds = years
    shown(installation, rounds[2025], "tan-phu", 80, 78, 82)
    point = series.of_slug(installation, "phu-binh").rebuilt[-1]
    assert (point.estimate, point.reason) == (None, "part_hidden")


def test_an_unknown_share_is_told_and_not_guessed(years, tmp_path):
    installation, rounds = years
    new = {"parent": "minh-hai", "valid_from": "2027-01-01"}
    unit_files.load(installation, tmp_path, [unit_files.commune(slug, slug, **new) for slug in ("x-1", "x-2")])
    split = {"reference": "3", "kind": "split", "effective": "2027-01-01", "legal_basis": "NQ 2", "from": "phu-binh"}
    unit_files.load_events(installation, tmp_path, [split | {"to": "x-1"}, split | {"to": "x-2"}])
    shown(installation, rounds[2025], "tan-phu", 80, 78, 82)
    shown(installation, rounds[2025], "binh-an", 90, 86, 93)
    point = series.of_slug(installation, "x-1").rebuilt[-1]
    assert (point.estimate, point.reason) == (None, "share_unknown")


def test_a_code_that_moved_never_brings_another_units_past(installation, tmp_path):
    """Yên Bái had code 15, the new Lào Cai bears it: its past is both provinces', weighted by dossiers."""
    installation.clock.now = datetime(2026, 2, 1, tzinfo=UTC)
    old = {"kind": "province", "valid_from": "2020-01-01", "valid_to": "2025-07-01"}
    rows = [
        old | {"slug": "yen-bai", "name": "Tỉnh Yên Bái", "gso": "15"},
        old | {"slug": "lao-cai", "name": "Tỉnh Lào Cai", "gso": "10"},
        {"slug": "lao-cai-2025", "kind": "province", "name": "Tỉnh Lào Cai", "valid_from": "2025-07-01", "gso": "15"},
    ]
    unit_files.load(installation, tmp_path, rows)
    event = {"reference": "1", "kind": "merge", "effective": "2025-07-01", "legal_basis": "NQ 202/2025/QH15"}
    unit_files.load_events(
        installation, tmp_path, [event | {"from": slug, "to": "lao-cai-2025"} for slug in ("yen-bai", "lao-cai")]
    )
    with installation.database.read() as session:
        ids = {slug: units.unit_by_slug(session, slug).id for slug in ("yen-bai", "lao-cai")}
    for slug, estimate, returned in (("yen-bai", 80, 100), ("lao-cai", 88, 300)):
        round_id = _round(installation, 2024, code=f"{slug}-2024")
        with installation.database.write() as session:
            session.get(Round, round_id).unit_id = ids[slug]
        shown(installation, round_id, slug, estimate, estimate - 2, estimate + 2, returned)
    found = series.of_slug(installation, "lao-cai-2025")
    assert [p.estimate for p in found.rebuilt] == [86.0]
    assert {s.slug: s.weight for s in found.rebuilt[0].sources} == {"yen-bai": 25, "lao-cai": 75}
    (yen_bai,) = series.of_slug(installation, "yen-bai").published
    assert [p.estimate for p in yen_bai.points] == [80]


def test_another_questionnaire_breaks_the_series_until_somebody_answers_for_a_bridge(years):
    installation, rounds = years
    shown(installation, rounds[2025], "tan-phu", 80, 77, 83)
    later = _round(installation, 2023, instrument_key="sipas-2012/1")
    shown(installation, later, "tan-phu", 76, 74, 78)
    points = series.of_slug(installation, "tan-phu").rebuilt
    assert changes_of(points)[-1] == ("R2025", None, "other_instrument")
    declared = Declared("sipas-2012/1", "sipas-2017/1", 1.0, 1.5, "Trần Văn B", "Đo song song năm 2016, 1.200 phiếu")
    bridges.declare(installation, declared)
    change = series.of_slug(installation, "tan-phu").rebuilt[-1].change
    # by hand: 80 - (76 + 1) = 3; 3 -+ sqrt(3^2 + 2^2 + 1.5^2) = -0.905 to 6.905
    assert (change.difference, change.low, change.high, change.direction) == (3.0, -1.0, 7.0, "unclear")
    assert "Trần Văn B" in change.bridge
    assert "Đo song song năm 2016" in change.bridge
    with installation.database.read() as session:
        assert [e.subject for e in session.query(AuditEntry) if e.action == "series.bridge"] == [
            "sipas-2012/1 > sipas-2017/1"
        ]
    with pytest.raises(RefusedError, match="declared already"):
        bridges.declare(installation, declared)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"later": "sipas-2012/1"}, "need no bridge"),
        ({"later": "sipas-1999/1"}, "no instrument"),
        ({"shift": 200.0}, "between -100 and 100"),
        ({"margin": -1.0}, "margin between 0 and 100"),
        ({"by": " "}, "name who answers"),
        ({"reason": "vì vậy"}, "study or decision"),
    ],
)
def test_a_bridge_needs_a_name_and_a_reason(years, changes, said):
    given = {"earlier": "sipas-2012/1", "later": "sipas-2017/1", "shift": 0.0, "margin": 1.0}
    given |= {"by": "Trần Văn B", "reason": "Đo song song năm 2016, 1.200 phiếu"} | changes
    with pytest.raises(RefusedError, match=said):
        bridges.declare(years[0], Declared(**given))


def test_rounds_about_the_same_dossiers_are_not_compared(years):
    installation, rounds = years
    half = _round(installation, 2025, code="R2025-H2", period_start=date(2025, 7, 1))
    shown(installation, rounds[2025], "tan-phu", 80, 77, 83)
    shown(installation, half, "tan-phu", 90, 87, 93)
    assert changes_of(series.of_slug(installation, "tan-phu").rebuilt)[-1] == ("R2025-H2", None, "overlap")


def test_a_round_that_straddles_a_reorganisation_carries_the_flag(years):
    installation, _rounds = years
    late = _round(installation, 2026, period_start=date(2025, 7, 1), period_end=date(2026, 6, 30))
    shown(installation, late, "tan-phu", 80, 77, 83)
    (own,) = series.of_slug(installation, "tan-phu").published
    (flag,) = own.points[-1].straddles
    assert flag.startswith("01/01/2026 merge: Xã tan-phu")
    assert own.points[0].straddles == ()


def test_rounds_that_are_not_published_are_for_the_office_only(years):
    installation, rounds = years
    shown(installation, rounds[2024], "tan-phu", 80, 77, 83)
    closed = _round(installation, 2023, state="closed")
    shown(installation, closed, "tan-phu", 70, 67, 73)
    everyone = series.of_slug(installation, "tan-phu", published_only=True)
    assert "R2023" not in {p.round_code for p in everyone.rebuilt}
    assert "R2023" in {p.round_code for p in series.of_slug(installation, "tan-phu").rebuilt}


def test_a_unit_that_never_was_has_no_series(years):
    with pytest.raises(NotFoundError):
        series.of_slug(years[0], "nowhere")
    assert series.of_slug(years[0], "hai-chau").slug == "hai-chau"
