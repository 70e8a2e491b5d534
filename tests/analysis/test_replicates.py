"""Replicate weights, given and made, against R survey 4.5."""

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.hadamard import hadamard
from analysis.intervals import wald_t
from analysis.replicate_designs import balanced_halves, jackknife, psus_of, rao_wu_bootstrap
from analysis.replicates import estimate, given_replicates, quantile, replicate_covariance
from tests.analysis.one_stage import standard_error
from tests.analysis.published import oracle, oracle_rows

TAGS = (
    "e1_rep_bootstrap", "e1_rep_brr", "e1_rep_fay", "e1_rep_jk1_fpc", "e1_rep_jk1_mse", "e1_rep_jkn",
    "e1_rep_mrbbootstrap", "e1_rep_subbootstrap", "e2_rep_fay5", "e2_rep_jk1_srs", "e2_rep_subboot",
)  # fmt: skip
CASES = [tag for tag in TAGS if oracle(tag)["assertions"]]


class Given:
    """Data and replicate weights of one case, and R's answers."""

    def __init__(self, case):
        whole = oracle(case)
        self.answers = {a["id"]: a for a in whole["assertions"]}
        self.rows = oracle_rows(whole["data"][0].removeprefix("data/").removesuffix(".csv"))
        table = oracle_rows(f"repw_{case.split('rep_')[1]}")
        numbers = np.array([[float(value) for value in row.values()] for row in table])
        design = self.result("design")
        self.design = design
        self.replicates = given_replicates(
            numbers[:, 0],
            numbers[:, 1:],
            scale=design["scale"],
            rscales=design["rscales"],
            about_full=design["mse"],
        )
        self.y, self.x = (np.array([float(row[name]) for row in self.rows]) for name in self.result("mean")["names"])

    def result(self, name):
        return self.answers[name]["result"]

    def domains(self):
        name = self.answers["by_mean"]["r_call"].split("~")[2].split(",")[0]
        labels = None if name in self.rows[0] else ["a", "b"] * 3
        labels = labels or [row[name] for row in self.rows]
        return np.array([[label == d for label in labels] for d in self.result("by_mean")["domains"]], dtype=float)


@pytest.fixture(params=CASES)
def given(request):
    return Given(request.param)


def close(found, expected):
    assert found.se == pytest.approx(np.atleast_1d(np.array(expected["se"], dtype=float)), rel=1e-12, abs=1e-9)
    assert found.estimate == pytest.approx(np.atleast_1d(np.array(expected["estimate"], dtype=float)), rel=1e-12)


def test_mean_total_and_ratio_equal_r(given):
    y, x = given.y, given.x
    values = np.column_stack([y, x])
    mean = estimate(lambda w: w @ values / w.sum(), given.replicates)
    close(mean, given.result("mean"))
    total = estimate(lambda w: w @ values[:, : np.size(given.result("total")["estimate"])], given.replicates)
    close(total, given.result("total"))
    close(estimate(lambda w: w @ y / (w @ x), given.replicates), given.result("ratio"))
    assert mean.df == given.design["degf"]
    for found, name in ((mean, "mean"), (total, "total")):
        r = given.result(name)
        if "ci" in r:
            limits = np.column_stack(wald_t(found.estimate, found.se, found.df))
            assert limits == pytest.approx(np.array(r["ci"], dtype=float), rel=1e-12)
            assert found.df == r["df"]
        if "vcov" in r:
            vcov = np.array(r["vcov"])
            assert found.covariance == pytest.approx(vcov, rel=1e-12, abs=1e-12 * np.abs(vcov).max())


def test_domains_quantiles_variance_and_any_formula_equal_r(given):
    y, x = given.y, given.x
    if "replicates" in given.design:
        assert given.replicates.weights.shape[1] == given.design["replicates"]
        assert np.linalg.matrix_rank(given.replicates.weights) == given.design["rank"]
    if "by_mean" not in given.answers:
        # By hand, two of the three values each time: 30 of 90 lie at or below 1, so the first third is 1.
        assert quantile(y, [1 / 3, 0.5], given.replicates).quantile.tolist() == [1.0, 2.0]
        return
    domain = given.domains()

    def domain_means(w):
        return np.divide(domain @ (w * y), domain @ w, out=np.full(len(domain), np.nan), where=domain @ w > 0)

    by = estimate(domain_means, given.replicates, discard_empty=True)
    assert by.discarded == len(given.answers["by_mean"].get("r_warnings", []))
    close(by, given.result("by_mean"))
    vcov = np.array(given.result("by_mean")["vcov"])
    assert by.covariance == pytest.approx(vcov, rel=1e-11, abs=1e-12 * np.abs(vcov).max())
    n = y.size
    close(
        estimate(lambda w: w @ (y - w @ y / w.sum()) ** 2 / w.sum() * n / (n - 1), given.replicates),
        given.result("var"),
    )
    close(estimate(lambda w: 100 * (w @ y) / (w @ x), given.replicates), given.result("withReplicates_cv"))
    if "quantile" in given.answers:
        (expected,) = given.result("quantile")["values"].values()
        found = quantile(y, [0.25, 0.5, 0.75], given.replicates)
        ours = np.column_stack([found.quantile, found.lower, found.upper, found.se])
        assert ours == pytest.approx(np.array(expected), rel=1e-12)


def test_one_matrix_product_gives_what_the_replicates_give_one_by_one(given):
    values = np.column_stack([given.y, given.x])
    totals = given.replicates.weights.T @ values
    whole = given.replicates.full @ values
    one_by_one = estimate(lambda w: w @ values, given.replicates).covariance
    assert replicate_covariance(whole, totals, given.replicates) == pytest.approx(one_by_one, rel=1e-12)


STRATA = ["a"] * 6 + ["b"] * 8 + ["c"] * 4
UNITS = [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 1, 1, 2, 2]
GENERATOR = np.random.default_rng(11)
FULL, VALUES = GENERATOR.uniform(1, 5, 18), GENERATOR.normal(50, 10, 18)
SIZES = [{"a": 10, "b": 9, "c": 20}[h] for h in STRATA]
TAYLOR = standard_error(FULL * VALUES, STRATA, UNITS, [np.inf] * 18)


def test_jackknife_of_a_total_is_the_textbook_variance():
    without = jackknife(FULL, psus_of(UNITS, STRATA))
    within = jackknife(FULL, psus_of(UNITS, STRATA, SIZES))
    assert estimate(lambda w: w @ VALUES, without).se[0] == pytest.approx(TAYLOR, rel=1e-12)
    expected = standard_error(FULL * VALUES, STRATA, UNITS, SIZES)
    assert estimate(lambda w: w @ VALUES, within).se[0] == pytest.approx(expected, rel=1e-12)
    assert without.df == 9 - 3


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.5])
def test_balanced_halves_of_a_total_are_the_textbook_variance(rho):
    strata = [h for h in "abcdefg" for _ in range(4)]
    units = [1, 1, 2, 2] * 7
    w, y = GENERATOR.uniform(1, 5, 28), GENERATOR.normal(50, 10, 28)
    made = balanced_halves(w, psus_of(units, strata), rho=rho)
    expected = standard_error(w * y, strata, units, [np.inf] * 28)
    assert estimate(lambda v: v @ y, made).se[0] == pytest.approx(expected, rel=1e-12)
    assert made.weights.shape[1] == 8
    assert (made.weights.min() > 0) == (rho > 0)


def test_bootstrap_agrees_with_taylor_within_its_own_noise():
    made = rao_wu_bootstrap(FULL, psus_of(UNITS, STRATA), replicates=4000, seed=3)
    # The relative noise of a standard error from R normal replicates is about 1 / sqrt(2 R) = 1.1 %.
    assert estimate(lambda w: w @ VALUES, made).se[0] == pytest.approx(TAYLOR, rel=0.05)
    assert made.weights.mean(axis=1) == pytest.approx(FULL, rel=0.1)


def test_one_seed_gives_one_bootstrap():
    psus = psus_of(UNITS, STRATA)
    first, again, other = (rao_wu_bootstrap(FULL, psus, replicates=20, seed=s).weights for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_made_jackknife_weights_equal_those_of_r():
    for case, strata in (("e1_rep_jk1_fpc", None), ("e1_rep_jkn", "stype")):
        if case not in CASES:
            continue
        given = Given(case)
        psus = psus_of(
            [row["dnum"] for row in given.rows],
            [row[strata] for row in given.rows] if strata else None,
            [float(row["fpc"]) for row in given.rows] if case.endswith("fpc") else None,
        )
        made = jackknife(given.replicates.full, psus)
        theirs = np.array(sorted(given.replicates.weights.T.tolist()))
        assert np.array(sorted(made.weights.T.tolist())) == pytest.approx(theirs, rel=1e-12)
        scales = given.replicates.scale * given.replicates.rscales
        assert sorted(made.scale * made.rscales) == pytest.approx(sorted(scales), rel=1e-12)
        assert made.df == given.design["degf"]


@pytest.mark.parametrize("least", [1, 2, 3, 5, 12, 13, 20, 25, 37, 63, 100])
def test_hadamard_columns_are_orthogonal_and_the_first_is_ones(least):
    matrix = hadamard(least)
    assert matrix.shape[0] >= least
    assert np.array_equal(matrix.T @ matrix, matrix.shape[0] * np.eye(matrix.shape[0]))
    assert np.all(matrix[:, 0] == 1)


def test_an_empty_replicate_makes_the_error_unknown_not_small():
    made = given_replicates([1.0, 1.0], [[0.0, 2.0], [2.0, 0.0]], scale=1.0)

    def first_domain(w):
        return w[0] / w[0] if w[0] > 0 else np.nan

    assert np.isnan(estimate(first_domain, made).se[0])
    assert estimate(first_domain, made, discard_empty=True).discarded == 1


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: given_replicates([1.0], [[1.0]], scale=1.0), "two columns"),
        (lambda: given_replicates([1.0], [[1.0, -1.0]], scale=1.0), "row 1, replicate 2"),
        (lambda: given_replicates([1.0], [[1.0, 1.0]], scale=0.0), "above 0"),
        (lambda: psus_of([1, 2, 3], ["a", "a", "b"]), "stratum b has a single PSU"),
        (lambda: psus_of([1, 2], None, [0.5, 0.5]), "number of PSUs"),
        (lambda: balanced_halves([1.0] * 3, psus_of([1, 2, 3])), "balanced halves need two"),
        (lambda: balanced_halves([1.0] * 2, psus_of([1, 2]), rho=1.0), "below 1"),
        (lambda: rao_wu_bootstrap([1.0] * 2, psus_of([1, 2]), replicates=1, seed=1), "at least 2"),
        (lambda: jackknife([1.0, 0.0], psus_of([1, 2])), "above 0"),
        (lambda: hadamard(5000), "1 to 2048"),
        (lambda: quantile([1.0], [0.5], given_replicates([1.0, 1.0], np.ones((2, 2)), scale=1.0)), "one entry"),
    ],
)
def test_bad_arguments_are_refused_with_place_and_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
