"""Alpha, item statistics, omega and factorability against psych and lavaan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from analysis.cfa import fit_cfa, model_of, moments_of
from analysis.errors import AnalysisError
from analysis.factorability import factorability
from analysis.polychoric import _bivariate, polychoric_correlations
from analysis.reliability import (
    alpha_of,
    cronbach_alpha,
    omega_of,
    pairwise_covariance,
    weighted_covariance,
)
from tests.analysis.published import survey_answers
from tests.analysis.survey_sample import FACTORS, ITEMS, complete, levels

ANSWERS = survey_answers("h1_reliability")
X, WEIGHTS, _ = complete()
FIELDS = {
    "raw_alpha": "raw",
    "std_alpha": "standardised",
    "G6": "guttman6",
    "average_r": "average_correlation",
    "ase": "standard_error",
    "alpha_if_dropped": "if_dropped",
    "item_rest_r": "item_rest",
    "item_total_r": "item_total",
}


def answered(prefix):
    return [name for name in ANSWERS if name.startswith(prefix)]


def columns(items):
    return X[:, [ITEMS.index(item) for item in items]]


def test_listwise_rows_are_those_of_r():
    assert len(X) == ANSWERS["n_listwise"]["result"]["n"]


@pytest.mark.parametrize("name", [n for n in answered("alpha_") if "weighted" not in n and "pairwise" not in n])
def test_alpha_and_item_statistics_equal_psych(name):
    factor = name.removeprefix("alpha_")
    result = cronbach_alpha(X if factor == "all18" else columns(FACTORS[factor]))
    expected = ANSWERS[name]["result"]
    for key in expected.keys() & FIELDS.keys():
        assert getattr(result, FIELDS[key]) == pytest.approx(np.array(expected[key]), rel=1e-12), key
    if "feldt" in expected:
        limits = [expected["feldt"]["lower"], expected["feldt"]["upper"]]
        assert [result.feldt_lower, result.feldt_upper] == pytest.approx(limits, rel=1e-12)


@pytest.mark.parametrize("factor", [n.removeprefix("alpha_weighted_") for n in answered("alpha_weighted_")])
def test_weighted_and_pairwise_alpha_equal_r(factor):
    weighted = cronbach_alpha(columns(FACTORS[factor]), WEIGHTS).raw
    pairwise = alpha_of(pairwise_covariance(levels(FACTORS[factor])))
    assert weighted == pytest.approx(ANSWERS[f"alpha_weighted_{factor}"]["result"]["alpha"], rel=1e-12)
    assert pairwise == pytest.approx(ANSWERS[f"alpha_pairwise_{factor}"]["result"]["alpha"], rel=1e-12)
    if "svycralpha_access" in ANSWERS and factor == "access":
        assert weighted == pytest.approx(ANSWERS["svycralpha_access"]["result"]["alpha"], rel=1e-12)


def test_weighted_covariance_equals_r():
    if "wcor_cov.wt" not in ANSWERS:
        # Two answers with weights 1 and 3: mean 2.5, sum of share x gap^2 = 0.75, over 1 - (1 + 9) / 16.
        assert weighted_covariance([[1.0], [3.0]], [1, 3])[0, 0] == pytest.approx(2.0)
        return
    found = weighted_covariance(X[:, :8], WEIGHTS)
    r = ANSWERS["wcor_cov.wt"]["result"]
    assert found == pytest.approx(np.array(r["cov"]), rel=1e-12)
    scale = np.sqrt(np.diag(found))
    assert found / np.outer(scale, scale) == pytest.approx(np.array(r["cor"]), rel=1e-12)
    assert np.average(X[:, :8], axis=0, weights=WEIGHTS) == pytest.approx(np.array(r["center"]), rel=1e-12)
    # R survey divides by (n - 1) / n of the sum of weights.
    share, n = WEIGHTS / WEIGHTS.sum(), len(WEIGHTS)
    ours = weighted_covariance(X[:, [0, 4, 8]], WEIGHTS) * (1 - np.sum(share**2)) * n / (n - 1)
    assert ours == pytest.approx(np.array(ANSWERS["svyvar_q01_q05_q09"]["result"]["var"]), rel=1e-12)


@pytest.mark.parametrize("factor", [n.removeprefix("omega_unidim_") for n in answered("omega_unidim_")])
def test_omega_of_one_factor_equals_lavaan(factor):
    asked = ANSWERS[f"omega_unidim_{factor}"]
    expected, items = asked["result"], asked.get("input", {}).get("items", FACTORS[factor])
    fit = fit_cfa(model_of({factor: items}), moments_of(columns(items)))
    loadings = fit.loadings * np.sqrt(fit.factor_covariance[0, 0])
    omega = omega_of(loadings, fit.residual_variances, fit.sample)
    assert loadings == pytest.approx(np.array(expected["loadings"]), rel=1e-4)
    assert fit.residual_variances == pytest.approx(np.array(expected["residuals"]), rel=1e-4)
    assert (omega.total, omega.of_observed) == pytest.approx(
        (expected["omega_total"], expected["omega_observed_var"]), rel=1e-6
    )
    assert fit.n * fit.discrepancy == pytest.approx(expected["chisq"], rel=1e-4, abs=1e-9)
    assert fit.model.df == expected["df"]


def test_omega_by_hand():
    # Three loadings of 0.6 with residuals 0.64: common 3.24, all 5.16.
    assert omega_of([0.6] * 3, [0.64] * 3).total == pytest.approx(3.24 / 5.16)


def test_polychoric_correlations_equal_lavaan():
    if "polychoric_first6" not in ANSWERS:
        # By hand: both halves equally large and 1/3 of all in the corner, so the correlation is sin(30 degrees).
        both = [[1, 1]] * 4 + [[2, 2]] * 4 + [[1, 2]] * 2 + [[2, 1]] * 2
        assert polychoric_correlations(both)[0, 1] == pytest.approx(0.5, abs=1e-6)
        return
    ours = polychoric_correlations(X[:, :6])
    assert ours == pytest.approx(np.array(ANSWERS["polychoric_first6"]["result"]["cor"]), rel=1e-4)


@pytest.mark.parametrize("rho", [-0.95, -0.3, 0.5, 0.9])
def test_normal_corner_is_that_of_scipy(rho):
    points = np.array([[1.0, 1.0], [-0.5, 2.0], [0.3, -1.2]])
    theirs = multivariate_normal.cdf(points, cov=[[1.0, rho], [rho, 1.0]])
    assert _bivariate(points[:, 0], points[:, 1], rho) == pytest.approx(theirs, abs=1e-8)


def test_alpha_beside_the_exploratory_omega_is_our_alpha():
    if "psych_omega_4factor_all18" in ANSWERS:
        alpha = ANSWERS["psych_omega_4factor_all18"]["result"]["alpha"]
        assert cronbach_alpha(X).standardised == pytest.approx(alpha, rel=1e-12)


def test_factorability_equals_psych():
    if "kmo" not in ANSWERS:
        # Two items correlated 0.5: eigenvalues 1.5 and 0.5, partial = simple correlation, so adequacy 0.5.
        found = factorability([[1.0, 0.5], [0.5, 1.0]], 50)
        assert found.eigenvalues.tolist() == pytest.approx([1.5, 0.5])
        assert found.adequacy == pytest.approx(0.5)
        return
    found = factorability(np.corrcoef(X.T), len(X))
    bartlett = ANSWERS["bartlett"]["result"]
    eigenvalues = np.array(ANSWERS["efa_minres_oblimin_eigen"]["result"]["eigenvalues"])
    assert found.eigenvalues == pytest.approx(eigenvalues, rel=1e-12)
    assert found.adequacy == pytest.approx(ANSWERS["kmo"]["result"]["overall"], rel=1e-12)
    assert found.item_adequacy == pytest.approx(np.array(ANSWERS["kmo"]["result"]["items"]), rel=1e-12)
    assert (found.chi_square, found.df, found.p) == pytest.approx(
        (bartlett["chisq"], bartlett["df"], bartlett["p"]), rel=1e-12
    )


def test_parallel_items_have_the_alpha_of_spearman_and_brown():
    # Four items with variance 1 and covariance 0.5: k r / (1 + (k - 1) r) = 0.8.
    assert alpha_of(np.full((4, 4), 0.5) + 0.5 * np.eye(4)) == pytest.approx(0.8)


@given(st.floats(0.1, 100), st.integers(0, 99))
def test_unit_and_scale_of_weights_do_not_change_alpha(scale, seed):
    generator = np.random.default_rng(seed)
    x, w = generator.normal(size=(30, 3)) + generator.normal(size=(30, 1)), generator.uniform(1, 2, 30)
    assert cronbach_alpha(x * scale + 7, w * scale).raw == pytest.approx(cronbach_alpha(x, w).raw, abs=1e-10)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: cronbach_alpha([[1.0, np.nan], [2.0, 1.0]]), "leave out rows with gaps"),
        (lambda: cronbach_alpha([[1.0, 2.0], [1.0, 3.0]]), "item 1 never varies"),
        (lambda: cronbach_alpha([[1.0, 2.0], [2.0, 3.0]], [1.0, 0.0]), "above 0"),
        (lambda: cronbach_alpha([[1.0, 2.0], [2.0, 3.0]], level=95), "level is 95"),
        (lambda: alpha_of([[1.0]]), "two items"),
        (lambda: pairwise_covariance([[1.0, np.nan], [np.nan, 1.0]]), "fewer than twice"),
        (lambda: omega_of([1.0], [1.0, 2.0]), "one length"),
        (lambda: polychoric_correlations([[1.0, np.nan], [2.0, 1.0]]), "leave out rows with gaps"),
        (lambda: polychoric_correlations([[1, 1], [2, 1]]), "item 1 has one level"),
        (lambda: factorability([[1.0, 1.0], [1.0, 1.0]], 50), "positive definite"),
        (lambda: factorability([[2.0, 1.0], [1.0, 2.0]], 50), "ones on its diagonal"),
    ],
)
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
