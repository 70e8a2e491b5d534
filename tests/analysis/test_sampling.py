"""Sizes, allocation and drawing."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.sample_size import allocate, half_width_for_size, size_for_error, size_for_half_width
from analysis.sampling import draw_pps, draw_stratified, draw_systematic, frame_hash, inclusion_probabilities


@pytest.mark.parametrize(
    ("population", "error", "n"),
    [(500, 0.05, 223), (1000, 0.05, 286), (10_000, 0.05, 385), (100_000, 0.05, 399), (1000, 0.10, 91)],
)
def test_sizes_are_those_of_the_printed_table(population, error, n):
    # Yamane's formula; 222.2, 285.7, 384.6, 398.4 and 90.9 rounded up.
    assert size_for_error(population, error) == n


def test_half_width_of_five_points_needs_385_answers():
    # Cochran (1977): 1.96^2 x 0.25 / 0.05^2 = 384.1; with N = 1000: 384.1 / (1 + 383.1 / 1000) = 277.7.
    assert size_for_half_width(0.05) == 385
    assert size_for_half_width(0.05, population=1000) == 278
    assert size_for_half_width(0.05, deff=2) == 769
    assert size_for_half_width(0.05, share=0.85) == 196


def test_half_width_is_the_size_turned_round():
    # methods of provider profiling quote, for a share of 85 %: 14 points at n = 25, 7 at 100, 4 at 300.
    assert [round(100 * half_width_for_size(n, share=0.85)) for n in (25, 100, 300)] == [14, 7, 4]
    assert half_width_for_size(384.146) == pytest.approx(0.05, abs=1e-6)
    assert half_width_for_size(1000, population=1000) == 0
    assert half_width_for_size(1, population=1) == 0
    for n in (30, 100, 400):
        assert size_for_half_width(half_width_for_size(n, population=500), population=500) == n


def test_allocation_by_hand():
    sizes = {"a": 100, "b": 300, "c": 600}
    assert allocate(100, sizes) == {"a": 10, "b": 30, "c": 60}
    # Neyman with S = 3, 1, 0.5: products 300 : 300 : 300.
    assert allocate(99, sizes, spread={"a": 3, "b": 1, "c": 0.5}) == {"a": 33, "b": 33, "c": 33}
    assert allocate(30, {"a": 100, "b": 400}, power=0.5) == {"a": 10, "b": 20}
    assert allocate(30, {"a": 5, "b": 1000, "c": 1000}, power=0) == {"a": 5, "b": 13, "c": 12}
    assert allocate(10, {"a": 1, "b": 1000, "c": 0}) == {"a": 1, "b": 9, "c": 0}


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 500), min_size=1, max_size=12), st.floats(0, 1), st.data())
def test_allocation_keeps_total_minimum_and_census(sizes, power, data):
    least = sum(min(n, 2) for n in sizes.values())
    total = data.draw(st.integers(least, sum(sizes.values())))
    shares = allocate(total, sizes, power=power)
    assert sum(shares.values()) == total
    assert all(min(sizes[h], 2) <= shares[h] <= sizes[h] for h in sizes)


FRAME = {f"d{number:04d}": "north" if number % 3 else "south" for number in range(900)}


def test_anybody_with_the_seed_draws_the_same_units_again():
    sample = draw_stratified(FRAME, {"north": 20, "south": 10}, seed="08 15 23")
    turned = draw_stratified(dict(reversed(FRAME.items())), {"north": 20, "south": 10}, seed="08 15 23")
    other = draw_stratified(FRAME, {"north": 20, "south": 10}, seed="08 15 24")
    assert sample.units == turned.units
    assert set(sample.units) != set(other.units)
    assert Counter(FRAME[unit] for unit in sample.units) == {"north": 20, "south": 10}
    assert sample.probabilities == pytest.approx([20 / 600] * 20 + [10 / 300] * 10)


def test_a_stratum_that_is_empty_or_not_drawn_from_gives_nobody():
    sample = draw_stratified({"a": 1, "b": 2}, {0: 0, 1: 1, 2: 0}, seed="x")
    assert sample.units == ("a",)


def test_frame_hash_is_sha256_of_the_sorted_lines():
    assert frame_hash(["b", "a"]) == hashlib.sha256(b"a\nb\n").hexdigest()
    assert frame_hash(["a", "b"]) != frame_hash(["a", "c"])


def test_reserves_follow_the_sample():
    small = draw_stratified(FRAME, {"north": 20, "south": 0}, seed="x")
    large = draw_stratified(FRAME, {"north": 25, "south": 0}, seed="x")
    assert large.units[:20] == small.units


def test_every_unit_is_drawn_equally_often():
    frame = {str(number): 1 for number in range(10)}
    counts = Counter(u for s in range(2000) for u in draw_stratified(frame, {1: 3}, seed=str(s)).units)
    # 600 expected; five standard deviations of the binomial are 102.
    assert all(abs(counts[unit] - 600) < 102 for unit in frame)


def test_systematic_sample_spreads_over_the_frame():
    names = [f"{number:03d}" for number in range(100)]
    sample = draw_systematic(names, 10, seed="x")
    assert np.diff([int(unit) for unit in sample.units]).tolist() == [10] * 9
    assert len(draw_systematic(names, 7, seed="y").units) == 7
    assert draw_systematic(names, 100, seed="z").units == tuple(names)


def test_units_too_large_are_certain():
    # By hand: 60 of 100 with n = 2 would be 1.2, so certain; the rest share one place: 20 / 40, 10 / 40.
    sizes = [60.0, 20.0, 10.0, 10.0]
    assert inclusion_probabilities(sizes, 2) == pytest.approx([1.0, 0.5, 0.25, 0.25])
    sample = draw_pps(["a", "b", "c", "d"], sizes, 2, seed="x")
    assert sample.units[0] == "a"
    assert sample.certain.tolist() == [True, False]
    assert len(sample.units) == 2


def test_probability_proportional_to_size_holds_over_seeds():
    names, sizes = list("abcde"), [5.0, 4.0, 3.0, 2.0, 1.0]
    counts = Counter(u for s in range(3000) for u in draw_pps(names, sizes, 2, seed=str(s)).units)
    for name, p in zip(names, inclusion_probabilities(sizes, 2), strict=True):
        assert counts[name] / 3000 == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / 3000))


@given(st.lists(st.floats(0.01, 1000), min_size=1, max_size=30), st.data())
def test_pps_draws_exactly_n_different_units(sizes, data):
    n = data.draw(st.integers(1, len(sizes)))
    names = [f"u{i}" for i in range(len(sizes))]
    sample = draw_pps(names, sizes, n, seed=data.draw(st.text(min_size=1, max_size=5)))
    assert len(set(sample.units)) == len(sample.units) == n
    assert inclusion_probabilities(sizes, n).sum() == pytest.approx(n)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: size_for_error(0, 0.05), "population is 0"),
        (lambda: half_width_for_size(0), "answers is 0"),
        (lambda: half_width_for_size(9, share=1.0), "share and level"),
        (lambda: size_for_half_width(0.1, deff=0), "deff be above 0"),
        (lambda: size_for_error(100, 5), "such as 0.05"),
        (lambda: size_for_half_width(5), "between 0 and 1"),
        (lambda: allocate(3, {"a": 10, "b": 10}), "between 4"),
        (lambda: allocate(30, {"a": 10, "b": 10}), "20 .all units"),
        (lambda: allocate(5, {"a": 10}, power=2), "power"),
        (lambda: frame_hash(["a", "a"]), "twice"),
        (lambda: frame_hash(["a\n"]), "line feed"),
        (lambda: frame_hash([]), "empty"),
        (lambda: draw_stratified({"a": 1}, {2: 1}, seed="x"), "no sample size"),
        (lambda: draw_stratified({"a": 1}, {1: 2}, seed="x"), "2 are to be drawn of 1"),
        (lambda: draw_stratified({"a": 1}, {1: 1}, seed=""), "seed is empty"),
        (lambda: draw_pps(["a"], [0.0], 1, seed="x"), "above 0"),
        (lambda: draw_systematic(["a"], 2, seed="x"), "the frame has 1"),
    ],
)
def test_bad_arguments_are_refused_with_place_and_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
