"""Ordinal regression with weights and standard errors that respect the sampling design."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, ndtr

from analysis.covariance import covariance
from analysis.errors import AnalysisError
from analysis.variance import Taylor

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Curve = Callable[[Float], Float]
STEPS = 100
LARGEST_SLOPE = 10  # per standard deviation of a predictor: odds of 22,000, which only separated levels give
SEPARATED = "the ordinal model has no solution: a predictor separates the levels completely; leave it out"


@dataclass(frozen=True, eq=False)
class OrdinalFit:
    """Slopes, shape (p,), then thresholds between the levels, shape (J - 1,); covariance of both together.

    `log_likelihood` is weighted; `df` are those of the design less the slopes, infinite without a design.
    """

    slopes: Float
    thresholds: Float
    covariance: Float
    log_likelihood: float
    df: float

    @property
    def se(self) -> Float:
        """Standard errors of slopes, then thresholds."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True)
class _Link:
    """Distribution function, its density and the density's derivative."""

    share: Curve
    density: Curve
    bend: Curve


def _normal(x: Float) -> Float:
    """Return the normal density, 0 at infinity."""
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _logistic_bend(x: Float) -> Float:
    """Return the second derivative of the logistic distribution function."""
    p = expit(x)
    return np.asarray(p * (1 - p) * (1 - 2 * p))


def _logistic(x: Float) -> Float:
    """Return the logistic density."""
    return np.asarray(expit(x) * expit(-x))


LINKS = {
    "logit": _Link(expit, _logistic, _logistic_bend),
    "probit": _Link(ndtr, _normal, lambda x: -np.where(np.isfinite(x), x, 0.0) * _normal(x)),
}


def ordinal_regression(
    level: ArrayLike,
    predictors: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    link: str = "logit",
    design: Taylor | None = None,
) -> OrdinalFit:
    """Cumulative model P(level <= k) = F(threshold_k - slopes'x) (formulas O1 to O3).

    Parameters
    ----------
    level : array_like, shape (n,)
        Ordered answers; their values matter only by order, and every value that occurs is a level.
    predictors : array_like, shape (n, p)
        Complete, without an intercept.
    weights : array_like, shape (n,), optional
        Above 0. Without a design the standard errors take them as numbers of equal answers.
    link : {"logit", "probit"}
        F logistic or normal.
    design : Taylor, optional
        The sampling design of the rows as one domain (`variance.lay_out`); then the covariance is the
        sandwich of the information and the design's covariance of the weighted scores.

    Returns
    -------
    OrdinalFit
        A positive slope says that a higher predictor goes with a higher level.

    Raises
    ------
    AnalysisError
        If there are fewer than two levels, rows are incomplete, the link is unknown, predictors are collinear
        or separate the levels completely.

    References
    ----------
    McCullagh (1980), J. R. Stat. Soc. B 42, 109-142; Binder (1983), Int. Stat. Rev. 51, 279-292.
    """
    x = np.asarray(predictors, dtype=np.float64)
    w = np.ones(x.shape[0]) if weights is None else np.asarray(weights, dtype=np.float64)
    place, levels = _places(level, x, w, link)
    theta = _start(place, levels, w, x.shape[1])
    value, scores, hessian = _derivatives(theta, place, levels, x, w, LINKS[link])
    for _ in range(STEPS):
        gradient = w @ scores
        if np.abs(gradient).max() <= 1e-9 * w.sum():
            break
        theta, value = _step(
            theta, value, np.asarray(np.linalg.solve(hessian, gradient)), place, levels, x, w, LINKS[link]
        )
        value, scores, hessian = _derivatives(theta, place, levels, x, w, LINKS[link])
    else:
        raise AnalysisError(SEPARATED)
    slopes, thresholds = theta[: x.shape[1]], theta[x.shape[1] :]
    # With separated levels the likelihood climbs for ever: the gradient vanishes although nothing is estimated.
    if np.abs(slopes * x.std(axis=0)).max() > LARGEST_SLOPE:
        raise AnalysisError(SEPARATED)
    bread = np.asarray(np.linalg.inv(-hessian), dtype=np.float64)
    if design is None:
        return OrdinalFit(slopes, thresholds, bread, value, np.inf)
    spread = covariance(design, w[:, None] * scores)
    return OrdinalFit(slopes, thresholds, bread @ spread @ bread, value, float(design.df[0] - x.shape[1]))


def _places(level: ArrayLike, x: Float, w: Float, link: str) -> tuple[Int, int]:
    """Check the arguments and number the levels from 0."""
    y = np.asarray(level, dtype=np.float64)
    if link not in LINKS:
        raise AnalysisError(f"link {link!r} is unknown; choose logit or probit")
    if x.ndim != 2 or y.shape != x.shape[:1] or w.shape != y.shape:
        raise AnalysisError("level, predictors and weights must have one row per respondent")
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(x)) and np.all((w > 0) & np.isfinite(w))):
        raise AnalysisError("rows must be complete and weights above 0; leave out respondents with gaps")
    values, place = np.unique(y, return_inverse=True)
    if values.size < 2:
        raise AnalysisError("all answers have one level; there is nothing to explain")
    if np.linalg.matrix_rank(np.column_stack([np.ones(y.size), x])) < x.shape[1] + 1:
        raise AnalysisError("predictors are collinear (or constant); leave one out")
    return place.astype(np.int64), int(values.size)


def _start(place: Int, levels: int, w: Float, slopes: int) -> Float:
    """Return slopes of 0 and the thresholds that fit the shares of the levels."""
    share = np.cumsum(np.bincount(place, weights=w, minlength=levels))[:-1] / w.sum()
    return np.concatenate([np.zeros(slopes), np.log(share / (1 - share))])


def _derivatives(theta: Float, place: Int, levels: int, x: Float, w: Float, link: _Link) -> tuple[float, Float, Float]:
    """Return the weighted log-likelihood, each row's unweighted score, and the Hessian."""
    p = x.shape[1]
    cuts = np.concatenate([[-np.inf], theta[p:], [np.inf]])
    eta = x @ theta[:p]
    upper, lower = cuts[place + 1] - eta, cuts[place] - eta
    # Far in the upper tail differences are taken between the small upper tails, not between ones.
    flip = lower > 0
    chance = np.where(flip, link.share(-lower) - link.share(-upper), link.share(upper) - link.share(lower))
    chance = np.maximum(chance, 1e-300)
    one = np.eye(levels + 1)[:, 1:levels]
    at_upper, at_lower = np.column_stack([-x, one[place + 1]]), np.column_stack([-x, one[place]])
    rise, fall = link.density(upper) / chance, link.density(lower) / chance
    scores = at_upper * rise[:, None] - at_lower * fall[:, None]
    bend_up, bend_low = w * link.bend(upper) / chance, w * link.bend(lower) / chance
    hessian = (at_upper * bend_up[:, None]).T @ at_upper - (at_lower * bend_low[:, None]).T @ at_lower
    hessian -= (scores * w[:, None]).T @ scores
    return float(w @ np.log(chance)), scores, hessian


def _step(
    theta: Float, value: float, step: Float, place: Int, levels: int, x: Float, w: Float, link: _Link
) -> tuple[Float, float]:
    """Return the Newton step, halved until thresholds stay in order and the likelihood does not fall."""
    p, length = x.shape[1], 1.0
    while length > 1e-8:
        candidate = theta - length * step
        if np.all(np.diff(candidate[p:]) > 0):
            new = _derivatives(candidate, place, levels, x, w, link)[0]
            if new >= value - 1e-9 * abs(value):
                return candidate, new
        length /= 2
    raise AnalysisError(SEPARATED)
