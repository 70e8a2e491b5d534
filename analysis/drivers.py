"""Which factors go with overall satisfaction: shares of explained variance, importance and performance."""

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.intervals import t_quantile
from analysis.reliability import weighted_covariance
from analysis.replicates import Replicates, replicate_covariance

Float = NDArray[np.float64]
MOST_PREDICTORS = 12  # 2^12 regressions; beyond it the shares are too small to tell apart anyway


@dataclass(frozen=True, eq=False)
class Shares:
    """Share of the variance of the outcome that goes to each predictor, shape (p,), and their sum R^2."""

    shares: Float
    r_squared: float


@dataclass(frozen=True, eq=False)
class SharesWithLimits:
    """Shares with bootstrap percentile limits, shape (p,)."""

    estimate: Shares
    lower: Float
    upper: Float


@dataclass(frozen=True, eq=False)
class ImportancePerformance:
    """Importance (correlation with the outcome) and performance (0..100) with limits, shape (p,) each.

    Starting points for improvement, not causes.
    """

    importance: Float
    importance_lower: Float
    importance_upper: Float
    performance: Float
    performance_lower: Float
    performance_upper: Float


def lmg_shares(y: ArrayLike, predictors: ArrayLike, weights: ArrayLike | None = None) -> Shares:
    """Average gain in R^2 of each predictor over all orders of entry (formula O7).

    Parameters
    ----------
    y : array_like, shape (n,)
        Outcome.
    predictors : array_like, shape (n, p)
        Complete; p at most 12.
    weights : array_like, shape (n,), optional
        Above 0.

    Returns
    -------
    Shares
        At least 0, with sum R^2.

    Raises
    ------
    AnalysisError
        If rows are incomplete, p is over 12, or the outcome or a predictor never varies or repeats others.

    References
    ----------
    Lindeman, Merenda and Gold (1980); Gromping (2007), Am. Stat. 61, 139-147.
    """
    return _lmg(_correlation(y, predictors, weights))


def lmg_with_limits(
    y: ArrayLike, predictors: ArrayLike, replicates: Replicates, *, level: float = 0.95
) -> SharesWithLimits:
    """LMG shares with limits from bootstrap weights that respect strata and PSUs (formula O7).

    Parameters
    ----------
    y, predictors : array_like, shapes (n,) and (n, p)
        As in `lmg_shares`.
    replicates : Replicates
        Of `replicate_designs.rao_wu_bootstrap`, one row per respondent; 200 replicates or more.
    level : float
        Of the percentile limits.

    Returns
    -------
    SharesWithLimits
        Weighted by the full weights.

    Raises
    ------
    AnalysisError
        As in `lmg_shares`; also if the level is out of range or there are fewer than 200 replicates.
    """
    if not 0 < level < 1 or replicates.weights.shape[1] < 200:
        raise AnalysisError("level must lie between 0 and 1, and 200 replicates or more are needed for percentiles")
    table = np.column_stack([np.asarray(predictors, dtype=np.float64), np.asarray(y, dtype=np.float64)])
    each = []
    for w in replicates.weights.T:
        drawn = w > 0
        each.append(_lmg(_correlation(table[drawn, -1], table[drawn, :-1], w[drawn])).shares)
    lower, upper = np.quantile(np.array(each), [(1 - level) / 2, (1 + level) / 2], axis=0)
    return SharesWithLimits(lmg_shares(y, predictors, replicates.full), lower, upper)


def relative_weights(y: ArrayLike, predictors: ArrayLike, weights: ArrayLike | None = None) -> Shares:
    """Johnson's relative weights, a fast approximation of the LMG shares (formula O8).

    Parameters
    ----------
    y, predictors, weights : array_like
        As in `lmg_shares`, with any number of predictors.

    Returns
    -------
    Shares
        At least 0, with sum R^2.

    Raises
    ------
    AnalysisError
        As in `lmg_shares`.

    References
    ----------
    Johnson (2000), Multivariate Behav. Res. 35, 1-19.
    """
    r = _correlation(y, predictors, weights, most=np.inf)
    values, vectors = np.linalg.eigh(r[:-1, :-1])
    root = vectors * np.sqrt(values) @ vectors.T
    raw = root**2 @ np.linalg.solve(root, r[:-1, -1]) ** 2
    return Shares(raw, float(raw.sum()))


def importance_performance(
    y: ArrayLike,
    predictors: ArrayLike,
    replicates: Replicates,
    *,
    scale: tuple[float, float] = (1.0, 5.0),
    level: float = 0.95,
) -> ImportancePerformance:
    """Weighted correlation with the outcome against weighted mean score, with limits (formulas O9 and O10).

    Parameters
    ----------
    y, predictors : array_like, shapes (n,) and (n, p)
        Outcome and factor means on the answer scale, complete.
    replicates : Replicates
        One row per respondent.
    scale : (float, float)
        Lowest and highest answer; performance is put on 0..100.
    level : float
        Of the limits, by t with the replicates' degrees of freedom; those of the correlation are formed
        on Fisher's z scale, so that they stay inside -1..1.

    Returns
    -------
    ImportancePerformance
        A cross of intervals per factor.

    Raises
    ------
    AnalysisError
        If rows are incomplete, nothing varies, or the scale is empty.
    """
    low, high = scale
    if not high > low:
        raise AnalysisError(f"scale is {scale}; its end must be above its start")
    x, outcome = np.asarray(predictors, dtype=np.float64), np.asarray(y, dtype=np.float64)

    def both(w: Float) -> Float:
        drawn = w > 0
        r = _correlation(outcome[drawn], x[drawn], w[drawn])[:-1, -1]
        mean = (w @ x / w.sum() - low) / (high - low) * 100
        return np.concatenate([np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15)), mean])

    whole = both(replicates.full)
    se = np.sqrt(np.diag(replicate_covariance(whole, np.array([both(w) for w in replicates.weights.T]), replicates)))
    half, p = t_quantile(replicates.df, level) * se, x.shape[1]
    lower, upper = whole - half, whole + half
    return ImportancePerformance(
        np.tanh(whole[:p]), np.tanh(lower[:p]), np.tanh(upper[:p]), whole[p:], lower[p:], upper[p:]
    )


def _correlation(
    y: ArrayLike, predictors: ArrayLike, weights: ArrayLike | None, most: float = MOST_PREDICTORS
) -> Float:
    """Return the correlation matrix of the predictors and, last, the outcome."""
    x = np.asarray(predictors, dtype=np.float64)
    outcome = np.asarray(y, dtype=np.float64)
    if x.ndim != 2 or outcome.shape != x.shape[:1] or not 1 <= x.shape[1] <= most:
        raise AnalysisError("predictors must have one row per outcome, and 1 to 12 columns")
    c = weighted_covariance(np.column_stack([x, outcome]), weights)
    sd = np.sqrt(np.diag(c))
    if not np.all(sd > 0):
        raise AnalysisError(f"column {int(np.argmin(sd)) + 1} (the outcome is the last) never varies; leave it out")
    r = c / np.outer(sd, sd)
    if np.linalg.matrix_rank(r[:-1, :-1]) < x.shape[1]:
        raise AnalysisError("a predictor repeats others; leave it out")
    return np.asarray(r)


def _lmg(r: Float) -> Shares:
    """Return the LMG shares from correlations, each R^2 of a subset computed once."""
    p = r.shape[0] - 1
    explained: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, p + 1):
        for subset in combinations(range(p), size):
            inner = r[np.ix_(subset, subset)]
            explained[subset] = float(r[-1, subset] @ np.linalg.solve(inner, r[subset, -1]))
    shares = np.zeros(p)
    for subset, value in explained.items():
        for k in set(range(p)) - set(subset):
            weight = factorial(len(subset)) * factorial(p - len(subset) - 1) / factorial(p)
            shares[k] += weight * (explained[tuple(sorted((*subset, k)))] - value)
    return Shares(shares, explained[tuple(range(p))])
