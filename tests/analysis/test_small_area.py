"""Fay-Herriot estimates against metafor and sae."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.small_area import fay_herriot
from tests.analysis.published import golden

R = golden("j1_multiplicity_ranks")
Y, V = np.array(R["input"]["estimate"]), np.diag(R["input"]["vcov"])


@pytest.mark.parametrize(
    ("method", "metafor", "sae"), [("reml", "REML", "REML"), ("ml", "ML", "ML"), ("moment", "PM", "FH")]
)
def test_agencies_equal_metafor_and_sae(method, metafor, sae):
    result = fay_herriot(Y, V, method=method)
    blup, mse = R[f"fay_herriot_{metafor}"], R[f"sae_mseFH_{sae}"]
    assert result.tau2 == pytest.approx(blup["tau2"], rel=1e-8)
    assert result.estimate == pytest.approx(np.array(blup["blup"]), rel=1e-8)
    assert result.shrinkage == pytest.approx(np.array(blup["gamma"]), rel=1e-8)
    assert result.coefficients == pytest.approx([blup["mu"]], rel=1e-8)
    assert result.coefficient_se == pytest.approx([blup["se_mu"]], rel=1e-8)
    assert result.estimate == pytest.approx(np.array(mse["eblup"]), rel=1e-8)
    assert result.mse == pytest.approx(np.array(mse["mse"]), rel=1e-8)
    assert [result.tau2, result.coefficients[0]] == pytest.approx([mse["refvar"], mse["beta"]], rel=1e-8)
    known_tau2(result, blup)


def known_tau2(result, blup):
    """Metafor's error of a unit, which takes tau^2 for certain: g v + (1 - g)^2 var(mu); and Cochran's Q."""
    g = result.shrinkage
    error = np.sqrt(g * V + (1 - g) ** 2 * result.coefficient_se[0] ** 2)
    assert error == pytest.approx(np.array(blup["se_blup_metafor"]), rel=1e-8)
    q = np.sum((Y - np.average(Y, weights=1 / V)) ** 2 / V)
    assert q == pytest.approx(blup["QE"], rel=1e-8)


def test_moment_equation_is_that_of_the_empirical_bayes_estimator():
    result, expected = fay_herriot(Y, V, method="moment"), R["fay_herriot_EB"]
    assert result.tau2 == pytest.approx(expected["tau2"], rel=1e-8)
    assert result.estimate == pytest.approx(np.array(expected["blup"]), rel=1e-8)
    assert result.shrinkage == pytest.approx(np.array(expected["gamma"]), rel=1e-8)
    found = [result.coefficients[0], result.coefficient_se[0]]
    assert found == pytest.approx([expected["mu"], expected["se_mu"]], rel=1e-8)
    known_tau2(result, expected)


def test_a_covariate_equals_metafor():
    expected = R["fay_herriot_REML_covariate"]
    result = fay_herriot(Y, V, (np.arange(1, Y.size + 1) % 3 == 0).astype(float))
    assert result.tau2 == pytest.approx(expected["tau2"], rel=1e-8)
    assert result.coefficients == pytest.approx(expected["beta"], rel=1e-8)
    assert result.coefficient_se == pytest.approx(expected["se_beta"], rel=1e-8)
    assert result.shrinkage == pytest.approx(np.array(expected["gamma"]), rel=1e-8)
    assert result.estimate == pytest.approx(np.array(expected["blup"]), rel=1e-8)


def test_units_that_differ_by_noise_only_are_shrunk_to_their_mean():
    result = fay_herriot([80.0, 80.5, 79.5, 80.2], [4.0] * 4)
    assert result.tau2 == 0
    assert result.estimate == pytest.approx([80.05] * 4)


@given(st.floats(0.1, 50), st.floats(-100, 100))
def test_unit_and_origin_of_the_scale_carry_over(scale, shift):
    plain, moved = fay_herriot(Y, V), fay_herriot(Y * scale + shift, V * scale**2)
    assert moved.estimate == pytest.approx(plain.estimate * scale + shift, rel=1e-7, abs=1e-7 * scale)
    assert moved.mse == pytest.approx(plain.mse * scale**2, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: fay_herriot([1.0, 2.0, 3.0], [1.0, 0.0, 1.0]), "unit 1: the variance must be above 0"),
        (lambda: fay_herriot([1.0, 2.0], [1.0, 1.0]), "too few"),
        (lambda: fay_herriot([1.0, 2.0, 3.0, 4.0], [1.0] * 4, [1.0] * 4), "collinear"),
        (lambda: fay_herriot([1.0, 2.0, np.nan], [1.0] * 3), "numbers, one row"),
        (lambda: fay_herriot([1.0, 2.0, 3.0], [1.0] * 3, method="bayes"), "choose reml"),
    ],
)
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
