"""Rank sets from all pairs: simulation, adjusted tests, exact counts, posteriors."""

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.rank_pairs import best_set, marginal_rank_sets, simultaneous_rank_sets
from analysis.rank_tests import posterior_ranks, rank_sets_by_tests, rank_sets_of_counts
from tests.analysis.published import golden, published

SYNTHETIC = golden("j1_multiplicity_ranks")
ESTIMATE, COVARIANCE = SYNTHETIC["input"]["estimate"], SYNTHETIC["input"]["vcov"]


def pisa():
    rows = published("rank_csranks_pisa2018_math")["rows"]
    return rows, [row["score"] for row in rows], np.diag([row["se"] ** 2 for row in rows])


@pytest.mark.parametrize(
    ("name", "method", "step_down"),
    [
        ("simul_stepdown", simultaneous_rank_sets, True),
        ("simul_single_step", simultaneous_rank_sets, False),
        ("marg", marginal_rank_sets, True),
    ],
)
def test_pisa_mathematics_gives_the_rank_sets_of_the_authors(name, method, step_down):
    rows, score, covariance = pisa()
    sets = method(score, covariance, seed=1, step_down=step_down).sets
    assert sets.rank.tolist() == [row["rank"] for row in rows]
    for row, lower, upper in zip(rows, sets.lower, sets.upper, strict=True):
        slack = 1 if row["mc_sensitive"] else 0
        assert [lower, upper] == pytest.approx(row[name], abs=slack), row["unit"]


def test_pisa_top_five_set_is_that_of_the_authors():
    rows, score, covariance = pisa()
    result = simultaneous_rank_sets(score, covariance, seed=1)
    assert best_set(result, 5).tolist() == [row["in_top5_set"] for row in rows]


@pytest.mark.parametrize(
    ("case", "method", "step_down"),
    [
        ("csranks_simul_stepdown_TRUE", simultaneous_rank_sets, True),
        ("csranks_simul_stepdown_FALSE", simultaneous_rank_sets, False),
        ("csranks_marginal", marginal_rank_sets, False),
    ],
)
def test_agencies_with_their_joint_covariance_equal_csranks(case, method, step_down):
    sets = method(ESTIMATE, COVARIANCE, draws=50_000, seed=1, step_down=step_down).sets
    # csranks draws its own normals: its note asks for a slack of one rank.
    assert sets.lower == pytest.approx(np.array(SYNTHETIC[case]["lower"]), abs=1)
    assert sets.upper == pytest.approx(np.array(SYNTHETIC[case]["upper"]), abs=1)
    assert sets.rank.tolist() == list(SYNTHETIC[case].get("rank", SYNTHETIC["csranks_simul_stepdown_TRUE"]["rank"]))


@pytest.mark.parametrize(
    ("case", "options"),
    [
        ("rank_sets_holm", {}),
        ("rank_sets_bonferroni", {"adjustment": "bonferroni"}),
        ("rank_sets_bonferroni_t", {"adjustment": "bonferroni", "df": SYNTHETIC["rank_sets_bonferroni_t"]["df"]}),
    ],
)
def test_pairwise_tests_equal_r(case, options):
    sets = rank_sets_by_tests(ESTIMATE, COVARIANCE, **options)
    assert options.get("df", 84) == SYNTHETIC["input"]["df"]
    assert sets.lower.tolist() == SYNTHETIC[case]["lower"]
    assert sets.upper.tolist() == SYNTHETIC[case]["upper"]
    assert sets.rank.tolist() == SYNTHETIC[case]["rank"]


@pytest.mark.parametrize("kind", ["simultaneous", "marginal"])
def test_counts_of_reasons_give_the_exact_sets(kind):
    example = published("rank_multinomial_small")
    sets = rank_sets_of_counts(example["counts"], level=example["coverage"], marginal=kind == "marginal")
    assert sets.lower.tolist() == example[f"{kind}_lo"]
    assert sets.upper.tolist() == example[f"{kind}_hi"]


def test_hospitals_give_the_posterior_rank_intervals():
    example = published("posterior_ranks_surgical12")
    result = posterior_ranks(example["r"], example["n"], seed=3, higher_is_better=False)
    assert result.lower == pytest.approx(np.array([x[0] for x in example["rank_interval95"]]), abs=1)
    assert result.upper == pytest.approx(np.array([x[1] for x in example["rank_interval95"]]), abs=1)
    assert result.mean == pytest.approx(example["rank_mean"], abs=0.03)


def test_one_seed_gives_one_answer_and_another_seed_another():
    first = simultaneous_rank_sets(ESTIMATE, COVARIANCE, seed=7)
    again = simultaneous_rank_sets(ESTIMATE, COVARIANCE, seed=7)
    other = simultaneous_rank_sets(ESTIMATE, COVARIANCE, seed=8)
    assert first.critical.tolist() == again.critical.tolist()
    assert first.critical.tolist() != other.critical.tolist()


def test_stepping_down_never_widens_a_set():
    single = simultaneous_rank_sets(ESTIMATE, COVARIANCE, seed=2, step_down=False).sets
    stepped = simultaneous_rank_sets(ESTIMATE, COVARIANCE, seed=2).sets
    assert np.all(single.lower <= stepped.lower)
    assert np.all(stepped.upper <= single.upper)


def test_two_units_need_the_normal_quantile():
    # With one pair the critical value is that of one two-sided test: 1.96.
    result = simultaneous_rank_sets([1.0, 0.0], np.eye(2), seed=4, draws=200_000, step_down=False)
    assert result.critical[0] == pytest.approx(1.96, abs=0.02)


@pytest.mark.parametrize("method", [simultaneous_rank_sets, marginal_rank_sets])
def test_few_psus_per_unit_need_student_s_quantiles(method):
    # Two means of five PSUs each with equal variances differ by t on 8 degrees of freedom: 2.306. Where one
    # variance is all there is, its own 4 count: 2.776.
    equal = method([1.0, 0.0], np.eye(2), 4, seed=4, draws=200_000, step_down=False)
    alone = method([1.0, 0.0], np.diag([1.0, 1e-9]), [4, 1e9], seed=4, draws=200_000, step_down=False)
    assert equal.critical[0] == pytest.approx(2.306, abs=0.03)
    assert alone.critical[0] == pytest.approx(2.776, abs=0.04)


def test_a_unit_without_degrees_of_freedom_may_hold_any_rank():
    sets = simultaneous_rank_sets([99.0, 50.0, 1.0], np.eye(3), [0, 30, 30], seed=1).sets
    assert (sets.lower.tolist(), sets.upper.tolist()) == ([1, 1, 2], [3, 2, 3])


@pytest.mark.parametrize("method", [simultaneous_rank_sets, marginal_rank_sets])
def test_a_unanimous_agency_gets_no_certain_rank(method):
    covariance = np.diag([0.0, 0.01, 0.01])
    sets = method([100.0, 90.0, 10.0], covariance, seed=1).sets
    assert sets.lower.tolist() == [1, 1, 2]
    assert sets.upper.tolist() == [3, 2, 3]


def test_two_agencies_that_always_move_together_are_not_told_apart_by_rounding():
    covariance = np.array([[1.0, 1.0 - 1e-16], [1.0 - 1e-16, 1.0]])
    sets = simultaneous_rank_sets([50.0 + 1e-9, 50.0], covariance, seed=1).sets
    assert sets.lower.tolist() == [1, 1]
    assert sets.upper.tolist() == [2, 2]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: simultaneous_rank_sets([1.0, 2.0], np.eye(2), seed=1, draws=1000), "20000 or more"),
        (lambda: simultaneous_rank_sets([1.0, 2.0], np.eye(3), seed=1), "one row"),
        (lambda: simultaneous_rank_sets([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]], seed=1), "negative eigenvalue"),
        (lambda: simultaneous_rank_sets([1.0, 2.0], [[1.0, 0.5], [0.1, 1.0]], seed=1), "symmetric"),
        (lambda: best_set(simultaneous_rank_sets([1.0, 2.0], np.eye(2), seed=1), 3), "tau is 3"),
        (lambda: rank_sets_by_tests([1.0], [[1.0]], adjustment="none"), "unknown"),
        (lambda: rank_sets_by_tests([1.0], [1.0]), "one row"),
        (lambda: rank_sets_of_counts([1.5, 2]), "whole"),
        (lambda: posterior_ranks([5], [4], seed=1), "between 0 and trials"),
    ],
)
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
