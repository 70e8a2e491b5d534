"""Fay-Herriot estimates for units with few answers, shown beside the direct estimate, never instead."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from analysis.errors import AnalysisError

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FayHerriot:
    """Model-based estimates of K units, shape (K,); regression coefficients, shape (p,)."""

    estimate: Float
    mse: Float
    shrinkage: Float
    tau2: float
    coefficients: Float
    coefficient_se: Float


@dataclass(frozen=True, eq=False)
class _Fit:
    """Generalised least squares at one value of tau^2."""

    inverse: Float
    coefficients: Float
    covariance: Float
    residual: Float


def fay_herriot(
    estimate: ArrayLike, variance: ArrayLike, covariates: ArrayLike | None = None, *, method: str = "reml"
) -> FayHerriot:
    """Shrink direct estimates towards a regression (formulas H1 to H4).

    Parameters
    ----------
    estimate : array_like, shape (K,)
        Direct estimates, any unit; K at least p + 2.
    variance : array_like, shape (K,)
        Their known sampling variances, above 0: a unit with SE 0 or none cannot take part.
    covariates : array_like, shape (K, p - 1), optional
        Known facts of each unit; an intercept is always added.
    method : {"reml", "ml", "moment"}
        How tau^2 is estimated: restricted likelihood (published), likelihood, or Fay and Herriot's moment
        equation, the sum of squared residuals over tau^2 + variance equal to K - p.

    Returns
    -------
    FayHerriot
        `shrinkage` gamma = tau^2 / (tau^2 + variance), the weight of the direct estimate; `mse` of Prasad and
        Rao, g1 + g2 + 2 g3 less the bias of tau^2 (none for REML), in the square of the unit of `estimate`.

    Raises
    ------
    AnalysisError
        If shapes differ, the method is unknown, a variance is not above 0, covariates are collinear or
        there are too few units.

    References
    ----------
    Fay and Herriot (1979), J. Am. Stat. Assoc. 74, 269-277; Prasad and Rao (1990), J. Am. Stat. Assoc. 85,
    163-171; Datta and Lahiri (2000), Stat. Sinica 10, 613-627.
    """
    y, v = np.asarray(estimate, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    x = np.ones((y.size, 1))
    if covariates is not None:
        x = np.column_stack([x, np.asarray(covariates, dtype=np.float64).reshape(y.size, -1)])
    _check(y, v, x)
    if method not in METHODS:
        raise AnalysisError(f"method {method!r} is unknown; choose reml, ml or moment")
    tau2 = _largest_root(METHODS[method], y, v, x)
    fit = _least_squares(y, v, x, tau2)
    gamma = tau2 / (tau2 + v)
    fitted = x @ fit.coefficients
    return FayHerriot(
        estimate=gamma * y + (1 - gamma) * fitted,
        mse=_mse(method, v, x, tau2, fit),
        shrinkage=gamma,
        tau2=tau2,
        coefficients=fit.coefficients,
        coefficient_se=np.sqrt(np.diag(fit.covariance)),
    )


def _least_squares(y: Float, v: Float, x: Float, tau2: float) -> _Fit:
    """Return the weighted regression at tau^2."""
    inverse = 1 / (tau2 + v)
    covariance = np.asarray(np.linalg.inv((x * inverse[:, None]).T @ x), dtype=np.float64)
    coefficients = covariance @ (x.T @ (inverse * y))
    return _Fit(inverse, coefficients, covariance, y - x @ coefficients)


def _mse(method: str, v: Float, x: Float, tau2: float, fit: _Fit) -> Float:
    """Return g1 + g2 + 2 g3 less the bias of tau^2 times the slope of g1."""
    gamma, inverse = tau2 / (tau2 + v), fit.inverse
    leverage = np.einsum("ij,jk,ik->i", x, fit.covariance, x)
    information = np.sum(inverse**2)
    if method == "moment":
        spread = 2 * v.size / inverse.sum() ** 2
        bias = 2 * (v.size * information - inverse.sum() ** 2) / inverse.sum() ** 3
    else:
        spread = 2 / information
        squared = (x * (inverse**2)[:, None]).T @ x
        bias = -np.trace(fit.covariance @ squared) / information if method == "ml" else 0.0
    away = (1 - gamma) ** 2
    return np.asarray(gamma * v + away * leverage + 2 * v**2 * inverse**3 * spread - bias * away)


def _score(y: Float, v: Float, x: Float, tau2: float) -> float:
    """Return twice the derivative of the likelihood in tau^2."""
    fit = _least_squares(y, v, x, tau2)
    return float(np.sum((fit.inverse * fit.residual) ** 2) - fit.inverse.sum())


def _restricted_score(y: Float, v: Float, x: Float, tau2: float) -> float:
    """Return twice the derivative of the restricted likelihood in tau^2."""
    fit = _least_squares(y, v, x, tau2)
    squared = (x * (fit.inverse**2)[:, None]).T @ x
    return _score(y, v, x, tau2) + float(np.trace(fit.covariance @ squared))


def _moment(y: Float, v: Float, x: Float, tau2: float) -> float:
    """Return the weighted sum of squared residuals less its expectation."""
    fit = _least_squares(y, v, x, tau2)
    return float(np.sum(fit.inverse * fit.residual**2) - (y.size - x.shape[1]))


METHODS: dict[str, Callable[[Float, Float, Float, float], float]] = {
    "reml": _restricted_score,
    "ml": _score,
    "moment": _moment,
}


def _largest_root(equation: Callable[[Float, Float, Float, float], float], y: Float, v: Float, x: Float) -> float:
    """Return the largest tau^2 at which the equation falls through 0, or 0 if it never does."""
    far = 10 * (np.var(y) + v.max())
    grid = np.concatenate([[0.0], np.geomspace(1e-8 * far, far, 200)])
    values = np.array([equation(y, v, x, tau2) for tau2 in grid])
    falls = np.flatnonzero((values[:-1] > 0) & (values[1:] <= 0))
    if falls.size == 0:
        return 0.0
    last = falls[-1]
    return float(brentq(lambda tau2: equation(y, v, x, tau2), grid[last], grid[last + 1], xtol=1e-14, rtol=1e-14))


def _check(y: Float, v: Float, x: Float) -> None:
    """Refuse what the model cannot hold."""
    if y.ndim != 1 or v.shape != y.shape or not (np.all(np.isfinite(y)) and np.all(np.isfinite(x))):
        raise AnalysisError("estimate, variance and covariates must be numbers, one row per unit")
    if not np.all((v > 0) & np.isfinite(v)):
        unit = int(np.argmin((v > 0) & np.isfinite(v)))
        raise AnalysisError(f"unit {unit}: the variance must be above 0; leave the unit out")
    if y.size < x.shape[1] + 2:
        raise AnalysisError(f"{y.size} units are too few for {x.shape[1]} coefficients and a variance")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise AnalysisError("covariates are collinear (or constant); leave one out")
