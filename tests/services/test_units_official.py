"""The official lists of the reform of 1 July 2025, from table to register."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from survey_app.domain import unit_rows
from survey_app.services import unit_conversion, unit_history, unit_lists, units
from tests.conftest import Clock, empty_database, opened_installation

BEFORE, LAST, FIRST = date(2024, 12, 31), date(2025, 6, 30), date(2025, 7, 1)
SAMPLE = Path(__file__).parent / "unit_tables"


@pytest.fixture(scope="module")
def tables(reference):
    """The official tables where there are any, else a sample of the same shape."""
    return reference / "data" if reference else SAMPLE


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request, tables, tmp_path_factory):
    """An installation with the lists, the folder of the files that were loaded, and what was left open."""
    folder = tmp_path_factory.mktemp("units")
    with (
        empty_database(request.param, request, folder) as url,
        opened_installation(url, folder, Clock()) as installation,
    ):
        notes = unit_conversion.convert(tables, folder, date(2021, 1, 1), "Luật 72/2025/QH15")
        unit_lists.load(installation, folder / "units.csv")
        unit_lists.load_events(installation, folder / "events.csv")
        yield installation, folder, notes


@pytest.fixture
def session(loaded):
    with loaded[0].database.read() as opened:
        yield opened


def rows_of(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_yen_bais_past_never_lands_in_lao_cai_although_the_code_moved(session):
    assert units.find(session, "15", BEFORE).name == "Tỉnh Yên Bái"
    assert units.find(session, "15", LAST).name == "Tỉnh Yên Bái"
    assert units.find(session, "15", FIRST).name == "Tỉnh Lào Cai"
    assert units.find(session, "10", LAST).name == "Tỉnh Lào Cai"
    old, new = units.find(session, "10", LAST), units.find(session, "15", FIRST)
    yen_bai = units.find(session, "15", LAST)
    assert len({old.id, new.id, yen_bai.id}) == 3
    made_from = {(part.unit_id, part.share) for part in unit_history.predecessors(session, new.id)}
    assert made_from == {(old.id, 1), (yen_bai.id, 1)}
    assert yen_bai.id not in units.descendants(session, new.id, FIRST)


def test_every_code_that_moved_means_its_bearer_of_the_day(session, tables):
    moved = [row for row in rows_of(tables, "provinces_2025.csv") if row["new_code_belonged_before_to"]]
    assert len({row["new_code"] for row in moved}) == (7 if tables != SAMPLE else 1)
    for row in moved:
        assert units.find(session, row["new_code"], FIRST).name.endswith(row["new_name"])
        assert units.find(session, row["new_code"], LAST).name.endswith(row["new_code_belonged_before_to"])


def test_the_lists_hold_every_unit_of_both_days_and_load_again_without_doubling(loaded, session, tables):
    installation, folder, _ = loaded
    again = unit_lists.load(installation, folder / "units.csv")
    assert again == unit_rows.Tally(same=again.same)
    assert unit_lists.load_events(installation, folder / "events.csv").new == 0
    kinds = {on: Counter(unit.kind for unit in units.all_units(session, on)) for on in (LAST, FIRST)}
    provinces, new = rows_of(tables, "provinces_2025.csv"), rows_of(tables, "communes_2025.csv")
    assert kinds[FIRST]["province"] == len({row["new_code"] for row in provinces})
    assert kinds[LAST]["province"] == len(provinces)
    assert kinds[LAST]["district"] == len(rows_of(tables, "districts_pre_2025.csv"))
    assert (kinds[FIRST]["district"], kinds[FIRST]["commune"]) == (0, len(new))
    if tables != SAMPLE:  # the figures that the National Assembly was told
        assert (kinds[LAST]["province"], kinds[FIRST]["province"]) == (63, 34)
        assert (kinds[LAST]["district"], kinds[LAST]["commune"], kinds[FIRST]["commune"]) == (696, 10_035, 3_321)


def test_a_commune_name_that_occurs_twice_asks_for_its_province_and_finds_it_with_it(session, tables):
    rows = rows_of(tables, "communes_2025.csv")
    twice = [name for name, n in Counter(row["commune_name"] for row in rows).items() if n > 1]
    assert len(twice) == (243 if tables != SAMPLE else 1)
    for name in twice:
        with pytest.raises(units.AmbiguousUnitError, match="Name the unit above it"):
            units.find(session, name, FIRST)
    for row in [row for row in rows if row["commune_name"] in set(twice[:20])]:
        unit = units.find(session, row["commune_name"], FIRST, parent=row["new_province_name"])
        assert unit == units.find(session, row["commune_code"], FIRST)


def test_both_spellings_find_one_unit(session, tables):
    row = next(row for row in rows_of(tables, "communes_2025.csv") if row["commune_name"].endswith("Thuận Hoà"))
    for name in (row["commune_name"], row["commune_name"].replace("Hoà", "Hòa")):
        unit = units.find(session, name, FIRST, parent=row["new_province_name"])
        assert unit == units.find(session, row["commune_code"], FIRST)


def test_a_split_commune_has_parts_of_unknown_share(session, tables):
    conversion = rows_of(tables, "commune_conversion_2025.csv")
    parts = [row for row in conversion if row["how"] == "part" and row["old_commune_code"]]
    source = parts[0]["old_commune_code"]
    into = {row["new_commune_code"] for row in conversion if row["old_commune_code"] == source}
    became = unit_history.successors(session, units.find(session, source, LAST).id)
    assert {part.unit_id for part in became} == {units.find(session, code, FIRST).id for code in into}
    assert {part.share for part in became} == {None}
    assert len(became) > 1


def test_what_the_tables_leave_open_is_told(loaded, tables):
    notes = loaded[2]
    assert any("has no code" in note for note in notes)
    assert any("stands for another commune too" in note for note in notes)
    assert len(notes) == (4 if tables != SAMPLE else 2)
