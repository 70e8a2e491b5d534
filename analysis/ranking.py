"""Whether a table may be ranked at all, in which groups, and how far a rank hangs on the recipe."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.rank_sets import Float, Whole, ranks

LEAST_RELIABILITY = 0.7  # under it a table of ranks is mostly noise: groups only


@dataclass(frozen=True)
class TableReliability:
    """Share of the differences in a table that is not sampling noise."""

    rho: float | None
    tau2: float | None
    mean_variance: float | None
    units: int
    left_out: int
    groups_only: bool


@dataclass(frozen=True, eq=False)
class Robustness:
    """How ranks move over recipes: shapes (K,) for units, (R,) for recipes."""

    rank: Whole
    lowest: Whole
    highest: Whole
    mean_shift: Float
    largest_shift: Whole


def between_variance(estimate: ArrayLike, variance: ArrayLike) -> float:
    """Variance between units beyond sampling noise, by DerSimonian and Laird (formula R1).

    Parameters
    ----------
    estimate, variance : array_like, shape (K,)
        Estimates and their sampling variances, all above 0; K at least 2.

    Returns
    -------
    float
        tau^2 in the square of the unit of `estimate`, at least 0.

    Raises
    ------
    AnalysisError
        If K < 2 or a variance is not above 0.

    References
    ----------
    DerSimonian and Laird (1986), Control. Clin. Trials 7, 177-188.
    """
    x, v = np.asarray(estimate, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    if x.size < 2 or x.shape != v.shape or not np.all(v > 0):
        raise AnalysisError("between_variance needs two units or more, each with a variance above 0")
    w = 1 / v
    q = np.sum(w * (x - np.sum(w * x) / w.sum()) ** 2)
    return float(max(0.0, (q - (x.size - 1)) / (w.sum() - np.sum(w**2) / w.sum())))


def table_reliability(estimate: ArrayLike, se: ArrayLike) -> TableReliability:
    """Reliability of a table of units, tau^2 / (tau^2 + mean SE^2) (formula R2).

    Parameters
    ----------
    estimate, se : array_like, shape (K,)
        Any unit. Units whose standard error is 0 or NaN are left out and counted: they would pretend
        to be known exactly.

    Returns
    -------
    TableReliability
        `rho` in [0, 1], None with fewer than two usable units; `groups_only` when rho is under 0.7 or None.

    Raises
    ------
    AnalysisError
        If the shapes differ.
    """
    x, s = np.asarray(estimate, dtype=np.float64), np.asarray(se, dtype=np.float64)
    if x.shape != s.shape or x.ndim != 1:
        raise AnalysisError("estimate and se must be vectors of one length, one entry per unit")
    usable = np.isfinite(x) & (s > 0) & np.isfinite(s)
    left_out = int(x.size - usable.sum())
    if usable.sum() < 2:
        return TableReliability(None, None, None, int(usable.sum()), left_out, groups_only=True)
    tau2 = between_variance(x[usable], s[usable] ** 2)
    noise = float(np.mean(s[usable] ** 2))
    rho = tau2 / (tau2 + noise)
    return TableReliability(rho, tau2, noise, int(usable.sum()), left_out, rho < LEAST_RELIABILITY)


def group_span(lower: ArrayLike, upper: ArrayLike, groups: int = 4) -> tuple[Whole, Whole]:
    """First and last group (1 = best) in which a unit's ranks may lie (formula R3).

    Parameters
    ----------
    lower, upper : array_like of int, shape (K,)
        Marginal rank set of each unit.
    groups : int
        Number of equal groups, 1..K; 4 gives quartiles.

    Returns
    -------
    (first, last) : tuple of ndarray of int, shape (K,)
        Equal where the whole rank set lies in one group; only then may one group be printed.

    Raises
    ------
    AnalysisError
        If a rank lies outside 1..K or `groups` outside 1..K.
    """
    lo, hi = np.asarray(lower, dtype=np.int64), np.asarray(upper, dtype=np.int64)
    if not 1 <= groups <= lo.size or np.any(lo < 1) or np.any(hi > lo.size) or np.any(lo > hi):
        raise AnalysisError("ranks must lie in 1..K, first before last, and groups in 1..K")
    return (lo - 1) * groups // lo.size + 1, (hi - 1) * groups // lo.size + 1


def robustness(base: ArrayLike, variants: ArrayLike, *, higher_is_better: bool = True) -> Robustness:
    """Ranks under the published recipe and their movement under the registered variants (formula R4).

    Parameters
    ----------
    base : array_like, shape (K,)
        Index by the published recipe.
    variants : array_like, shape (R, K)
        Index by each variant that was registered before the measurement.
    higher_is_better : bool
        False where the smallest index has rank 1.

    Returns
    -------
    Robustness
        `lowest` and `highest` rank of each unit over base and variants (1 = best); mean absolute and
        largest rank shift of each variant against the base.

    Raises
    ------
    AnalysisError
        If shapes differ or an index is missing: a unit without a variant's index has no rank in it.
    """
    index, others = np.asarray(base, dtype=np.float64), np.atleast_2d(np.asarray(variants, dtype=np.float64))
    if index.ndim != 1 or others.shape[1] != index.size:
        raise AnalysisError("variants must have one column per unit of base")
    if np.isnan(index).any() or np.isnan(others).any():
        raise AnalysisError("an index is missing; leave the unit out of base and of all variants")
    first = ranks(index, higher_is_better=higher_is_better)
    table = np.vstack([first, *(ranks(row, higher_is_better=higher_is_better) for row in others)])
    shift = np.abs(table[1:] - first)
    return Robustness(first, table.min(axis=0), table.max(axis=0), shift.mean(axis=1), shift.max(axis=1))
