"""The expected range of a unit: funnel limits for shares, exact and with over-dispersion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit
from scipy.stats import binom

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
ACTION = 0.998  # public words: 0.2 false alarms in 100 units that do not differ
OWN_EYES = 0.95  # for the unit itself: 5 in 100
TRIM = 0.1  # share of z-scores pulled in at each end before the over-dispersion is estimated
MOST_TAKEN = 0.95  # of a population: above, the rest says nothing of the design effect
BELOW, WITHIN, ABOVE = "below", "within", "above"


@dataclass(frozen=True, eq=False)
class OverDispersion:
    """Ratio phi of the spread of units to sampling noise, and the extra variance tau^2 (arcsine scale)."""

    phi: float
    tau2: float
    z: Float
    z_winsorised: Float


@dataclass(frozen=True, eq=False)
class ExpectedRange:
    """Limits of each unit's share, shape (K,), and one word per unit."""

    target: float
    level: float
    lower: Float
    upper: Float
    word: tuple[str | None, ...]
    dispersion: OverDispersion


def exact_limits(n: ArrayLike, target: float, level: float = ACTION) -> tuple[Float, Float]:
    """Interpolated binomial funnel limits without over-dispersion (formula F1).

    Parameters
    ----------
    n : array_like of int
        Answers, at least 1.
    target : float
        Expected share, strictly between 0 and 1.
    level : float
        Share of units inside the limits when none differs, between 0 and 1.

    Returns
    -------
    (lower, upper) : tuple of ndarray
        Shares in [0, 1], the shape of `n`.

    Raises
    ------
    AnalysisError
        If an argument is out of range.

    References
    ----------
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202, appendix A.1.1.
    """
    size = np.asarray(n, dtype=np.float64)
    if np.any(size < 1) or np.any(size != np.floor(size)):
        raise AnalysisError("n must be whole numbers of answers, 1 or more")
    _check(target, level)
    tail = (1 - level) / 2
    return _interpolated(size, target, tail), _interpolated(size, target, 1 - tail)


def over_dispersion(share: ArrayLike, n: ArrayLike, target: float) -> OverDispersion:
    """How much more units spread than sampling alone explains (formulas F2 to F4).

    Parameters
    ----------
    share : array_like, shape (K,)
        Shares in [0, 1].
    n : array_like, shape (K,)
        Answers or effective sample sizes, above 0.
    target : float
        Expected share, strictly between 0 and 1.

    Returns
    -------
    OverDispersion
        phi = mean of squared winsorised z; tau2 is 0 unless K phi is at least K - 1.

    Raises
    ------
    AnalysisError
        If there is no unit or an argument is out of range.

    References
    ----------
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202; Spiegelhalter et al. (2012), J. R. Stat. Soc. A 175, 1-47.
    """
    p, size = _checked(share, n)
    _check(target, OWN_EYES)
    s = 1 / (2 * np.sqrt(size))
    z = (np.arcsin(np.sqrt(p)) - np.arcsin(np.sqrt(target))) / s
    trimmed = np.clip(z, *np.quantile(z, [TRIM, 1 - TRIM]))
    phi = float(np.mean(trimmed**2))
    w = 1 / s**2
    excess, spread = p.size * phi - (p.size - 1), w.sum() - np.sum(w**2) / w.sum()
    tau2 = float(max(0.0, excess / spread)) if spread > 0 else 0.0
    return OverDispersion(phi, tau2, z, trimmed)


def common_sizes(
    share: ArrayLike, se: ArrayLike, n: ArrayLike, df: ArrayLike, fraction: ArrayLike = 0.0, *, level: float = ACTION
) -> Float:
    """Effective sample sizes of units with one design effect for all of them (formula F6).

    A unit's own standard error rests on few degrees of freedom: sizes made of it call identical units different.

    Parameters
    ----------
    share, se : array_like, shape (K,)
        Shares, strictly between 0 and 1, and their standard errors, above 0.
    n, df : array_like, shape (K,)
        Answers and degrees of freedom, at least 1.
    fraction : array_like
        Share of the population that answered, 0 to 1: units are compared as what makes such answers, so that a sample
        which takes most of a small unit is no more certain of it.
    level : float
        Of the expected range: the quantile of t stands for the normal one, as the design effect is estimated too.

    Returns
    -------
    ndarray, shape (K,)
        Above 0.
    """
    p, size, freedom = (np.asarray(x, dtype=np.float64) for x in (share, n, df))
    left = 1 - np.clip(np.asarray(fraction, dtype=np.float64), 0, MOST_TAKEN)
    effect = np.asarray(se, dtype=np.float64) ** 2 * size / (p * (1 - p) * left)
    upper = (1 + level) / 2
    wider = ndtri(upper) / stdtrit(freedom.sum(), upper)
    return np.asarray(size / np.average(effect, weights=freedom) * wider**2)


def expected_range(
    share: ArrayLike, n: ArrayLike, *, target: float | None = None, level: float = ACTION
) -> ExpectedRange:
    """Limits with over-dispersion and the word above, within or below for each unit (formulas F2 to F5).

    Parameters
    ----------
    share : array_like, shape (K,)
        Shares in [0, 1]; NaN for a unit without a figure, which gets no word and does not count.
    n : array_like, shape (K,)
        Answers; for a designed sample the effective sample sizes (formula F6), above 0.
    target : float, optional
        Expected share, strictly between 0 and 1; by default all satisfied answers over all answers.
    level : float
        0.998 for public words, 0.95 for the unit's own eyes.

    Returns
    -------
    ExpectedRange
        A share on a limit counts as within.

    Raises
    ------
    AnalysisError
        If no unit has a figure, an argument is out of range, or the target is 0 or 1 (then nothing
        can be expected to vary: give a target).
    """
    p, size = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if p.shape != size.shape or p.ndim != 1:
        raise AnalysisError("share and n must be vectors of one length, one entry per unit")
    known = np.isfinite(p) & np.isfinite(size)
    if not known.any():
        raise AnalysisError("no unit has a share; there is nothing to compare")
    aim = float(np.sum(p[known] * size[known]) / size[known].sum()) if target is None else target
    _check(aim, level)
    found = over_dispersion(p[known], size[known], aim)
    half = ndtri((1 + level) / 2) * np.sqrt(1 / (4 * size) + found.tau2)
    centre = np.arcsin(np.sqrt(aim))
    lower = np.sin(np.clip(centre - half, 0, np.pi / 2)) ** 2
    upper = np.sin(np.clip(centre + half, 0, np.pi / 2)) ** 2
    words = (_word(*unit) for unit in zip(p, lower, upper, strict=True))
    return ExpectedRange(aim, level, lower, upper, tuple(words), found)


def _word(share: float, lower: float, upper: float) -> str | None:
    """Return where a share lies."""
    if not np.isfinite(share + lower + upper):
        return None
    return BELOW if share < lower else ABOVE if share > upper else WITHIN


def _interpolated(size: Float, target: float, q: float) -> Float:
    """Return the q quantile of the binomial share, interpolated between whole counts."""
    k = binom.ppf(q, size, target)
    above = binom.cdf(k, size, target)
    alpha = (above - q) / (above - binom.cdf(k - 1, size, target))
    return np.asarray(np.clip((k - alpha) / size, 0.0, 1.0))


def _checked(share: ArrayLike, n: ArrayLike) -> tuple[Float, Float]:
    """Return shares and sizes that lie in their ranges."""
    p, size = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if p.shape != size.shape or p.ndim != 1 or p.size == 0:
        raise AnalysisError("share and n must be vectors of one length, one entry per unit")
    if not np.all((p >= 0) & (p <= 1)) or not np.all(size > 0):
        raise AnalysisError("shares must lie between 0 and 1 and n be above 0 for every unit")
    return p, size


def _check(target: float, level: float) -> None:
    """Refuse a target or level that lies outside the open interval from 0 to 1."""
    if not 0 < level < 1:
        raise AnalysisError(f"level is {level}; it must lie between 0 and 1, such as 0.998")
    if not 0 < target < 1:
        raise AnalysisError(f"target is {target}; it must lie strictly between 0 and 1")
