"""Reliability of a table, groups, and the robustness box."""

import math

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.ranking import between_variance, group_span, robustness, table_reliability
from analysis.variants import drop_one, weighted_arithmetic, weighted_geometric
from tests.analysis.published import golden, published

SYNTHETIC = golden("j1_multiplicity_ranks")


def test_variance_between_agencies_equals_metafor():
    variance = np.diag(SYNTHETIC["input"]["vcov"])
    tau2 = between_variance(SYNTHETIC["input"]["estimate"], variance)
    r, y = SYNTHETIC["fay_herriot_DL"], np.array(SYNTHETIC["input"]["estimate"])
    assert tau2 == pytest.approx(r["tau2"], rel=1e-8)
    # What follows from it by metafor's formulas, with our tau^2.
    mu, g = np.average(y, weights=1 / (tau2 + variance)), tau2 / (tau2 + variance)
    error = 1 / np.sqrt(np.sum(1 / (tau2 + variance)))
    q = np.sum((y - np.average(y, weights=1 / variance)) ** 2 / variance)
    assert [mu, error, q] == pytest.approx([r["mu"], r["se_mu"], r["QE"]], rel=1e-8)
    assert g == pytest.approx(np.array(r["gamma"]), rel=1e-8)
    assert g * y + (1 - g) * mu == pytest.approx(np.array(r["blup"]), rel=1e-8)
    assert np.sqrt(g * variance + (1 - g) ** 2 * error**2) == pytest.approx(np.array(r["se_blup_metafor"]), rel=1e-8)


def test_agencies_that_differ_by_less_than_noise_have_no_reliability_and_no_ranks():
    table = table_reliability([80.0, 80.1, 79.9, 80.05], [2.0, 2.0, 2.0, 2.0])
    assert (table.rho, table.tau2, table.groups_only) == (0.0, 0.0, True)


def test_units_without_a_standard_error_are_left_out_and_counted():
    # By hand: equal weights, so tau2 = variance of (70, 90) - 1 = 199 and rho = 199 / 200.
    table = table_reliability([70.0, 90.0, 100.0, 85.0], [1.0, 1.0, 0.0, math.nan])
    assert table.rho == pytest.approx(0.995)
    assert (table.units, table.left_out, table.groups_only) == (2, 2, False)


def test_one_usable_unit_says_nothing():
    table = table_reliability([70.0, 90.0], [1.0, 0.0])
    assert (table.rho, table.groups_only) == (None, True)


def test_a_quarter_is_printed_only_if_the_whole_rank_set_lies_in_it():
    first, last = group_span([1, 3, 2, 7, 5, 1, 4, 8], [2, 4, 3, 8, 6, 8, 4, 8])
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == [
        (1, 1), (2, 2), (1, 2), (4, 4), (3, 3), (1, 4), (2, 2), (4, 4),
    ]  # fmt: skip


def test_composite_index_and_its_variants_give_the_published_shifts():
    example = published("composite_coinr_asem")
    rows, sizes = example["rows"], [5, 3]
    pillars = np.array([row["pillars"] for row in rows], dtype=float)

    def nested(kept):
        """Equal weights of the two parents, and of the pillars that are kept within each."""
        first, second = np.array(kept[: sizes[0]]), np.array(kept[sizes[0] :])
        return np.concatenate([first / first.sum(), second / second.sum()]) / 2

    whole = nested([1] * 8)
    index = weighted_arithmetic(pillars, whole)
    assert index == pytest.approx([row["index"] for row in rows], abs=1e-6)
    dropped = [weighted_arithmetic(pillars, nested(keep)) for keep in 1 - np.eye(8)]
    variants = [weighted_arithmetic(pillars, np.ones(8)), weighted_geometric(pillars, whole), *dropped]
    result = robustness(index, variants)
    expected = list(example["robustness"].values())
    assert result.mean_shift == pytest.approx([x["mean_abs_shift"] for x in expected], abs=5e-4)
    assert result.largest_shift.tolist() == [x["max_abs_shift"] for x in expected]
    assert result.rank.tolist() == [row["rank"] for row in rows]
    assert result.lowest.tolist() == [row["rank_min"] for row in rows]
    assert result.highest.tolist() == [row["rank_max"] for row in rows]


def test_leaving_a_factor_out_shares_its_weight_among_the_others():
    # By hand: weights 1, 1, 2; without the last (10 + 20) / 2, without the first (20 + 2 x 40) / 3.
    index = drop_one([[10.0, 20.0, 40.0]], [1, 1, 2])
    assert index[:, 0] == pytest.approx([100 / 3, 30.0, 15.0])


def test_a_strong_factor_pays_for_a_weak_one_only_in_the_arithmetic_mean():
    scores = [[90.0, 40.0]]
    assert weighted_arithmetic(scores, [1, 1]) == pytest.approx([65.0])
    assert weighted_geometric(scores, [1, 1]) == pytest.approx([60.0])


def test_a_factor_without_score_makes_the_index_null_unless_its_weight_is_zero():
    scores = [[50.0, math.nan]]
    assert math.isnan(weighted_arithmetic(scores, [1, 1])[0])
    assert weighted_arithmetic(scores, [1, 0]).tolist() == [50.0]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: between_variance([1.0, 2.0], [1.0, 0.0]), "above 0"),
        (lambda: table_reliability([1.0], [1.0, 2.0]), "one length"),
        (lambda: group_span([0], [1], 1), "1..K"),
        (lambda: robustness([1.0, math.nan], [[1.0, 2.0]]), "missing"),
        (lambda: robustness([1.0, 2.0], [[1.0]]), "one column per unit"),
        (lambda: weighted_arithmetic([[1.0, 2.0]], [0, 0]), "not all 0"),
        (lambda: weighted_geometric([[-1.0, 2.0]], [1, 1]), "at least 0"),
    ],
)
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
