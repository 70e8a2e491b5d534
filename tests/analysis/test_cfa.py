"""Confirmatory factor analysis against lavaan."""

import numpy as np
import pytest

from analysis.cfa import fit_cfa, model_of, moments_of
from analysis.cfa_fit import fit_indices, scaled_indices, standardised
from analysis.errors import AnalysisError
from tests.analysis.published import survey_answers
from tests.analysis.survey_sample import ITEMS, complete

ANSWERS = survey_answers("h2_cfa")
X, WEIGHTS, _ = complete()
CASES = [name for name in ("cfa_ml", "cfa_mlr", "cfa_mlr_weights") if name in ANSWERS]
INDICES = {
    "npar": "parameters", "chisq": "chi_square", "df": "df", "pvalue": "p", "cfi": "cfi", "tli": "tli",
    "rmsea": "rmsea", "rmsea.ci.lower": "rmsea_lower", "rmsea.ci.upper": "rmsea_upper", "srmr": "srmr",
    "logl": "log_likelihood", "aic": "aic", "bic": "bic",
}  # fmt: skip
SCALED = {"chisq.scaled": "chi_square", "cfi.scaled": "cfi", "tli.scaled": "tli", "rmsea.scaled": "rmsea"}


def fitted(name):
    lines = ANSWERS["cfa_ml"]["input"]["model"].splitlines()
    factors = {line.split("=~")[0].strip(): line.split("=~")[1].replace("+", " ").split() for line in lines}
    model = model_of(factors)
    chosen = X[:, [ITEMS.index(item) for item in model.items]]
    moments = moments_of(chosen, WEIGHTS if name.endswith("weights") else None)
    return fit_cfa(model, moments, robust="mlr" in name), moments


def table(cfa):
    """Estimate, standard error and standardised estimate by the names that lavaan prints."""
    model, (loading, correlation, share) = cfa.model, standardised(cfa)
    free = int((~model.marker).sum())
    se = iter(cfa.se)
    rows = {}
    for i, item in enumerate(model.items):
        error = 0.0 if model.marker[i] else next(se)
        rows[model.factors[model.factor_of[i]], "=~", item] = (cfa.loadings[i], error, loading[i])
    for i, item in enumerate(model.items):
        rows[item, "~~", item] = (cfa.residual_variances[i], cfa.se[free + i], share[i])
    for k, (a, b) in enumerate(zip(*np.tril_indices(len(model.factors)), strict=True)):
        values = (cfa.factor_covariance[a, b], cfa.se[free + len(model.items) + k], correlation[a, b])
        rows[model.factors[b], "~~", model.factors[a]] = values
    return rows


@pytest.mark.parametrize("name", CASES)
def test_estimates_and_standard_errors_equal_lavaan(name):
    expected, rows = ANSWERS[name]["result"], table(fitted(name)[0])
    keys = list(zip(expected["lhs"], expected["op"], expected["rhs"], strict=True))
    assert [rows[key][0] for key in keys] == pytest.approx(expected["est"], rel=1e-4)
    assert [rows[key][2] for key in keys] == pytest.approx(expected["std_all"], rel=1e-4)
    if "se" in expected:
        assert [rows[key][1] for key in keys] == pytest.approx(expected["se"], rel=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_fit_indices_equal_lavaan(name):
    expected, (cfa, moments) = ANSWERS[name]["result"]["fit"], fitted(name)
    plain = fit_indices(cfa)
    for key in expected.keys() & INDICES.keys():
        assert getattr(plain, INDICES[key]) == pytest.approx(expected[key], rel=1e-4, abs=1e-9), key
    if "chisq.scaled" in expected:
        scaled = scaled_indices(cfa, moments)
        for key, field in SCALED.items():
            assert getattr(scaled, field) == pytest.approx(expected[key], rel=1e-4), key
        assert plain.df == expected["df.scaled"]
    assert cfa.n == ANSWERS[name]["result"].get("n", cfa.n)


def test_standardised_shares_add_up():
    cfa, _ = fitted("cfa_ml")
    loading, _, share = standardised(cfa)
    assert loading**2 + share == pytest.approx(np.ones(len(loading)))


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: model_of({"f": ["a", "b"]}), "it needs 3"),
        (lambda: model_of({"f": ["a", "b"], "g": ["b", "c"]}), "item b stands on two"),
        (lambda: moments_of([[1.0, np.nan]] * 5), "leave out rows with gaps"),
        (lambda: moments_of([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]), "repeats others"),
        (lambda: moments_of([[1.0], [2.0]], [1.0, -1.0]), "above 0"),
        (lambda: fit_cfa(model_of({"f": ["a", "b", "c"]}), moments_of([[1.0], [2.0]])), "one column per item"),
    ],
)
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
