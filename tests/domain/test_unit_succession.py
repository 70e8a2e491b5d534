"""What became of units: shares through several reorganisations, and the reform of July 2025 without any loss."""

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.succession import Passage, Succession, allocate
from survey_app.domain import unit_events
from survey_app.services import unit_conversion

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
SAMPLE = Path(__file__).parents[1] / "services" / "unit_tables"


def passages(events):
    """The passages of an event file: merges, splits and ends; a merge without a share passes on everything."""
    return [
        Passage(
            event.effective,
            part.source,
            part.target or None,
            Decimal(1) if event.kind == "merge" and part.share is None else part.share,
        )
        for event in events
        if event.kind in unit_events.ENDING
        for part in event.parts
    ]


def day(year):
    return date(year, 1, 1)


def gone(year, source, target, share=None):
    return Passage(day(year), source, target, None if share is None else Decimal(str(share)))


CHAIN = Succession(
    [
        gone(2022, "a", "m", 1),
        gone(2022, "b", "m", 1),
        gone(2024, "m", "x", 0.25),
        gone(2024, "m", "y", 0.75),
        gone(2024, "c", "y", 1),
        gone(2024, "d", None),
    ]
)


def test_shares_go_through_several_reorganisations():
    assert CHAIN.becomes("a", day(2021), day(2025)) == {"x": Decimal("0.25"), "y": Decimal("0.75")}
    assert CHAIN.becomes("a", day(2021), day(2023)) == {"m": 1}
    assert CHAIN.becomes("m", day(2023), day(2025)) == {"x": Decimal("0.25"), "y": Decimal("0.75")}
    assert CHAIN.becomes("d", day(2021), day(2025)) == {None: 1}
    assert CHAIN.becomes("e", day(2021), day(2025)) == {"e": 1}


def test_a_unit_of_today_knows_what_it_was_made_from_on_any_day():
    assert CHAIN.origins("y", day(2021), day(2025), {"a", "b", "c", "d"}) == {
        "a": Decimal("0.75"),
        "b": Decimal("0.75"),
        "c": Decimal(1),
    }
    assert CHAIN.origins("y", day(2023), day(2025), {"m", "c", "d"}) == {"m": Decimal("0.75"), "c": Decimal(1)}
    assert CHAIN.origins("y", day(2024), day(2025), {"x", "y"}) == {"y": 1}


def test_a_unit_that_splits_and_goes_on_keeps_its_part():
    held = Succession([gone(2024, "a", "a", 0.6), gone(2024, "a", "b", 0.4)])
    assert held.becomes("a", day(2023), day(2025)) == {"a": Decimal("0.6"), "b": Decimal("0.4")}
    assert held.origins("a", day(2023), day(2025), {"a"}) == {"a": Decimal("0.6")}


def test_an_unknown_share_stays_unknown_on_the_whole_way():
    unknown = Succession([gone(2024, "a", "x"), gone(2024, "a", "y"), gone(2025, "x", "z", 1)])
    assert unknown.becomes("a", day(2023), day(2026)) == {"z": None, "y": None}


def test_counts_are_laid_on_new_units_and_nothing_is_lost():
    counts = {"a": 100, "b": 60, "c": 7, "d": 5, "e": 1}
    found = allocate(CHAIN, counts, day(2021), day(2025))
    assert found.by_unit == {"x": 40, "y": 127, "e": 1}
    assert (found.ended, found.unknown) == ({"d": 5}, {})
    assert found.total == sum(counts.values())
    unknown = allocate(Succession([gone(2024, "a", "x"), gone(2024, "a", "y")]), counts, day(2021), day(2025))
    assert (unknown.unknown, unknown.total) == ({"a": 100}, 173)


@pytest.fixture(scope="module")
def reform(reference, tmp_path_factory):
    """Passages of the official tables by slug, and the rows of the unit list by slug."""
    folder = tmp_path_factory.mktemp("reform")
    unit_conversion.convert(reference / "data" if reference else SAMPLE, folder, date(2021, 1, 1), "Luật 72/2025/QH15")
    with (folder / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        events, problems = unit_events.parse(enumerate(csv.DictReader(file), start=2))
    assert problems == []
    with (folder / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        units = list(csv.DictReader(file))
    return passages(events), units


def split(known):
    """Old communes that went to several new ones, with their parts."""
    parts = defaultdict(list)
    for one in known:
        parts[one.source].append(one)
    return {source: found for source, found in parts.items() if len(found) > 1}


def with_shares(known):
    """The same passages with made-up shares where the tables give none: the first part takes what is left of 1."""
    shared, divided = [], split(known)
    for found in divided.values():
        rest = [replace(one, share=Decimal("0.1")) for one in found[1:]]
        shared += [replace(found[0], share=1 - Decimal("0.1") * len(rest)), *rest]
    return [one for one in known if one.source not in divided] + shared


def test_the_parts_of_every_split_commune_of_2025_sum_to_one(reform, reference):
    known, _ = reform
    assert len(split(known)) == (SPLIT if reference else 1)
    assert {one.share for found in split(known).values() for one in found} == {None}  # no table says how much
    succession = Succession(with_shares(known))
    for source in split(known):
        assert sum(succession.becomes(source, BEFORE, AFTER).values()) == 1


SPLIT = 440  # of 441 codes with several targets: where a code stands for two communes, the list tells them apart


def test_nothing_is_lost_when_the_whole_country_is_laid_on_its_new_units(reform):
    known, units = reform
    old = [u["slug"] for u in units if u["kind"] == "commune" and u["valid_from"] < AFTER.isoformat()]
    counts = {slug: 100 + k for k, slug in enumerate(sorted(set(old)))}
    found = allocate(Succession(with_shares(known)), counts, BEFORE, AFTER)
    new = {u["slug"] for u in units if u["kind"] == "commune" and not u["valid_to"]}
    assert (found.unknown, found.ended) == ({}, {})
    assert found.total == sum(counts.values())
    assert sum(found.by_unit.values()) == sum(counts.values())
    assert set(found.by_unit) <= new
    as_published = allocate(Succession(known), counts, BEFORE, AFTER)
    assert set(as_published.unknown) == set(split(known))  # told, not guessed
    assert as_published.total == sum(counts.values())


def test_yen_bais_past_never_becomes_lao_cais_by_its_code(reform):
    known, units = reform
    provinces = [u for u in units if u["kind"] == "province"]
    existing = {u["slug"] for u in provinces if u["valid_from"] <= BEFORE.isoformat()}
    bearers = [u["slug"] for u in provinces if u["gso"] == "15"]
    assert sorted(bearers) == ["lao-cai-2025", "yen-bai"]  # the code alone means either
    origins = Succession(known).origins("lao-cai-2025", BEFORE, AFTER, existing)
    assert origins == {"yen-bai": 1, "lao-cai": 1}
    assert "lao-cai-2025" not in Succession(known).becomes("lao-cai", BEFORE, BEFORE)
