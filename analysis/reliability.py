"""Whether the items of a factor hang together: alpha, item statistics and omega."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri

from analysis.errors import AnalysisError

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Alpha:
    """Cronbach's alpha of k items and what it is made of; vectors have shape (k,)."""

    n: int
    raw: float
    standardised: float
    guttman6: float
    average_correlation: float
    standard_error: float
    feldt_lower: float
    feldt_upper: float
    if_dropped: Float
    item_rest: Float
    item_total: Float


@dataclass(frozen=True)
class Omega:
    """Share of the variance of the sum score that the one factor explains."""

    total: float
    of_observed: float


def weighted_covariance(answers: ArrayLike, weights: ArrayLike | None = None) -> Float:
    """Covariance of items, weighted (formula B1).

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Complete answers, n at least 2; leave out respondents with a missing answer.
    weights : array_like, shape (n,), optional
        Above 0; only their proportions count. Without weights the divisor is n - 1; with weights it
        is 1 - sum of squared shares, which is the same when all weights are equal.

    Returns
    -------
    ndarray, shape (k, k)
        Symmetric.

    Raises
    ------
    AnalysisError
        If answers are missing, there are fewer than two respondents, or weights are not above 0.
    """
    x = np.asarray(answers, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] < 2 or not np.all(np.isfinite(x)):
        raise AnalysisError("answers must be two or more complete rows, one column per item; leave out rows with gaps")
    w = np.ones(x.shape[0]) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != x.shape[:1] or not np.all((w > 0) & np.isfinite(w)):
        raise AnalysisError("weights must be numbers above 0, one per respondent")
    share = w / w.sum()
    centred = x - share @ x
    return np.asarray((centred * share[:, None]).T @ centred / (1 - np.sum(share**2)))


def pairwise_covariance(answers: ArrayLike) -> Float:
    """Covariance of each pair of items over the respondents who answered both (formula B1).

    Parameters
    ----------
    answers : array_like, shape (n, k)
        NaN where missing.

    Returns
    -------
    ndarray, shape (k, k)
        May fail to be positive definite, as each entry has its own respondents.

    Raises
    ------
    AnalysisError
        If two items share fewer than two respondents.
    """
    x = np.asarray(answers, dtype=np.float64)
    result = np.empty((x.shape[1], x.shape[1]))
    for i in range(x.shape[1]):
        for j in range(i + 1):
            both = np.isfinite(x[:, i]) & np.isfinite(x[:, j])
            if both.sum() < 2:
                raise AnalysisError(f"items {j + 1} and {i + 1} were answered together fewer than twice")
            result[i, j] = result[j, i] = np.cov(x[both, i], x[both, j])[0, 1]
    return result


def alpha_of(covariance: ArrayLike) -> float:
    """Cronbach's alpha from a covariance (or correlation) matrix (formula B2).

    Parameters
    ----------
    covariance : array_like, shape (k, k)
        k at least 2.

    Returns
    -------
    float
        At most 1; negative when items contradict each other.

    Raises
    ------
    AnalysisError
        If there are fewer than two items or their sum never varies.

    References
    ----------
    Cronbach (1951), Psychometrika 16, 297-334.
    """
    c = np.asarray(covariance, dtype=np.float64)
    k = c.shape[0]
    if c.shape != (k, k) or k < 2 or not c.sum() > 0:
        raise AnalysisError("alpha needs two items or more whose sum varies")
    return float(k / (k - 1) * (1 - np.trace(c) / c.sum()))


def cronbach_alpha(answers: ArrayLike, weights: ArrayLike | None = None, *, level: float = 0.95) -> Alpha:
    """Alpha with its standard error, Feldt's interval and item statistics (formulas B2 to B5).

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Complete answers, scored so that high is good for every item; k at least 2, n at least 2.
    weights : array_like, shape (n,), optional
        As in `weighted_covariance`. Standard error and interval stay those of n independent respondents.
    level : float
        Of the interval.

    Returns
    -------
    Alpha
        `if_dropped` is NaN with two items; `item_rest` is the correlation of an item with the sum of the
        others, `item_total` with the sum of all.

    Raises
    ------
    AnalysisError
        As in `weighted_covariance`; also if an item never varies.

    References
    ----------
    Duhachek and Iacobucci (2004), J. Appl. Psychol. 89, 792-808 (standard error); Feldt, Woodruff and
    Salih (1987), Appl. Psychol. Meas. 11, 93-103 (interval).
    """
    c = weighted_covariance(answers, weights)
    n, k = np.shape(answers)[0], c.shape[0]
    sd = np.sqrt(np.diag(c))
    if not np.all(sd > 0):
        raise AnalysisError(f"item {int(np.argmin(sd)) + 1} never varies; leave it out")
    raw, r = alpha_of(c), c / np.outer(sd, sd)
    lower, upper = _feldt(raw, n, k, level)
    rest = c.sum(axis=1) - np.diag(c)
    without = c.sum() - 2 * c.sum(axis=1) + np.diag(c)
    return Alpha(
        n=n,
        raw=raw,
        standardised=alpha_of(r),
        guttman6=float(1 - np.sum(1 / np.diag(np.linalg.inv(r))) / r.sum()),
        average_correlation=float((r.sum() - k) / (k * (k - 1))),
        standard_error=_standard_error(c, n),
        feldt_lower=lower,
        feldt_upper=upper,
        if_dropped=_dropped(c),
        item_rest=rest / (sd * np.sqrt(without)),
        item_total=c.sum(axis=1) / (sd * np.sqrt(c.sum())),
    )


def omega_of(loadings: ArrayLike, uniquenesses: ArrayLike, observed: ArrayLike | None = None) -> Omega:
    """McDonald's omega of one factor (formula B6).

    Parameters
    ----------
    loadings, uniquenesses : array_like, shape (k,)
        Of a one-factor model with factor variance 1, in the unit of the items.
    observed : array_like, shape (k, k), optional
        Observed covariance for the second version; by default the one that the model implies.

    Returns
    -------
    Omega
        (sum of loadings)^2 over the implied and over the observed variance of the sum.

    Raises
    ------
    AnalysisError
        If shapes differ.

    References
    ----------
    McDonald (1999), Test Theory, Erlbaum.
    """
    loading, unique = np.asarray(loadings, dtype=np.float64), np.asarray(uniquenesses, dtype=np.float64)
    if loading.ndim != 1 or loading.shape != unique.shape:
        raise AnalysisError("loadings and uniquenesses must be vectors of one length, one entry per item")
    common = loading.sum() ** 2
    implied = common + unique.sum()
    whole = implied if observed is None else np.asarray(observed, dtype=np.float64).sum()
    return Omega(float(common / implied), float(common / whole))


def _dropped(c: Float) -> Float:
    """Return alpha without each item in turn."""
    k = c.shape[0]
    if k < 3:
        return np.full(k, np.nan)
    return np.array([alpha_of(np.delete(np.delete(c, i, 0), i, 1)) for i in range(k)])


def _standard_error(c: Float, n: int) -> float:
    """Return the large-sample standard error of alpha."""
    k, whole = c.shape[0], c.sum()
    square = c @ c
    part = whole * (np.trace(square) + np.trace(c) ** 2) - 2 * np.trace(c) * square.sum()
    return float(np.sqrt(2 / whole**3 * part) * k / (k - 1) / np.sqrt(n))


def _feldt(alpha: float, n: int, k: int, level: float) -> tuple[float, float]:
    """Return the limits 1 - (1 - alpha) F with F on n - 1 and (n - 1)(k - 1) degrees of freedom."""
    if not 0 < level < 1:
        raise AnalysisError(f"level is {level}; it must lie between 0 and 1, such as 0.95")
    tail = (1 - level) / 2
    first, second = n - 1, (n - 1) * (k - 1)
    return (
        float(1 - (1 - alpha) * fdtri(first, second, 1 - tail)),
        float(1 - (1 - alpha) * fdtri(first, second, tail)),
    )
