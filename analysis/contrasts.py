"""Contrasts of estimates with the covariance that they share, and differences of independent shares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr

from analysis.errors import AnalysisError
from analysis.intervals import newcombe, t_quantile
from analysis.multiplicity import benjamini_hochberg, benjamini_yekutieli, bonferroni, hochberg, holm

Float = NDArray[np.float64]
ROUNDING = 1e-12  # of a difference of variances
ADJUSTMENTS: Mapping[str, Callable[[ArrayLike], Float]] = {
    "none": lambda p: np.asarray(p, dtype=np.float64),
    "holm": holm,
    "hochberg": hochberg,
    "bonferroni": bonferroni,
    "bh": benjamini_hochberg,
    "by": benjamini_yekutieli,
}


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Contrasts and what is known of them, each of shape (contrasts,); NaN where nothing can be said."""

    estimate: Float
    se: Float
    df: Float
    ci_lower: Float
    ci_upper: Float
    t: Float
    p: Float
    p_adjusted: Float


def linear_contrasts(
    estimate: ArrayLike,
    covariance: ArrayLike,
    coefficients: ArrayLike,
    *,
    df: ArrayLike = np.inf,
    level: float = 0.95,
    adjustment: str = "holm",
) -> Contrasts:
    """Linear contrasts of estimates that may covary (method.md, formulas N1 and N2).

    Parameters
    ----------
    estimate : array_like, shape (K,)
        In any unit.
    covariance : array_like, shape (K, K)
        Their covariance, in the square of that unit; NaN where a standard error is unknown.
    coefficients : array_like, shape (contrasts, K)
        One row per contrast, such as (1, -1, 0) for the first minus the second.
    df : array_like
        Degrees of freedom, of all or of each contrast; 0 or less leaves its error unknown.
    level : float
        Confidence level of each interval, between 0 and 1.
    adjustment : {"none", "holm", "hochberg", "bonferroni", "bh", "by"}
        Over all contrasts of the call that have a p-value (formulas M1 to M3).

    Returns
    -------
    Contrasts
        Two-sided p-values of a contrast of 0.

    Raises
    ------
    AnalysisError
        If shapes differ, or adjustment or level is unknown.

    References
    ----------
    Equals R ``survey::svycontrast`` with ``degf`` and ``p.adjust``.
    """
    value, matrix = np.asarray(estimate, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    rows = np.atleast_2d(np.asarray(coefficients, dtype=np.float64))
    if value.ndim != 1 or matrix.shape != (value.size, value.size) or rows.shape[1] != value.size:
        raise AnalysisError("give one estimate per column of the coefficients, and a covariance of that size")
    # An estimate that is not in the contrast must not make it unknown.
    found = np.array([row[row != 0] @ value[row != 0] for row in rows])
    variance = np.array([row[row != 0] @ matrix[np.ix_(row != 0, row != 0)] @ row[row != 0] for row in rows])
    return _judged(found, variance, np.broadcast_to(np.asarray(df, dtype=np.float64), found.shape), level, adjustment)


def differences(
    estimate: ArrayLike,
    covariance: ArrayLike,
    pairs: ArrayLike | None = None,
    *,
    df: ArrayLike = np.inf,
    level: float = 0.95,
    adjustment: str = "holm",
) -> Contrasts:
    """Differences between estimates, first minus second (method.md, formulas N1 and N2).

    Parameters
    ----------
    estimate, covariance, df, level, adjustment
        As in `linear_contrasts`.
    pairs : array_like of int, shape (pairs, 2), optional
        Places of first and second; all pairs in the order (0, 1), (0, 2) ... (1, 2) ... if not given.

    Returns
    -------
    Contrasts
        One entry per pair.

    Raises
    ------
    AnalysisError
        As in `linear_contrasts`.
    """
    value, matrix = np.asarray(estimate, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    if value.ndim != 1 or matrix.shape != (value.size, value.size):
        raise AnalysisError("covariance must have one row and one column per estimate")
    chosen = np.column_stack(np.triu_indices(value.size, 1)) if pairs is None else np.asarray(pairs, dtype=np.int64)
    first, second = chosen.reshape(-1, 2).T
    apart = matrix[first, first] + matrix[second, second]
    variance = apart - 2 * matrix[first, second]
    # Two domains with the same answers differ by exactly nothing, but for rounding.
    variance = np.where(np.abs(variance) <= ROUNDING * apart, 0.0, variance)
    found = value[first] - value[second]
    return _judged(found, variance, np.broadcast_to(np.asarray(df, dtype=np.float64), found.shape), level, adjustment)


def differences_of_shares(
    hits: tuple[ArrayLike, ArrayLike],
    trials: tuple[ArrayLike, ArrayLike],
    *,
    level: float = 0.95,
    adjustment: str = "holm",
) -> Contrasts:
    """Differences of independent unweighted shares with Newcombe's interval (method.md, formulas I7 and N3).

    Parameters
    ----------
    hits, trials : pair of array_like
        Satisfied answers, and answers (at least 1), of the first and of the second sample.
    level, adjustment
        As in `linear_contrasts`.

    Returns
    -------
    Contrasts
        Differences of shares, first minus second; `se` and `t` are those of the pooled test of no difference.

    Raises
    ------
    AnalysisError
        If hits lie outside 0..trials, or adjustment or level is unknown.
    """
    (a, b), (m, n) = ([np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in pair] for pair in (hits, trials))
    if np.any(a < 0) or np.any(b < 0) or np.any(a > m) or np.any(b > n) or np.any(m < 1) or np.any(n < 1):
        raise AnalysisError("hits must lie between 0 and trials, and trials be at least 1, in both samples")
    pooled = (a + b) / (m + n)
    variance = pooled * (1 - pooled) * (1 / m + 1 / n)
    judged = _judged(a / m - b / n, variance, np.full(a.shape, np.inf), level, adjustment)
    lower, upper = newcombe(a / m, m, b / n, n, level)
    return Contrasts(judged.estimate, judged.se, judged.df, lower, upper, judged.t, judged.p, judged.p_adjusted)


def _judged(estimate: Float, variance: Float, df: Float, level: float, adjustment: str) -> Contrasts:
    """Add interval, test and adjusted p-value to estimates with variances."""
    if adjustment not in ADJUSTMENTS:
        raise AnalysisError(f"adjustment {adjustment!r} is unknown; choose from {', '.join(ADJUSTMENTS)}")
    unknown = ~(variance >= 0) | ~(df > 0)
    se = np.sqrt(np.where(unknown, np.nan, variance))
    known_df = np.where(df > 0, df, np.nan)
    half = t_quantile(known_df, level) * se
    t = np.divide(estimate, se, out=np.full(estimate.shape, np.nan), where=se > 0)
    tail = np.where(
        np.isinf(known_df), ndtr(-np.abs(t)), stdtr(np.where(np.isinf(known_df), 1.0, known_df), -np.abs(t))
    )
    p = np.where(np.isnan(t), np.nan, 2 * tail)
    return Contrasts(estimate, se, known_df, estimate - half, estimate + half, t, p, ADJUSTMENTS[adjustment](p))
