"""Ranks with their uncertainty from intervals: the joint region of Klein, Wright and Wieczorek."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.intervals import korn_graubard, wald_t

Float = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RankSets:
    """Printed rank and first and last possible rank of each unit, shape (K,), 1 = best."""

    rank: Whole
    lower: Whole
    upper: Whole


@dataclass(frozen=True, eq=False)
class JointRegion:
    """Rank sets that hold together with probability `level`, and the intervals they were read from."""

    sets: RankSets
    interval_lower: Float
    interval_upper: Float
    interval_level: float


def ranks(estimate: ArrayLike, *, higher_is_better: bool = True) -> Whole:
    """Competition ranks: 1 + the number of better units; equal units share the better rank (formula K1).

    Parameters
    ----------
    estimate : array_like, shape (K,)
        Any unit; NaN stands for "no estimate" and is ranked after all others.
    higher_is_better : bool
        False where the smallest estimate has rank 1.

    Returns
    -------
    ndarray of int, shape (K,)
        1..K.
    """
    value = np.asarray(estimate, dtype=np.float64) * (1.0 if higher_is_better else -1.0)
    worst_last = np.sort(-np.where(np.isnan(value), -np.inf, value))
    return np.searchsorted(worst_last, -np.where(np.isnan(value), -np.inf, value), side="left") + 1


def simultaneous_level(level: float, units: int, *, independent: bool = True) -> float:
    """Level of each interval so that all K hold together with probability `level` (formula K2).

    Parameters
    ----------
    level : float
        Joint level 1 - alpha, between 0 and 1.
    units : int
        K, at least 1; units without a standard error count.
    independent : bool
        True: (1 - alpha)^(1/K). False: 1 - alpha / K, valid under any dependence.

    Returns
    -------
    float
        1 - gamma.

    Raises
    ------
    AnalysisError
        If `level` or `units` is out of range.
    """
    if not 0 < level < 1:
        raise AnalysisError(f"level is {level}; it must lie between 0 and 1, such as 0.95")
    if units < 1:
        raise AnalysisError(f"units is {units}; at least one unit is needed")
    return float(level ** (1 / units) if independent else 1 - (1 - level) / units)


def sets_from_intervals(
    estimate: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, higher_is_better: bool = True
) -> RankSets:
    """Rank sets from simultaneous intervals (formula K3); a unit without an interval may hold any rank.

    Parameters
    ----------
    estimate, lower, upper : array_like, shape (K,)
        Estimates and the limits of intervals of joint level 1 - alpha; a NaN limit means that nothing
        is known of the unit. Limits that touch count as decided, as in the published method, so they
        must not be rounded before they come here.
    higher_is_better : bool
        False where the smallest estimate has rank 1.

    Returns
    -------
    RankSets
        All true ranks lie in all sets together with probability at least 1 - alpha.

    Raises
    ------
    AnalysisError
        If the shapes differ or a lower limit exceeds its upper one.

    References
    ----------
    Klein, Wright and Wieczorek (2020), J. R. Stat. Soc. C 69, 589-606, doi:10.1111/rssc.12402.
    """
    lo, hi = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    if lo.ndim != 1 or lo.shape != hi.shape or lo.shape != np.shape(estimate):
        raise AnalysisError("estimate, lower and upper must be vectors of one length, one entry per unit")
    if np.any(lo > hi):
        unit = int(np.argmax(lo > hi))
        raise AnalysisError(f"unit {unit}: the lower limit {lo[unit]} exceeds the upper limit {hi[unit]}")
    if not higher_is_better:
        lo, hi = -hi, -lo
    known = ~(np.isnan(lo) | np.isnan(hi))
    best = np.searchsorted(np.sort(lo[known]), hi, side="left")
    worst = np.searchsorted(np.sort(hi[known]), lo, side="right")
    first = 1 + known.sum() - best
    last = lo.size - worst
    # Two equal points without width would beat each other; a tie decides nothing.
    points = known & (lo == hi)
    twins = np.array([np.sum(points & (lo == x)) if p else 0 for x, p in zip(lo, points, strict=True)])
    return RankSets(
        rank=ranks(estimate, higher_is_better=higher_is_better),
        lower=np.where(known, first - twins, 1).astype(np.int64),
        upper=np.where(known, last + twins, lo.size).astype(np.int64),
    )


def joint_region(
    estimate: ArrayLike,
    se: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    level: float = 0.95,
    independent: bool = True,
    higher_is_better: bool = True,
) -> JointRegion:
    """Joint rank region from estimates with standard errors (formulas K2 to K4).

    Parameters
    ----------
    estimate, se : array_like, shape (K,)
        Index points (or any unit) and standard errors; a standard error that is 0 or NaN says that the
        sample could not tell, so the unit may hold any rank and still counts in K.
    df : array_like
        Degrees of freedom of each unit; infinite (the published method) uses the normal quantile.
    level : float
        Joint level.
    independent, higher_is_better : bool
        As in `simultaneous_level` and `sets_from_intervals`.

    Returns
    -------
    JointRegion
        Rank sets and the intervals estimate +/- t(df) se at `simultaneous_level`.

    Raises
    ------
    AnalysisError
        If shapes differ, a standard error is negative or the level is out of range.
    """
    value, error = np.asarray(estimate, dtype=np.float64), np.asarray(se, dtype=np.float64)
    if np.any(error < 0):
        raise AnalysisError(f"unit {int(np.argmax(error < 0))}: the standard error is negative")
    each = simultaneous_level(level, value.size, independent=independent)
    lo, hi = wald_t(value, np.where(error > 0, error, np.nan), df, each)
    return JointRegion(sets_from_intervals(value, lo, hi, higher_is_better=higher_is_better), lo, hi, each)


def joint_region_of_shares(
    share: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    deff: ArrayLike = 1.0,
    level: float = 0.95,
    independent: bool = True,
    higher_is_better: bool = True,
) -> JointRegion:
    """Joint rank region of shares from Korn-Graubard intervals (formulas K2, K3 and I4).

    Parameters
    ----------
    share, se : array_like, shape (K,)
        Shares in [0, 1] and standard errors; a NaN share or df <= 0 leaves the unit with any rank.
    n, df, deff : array_like
        Responses, degrees of freedom, and the design effect that stands in where a share is 0 or 1:
        an office of 30 in which all are satisfied keeps an interval, hence a set of ranks.
    level, independent, higher_is_better
        As in `joint_region`.

    Returns
    -------
    JointRegion
        Limits are shares.
    """
    p = np.asarray(share, dtype=np.float64)
    each = simultaneous_level(level, p.size, independent=independent)
    lo, hi = korn_graubard(p, se, n, df, each, deff=deff)
    return JointRegion(sets_from_intervals(p, lo, hi, higher_is_better=higher_is_better), lo, hi, each)
