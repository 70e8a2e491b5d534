"""The grid of weights: whole millionths in doubles, so that sums are exact on every engine and in every order."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
GRID = 1_000_000  # steps per unit of weight
EXACT = 2.0**53  # sums of whole numbers below this are exact in a double


def grid_weights(weight: Float) -> Float:
    """Put weights on the grid once: whole numbers of millionths, kept as doubles (method.md, formula S3)."""
    return np.rint(weight * GRID)
