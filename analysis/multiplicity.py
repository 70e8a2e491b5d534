"""Adjusted p-values when many comparisons are made at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaincc
from scipy.stats import norm, qmc

from analysis.errors import AnalysisError
from analysis.gaussian import root_of_covariance

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LargestContrast:
    """Single-step adjusted p-values, shape (C,), and the simultaneous two-sided critical value."""

    t: Float
    p_adjusted: Float
    critical: float


def bonferroni(p: ArrayLike) -> Float:
    """P-values times their number, at most 1 (formula M1).

    Parameters
    ----------
    p : array_like, shape (m,)
        P-values in [0, 1]; NaN marks a comparison that could not be made and does not count in m.

    Returns
    -------
    ndarray, shape (m,)
        Adjusted p-values; reject where they do not exceed alpha. Controls the family-wise error rate.

    Raises
    ------
    AnalysisError
        If a p-value lies outside [0, 1].
    """
    value, known = _known(p)
    return _filled(known, value[known] * known.sum())


def holm(p: ArrayLike) -> Float:
    """Step-down Bonferroni (formula M2): never less powerful, under any dependence.

    Parameters
    ----------
    p : array_like, shape (m,)
        As in `bonferroni`.

    Returns
    -------
    ndarray, shape (m,)
        Adjusted p-values. Controls the family-wise error rate.

    Raises
    ------
    AnalysisError
        If a p-value lies outside [0, 1].

    References
    ----------
    Holm (1979), Scand. J. Stat. 6, 65-70.
    """
    value, known = _known(p)
    order = np.argsort(value[known], kind="stable")
    stepped = np.maximum.accumulate(value[known][order] * np.arange(order.size, 0, -1))
    return _filled(known, stepped[np.argsort(order)])


def benjamini_hochberg(p: ArrayLike) -> Float:
    """Step-up adjusted p-values for tables of changes (formula M3).

    Parameters
    ----------
    p : array_like, shape (m,)
        As in `bonferroni`.

    Returns
    -------
    ndarray, shape (m,)
        Adjusted p-values; rejecting where they do not exceed q keeps the expected share of false
        discoveries at or under q for independent (or positively dependent) comparisons.

    Raises
    ------
    AnalysisError
        If a p-value lies outside [0, 1].

    References
    ----------
    Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    value, known = _known(p)
    return _filled(known, _step_up(value[known], known.sum() / np.arange(known.sum(), 0, -1)))


def hochberg(p: ArrayLike) -> Float:
    """Step-up Bonferroni (formula M3): more powerful than `holm`, for independent or positively dependent tests.

    Parameters
    ----------
    p : array_like, shape (m,)
        As in `bonferroni`.

    Returns
    -------
    ndarray, shape (m,)
        Adjusted p-values. Controls the family-wise error rate.

    Raises
    ------
    AnalysisError
        If a p-value lies outside [0, 1].

    References
    ----------
    Hochberg (1988), Biometrika 75, 800-802.
    """
    value, known = _known(p)
    return _filled(known, _step_up(value[known], np.arange(1, known.sum() + 1, dtype=np.float64)))


def benjamini_yekutieli(p: ArrayLike) -> Float:
    """Benjamini and Hochberg's p-values times 1 + 1/2 + ... + 1/m (formula M3), under any dependence.

    Parameters
    ----------
    p : array_like, shape (m,)
        As in `bonferroni`.

    Returns
    -------
    ndarray, shape (m,)
        Adjusted p-values.

    Raises
    ------
    AnalysisError
        If a p-value lies outside [0, 1].

    References
    ----------
    Benjamini and Yekutieli (2001), Ann. Stat. 29, 1165-1188.
    """
    value, known = _known(p)
    places = np.arange(1, known.sum() + 1)
    return _filled(known, _step_up(value[known], np.sum(1 / places) * places.size / places[::-1]))


def largest_contrast(
    difference: ArrayLike, covariance: ArrayLike, *, level: float = 0.95, log2_points: int = 17, seed: int
) -> LargestContrast:
    """Single-step max-T p-values of correlated normal contrasts (formula M4).

    Parameters
    ----------
    difference : array_like, shape (C,)
        Estimated contrasts, any unit.
    covariance : array_like, shape (C, C)
        Their covariance; may be singular, as it is for all differences between K units.
    level : float
        Level of the critical value, between 0 and 1.
    log2_points : int
        2 to this power Sobol points are used, 10..24; 17 gives p-values to about 1e-4, 20 to 1e-5.
    seed : int
        Seed of the scrambling; the same seed gives the same answer.

    Returns
    -------
    LargestContrast
        t = difference / se, P(max |Z| >= |t|) for each, and the `level` quantile of max |Z|.

    Raises
    ------
    AnalysisError
        If the level is out of range, a contrast has no variance, shapes differ, or the covariance is not
        positive semi-definite.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing, Wiley.
    """
    value, matrix = np.asarray(difference, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    if not 0 < level < 1:
        raise AnalysisError(f"level is {level}; it must lie between 0 and 1, such as 0.95")
    if matrix.shape != (value.size, value.size) or value.size == 0:
        raise AnalysisError("covariance must have one row and one column per contrast")
    se = np.sqrt(np.diag(matrix))
    if not np.all(se > 0):
        raise AnalysisError(f"contrast {int(np.argmin(se))} has no variance; leave it out")
    root = root_of_covariance(matrix / np.outer(se, se))
    rank = root.shape[1]
    points = qmc.Sobol(rank, rng=np.random.default_rng(seed)).random_base2(log2_points)
    normal = norm.ppf(np.clip(points, 1e-15, 1 - 1e-15))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    # A normal vector is a direction times an independent chi length: given the direction, the tail
    # of the largest contrast is known exactly, so only directions are averaged over.
    reach = np.max([np.abs(normal @ row) for row in root], axis=0)

    def tail(size: float) -> float:
        return float(np.mean(gammaincc(rank / 2, (size / reach) ** 2 / 2)))

    t = value / se
    critical = brentq(lambda size: tail(size) - (1 - level), 1e-6, 50.0, xtol=1e-12)
    return LargestContrast(t, np.array([tail(abs(x)) for x in t]), float(critical))


def _step_up(p: Float, factor: Float) -> Float:
    """Least factor times p-value over the larger ones; `factor` begins with that of the largest."""
    order = np.argsort(-p, kind="stable")
    return np.asarray(np.minimum.accumulate(p[order] * factor)[np.argsort(order)])


def _known(p: ArrayLike) -> tuple[Float, NDArray[np.bool_]]:
    """Return the p-values and which of them are numbers."""
    value = np.atleast_1d(np.asarray(p, dtype=np.float64))
    known = ~np.isnan(value)
    if value.ndim != 1 or np.any((value[known] < 0) | (value[known] > 1)):
        raise AnalysisError("p-values are a vector of numbers between 0 and 1; at least one here is not")
    return value, known


def _filled(known: NDArray[np.bool_], adjusted: Float) -> Float:
    """Put adjusted p-values, at most 1, back in their places; NaN elsewhere."""
    result = np.full(known.shape, np.nan)
    result[known] = np.minimum(adjusted, 1.0)
    return result
