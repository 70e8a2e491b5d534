"""Reproducible normal draws with a given covariance, singular ones included."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
ROUNDING = 1e-9  # share of the largest eigenvalue under which a negative one counts as rounding


def root_of_covariance(covariance: ArrayLike) -> Float:
    """Matrix R with R R' = covariance, with as few columns as the covariance has rank (formula K5).

    Parameters
    ----------
    covariance : array_like, shape (K, K)
        Symmetric, positive semi-definite.

    Returns
    -------
    ndarray, shape (K, r)
        Eigenvectors times the roots of the r positive eigenvalues, largest first; the entry of largest
        size in each column is positive, so that a seed gives the same draws whatever sign LAPACK chose.

    Raises
    ------
    AnalysisError
        If the matrix is not square, not symmetric or has a negative eigenvalue.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise AnalysisError("covariance must be a square matrix")
    if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-12 * np.abs(matrix).max(initial=0.0)):
        raise AnalysisError("covariance must be symmetric")
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values[0] < -ROUNDING * max(values[-1], 0.0):
        raise AnalysisError(f"covariance has the negative eigenvalue {values[0]:.6g}, so it is not one")
    kept = values > ROUNDING * 1e-3 * values[-1]
    root = vectors[:, kept][:, ::-1] * np.sqrt(values[kept][::-1])
    signs = np.sign(root[np.argmax(np.abs(root), axis=0), np.arange(root.shape[1])])
    return np.asarray(root * signs)
