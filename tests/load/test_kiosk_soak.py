"""A short day of the kiosks' soak: walked away, line lost, server and browser killed, slips used twice, one late."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.kiosk_soak import Counter, Day, random, report, soak


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_thanked_answer_is_there_exactly_once_and_no_number_is_missing(database):
    with ThreadPoolExecutor(1) as own:  # Playwright takes one thread for itself, and other tests may have this one
        done = own.submit(soak, database, visits=20, number=1, seed=7).result()
    assert done["good"], done
    assert done["thanked"] >= 20
    assert done["events"]["server killed"] == done["events"]["browser killed"] == 1
    assert done["quarantined"]["after_close"] == 1


@pytest.mark.parametrize(
    ("there", "ranges", "growth"),
    [
        ([], [(1, 1)], 0),  # lost
        (["visit 1", "visit 1"], [(1, 2)], 0),  # doubled
        (["visit 1"], [(1, 1), (3, 3)], 0),  # a hole in the numbers
        (["visit 1"], [(1, 1)], 9_000_000),  # memory grows
    ],
)
def test_the_script_would_see_it(there, ranges, growth):
    day = Day(random.Random(1), thanked=["visit 1"])
    assert not report(day, (there, Counter(after_close=1), [], ranges), growth, 1.0)["good"]
    assert report(day, (["visit 1"], Counter(after_close=1), [], [(1, 1)]), 0, 1.0)["good"]
