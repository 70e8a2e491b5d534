"""Hadamard matrices for balanced halves: Paley's construction, doubled by Sylvester's."""

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
LARGEST = 2048


def hadamard(least: int) -> Float:
    """Smallest constructed Hadamard matrix with at least `least` rows; its first column is all ones.

    Parameters
    ----------
    least : int
        1..2048.

    Returns
    -------
    ndarray, shape (m, m)
        Entries -1 and 1, columns orthogonal; m is 1, 2 or a multiple of 4.

    Raises
    ------
    AnalysisError
        If `least` is out of range.

    References
    ----------
    Paley (1933), J. Math. Phys. 12, 311-320; Wolter (2007), appendix A.
    """
    if not 1 <= least <= LARGEST:
        raise AnalysisError(f"a Hadamard matrix of {least} rows is asked; 1 to {LARGEST} are made")
    orders = ((size * 2**doublings, size) for size in _bases() for doublings in range(12))
    order, base = min((order, base) for order, base in orders if order >= least)
    matrix = _paley(base - 1) if base > 1 else np.ones((1, 1))
    while matrix.shape[0] < order:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return np.asarray(matrix * matrix[:, [0]])


def _bases() -> list[int]:
    """Return 1 and the orders q + 1 for primes q = 3 mod 4."""
    primes = (q for q in range(3, LARGEST, 4) if all(q % d for d in range(3, int(q**0.5) + 1, 2)))
    return [1, *(q + 1 for q in primes)]


def _paley(q: int) -> Float:
    """Return I + S with S the skew matrix of quadratic residues of the prime q, bordered by ones."""
    residues = {x * x % q for x in range(1, q)}
    sign = np.array([0.0, *(1.0 if x in residues else -1.0 for x in range(1, q))])
    circulant = sign[(np.arange(q)[None, :] - np.arange(q)[:, None]) % q]
    skew = np.zeros((q + 1, q + 1))
    skew[0, 1:], skew[1:, 0], skew[1:, 1:] = 1.0, -1.0, circulant
    return skew + np.eye(q + 1)
