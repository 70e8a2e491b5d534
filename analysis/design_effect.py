"""Design effects: the variance of a statistic against that of a simple random sample of the same size."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


def design_effects(variance: Float, u: Float, weight: Float, domain: Int, valid: Bool) -> tuple[Float, Float]:
    """Design effect against sampling without and with replacement (method.md, formula V5).

    Parameters
    ----------
    variance : ndarray, (domains,)
        Of the statistic under the design.
    u : ndarray, (rows,)
        Linearised value of each row, without its weight.
    weight : ndarray, (rows,)
        Above 0.
    domain : ndarray, (rows,)
        Place of each row's domain.
    valid : ndarray of bool, (rows,)
        Rows with a valid value; only these count as the sample.

    Returns
    -------
    (without, with_replacement) : tuple of ndarray, (domains,)
        NaN where the sample has one row or no variation, and without replacement where the weights add up to
        fewer than the rows.

    References
    ----------
    Kish (1965), Survey Sampling; R ``survey::svymean(deff = TRUE)`` and ``deff = "replace"``.
    """
    size = len(variance)
    w, where, value = weight[valid], domain[valid], u[valid]
    n = np.bincount(where, minlength=size).astype(np.float64)
    total = np.bincount(where, weights=w, minlength=size)
    safe = np.where(total > 0, total, 1.0)
    mean = np.bincount(where, weights=w * value, minlength=size) / safe
    squares = np.bincount(where, weights=w * (value - mean[where]) ** 2, minlength=size)
    spread = np.where(n > 1, n / np.maximum(n - 1, 1.0) * squares / safe, np.nan)
    replaced = np.where(spread > 0, spread * total**2 / np.maximum(n, 1.0), np.nan)
    share_left = np.where(total > n, (total - n) / safe, np.nan)
    return variance / (replaced * share_left), variance / replaced
