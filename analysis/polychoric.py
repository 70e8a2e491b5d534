"""Correlations of the normal scores that may stand behind answers on ordered levels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, ndtri

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
BEYOND = 9.0  # stands for infinity: the normal tail there is below 1e-18
LARGEST = 0.999  # of a correlation, in size
LEAST = 1e-300  # probability under which a logarithm is not taken


def polychoric_correlations(answers: ArrayLike) -> Float:
    """Polychoric correlations of items in two steps: thresholds from the margins, then each pair (formula B10).

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Complete answers on ordered levels (any numbers), at least two levels per item.

    Returns
    -------
    ndarray, shape (k, k)
        Symmetric, ones on the diagonal; not necessarily positive definite.

    Raises
    ------
    AnalysisError
        If answers are missing or an item has one level only.

    References
    ----------
    Olsson (1979), Psychometrika 44, 443-460; equals R ``lavaan::lavCor(ordered = ...)``.
    """
    x = np.asarray(answers, dtype=np.float64)
    if x.ndim != 2 or not np.all(np.isfinite(x)):
        raise AnalysisError("answers must be numbers, one column per item; leave out rows with gaps")
    codes = [np.unique(column, return_inverse=True)[1] for column in x.T]
    for item, code in enumerate(codes):
        if code.max(initial=0) == 0:
            raise AnalysisError(f"item {item} has one level only; leave it out")
    thresholds = [_thresholds(code) for code in codes]
    found = np.eye(len(codes))
    for a in range(len(codes)):
        for b in range(a):
            found[a, b] = found[b, a] = _pair(codes[a], codes[b], thresholds[a], thresholds[b])
    return found


def _thresholds(code: NDArray[np.int64]) -> Float:
    """Normal quantiles of the cumulated shares, with both ends."""
    shares = np.cumsum(np.bincount(code))[:-1] / code.size
    return np.concatenate([[-BEYOND], ndtri(shares), [BEYOND]])


def _pair(first: NDArray[np.int64], second: NDArray[np.int64], rows: Float, columns: Float) -> float:
    """Correlation that makes the table of two items most likely."""
    width = columns.size - 1
    counts = np.bincount(first * width + second, minlength=(rows.size - 1) * width).reshape(-1, width)

    def misfit(rho: float) -> float:
        corner = _bivariate(rows[:, None], columns[None, :], rho)
        cells = np.diff(np.diff(corner, axis=0), axis=1)
        return -float(np.sum(counts * np.log(np.maximum(cells, LEAST))))

    found = minimize_scalar(misfit, bounds=(-LARGEST, LARGEST), method="bounded", options={"xatol": 1e-10})
    return float(found.x)


def _bivariate(h: Float, k: Float, rho: float) -> Float:
    """Normal distribution function of two scores: the product, plus the density summed up over correlations.

    Integrated over the angle asin r, where the integrand is smooth up to correlations near 1 (Drezner and
    Wesolowsky 1990).
    """
    end = np.arcsin(rho)
    angle = end * (NODES + 1) / 2
    h, k = np.broadcast_arrays(h, k)
    square, product = (h**2 + k**2)[..., None] / 2, (h * k)[..., None]
    values = np.exp(-(square - product * np.sin(angle)) / np.cos(angle) ** 2)
    return np.asarray(ndtr(h) * ndtr(k) + end / (4 * np.pi) * (values @ WEIGHTS))
