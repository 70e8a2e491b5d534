"""Confirmatory factor analysis by maximum likelihood: every item on one factor, factors correlated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
Inexact = NDArray[Any]  # float64, or complex128 where a derivative is taken by a complex step
STEPS = 500


@dataclass(frozen=True, eq=False)
class Model:
    """Which item loads on which factor; the first item of a factor sets its scale (loading 1)."""

    factors: tuple[str, ...]
    items: tuple[str, ...]
    factor_of: NDArray[np.int64]
    marker: NDArray[np.bool_]

    @property
    def parameters(self) -> int:
        """Free loadings, residual variances, factor variances and covariances."""
        m = len(self.factors)
        return int((~self.marker).sum()) + len(self.items) + m * (m + 1) // 2

    @property
    def df(self) -> int:
        """Distinct variances and covariances less the free parameters."""
        p = len(self.items)
        return p * (p + 1) // 2 - self.parameters


@dataclass(frozen=True, eq=False)
class Moments:
    """Sample covariance with divisor n, centred answers and weights of mean 1."""

    covariance: Float
    centred: Float
    weights: Float


@dataclass(frozen=True, eq=False)
class Cfa:
    """Estimates in the order free loadings, residual variances, factor covariances by rows below the diagonal.

    `loadings` has shape (p,), `residual_variances` (p,), `factor_covariance` (m, m); `se` has one entry per
    free parameter; `discrepancy` is the minimum of the likelihood function, 0 at a perfect fit.
    """

    model: Model
    n: int
    theta: Float
    se: Float
    loadings: Float
    residual_variances: Float
    factor_covariance: Float
    implied: Float
    sample: Float
    discrepancy: float


def model_of(factors: Mapping[str, Sequence[str]]) -> Model:
    """Build the model from the items of each factor.

    Parameters
    ----------
    factors : mapping from factor to its items
        Two or more items each, three or more if it is the only factor; no item twice.

    Returns
    -------
    Model
        Items in the order in which they are given.

    Raises
    ------
    AnalysisError
        If a factor has too few items or an item has two factors.
    """
    items = [item for named in factors.values() for item in named]
    least = 3 if len(factors) == 1 else 2
    for factor, named in factors.items():
        if len(named) < least:
            raise AnalysisError(f"factor {factor} has {len(named)} items; it needs {least} or more")
    if len(set(items)) < len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise AnalysisError(f"item {twice} stands on two factors; give it one")
    sizes = [len(named) for named in factors.values()]
    marker = np.zeros(len(items), dtype=bool)
    marker[np.cumsum([0, *sizes[:-1]])] = True
    return Model(tuple(factors), tuple(items), np.repeat(np.arange(len(sizes)), sizes), marker)


def moments_of(answers: ArrayLike, weights: ArrayLike | None = None) -> Moments:
    """Covariance of complete answers with divisor n (formula C1).

    Parameters
    ----------
    answers : array_like, shape (n, p)
        Complete answers in the order of the model's items, n larger than p.
    weights : array_like, shape (n,), optional
        Above 0; scaled to mean 1.

    Returns
    -------
    Moments
        Covariance of shape (p, p).

    Raises
    ------
    AnalysisError
        If answers are missing, too few or singular, or weights are not above 0.
    """
    x = np.asarray(answers, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] <= x.shape[1] or not np.all(np.isfinite(x)):
        raise AnalysisError("answers must be complete rows, more of them than items; leave out rows with gaps")
    w = np.ones(x.shape[0]) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != x.shape[:1] or not np.all((w > 0) & np.isfinite(w)):
        raise AnalysisError("weights must be numbers above 0, one per respondent")
    w = w / w.mean()
    centred = x - (w @ x) / w.sum()
    covariance = (centred * w[:, None]).T @ centred / w.sum()
    if np.linalg.matrix_rank(covariance) < x.shape[1]:
        raise AnalysisError("an item never varies or repeats others; leave it out")
    return Moments(covariance, centred, w)


def fit_cfa(model: Model, moments: Moments, *, robust: bool = False) -> Cfa:
    """Fit by maximum likelihood with Fisher scoring (formulas C2 to C5).

    Parameters
    ----------
    model : Model
        Of `model_of`.
    moments : Moments
        Of `moments_of`.
    robust : bool
        False: standard errors from the expected information of normal answers. True (MLR): sandwich of
        observed information and respondents' scores, for answers of any distribution, and for weights.

    Returns
    -------
    Cfa
        At convergence (largest derivative under 1e-10).

    Raises
    ------
    AnalysisError
        If the number of items differs, the model has no degrees of freedom left, or the fit does not converge.

    References
    ----------
    Joreskog (1969), Psychometrika 34, 183-202; Yuan and Bentler (2000), Sociol. Methodol. 30, 165-200.
    """
    if moments.covariance.shape[0] != len(model.items):
        raise AnalysisError("answers must have one column per item of the model, in its order")
    if model.df < 0:
        raise AnalysisError(f"the model has {model.parameters} parameters, more than the covariances of the items")
    theta = _scoring(model, moments.covariance)
    n = moments.centred.shape[0]
    if robust:
        bread = np.linalg.inv(observed_information(model, theta, moments.covariance))
        scores = casewise_scores(model, theta, moments)
        covariance = bread @ (scores.T @ scores / n) @ bread / n
    else:
        covariance = np.linalg.inv(_information(model, theta)) / n
    loadings, phi, unique = parts(model, theta)
    implied = np.asarray(_implied(model, theta))
    discrepancy = _discrepancy(implied, moments.covariance)
    se = np.sqrt(np.diag(covariance))
    return Cfa(model, n, theta, se, loadings, unique, phi, implied, moments.covariance, discrepancy)


def parts(model: Model, theta: Inexact) -> tuple[Inexact, Inexact, Inexact]:
    """Return loadings (p,), factor covariance (m, m) and residual variances (p,) of a parameter vector."""
    p, m, free = len(model.items), len(model.factors), int((~model.marker).sum())
    loadings = np.ones(p, dtype=theta.dtype)
    loadings[~model.marker] = theta[:free]
    rows, columns = np.tril_indices(m)
    phi = np.zeros((m, m), dtype=theta.dtype)
    phi[rows, columns] = phi[columns, rows] = theta[free + p :]
    return loadings, phi, theta[free : free + p]


def derivatives(model: Model, theta: Inexact) -> Inexact:
    """Derivative of the implied covariance in each parameter, shape (parameters, p, p) (formula C3)."""
    loadings, phi, _ = parts(model, theta)
    p, m = len(model.items), len(model.factors)
    pattern = np.zeros((p, m), dtype=theta.dtype)
    pattern[np.arange(p), model.factor_of] = loadings
    carried = pattern @ phi
    slopes = []
    for item in np.flatnonzero(~model.marker):
        one = np.zeros((p, p), dtype=theta.dtype)
        one[item] = carried[:, model.factor_of[item]]
        slopes.append(one + one.T)
    slopes.extend(np.diag(row) for row in np.eye(p, dtype=theta.dtype))
    for a, b in zip(*np.tril_indices(m), strict=True):
        one = np.outer(pattern[:, a], pattern[:, b])
        slopes.append(one if a == b else one + one.T)
    return np.array(slopes)


def observed_information(model: Model, theta: Float, sample: Float) -> Float:
    """Second derivatives of minus the mean log-likelihood, by complex steps of the exact gradient."""
    columns = []
    for k in range(theta.size):
        shifted = theta.astype(np.complex128)
        shifted[k] += 1e-30j
        columns.append(np.imag(_gradient(model, shifted, sample)) / 1e-30)
    hessian = np.column_stack(columns)
    return np.asarray((hessian + hessian.T) / 2, dtype=np.float64)


def casewise_scores(model: Model, theta: Float, moments: Moments) -> Float:
    """Derivative of each respondent's weighted log-likelihood, shape (n, parameters)."""
    inverse = np.linalg.inv(np.asarray(_implied(model, theta), dtype=np.float64))
    turned = moments.centred @ inverse
    slopes = np.asarray(derivatives(model, theta), dtype=np.float64)
    fitted = np.einsum("ij,kji->k", inverse, slopes)
    each = np.column_stack([np.sum((turned @ slope) * turned, axis=1) for slope in slopes])
    return np.asarray(moments.weights[:, None] * (each - fitted) / 2)


def _implied(model: Model, theta: Inexact) -> Inexact:
    """Return the covariance that the parameters imply."""
    loadings, phi, unique = parts(model, theta)
    common = phi[np.ix_(model.factor_of, model.factor_of)] * np.outer(loadings, loadings)
    return np.asarray(common + np.diag(unique))


def _gradient(model: Model, theta: Inexact, sample: Float) -> Inexact:
    """Return the gradient of minus the mean log-likelihood."""
    inverse = np.linalg.inv(_implied(model, theta))
    core = inverse - inverse @ sample @ inverse
    return np.asarray(np.einsum("ij,kji->k", core, derivatives(model, theta)) / 2)


def _information(model: Model, theta: Float) -> Float:
    """Return the expected information of one respondent."""
    inverse = np.linalg.inv(np.asarray(_implied(model, theta), dtype=np.float64))
    turned = inverse @ np.asarray(derivatives(model, theta), dtype=np.float64)
    return np.asarray(np.einsum("aij,bji->ab", turned, turned) / 2)


def _discrepancy(implied: Float, sample: Float) -> float:
    """Return log|Sigma| + tr(S Sigma^-1) - log|S| - p, infinite where Sigma is no covariance."""
    try:
        np.linalg.cholesky(implied)
    except np.linalg.LinAlgError:
        return np.inf
    log_implied, log_sample = np.linalg.slogdet(implied)[1], np.linalg.slogdet(sample)[1]
    trace = np.trace(np.linalg.solve(implied, sample))
    return float(max(0.0, log_implied - log_sample + trace - sample.shape[0]))


def _scoring(model: Model, sample: Float) -> Float:
    """Return the parameters of least discrepancy."""
    variance, m = np.diag(sample), len(model.factors)
    phi = np.diag(variance[model.marker] / 2)[np.tril_indices(m)]
    theta = np.concatenate([np.ones(int((~model.marker).sum())), variance / 2, phi])
    value = _discrepancy(np.asarray(_implied(model, theta)), sample)
    for _ in range(STEPS):
        gradient = np.asarray(_gradient(model, theta, sample), dtype=np.float64)
        if np.abs(gradient).max() < 1e-10:
            return theta
        step = np.linalg.solve(_information(model, theta), gradient)
        length = 1.0
        while length > 1e-10:
            candidate = theta - length * step
            new = _discrepancy(np.asarray(_implied(model, candidate)), sample)
            if new <= value + 1e-12:
                break
            length /= 2
        theta, value = candidate, new
    raise AnalysisError("the factor model did not converge; check that each factor's items go together")
