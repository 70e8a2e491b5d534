"""The public rank table: joint region of Klein, Wright and Wieczorek on intervals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from analysis.errors import AnalysisError
from analysis.intervals import t_quantile
from analysis.rank_sets import (
    joint_region,
    joint_region_of_shares,
    ranks,
    sets_from_intervals,
    simultaneous_level,
)
from tests.analysis.published import golden, published


def column(rows, name):
    return [row[name] for row in rows]


def test_published_intervals_give_all_published_ranks():
    rows = published("rank_kww_travel_time_2011")["one_decimal_variant_published"]
    sets = sets_from_intervals(
        column(rows, "estimate"), column(rows, "ci_lo"), column(rows, "ci_hi"), higher_is_better=False
    )
    assert sets.lower.tolist() == column(rows, "rank_lo")
    assert sets.upper.tolist() == column(rows, "rank_hi")


@pytest.mark.parametrize(
    ("independent", "lower", "upper", "z"),
    [(True, "rank_lo", "rank_hi", "z_independent"), (False, "rank_lo_bonf", "rank_hi_bonf", "z_bonferroni")],
)
def test_estimates_and_standard_errors_give_the_published_region(independent, lower, upper, z):
    example = published("rank_kww_travel_time_2011")
    rows = example["two_decimal_variant_computed"]
    region = joint_region(
        column(rows, "estimate"),
        column(rows, "se"),
        level=1 - example["alpha"],
        independent=independent,
        higher_is_better=False,
    )
    assert norm.ppf(0.5 + region.interval_level / 2) == pytest.approx(example[z], abs=5e-5)
    assert region.sets.lower.tolist() == column(rows, lower)
    assert region.sets.upper.tolist() == column(rows, upper)


def test_agencies_of_the_synthetic_survey_equal_r():
    r = golden("j1_multiplicity_ranks")
    region = joint_region(r["input"]["estimate"], np.sqrt(np.diag(r["input"]["vcov"])))
    quantile = t_quantile(np.inf, simultaneous_level(0.95, len(r["input"]["estimate"])))
    assert float(quantile) == pytest.approx(r["goldstein_healy_overlap"]["z"], rel=1e-12)
    assert region.sets.lower.tolist() == r["goldstein_healy_overlap"]["lower"]
    assert region.sets.upper.tolist() == r["goldstein_healy_overlap"]["upper"]


def test_few_degrees_of_freedom_widen_the_intervals():
    # One unit, df 10: the 97.5 % point of Student's t is 2.228139 (any printed table).
    region = joint_region([50.0], [1.0], [10.0])
    assert region.interval_upper[0] == pytest.approx(52.228139, abs=1e-6)


@pytest.mark.parametrize("se", [0.0, math.nan])
def test_a_unit_of_which_nothing_is_known_may_hold_any_rank_and_counts(se):
    region = joint_region([100.0, 90.0, 10.0], [se, 0.1, 0.1])
    assert region.interval_level == pytest.approx(0.95 ** (1 / 3))
    assert list(zip(region.sets.lower.tolist(), region.sets.upper.tolist(), strict=True)) == [
        (1, 3),
        (1, 2),
        (2, 3),
    ]


def test_thirty_of_thirty_satisfied_is_not_crowned():
    shares = joint_region_of_shares([1.0, 0.95], [0.0, 0.01], [30, 400], [29, 399])
    # Closed form: the exact lower limit of n of n is (gamma / 2) to the power 1 / n.
    gamma = 1 - 0.95**0.5
    assert shares.interval_lower[0] == pytest.approx((gamma / 2) ** (1 / 30), rel=1e-12)
    assert shares.sets.rank.tolist() == [1, 2]
    assert shares.sets.lower.tolist() == [1, 1]
    assert shares.sets.upper.tolist() == [2, 2]


def test_equal_units_share_the_better_rank_and_a_missing_one_comes_last():
    assert ranks([80.0, math.nan, 90.0, 80.0]).tolist() == [2, 4, 1, 2]
    assert ranks([80.0, 90.0, 80.0], higher_is_better=False).tolist() == [1, 3, 1]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: simultaneous_level(95, 3), "level is 95"),
        (lambda: simultaneous_level(0.95, 0), "at least one unit"),
        (lambda: joint_region([1.0], [-1.0]), "negative"),
        (lambda: sets_from_intervals([1.0, 2.0], [0.0], [2.0]), "one length"),
        (lambda: sets_from_intervals([1.0], [2.0], [0.0]), "unit 0"),
    ],
)
def test_bad_arguments_are_refused_with_the_place(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()


@st.composite
def intervals(draw):
    centre = draw(st.lists(st.integers(0, 20), min_size=1, max_size=12))
    half = draw(st.lists(st.integers(0, 6), min_size=len(centre), max_size=len(centre)))
    return np.array(centre, dtype=float), np.array(half, dtype=float)


@given(intervals())
def test_sets_contain_the_rank_of_every_point_inside_the_intervals(case):
    centre, half = case
    sets = sets_from_intervals(centre, centre - half, centre + half)
    truth = ranks(centre)
    generator = np.random.default_rng(0)
    inside = centre + half * generator.uniform(-1, 1, size=(5, centre.size)) * (1 - 1e-9)
    for values in [centre, *inside]:
        assert np.all(sets.lower <= ranks(values))
        assert np.all(ranks(values) <= sets.upper)
    assert np.array_equal(sets.rank, truth)


@given(intervals())
def test_turning_the_scale_round_turns_the_ranks_round(case):
    centre, half = case
    up = sets_from_intervals(centre, centre - half, centre + half)
    down = sets_from_intervals(-centre, -centre - half, -centre + half, higher_is_better=False)
    assert np.array_equal(up.lower, down.lower)
    assert np.array_equal(up.upper, down.upper)
