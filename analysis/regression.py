"""Linear and logistic regression with weights and design-based standard errors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, fdtrc, stdtr

from analysis.covariance import covariance
from analysis.errors import AnalysisError
from analysis.variance import Taylor

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Regression:
    """Intercept and slopes, shape (p + 1,), with design-based covariance, t and p-values."""

    coefficients: Float
    covariance: Float
    df: int

    @property
    def se(self) -> Float:
        """Standard errors, shape (p + 1,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def t(self) -> Float:
        """Coefficients over standard errors."""
        return np.asarray(self.coefficients / self.se)

    @property
    def p(self) -> Float:
        """Two-sided p-values on the design's degrees of freedom less the slopes."""
        return np.asarray(2 * stdtr(self.df, -np.abs(self.t)))


@dataclass(frozen=True)
class WaldTest:
    """Joint test that several coefficients are 0."""

    f: float
    df: int
    df_residual: int
    p: float


def linear_regression(y: ArrayLike, predictors: ArrayLike, weights: ArrayLike, design: Taylor) -> Regression:
    """Weighted least squares with the design's sandwich (formula O4).

    Parameters
    ----------
    y : array_like, shape (n,)
        Outcome, any unit.
    predictors : array_like, shape (n, p)
        Complete, without an intercept, which is added.
    weights : array_like, shape (n,)
        Above 0.
    design : Taylor
        Sampling design of the rows as one domain.

    Returns
    -------
    Regression
        `df` = degrees of freedom of the design less p.

    Raises
    ------
    AnalysisError
        If rows are incomplete or predictors collinear.

    References
    ----------
    Binder (1983), Int. Stat. Rev. 51, 279-292; equals R ``survey::svyglm``.
    """
    return _fit(y, predictors, weights, design, lambda eta: eta, np.ones_like)


def logistic_regression(y: ArrayLike, predictors: ArrayLike, weights: ArrayLike, design: Taylor) -> Regression:
    """Weighted logistic regression with the design's sandwich (formula O5).

    Parameters
    ----------
    y : array_like, shape (n,)
        Outcomes in [0, 1].
    predictors, weights, design
        As in `linear_regression`.

    Returns
    -------
    Regression
        On the log-odds scale.

    Raises
    ------
    AnalysisError
        As in `linear_regression`; also if y lies outside [0, 1] or a predictor separates the outcomes.

    References
    ----------
    Binder (1983), Int. Stat. Rev. 51, 279-292; equals R ``survey::svyglm(family = quasibinomial)``.
    """
    outcome = np.asarray(y, dtype=np.float64)
    if np.any((outcome < 0) | (outcome > 1)):
        raise AnalysisError("outcomes of a logistic regression must lie between 0 and 1")
    return _fit(outcome, predictors, weights, design, expit, lambda eta: expit(eta) * expit(-eta))


def wald_test(fit: Regression, places: ArrayLike) -> WaldTest:
    """Test that the coefficients at these places (0 = intercept) are all 0 (formula O6).

    Parameters
    ----------
    fit : Regression
        Any.
    places : array_like of int, shape (q,)
        Different places.

    Returns
    -------
    WaldTest
        F on q and the residual degrees of freedom of the fit.

    Raises
    ------
    AnalysisError
        If no place is given or one is out of range.
    """
    chosen = np.asarray(places, dtype=np.int64)
    if chosen.size == 0 or np.any((chosen < 0) | (chosen >= fit.coefficients.size)):
        raise AnalysisError("places must name one coefficient or more, counted from 0 for the intercept")
    b = fit.coefficients[chosen]
    f = float(b @ np.linalg.solve(fit.covariance[np.ix_(chosen, chosen)], b) / chosen.size)
    return WaldTest(f, chosen.size, fit.df, float(fdtrc(chosen.size, fit.df, f)))


def _fit(
    y: ArrayLike,
    predictors: ArrayLike,
    weights: ArrayLike,
    design: Taylor,
    mean: Callable[[Float], Float],
    slope: Callable[[Float], Float],
) -> Regression:
    """Solve the weighted score equations by Newton steps."""
    outcome, w = np.asarray(y, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    x = np.column_stack([np.ones(outcome.size), np.asarray(predictors, dtype=np.float64)])
    if w.shape != outcome.shape or not np.all(np.isfinite(x)) or not np.all((w > 0) & np.isfinite(outcome)):
        raise AnalysisError("rows must be complete and weights above 0; leave out respondents with gaps")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise AnalysisError("predictors are collinear (or constant); leave one out")
    coefficients = np.zeros(x.shape[1])
    for _ in range(60):
        eta = x @ coefficients
        scores = x * (w * (outcome - mean(eta)))[:, None]
        information = (x * (w * slope(eta))[:, None]).T @ x
        if not np.linalg.cond(information) < 1e14:
            break
        step = np.linalg.solve(information, scores.sum(axis=0))
        coefficients = coefficients + step
        if np.abs(step).max() <= 1e-13 * max(1.0, np.abs(coefficients).max()):
            scores = x * (w * (outcome - mean(x @ coefficients)))[:, None]
            bread = np.linalg.inv(information)
            return Regression(
                coefficients, bread @ covariance(design, scores) @ bread, int(design.df[0]) - x.shape[1] + 1
            )
    raise AnalysisError("the regression did not converge; a predictor may separate the outcomes completely")
