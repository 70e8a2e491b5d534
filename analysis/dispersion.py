"""Population variances and covariances of columns, with their standard errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.covariance import covariance
from analysis.design import Design
from analysis.variance import lay_out

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Dispersion:
    """Estimated population covariance matrix.

    Attributes
    ----------
    estimate : ndarray, (columns, columns)
        Symmetric.
    vcov : ndarray, (columns ** 2, columns ** 2)
        Covariance of the entries of `estimate`, row by row.
    """

    estimate: Float
    vcov: Float

    @property
    def se(self) -> Float:
        """Standard errors, in the shape of `estimate`."""
        return np.sqrt(np.diag(self.vcov)).reshape(self.estimate.shape)


def population_covariance(values: Float, design: Design) -> Dispersion:
    """Estimate the covariance matrix of columns in the population (method.md, formula P1).

    Parameters
    ----------
    values : ndarray, (rows, columns)
        A row with a NaN is left out of the estimate and stays in the design.
    design : Design
        Of all rows.

    Returns
    -------
    Dispersion
        Weighted squares about the weighted means, times n / (n - 1); its own error to first order.
    """
    valid = ~np.any(np.isnan(values), axis=1)
    w = np.where(valid, design.weight, 0.0)
    n, total = int(valid.sum()), w.sum()
    known = np.where(valid[:, None], values, 0.0)
    centred = np.where(valid[:, None], known - (w @ known) / total, 0.0)
    products = (centred[:, :, None] * centred[:, None, :]).reshape(len(values), -1) * (n / (n - 1))
    mean = (w @ products) / total
    z = w[:, None] * np.where(valid[:, None], products - mean, 0.0) / total
    taylor = lay_out(design.stages, np.zeros(len(values), dtype=np.int64), 1, design.lonely)
    return Dispersion(mean.reshape(values.shape[1], -1), covariance(taylor, z))
