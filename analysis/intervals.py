"""Confidence intervals of shares and indices that stay honest near 0 and 100 %."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
ROUNDING = 1e-9  # a standard error of a share below this is a 0 that rounding has blurred


def t_quantile(df: ArrayLike, level: float = 0.95) -> Float:
    """Two-sided quantile of Student's t.

    Parameters
    ----------
    df : array_like
        Degrees of freedom; infinity gives the normal quantile, 0 or less gives NaN.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    ndarray
        t such that a share `level` of the distribution lies in (-t, t); the shape of `df`.

    Raises
    ------
    AnalysisError
        If `level` is not between 0 and 1.
    """
    upper = 1 - (1 - _checked(level)) / 2
    freedom = np.asarray(df, dtype=np.float64)
    inside = np.where(freedom > 0, freedom, np.nan)
    return np.asarray(np.where(np.isinf(inside), ndtri(upper), stdtrit(inside, upper)), dtype=np.float64)


def wald_t(estimate: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95) -> tuple[Float, Float]:
    """Estimate plus and minus t(df) standard errors (method.md, formula I1).

    Parameters
    ----------
    estimate, se, df : array_like
        Broadcast against each other; any unit.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    (lo, hi) : tuple of ndarray
        Not clipped: a share near 1 can give a limit above 1, which is why shares use `korn_graubard`.
    """
    centre = np.asarray(estimate, dtype=np.float64)
    half = t_quantile(df, level) * np.asarray(se, dtype=np.float64)
    return centre - half, centre + half


def logit_t(p: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95) -> tuple[Float, Float]:
    """Wald interval on the logit scale, turned back into shares (method.md, formula I2).

    Parameters
    ----------
    p, se, df : array_like
        Share in (0, 1), its standard error, degrees of freedom. At 0 and 1 the limits are NaN.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    (lo, hi) : tuple of ndarray
        Shares.
    """
    share = np.asarray(p, dtype=np.float64)
    inner = np.where((share > 0) & (share < 1), share, np.nan)
    lo, hi = wald_t(logit(inner), np.asarray(se) / (inner * (1 - inner)), df, level)
    return np.asarray(expit(lo)), np.asarray(expit(hi))


def effective_n(p: ArrayLike, se: ArrayLike, n: ArrayLike, *, deff: ArrayLike = 1.0) -> Float:
    """Size of the simple random sample that would have the same standard error (method.md, formula I3).

    Parameters
    ----------
    p, se : array_like
        Share in [0, 1] and its standard error.
    n : array_like
        Responses of the domain (at least 1).
    deff : array_like
        Design effect used where the share is 0 or 1 or its standard error is 0, because there the data
        say nothing about it; values under 1 count as 1.

    Returns
    -------
    ndarray
        p (1 - p) / se^2, or n / max(1, deff).
    """
    share, error = np.asarray(p, dtype=np.float64), np.asarray(se, dtype=np.float64)
    inner = (share > 0) & (share < 1) & (error > ROUNDING)
    variance = np.where(inner, error, 1.0) ** 2
    without = np.asarray(n, dtype=np.float64) / np.maximum(1.0, deff)
    return np.asarray(np.where(inner, share * (1 - share) / variance, without))


def korn_graubard(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    level: float = 0.95,
    *,
    valid: ArrayLike | None = None,
    deff: ArrayLike = 1.0,
) -> tuple[Float, Float]:
    """Clopper-Pearson limits on the effective sample size, adjusted for its df (method.md, formula I4).

    Parameters
    ----------
    p, se, deff : array_like
        As in `effective_n`.
    n : array_like
        All responses of the domain, with or without an answer.
    df : array_like
        Degrees of freedom of the domain; 0 or less gives NaN.
    level : float
        Confidence level, between 0 and 1.
    valid : array_like, optional
        Responses with a valid answer, used where the share is 0 or 1; `n` if not given.

    Returns
    -------
    (lo, hi) : tuple of ndarray
        Shares in [0, 1]. The lower limit of a share of 0 is 0, the upper limit of a share of 1 is 1.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24, 193-201; equals R
    ``survey::svyciprop(method = "beta")`` for shares strictly between 0 and 1.
    """
    size = np.asarray(n, dtype=np.float64)
    # One response leaves n - 1 = 0 degrees of freedom; the adjustment then has nothing to compare with.
    ratio = t_quantile(np.maximum(size - 1, 1), level) / t_quantile(df, level)
    answered = size if valid is None else valid
    return clopper_pearson(p, effective_n(p, se, answered, deff=deff) * ratio**2, level)


def clopper_pearson(p: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Float, Float]:
    """Exact binomial limits for a share `p` of `n` trials, `n` not necessarily whole (method.md, formula I5).

    Parameters
    ----------
    p : array_like
        Share in [0, 1].
    n : array_like
        Number of trials, above 0.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    (lo, hi) : tuple of ndarray
        Shares in [0, 1].

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    tail = (1 - _checked(level)) / 2
    share, trials = np.broadcast_arrays(np.asarray(p, dtype=np.float64), np.asarray(n, dtype=np.float64))
    hits, misses = trials * share, trials * (1 - share)
    lo = np.where(share > 0, betaincinv(np.where(share > 0, hits, 1.0), misses + 1, tail), 0.0)
    hi = np.where(share < 1, betaincinv(hits + 1, np.where(share < 1, misses, 1.0), 1 - tail), 1.0)
    unknown = np.isnan(trials) | np.isnan(share)
    return np.where(unknown, np.nan, lo), np.where(unknown, np.nan, hi)


def wilson(p: ArrayLike, n: ArrayLike, level: float = 0.95, *, df: ArrayLike = np.inf) -> tuple[Float, Float]:
    """Score interval for a share `p` of `n` (effective) trials (method.md, formula I6).

    Parameters
    ----------
    p : array_like
        Share in [0, 1].
    n : array_like
        Number of trials, or the effective sample size of `effective_n`; above 0.
    level : float
        Confidence level, between 0 and 1.
    df : array_like
        Degrees of freedom; infinite (the published method) uses the normal quantile.

    Returns
    -------
    (lo, hi) : tuple of ndarray
        Shares in [0, 1].

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; Newcombe (1998), Stat. Med. 17, 857-872; with finite
    `df` equals R ``survey::svyciprop(method = "wilson")``.
    """
    z2 = t_quantile(df, level) ** 2
    share, trials = np.asarray(p, dtype=np.float64), np.asarray(n, dtype=np.float64)
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = np.sqrt(z2 * share * (1 - share) / trials + z2**2 / (4 * trials**2)) / (1 + z2 / trials)
    # At 0 and 1 the two terms are equal up to the last bit; the limit is exact by definition.
    lo = np.where(share == 0, 0.0, centre - half)
    hi = np.where(share == 1, 1.0, centre + half)
    return np.where(np.isnan(centre), np.nan, lo), np.where(np.isnan(centre), np.nan, hi)


def newcombe(p1: ArrayLike, n1: ArrayLike, p2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> tuple[Float, Float]:
    """Interval of the difference p1 - p2 of two independent shares (method.md, formula I7).

    Parameters
    ----------
    p1, p2 : array_like
        Shares in [0, 1].
    n1, n2 : array_like
        Numbers of trials or effective sample sizes, above 0.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    (lo, hi) : tuple of ndarray
        Differences in [-1, 1].

    References
    ----------
    Newcombe (1998), Stat. Med. 17, 873-890, method 10 (hybrid score).
    """
    first, second = np.asarray(p1, dtype=np.float64), np.asarray(p2, dtype=np.float64)
    (lo1, hi1), (lo2, hi2) = wilson(first, n1, level), wilson(second, n2, level)
    lo = first - second - np.hypot(first - lo1, hi2 - second)
    hi = first - second + np.hypot(hi1 - first, second - lo2)
    return lo, hi


def woodruff_probabilities(
    probability: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95
) -> tuple[Float, Float]:
    """Probabilities whose quantiles bound a quantile (method.md, formula I8).

    Parameters
    ----------
    probability : array_like
        The quantile's probability, in (0, 1).
    se : array_like
        Standard error of the estimated share of values at or below the quantile.
    df : array_like
        Degrees of freedom.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    (lo, hi) : tuple of ndarray
        Probabilities clipped to [0, 1]; the caller reads both quantiles from the weighted distribution.

    References
    ----------
    Woodruff (1952), J. Am. Stat. Assoc. 47, 635-646.
    """
    lo, hi = wald_t(probability, se, df, level)
    return np.clip(lo, 0.0, 1.0), np.clip(hi, 0.0, 1.0)


def _checked(level: float) -> float:
    """Return the level if it lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise AnalysisError(f"level is {level}; it must lie between 0 and 1, such as 0.95")
    return level
