"""Ordinal, linear and logistic models, and shares of explained variance, against R."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.drivers import importance_performance, lmg_shares, lmg_with_limits, relative_weights
from analysis.errors import AnalysisError
from analysis.ordinal import ordinal_regression
from analysis.regression import linear_regression, logistic_regression, wald_test
from analysis.replicate_designs import psus_of, rao_wu_bootstrap
from analysis.replicates import given_replicates
from analysis.variance import Stage, lay_out
from tests.analysis.published import survey_answers
from tests.analysis.survey_sample import FACTORS, ITEMS, complete

ANSWERS = survey_answers("h3_drivers")
X, WEIGHTS, ROWS = complete()
LEVEL = X[:, 17]
MEANS = np.column_stack([X[:, [ITEMS.index(i) for i in FACTORS[f] if i != "q18"]].mean(axis=1) for f in FACTORS])
PREDICTORS = np.column_stack([MEANS, [row["resp_type"] == "org" for row in ROWS]]).astype(float)
FIRST_THRESHOLD = 5


def design():
    """The survey's strata and PSUs with their population counts, as one domain."""
    keys = [(row["stratum"], row["psu"]) for row in ROWS]
    number = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    strata = {name: h for h, name in enumerate(dict.fromkeys(stratum for stratum, _ in number))}
    stratum = np.array([strata[name] for name, _ in number])
    population = {row["stratum"]: float(row["fpc"]) for row in ROWS}
    sizes = np.array([population[name] for name in strata])
    sampled = np.bincount(stratum).astype(float)
    stage = Stage(np.array([number[key] for key in keys]), stratum, sampled, sizes, np.ones(len(strata)))
    return lay_out((stage,), np.zeros(len(keys), dtype=np.int64), 1)


def result(name):
    return ANSWERS[name]["result"]


FITS = {
    "polr_logistic": {},
    "polr_probit": {"link": "probit"},
    "polr_weighted_points": {"weights": WEIGHTS / WEIGHTS.mean()},
    "svyolr_tight": {"weights": WEIGHTS, "design": design()},
}


@pytest.mark.parametrize("name", [name for name in FITS if name in ANSWERS])
def test_ordinal_model_equals_r(name):
    fit, expected = ordinal_regression(LEVEL, PREDICTORS, **FITS[name]), result(name)
    assert np.concatenate([fit.slopes, fit.thresholds]) == pytest.approx(np.array(expected["estimate"]), rel=1e-6)
    # R's polr takes second derivatives by differences: at the rarest level it is 2e-5 off R's own clm.
    se, theirs = fit.se[: len(expected["se"])], np.array(expected["se"])
    rest = np.arange(theirs.size) != FIRST_THRESHOLD
    assert se[rest] == pytest.approx(theirs[rest], rel=1e-5)
    assert se == pytest.approx(theirs, rel=1e-4)
    if "loglik" in expected and name != "svyolr_tight":
        assert fit.log_likelihood == pytest.approx(expected["loglik"], rel=1e-9)
    if "deviance" in expected and name != "svyolr_tight":
        assert -2 * fit.log_likelihood == pytest.approx(expected["deviance"], rel=1e-9)
        assert fit.slopes.size + fit.thresholds.size == expected["edf"]


def test_ordinal_model_equals_clm_with_exact_derivatives():
    fit = ordinal_regression(LEVEL, PREDICTORS)
    if "clm_logit" not in ANSWERS:
        # Without predictors that matter the thresholds are the log odds of the cumulated shares.
        flat = ordinal_regression([1, 1, 1, 2, 2, 2, 2, 2], np.array([[1.0], [-1], [0], [1], [-1], [0], [0], [0]]))
        assert flat.slopes[0] == pytest.approx(0.0, abs=1e-9)
        assert flat.thresholds[0] == pytest.approx(np.log(3 / 5))
        return
    expected = result("clm_logit")
    assert np.concatenate([fit.thresholds, fit.slopes]) == pytest.approx(np.array(expected["estimate"]), rel=1e-8)
    se = np.concatenate([fit.se[5:], fit.se[:5]])
    assert se == pytest.approx(np.array(expected["se"]), rel=1e-8)
    assert fit.log_likelihood == pytest.approx(expected["loglik"], rel=1e-12)


def test_design_based_regressions_equal_svyglm():
    linear = linear_regression(LEVEL, PREDICTORS, WEIGHTS, design())
    logistic = logistic_regression(LEVEL >= 4, PREDICTORS, WEIGHTS, design())
    if "svyglm_gaussian" not in ANSWERS:
        # Weighted least squares of the sample by the normal equations.
        x = np.column_stack([np.ones(len(X)), PREDICTORS]) * np.sqrt(WEIGHTS)[:, None]
        assert linear.coefficients == pytest.approx(np.linalg.lstsq(x, LEVEL * np.sqrt(WEIGHTS), rcond=None)[0])
        assert logistic.df == linear.df == design().df[0] - 5
        return
    for fit, name in ((linear, "svyglm_gaussian"), (logistic, "svyglm_quasibinomial")):
        assert fit.coefficients == pytest.approx(np.array(result(name)["estimate"]), rel=1e-9)
        assert fit.se == pytest.approx(np.array(result(name)["se"]), rel=1e-8)
        assert fit.df == result(name)["df_resid"]
    assert linear.t == pytest.approx(np.array(result("svyglm_gaussian")["t"]), rel=1e-8)
    assert linear.p == pytest.approx(np.array(result("svyglm_gaussian")["p"]), rel=1e-8)
    test, expected = wald_test(linear, [1, 2]), result("regTermTest_wald")
    assert (test.f, test.df, test.df_residual, test.p) == pytest.approx(
        (expected["F"], expected["df"], expected["ddf"], expected["p"]), rel=1e-8
    )
    assert ordinal_regression(LEVEL, PREDICTORS, WEIGHTS, design=design()).df == result("svyolr")["df_resid"]


@pytest.mark.parametrize(("name", "weights"), [("lmg_unweighted", None), ("lmg_weighted", WEIGHTS)])
def test_shares_over_all_orders_equal_r(name, weights):
    found, expected = lmg_shares(LEVEL, MEANS, weights), result(name)
    assert found.shares == pytest.approx(np.array(expected["lmg"]), rel=1e-11)
    assert found.r_squared == pytest.approx(expected["r2"], rel=1e-11)


def test_relative_weights_and_importance_equal_r():
    bootstrap = rao_wu_bootstrap(
        WEIGHTS, psus_of([r["psu"] for r in ROWS], [r["stratum"] for r in ROWS]), replicates=200, seed=1
    )
    cross = importance_performance(LEVEL, MEANS, bootstrap)
    assert np.all(cross.importance_lower < cross.importance)
    assert np.all(cross.importance < cross.importance_upper)
    assert np.all(cross.performance_lower < cross.performance_upper)
    johnson = relative_weights(LEVEL, MEANS, WEIGHTS)
    assert johnson.r_squared == pytest.approx(lmg_shares(LEVEL, MEANS, WEIGHTS).r_squared)
    if "ipa_derived" in ANSWERS:
        assert johnson.shares == pytest.approx(np.array(result("johnson_relative_weights")["raw"]), rel=1e-11)
        assert johnson.r_squared == pytest.approx(result("johnson_relative_weights")["r2"], rel=1e-11)
        middle = [cross.importance.mean(), cross.performance.mean()]
        expected = result("ipa_derived")
        assert middle == pytest.approx([expected["importance_mean"], expected["performance_mean"]], rel=1e-11)
        assert cross.importance == pytest.approx(np.array(result("ipa_derived")["importance"]), rel=1e-11)
        assert cross.performance == pytest.approx(np.array(result("ipa_derived")["performance"]), rel=1e-11)


def test_limits_of_shares_come_again_with_the_seed():
    psus = psus_of([r["psu"] for r in ROWS], [r["stratum"] for r in ROWS])
    first, again = (
        lmg_with_limits(LEVEL, MEANS, rao_wu_bootstrap(WEIGHTS, psus, replicates=200, seed=5)) for _ in "ab"
    )
    assert np.array_equal(first.lower, again.lower)
    assert np.all(first.lower <= first.upper)
    assert np.all(first.lower >= 0)


def test_uncorrelated_predictors_share_by_their_squared_correlations():
    x = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
    # y = 2 a + b: variances 4 and 1 of 5.
    found = lmg_shares(x @ [2.0, 1.0], x)
    assert found.shares == pytest.approx([0.8, 0.2])
    assert relative_weights(x @ [2.0, 1.0], x).shares == pytest.approx([0.8, 0.2])


@given(st.integers(0, 999))
def test_shares_are_never_negative_and_sum_to_r_squared(seed):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(40, 4)) + generator.normal(size=(40, 1))
    found = lmg_shares(x @ generator.normal(size=4) + generator.normal(size=40), x, generator.uniform(1, 3, 40))
    assert found.shares.sum() == pytest.approx(found.r_squared)
    assert np.all(found.shares >= -1e-12)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: ordinal_regression([1, 1], [[1.0], [2.0]]), "one level"),
        (lambda: ordinal_regression([1, 2], [[1.0], [np.nan]]), "leave out respondents with gaps"),
        (lambda: ordinal_regression([1, 2, 3], [[1.0], [1.0], [1.0]]), "collinear"),
        (lambda: ordinal_regression([1, 2], [[1.0], [2.0]], link="cauchit"), "choose logit or probit"),
        (lambda: ordinal_regression([1, 1, 2, 2], [[1.0], [2.0], [3.0], [4.0]]), "separate"),
        (lambda: linear_regression([1.0, np.nan], [[1.0], [2.0]], [1, 1], design()), "gaps"),
        (lambda: logistic_regression([2.0], [[1.0]], [1], design()), "between 0 and 1"),
        (lambda: lmg_shares([1.0, 2.0], [[1.0], [1.0]]), "column 1 .* never varies"),
        (lambda: lmg_shares([1.0, 2.0, 4.0], np.column_stack([[1.0, 2, 3]] * 2)), "repeats others"),
        (lambda: lmg_shares([1.0, 2.0], np.ones((2, 13))), "1 to 12 columns"),
        (
            lambda: lmg_with_limits([1.0], [[1.0]], given_replicates([1.0], [[1.0] * 9], scale=1.0)),
            "200 replicates",
        ),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
