"""The textbook variance of a total under one-stage stratified sampling, written out for the tests."""

import numpy as np


def standard_error(values, strata, units, population):
    """Root of sum over h of (1 - n/N) n/(n-1) sum (t - mean)^2; `values` are weighted, t sums per unit."""
    totals, sizes = {}, {}
    for value, stratum, unit, size in zip(values, strata, units, population, strict=True):
        totals.setdefault(stratum, {}).setdefault(unit, []).append(value)
        sizes[stratum] = float(size)
    variance = 0.0
    for stratum, by_unit in totals.items():
        t = np.array([np.sum(part) for part in by_unit.values()])
        n = t.size
        variance += (1 - n / sizes[stratum]) * n / (n - 1) * np.sum((t - t.mean()) ** 2)
    return np.sqrt(variance)
