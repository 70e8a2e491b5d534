"""Intervals of changes and of weighted means, recovered from published estimates and their intervals."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError


@dataclass(frozen=True)
class Recovered:
    """An estimate with its interval, in the unit of what it was made from."""

    estimate: float
    low: float
    high: float


def change_of_published(later: Recovered, earlier: Recovered, *, correlation: float = 0.0) -> Recovered:
    """Later minus earlier, from what was published of both (method.md, formula N4).

    Parameters
    ----------
    later, earlier : Recovered
        Estimates with intervals of the same level, in any unit.
    correlation : float
        Of the two estimates, -1 to 1: 0 where each sample was drawn anew; above 0 where both years share units.

    Returns
    -------
    Recovered
        The change, with an interval of the same level.

    Raises
    ------
    AnalysisError
        If the correlation is outside -1..1, or an estimate lies outside its interval.

    References
    ----------
    Zou and Donner (2008), Statistics in Medicine 27, 1693-1702; with Wilson intervals and correlation 0 it is the
    method of Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    if not -1 <= correlation <= 1:
        raise AnalysisError(f"correlation {correlation} is none; give a number from -1 to 1")
    _check(later, earlier)
    difference = later.estimate - earlier.estimate
    down = _length(later.estimate - later.low, earlier.high - earlier.estimate, correlation)
    up = _length(later.high - later.estimate, earlier.estimate - earlier.low, correlation)
    return Recovered(difference, difference - down, difference + up)


def mean_of_published(parts: list[Recovered], weights: ArrayLike) -> Recovered:
    """Weighted mean of independent estimates, from what was published of each (method.md, formula U2).

    Parameters
    ----------
    parts : list of Recovered
        Estimates with intervals of the same level.
    weights : array_like, shape (parts,)
        At least one above 0, none below; divided by their sum.

    Returns
    -------
    Recovered
        The mean, with an interval of the same level.

    Raises
    ------
    AnalysisError
        If shapes differ, a weight is below 0 or all are 0, or an estimate lies outside its interval.

    References
    ----------
    Zou and Donner (2008), as above.
    """
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (len(parts),) or not parts or (given < 0).any() or given.sum() <= 0:
        raise AnalysisError("give one weight of 0 or more per estimate, and one above 0 at least")
    _check(*parts)
    w = given / given.sum()
    value, low, high = (np.array([getattr(one, name) for one in parts]) for name in ("estimate", "low", "high"))
    mean = float(w @ value)
    down, up = (float(np.sqrt(np.sum((w * side) ** 2))) for side in (value - low, high - value))
    return Recovered(mean, mean - down, mean + up)


def correlation_of_years(se_earlier: float, se_later: float, se_change: float) -> float:
    """Correlation of two years' estimates from their standard errors and that of their difference (formula N5).

    Parameters
    ----------
    se_earlier, se_later : float
        Above 0.
    se_change : float
        Of the difference, with the covariance of what both years share (`compare_years`).

    Returns
    -------
    float
        Within -1..1.

    Raises
    ------
    AnalysisError
        If a standard error of a year is not above 0.
    """
    if not (se_earlier > 0 and se_later > 0):
        raise AnalysisError("the standard errors of both years must be above 0")
    found = (se_earlier**2 + se_later**2 - se_change**2) / (2 * se_earlier * se_later)
    return min(1.0, max(-1.0, found))


def _length(first: float, second: float, correlation: float) -> float:
    return sqrt(max(0.0, first**2 + second**2 - 2 * correlation * first * second))


def _check(*parts: Recovered) -> None:
    for one in parts:
        if not one.low <= one.estimate <= one.high:
            raise AnalysisError(f"estimate {one.estimate} lies outside its interval {one.low} to {one.high}")
