"""A release carries the published past of its units and of the units that they were made from, and of no others."""

from datetime import date

import pytest

import analysis
from analysis.report.source import POOLED
from survey_app.models import Release, Round
from survey_app.services import bridges, release_history
from survey_app.services.bridges import Declared
from tests import released
from tests.factories import a_round
from tests.services import unit_files

TREE = ("minh-hai", "xa-1", "xa-moi")


@pytest.fixture
def place(installation, tmp_path):
    """Two published years of communes of which two merged on 1 July 2026, and the round of the year after."""
    released.two_years(installation)
    rows = [unit_files.commune(f"xa-{k}", released.NAMES[f"xa-{k}"], parent="minh-hai") for k in (1, 2, 3, 4)]
    rows += [unit_files.commune("xa-moi", "Xã Mới", parent="minh-hai", valid_from="2026-07-01")]
    unit_files.load(installation, tmp_path, rows)
    merge = {"effective": "2026-07-01", "legal_basis": "NQ 202/2025/QH15", "reference": "1", "kind": "merge"}
    parts = [merge | {"from": one, "to": "xa-moi"} for one in ("xa-2", "xa-3")]
    unit_files.load_events(installation, tmp_path, parts)
    days = {"period_start": date(2027, 1, 1), "period_end": date(2027, 12, 31)}
    return a_round(installation, desks=(), code="MH-2027", instrument_key="kiosk-short/1", state="closed", **days)


def past(installation, made, tree=TREE):
    with installation.database.read() as session:
        return release_history.past(installation, session, session.get_one(Round, made.id), tree)


def test_earlier_indices_are_those_of_the_newest_version_of_every_release_of_these_units(installation, place):
    found = past(installation, place)
    assert found.releases() == ["minh-hai-2024/1", "minh-hai-2025/2"]
    rows = list(found.history.records())
    assert {row["unit"] for row in rows} == {"minh-hai", "xa-1", "xa-2", "xa-3"}, "xa-4 went into no unit of the tree"
    with installation.database.read() as session:
        known = {f"{one.name}/{one.version}": one.sums_sha256 for one in session.query(Release)}
    assert {row["release"]: row["sums_sha256"] for row in rows}.items() <= known.items()
    near_the_end = next(row for row in rows if row["unit"] == "xa-1" and row["release"] == "minh-hai-2025/2")
    assert near_the_end["bound"] in ("at_least", ""), "what was published as a bound stays one"


def test_a_stranger_with_the_earlier_bundle_finds_the_same_indices_and_pools_are_left_out(installation, place):
    """What a pool of small units holds differs from year to year, so it has no past."""
    tree = [*TREE, f"minh-hai{POOLED}"]
    found = past(installation, place, tree)
    bundles = [released.bundles("kiosk-short/1")[k] for k in (0, 2)]
    assert analysis.release.history_of(bundles, found.told(tree)) == found.history
    renamed = {path: content.replace(b"xa-4", b"minh-hai.pooled") for path, content in bundles[0].items()}
    first = tuple(row for row in found.history.rows if row[0] == "minh-hai-2024/1")
    assert analysis.release.history_of([renamed], found.told(tree)).rows == first


def test_reorganisations_stand_with_day_share_and_legal_basis(installation, place):
    rows = list(past(installation, place).succession.records())
    assert [(row["effective"], row["from_unit"], row["to_unit"], row["from_since"]) for row in rows] == [
        ("2026-07-01", "xa-2", "xa-moi", "2020-01-01"),
        ("2026-07-01", "xa-3", "xa-moi", "2020-01-01"),
    ]
    assert {row["legal_basis"] for row in rows} == {"NQ 202/2025/QH15"}


def test_a_withdrawn_year_is_carried_no_more_and_without_any_nothing_is(installation, place):
    with installation.database.write() as session:
        newest = session.query(Release).filter(Release.name == "minh-hai-2025", Release.version == 2).one()
        newest.state, newest.withdrawn_because = "withdrawn", "Đếm nhầm"  # the first version stays, and is wrong too
    assert past(installation, place).releases() == ["minh-hai-2024/1"]
    with installation.database.write() as session:
        session.query(Release).delete()
    assert past(installation, place) is None


def test_bridges_between_the_questionnaires_of_these_years_are_carried(installation, place):
    reason = "Đo song song hai phiếu năm 2025, 1.200 phiếu"
    for earlier in ("sipas-2012/1", "sipas-2017/1"):
        bridges.declare(installation, Declared(earlier, "kiosk-short/1", 1.25, 0.5, "Trần Văn B", reason))
    assert past(installation, place).bridges.rows == ()
    with installation.database.write() as session:
        session.get_one(Round, place.id).instrument_key = "sipas-2017/1"
    (row,) = past(installation, place).bridges.records()
    assert (row["earlier"], row["shift"], row["margin"]) == ("sipas-2017/1", "1.25", "0.5")
