"""Changes and weighted means recovered from published intervals agree with what the micro-data give."""

import numpy as np
import pytest

from analysis import (
    AnalysisError,
    Recovered,
    change_of_published,
    correlation_of_years,
    differences_of_shares,
    linear_contrasts,
    mean_of_published,
    wilson,
)


def share(hits, n):
    low, high = wilson(np.array([hits / n]), np.array([n]))
    return Recovered(hits / n, float(low[0]), float(high[0]))


def wald(estimate, se):
    return Recovered(estimate, estimate - 1.96 * se, estimate + 1.96 * se)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_the_change_of_two_wilson_intervals_is_newcombes(first, second, low, high):
    found = change_of_published(share(*first), share(*second))
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    exact = differences_of_shares((first[0], second[0]), (first[1], second[1]))
    assert found.low == pytest.approx(float(exact.ci_lower[0]), abs=1e-12)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, -0.3])
def test_with_symmetric_intervals_it_is_the_contrast_with_its_covariance(correlation):
    se = np.array([1.2, 0.8])
    covariance = np.diag(se**2) + correlation * np.prod(se) * (1 - np.eye(2))
    exact = linear_contrasts([84.0, 81.5], covariance, [[1, -1]], adjustment="none")
    found = change_of_published(wald(84.0, 1.2), wald(81.5, 0.8), correlation=correlation)
    half = 1.96 * float(exact.se[0])
    assert (found.low, found.high) == (pytest.approx(2.5 - half, abs=1e-12), pytest.approx(2.5 + half, abs=1e-12))
    assert correlation_of_years(0.8, 1.2, float(exact.se[0])) == pytest.approx(correlation, abs=1e-12)


def test_a_mean_of_parts_has_the_interval_of_the_weighted_sum():
    found = mean_of_published([wald(80.0, 1.0), wald(90.0, 2.0)], [300, 100])
    half = 1.96 * np.sqrt((0.75 * 1.0) ** 2 + (0.25 * 2.0) ** 2)
    assert (found.estimate, found.low, found.high) == (82.5, pytest.approx(82.5 - half), pytest.approx(82.5 + half))
    assert mean_of_published([wald(80.0, 1.0)], [7]) == wald(80.0, 1.0)


@pytest.mark.parametrize("weights", [[], [1], [1, -1], [0, 0], [np.inf, -np.inf]])
def test_weights_that_weigh_nothing_are_refused(weights):
    with pytest.raises(AnalysisError, match="one weight"):
        mean_of_published([wald(80.0, 1.0), wald(90.0, 2.0)], weights)


def test_an_interval_without_its_estimate_and_a_wrong_correlation_are_refused():
    with pytest.raises(AnalysisError, match="outside its interval"):
        change_of_published(Recovered(5.0, 6.0, 7.0), wald(1.0, 1.0))
    with pytest.raises(AnalysisError, match="correlation"):
        change_of_published(wald(1.0, 1.0), wald(1.0, 1.0), correlation=1.1)
    with pytest.raises(AnalysisError, match="above 0"):
        correlation_of_years(0.0, 1.0, 1.0)
