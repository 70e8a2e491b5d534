"""How many to draw, and how to share them among strata."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
Whole = NDArray[np.int64]


def size_for_error(population: int, error: float) -> int:
    """Sample size n = N / (1 + N e^2), rounded up (formula D1).

    The common shorthand for a share of 50 % at 95 %, with 2 standard errors.

    Parameters
    ----------
    population : int
        N, at least 1.
    error : float
        Half-width e as a share, in (0, 1).

    Returns
    -------
    int
        1..N.

    Raises
    ------
    AnalysisError
        If an argument is out of range.

    References
    ----------
    Yamane (1967), Statistics: An Introductory Analysis, 2nd ed., chapter 13.
    """
    _check_population(population)
    if not 0 < error < 1:
        raise AnalysisError(f"error is {error}; give it as a share, such as 0.05")
    return math.ceil(round(population / (1 + population * error**2), 9))


def size_for_half_width(
    half_width: float, *, share: float = 0.5, level: float = 0.95, deff: float = 1.0, population: int | None = None
) -> int:
    """Answers needed for an interval of this half-width (formula D2).

    Parameters
    ----------
    half_width : float
        Target half-width as a share, in (0, 1).
    share : float
        Expected share, in (0, 1); 0.5 is the safest.
    level : float
        Level of the interval.
    deff : float
        Design effect of clustering and weights, above 0.
    population : int, optional
        N; absent: no finite population correction.

    Returns
    -------
    int
        Answers, not invitations: divide by the expected response rate to know how many to draw.

    Raises
    ------
    AnalysisError
        If an argument is out of range.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 4.4.
    """
    if not 0 < half_width < 1:
        raise AnalysisError(f"half_width is {half_width}; give it as a share between 0 and 1, such as 0.05")
    n = (_half_width_of_one(share, level, deff) / half_width) ** 2
    if population is not None:
        _check_population(population)
        n = n / (1 + (n - 1) / population) if n > 1 else n
        n = min(n, float(population))
    # Rounding in the last digit must not ask for one answer more.
    return max(1, math.ceil(round(n, 9)))


def half_width_for_size(
    answers: float, *, share: float = 0.5, level: float = 0.95, deff: float = 1.0, population: int | None = None
) -> float:
    """Half-width of the interval that so many answers give (formula D2, turned round).

    Parameters
    ----------
    answers : float
        Expected answers, above 0 and at most the population.
    share, level, deff, population
        As in `size_for_half_width`.

    Returns
    -------
    float
        Half-width as a share; 0 for a complete count.

    Raises
    ------
    AnalysisError
        If an argument is out of range.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 4.4.
    """
    if not answers > 0:
        raise AnalysisError(f"answers is {answers}; it must be above 0")
    rest = 1.0
    if population is not None:
        _check_population(population)
        rest = max(0.0, population - answers) / max(1, population - 1)
    return _half_width_of_one(share, level, deff) * math.sqrt(rest / answers)


def _half_width_of_one(share: float, level: float, deff: float) -> float:
    """Half-width that one answer would give; that of n answers is smaller by their root."""
    if not (0 < share < 1 and 0 < level < 1 and deff > 0):
        raise AnalysisError("share and level must lie between 0 and 1, and deff be above 0")
    return float(ndtri((1 + level) / 2)) * math.sqrt(deff * share * (1 - share))


def allocate(
    total: int,
    sizes: Mapping[Any, int],
    *,
    spread: Mapping[Any, float] | None = None,
    power: float = 1.0,
    minimum: int = 2,
) -> dict[Hashable, int]:
    """Share a sample among strata (formula D3): proportional, Neyman or power, with a minimum and a census cap.

    Parameters
    ----------
    total : int
        Sample size, at least what the minimum asks and at most the population.
    sizes : mapping from stratum to N_h
        Units in the frame, 0 or more; an empty stratum gets 0.
    spread : mapping from stratum to S_h, optional
        Standard deviations for Neyman's allocation; absent: all equal (proportional).
    power : float
        Exponent of N_h, in [0, 1]: 1 proportional, 0.5 root, 0 equal.
    minimum : int
        Least sample of a stratum (or all of it, if smaller); 2 lets every stratum have a variance.

    Returns
    -------
    dict
        n_h with sum `total`, rounded by largest remainders; ties go to the stratum that comes first.

    Raises
    ------
    AnalysisError
        If no such shares exist or an argument is out of range.

    References
    ----------
    Neyman (1934), J. R. Stat. Soc. 97, 558-625; Bankier (1988), Am. Stat. 42, 174-177.
    """
    labels = list(sizes)
    n_units = np.array([sizes[label] for label in labels], dtype=np.float64)
    s = np.array([1.0 if spread is None else spread[label] for label in labels])
    least = np.minimum(n_units, minimum)
    if not 0 <= power <= 1 or minimum < 0 or np.any(n_units < 0) or np.any(s < 0):
        raise AnalysisError("sizes, spread and minimum must be 0 or more, and power lie between 0 and 1")
    if not least.sum() <= total <= n_units.sum():
        raise AnalysisError(
            f"total is {total}; these strata take between {least.sum():g} (minimum) and {n_units.sum():g} (all units)"
        )
    measure = np.where(n_units > 0, np.power(np.maximum(n_units, 1.0), power) * s, 0.0)
    return dict(zip(labels, _rounded(_bounded_shares(total, measure, least, n_units), total, n_units), strict=True))


def _bounded_shares(total: int, measure: Float, least: Float, most: Float) -> Float:
    """Return shares in proportion to `measure` between the limits: clip at the factor that gives the total."""
    if not measure.sum() > 0:
        measure = most.copy()
    # A stratum of no spread still takes its share when all others are full.
    measure = np.where(most > 0, np.maximum(measure, 1e-12 * measure.max(initial=1.0)), 0.0)
    low, high = 0.0, float(np.max(most[most > 0] / measure[most > 0], initial=1.0))
    for _ in range(200):
        middle = (low + high) / 2
        if np.clip(middle * measure, least, most).sum() < total:
            low = middle
        else:
            high = middle
    return np.asarray(np.clip(high * measure, least, most))


def _rounded(shares: ArrayLike, total: int, most: Float) -> list[int]:
    """Round to whole numbers that keep the total: the largest remainders go up."""
    exact = np.asarray(shares, dtype=np.float64)
    whole = np.floor(exact + 1e-9)
    order = np.argsort(-(exact - whole), kind="stable")
    open_places = [i for i in order if whole[i] < most[i]]
    for i in open_places[: int(total - whole.sum())]:
        whole[i] += 1
    return [int(n) for n in whole]


def _check_population(population: int) -> None:
    """Refuse a population that is no count."""
    if population < 1:
        raise AnalysisError(f"population is {population}; it must be a number of units, 1 or more")
