"""A short day of the kiosks' soak: walked away, line lost, server and browser killed, slips used twice, one late."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest

from bench.kiosk_soak import Hall, Held, Plan, report, soak
from bench.kiosk_tablet import Day

GOOD = Held(["visit 1"], Counter(after_close=1), [], [(1, 1)])
STEADY = [(3_000_000, 60_000)] * 20


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_thanked_answer_is_there_exactly_once_and_no_number_is_missing(database):
    plan = Plan(visits=10, kiosks=2, batch=6, kill_browser=1, kill_server=1, seed=7)
    with ThreadPoolExecutor(1) as own:  # Playwright takes one thread for itself, and other tests may have this one
        done = own.submit(soak, database, plan).result()
    assert done["good"], done
    assert done["thanked"] >= 6
    assert min(done["events"]["server killed"], done["events"]["browser killed"]) >= 1
    assert done["quarantined"]["after_close"] == 1


@pytest.mark.parametrize(
    ("found", "given", "memory"),
    [
        (replace(GOOD, counted=[]), [1], STEADY),  # lost
        (replace(GOOD, counted=["visit 1", "visit 1"]), [1], STEADY),  # doubled
        (replace(GOOD, apart=["visit 1"]), [1], STEADY),  # counted and kept apart
        (replace(GOOD, counted=["visit 1", "visit 2"]), [1], STEADY),  # nobody gave it
        (replace(GOOD, ranges=[(1, 1), (3, 3)]), [3], STEADY),  # a hole in the numbers
        (GOOD, [2], STEADY),  # the last number never arrived
        (GOOD, [1], [(3_000_000 + 100_000 * n, 60_000) for n in range(20)]),  # memory of scripts grows
    ],
)
def test_the_script_would_see_it(found, given, memory):
    hall = Hall(None, None, None, Day(Random(1), thanked=["visit 1"], wished=1), Plan(), memory=memory)
    assert not report(hall, found, given)["good"]
    assert report(replace(hall, memory=STEADY), GOOD, [1])["good"]


def test_a_day_on_which_hardly_anybody_was_thanked_shows_nothing():
    events = Counter({"walked away": 9})
    hall = Hall(None, None, None, Day(Random(1), thanked=["visit 1"], wished=10, events=events), Plan(), memory=STEADY)
    assert not report(hall, GOOD, [1])["good"]
