"""Standard errors from replicate weights, given with the data or made by `replicate_designs`."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.intervals import t_quantile, woodruff_probabilities

Float = NDArray[np.float64]
Statistic = Callable[[Float], Float]


@dataclass(frozen=True, eq=False)
class Replicates:
    """Weights of R replicates, shape (rows, R), beside the full weights, shape (rows,).

    `scale` and `rscales`, shape (R,), multiply squared deviations; `about_full` takes deviations from the
    full estimate instead of the mean of the replicates. Rows are responses or PSUs.
    """

    full: Float
    weights: Float
    scale: float
    rscales: Float
    df: int
    about_full: bool = False


@dataclass(frozen=True, eq=False)
class ReplicateEstimate:
    """Estimates, shape (k,), with their covariance, shape (k, k), and degrees of freedom."""

    estimate: Float
    covariance: Float
    df: int
    discarded: int

    @property
    def se(self) -> Float:
        """Standard errors, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True, eq=False)
class ReplicateQuantiles:
    """Quantiles with limits and standard errors, shape (k,) each."""

    quantile: Float
    lower: Float
    upper: Float
    se: Float


def given_replicates(
    full: ArrayLike, weights: ArrayLike, *, scale: float, rscales: ArrayLike = 1.0, about_full: bool = False
) -> Replicates:
    """Take replicate weights that came with the data (formula J1).

    Parameters
    ----------
    full : array_like, shape (n,)
        Full-sample weights.
    weights : array_like, shape (n, R)
        Replicate weights, 0 or more, that already contain the full weight.
    scale : float
        Above 0: (n - 1)/n for JK1, 1 for JKn, 1/R for BRR, 1/(R (1 - rho)^2) for Fay, 1/(R - 1) for the bootstrap.
    rscales : array_like, shape (R,) or scalar
        Factor of each replicate, 0 or more; (n_h - 1)/n_h for JKn.
    about_full : bool
        R's ``mse = TRUE``.

    Returns
    -------
    Replicates
        Degrees of freedom: rank of the weights less 1.

    Raises
    ------
    AnalysisError
        If shapes differ or a weight is negative or missing.
    """
    w0, w = np.asarray(full, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if w.ndim != 2 or w0.shape != w.shape[:1] or w.shape[1] < 2:
        raise AnalysisError("replicate weights must have one row per full weight and two columns or more")
    if not np.all(w >= 0):
        row, column = np.argwhere(~(w >= 0))[0]
        raise AnalysisError(f"row {row + 1}, replicate {column + 1}: the weight must be a number, 0 or more")
    if not scale > 0:
        raise AnalysisError(f"scale is {scale}; it must be above 0")
    factors = np.broadcast_to(np.asarray(rscales, dtype=np.float64), (w.shape[1],)).copy()
    return Replicates(w0, w, scale, factors, int(np.linalg.matrix_rank(w)) - 1, about_full)


def estimate(statistic: Statistic, replicates: Replicates, *, discard_empty: bool = False) -> ReplicateEstimate:
    """Any statistic of the weights, with its replicate covariance (formula J1).

    Parameters
    ----------
    statistic : callable
        Takes weights of shape (rows,) and returns an array of shape (k,) or a number.
    replicates : Replicates
        Given or made.
    discard_empty : bool
        False: a replicate in which a statistic is NaN (an empty domain) makes the covariance NaN. True: such
        replicates are left out and counted, as R does with a warning; the variance is then too small.

    Returns
    -------
    ReplicateEstimate
        `discarded` is the number of replicates left out.
    """
    whole = np.atleast_1d(np.asarray(statistic(replicates.full), dtype=np.float64))
    each = np.array([np.atleast_1d(statistic(w)) for w in replicates.weights.T], dtype=np.float64)
    empty = np.isnan(each).any(axis=1) if discard_empty else np.zeros(each.shape[0], dtype=bool)
    rest = replace(replicates, rscales=replicates.rscales[~empty])
    return ReplicateEstimate(whole, replicate_covariance(whole, each[~empty], rest), replicates.df, int(empty.sum()))


def replicate_covariance(whole: ArrayLike, each: ArrayLike, replicates: Replicates) -> Float:
    """Covariance from the full estimate and its replicates (formula J1).

    Parameters
    ----------
    whole : array_like, shape (k,)
        Full estimates.
    each : array_like, shape (R, k)
        The same in each replicate, for instance from one matrix product `replicates.weights.T @ values`.
    replicates : Replicates
        Whose scales apply.

    Returns
    -------
    ndarray, shape (k, k)
        scale x sum of rscale x deviation deviation'.

    Raises
    ------
    AnalysisError
        If `each` does not have one row per replicate.
    """
    theta = np.asarray(each, dtype=np.float64)
    if theta.ndim != 2 or theta.shape[0] != replicates.rscales.size:
        raise AnalysisError("each must have one row per replicate")
    used = replicates.rscales > 0
    centre = np.asarray(whole, dtype=np.float64) if replicates.about_full else theta[used].mean(axis=0)
    away = theta - centre
    return np.asarray(replicates.scale * (away * replicates.rscales[:, None]).T @ away)


def quantile(
    values: ArrayLike, probabilities: ArrayLike, replicates: Replicates, *, level: float = 0.95
) -> ReplicateQuantiles:
    """Quantiles with Woodruff limits from the replicate variance of the share below (formula J5).

    Parameters
    ----------
    values : array_like, shape (n,)
        One value per row of the replicates.
    probabilities : array_like, shape (k,)
        In (0, 1).
    replicates : Replicates
        Given or made.
    level : float
        Of the limits, by t with the replicates' degrees of freedom.

    Returns
    -------
    ReplicateQuantiles
        The quantile is the smallest value with at least the probability at or below it; its standard error
        is the length of the interval over twice the t quantile.

    Raises
    ------
    AnalysisError
        If a probability or the level is out of range or the lengths differ.

    References
    ----------
    Woodruff (1952), J. Am. Stat. Assoc. 47, 635-646.
    """
    x, p = np.asarray(values, dtype=np.float64), np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    if x.shape != replicates.full.shape or not np.all((p > 0) & (p < 1)):
        raise AnalysisError("values must have one entry per row, and probabilities lie between 0 and 1")
    order = np.argsort(x, kind="stable")
    share = np.cumsum(replicates.full[order]) / replicates.full.sum()

    def at(probability: Float) -> Float:
        # A cumulated share that misses the probability by rounding alone has reached it.
        place = np.searchsorted(share, probability - 1e-12)
        return np.asarray(x[order][np.minimum(place, x.size - 1)])

    found = at(p)
    below = (x[:, None] <= found[None, :]).astype(np.float64)
    reached = estimate(lambda w: w @ below / w.sum(), replicates)
    limits = woodruff_probabilities(reached.estimate, reached.se, replicates.df, level)
    lower, upper = (at(limit) for limit in limits)
    return ReplicateQuantiles(found, lower, upper, (upper - lower) / (2 * t_quantile(replicates.df, level)))
