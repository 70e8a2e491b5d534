"""Whether a correlation matrix carries common factors: eigenvalues, KMO and Bartlett's test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from analysis.errors import AnalysisError

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Factorability:
    """Eigenvalues, shape (k,), sampling adequacy overall and by item, and the test of no correlation."""

    eigenvalues: Float
    adequacy: float
    item_adequacy: Float
    chi_square: float
    df: int
    p: float


def factorability(correlation: ArrayLike, n: int) -> Factorability:
    """Eigenvalues, Kaiser-Meyer-Olkin adequacy and Bartlett's sphericity test (formulas B7 to B9).

    Parameters
    ----------
    correlation : array_like, shape (k, k)
        Positive definite correlations of k items, k at least 2.
    n : int
        Respondents, more than k.

    Returns
    -------
    Factorability
        Eigenvalues largest first; adequacy in [0, 1].

    Raises
    ------
    AnalysisError
        If the matrix is no positive definite correlation matrix or n is too small.

    References
    ----------
    Kaiser and Rice (1974), Educ. Psychol. Meas. 34, 111-117; Bartlett (1951), Biometrika 38, 337-344.
    """
    r = np.asarray(correlation, dtype=np.float64)
    k = r.shape[0]
    if r.shape != (k, k) or k < 2 or not np.allclose(np.diag(r), 1) or n <= k:
        raise AnalysisError("correlation must be square with ones on its diagonal, and n larger than its size")
    eigenvalues = np.asarray(np.linalg.eigvalsh(r)[::-1], dtype=np.float64)
    if not eigenvalues[-1] > 0:
        raise AnalysisError("correlation is not positive definite; leave out an item that repeats others")
    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.diag(inverse))
    off = 1 - np.eye(k)
    simple, partial = (r * off) ** 2, (inverse / np.outer(scale, scale) * off) ** 2
    chi_square = -(n - 1 - (2 * k + 5) / 6) * float(np.log(eigenvalues).sum())
    df = k * (k - 1) // 2
    return Factorability(
        eigenvalues=eigenvalues,
        adequacy=float(simple.sum() / (simple.sum() + partial.sum())),
        item_adequacy=simple.sum(axis=0) / (simple.sum(axis=0) + partial.sum(axis=0)),
        chi_square=chi_square,
        df=df,
        p=float(chdtrc(df, chi_square)),
    )
