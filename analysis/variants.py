"""Other ways to join factor scores to one index, for the robustness box."""

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.rank_sets import Float


def weighted_arithmetic(scores: ArrayLike, weights: ArrayLike) -> Float:
    """Weighted arithmetic mean over factors (formula R5).

    Parameters
    ----------
    scores : array_like, shape (K, F)
        Factor scores of each unit, any unit of measure.
    weights : array_like, shape (F,)
        At least 0, not all 0; divided by their sum.

    Returns
    -------
    ndarray, shape (K,)
        NaN where a factor of weight above 0 has no score.

    Raises
    ------
    AnalysisError
        If shapes differ or weights are negative or all 0.
    """
    value, share = _checked(scores, weights)
    return np.asarray(np.where(share > 0, value, 0.0) @ share)


def weighted_geometric(scores: ArrayLike, weights: ArrayLike) -> Float:
    """Weighted geometric mean over factors, in which a strong factor cannot pay for a weak one (formula R6).

    Parameters
    ----------
    scores, weights : array_like, shapes (K, F) and (F,)
        As in `weighted_arithmetic`; scores at least 0. A score of 0 gives 0.

    Returns
    -------
    ndarray, shape (K,)
        In the unit of `scores`.

    Raises
    ------
    AnalysisError
        Also if a score is negative.
    """
    value, share = _checked(scores, weights)
    if np.any(value < 0):
        raise AnalysisError("a geometric mean needs scores of at least 0")
    return np.asarray(np.prod(np.where(share > 0, value, 1.0) ** share, axis=1))


def drop_one(scores: ArrayLike, weights: ArrayLike) -> Float:
    """Arithmetic index without each factor in turn (formula R5).

    Parameters
    ----------
    scores, weights : array_like, shapes (K, F) and (F,)
        As in `weighted_arithmetic`.

    Returns
    -------
    ndarray, shape (F, K)
        Row f leaves factor f out.

    Raises
    ------
    AnalysisError
        Also if only one factor has a weight.
    """
    value, share = _checked(scores, weights)
    keep = 1 - np.eye(share.size)
    return np.vstack([weighted_arithmetic(value, share * row) for row in keep])


def _checked(scores: ArrayLike, weights: ArrayLike) -> tuple[Float, Float]:
    """Return scores and weights that sum to 1."""
    value, weight = np.asarray(scores, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if value.ndim != 2 or weight.shape != value.shape[1:]:
        raise AnalysisError("scores must have one column per weight and one row per unit")
    if np.any(weight < 0) or not weight.sum() > 0:
        raise AnalysisError("weights must be 0 or more, and not all 0")
    return value, weight / weight.sum()
