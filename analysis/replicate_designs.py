"""Replicate weights made from strata and PSUs: jackknife, balanced halves, bootstrap."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.hadamard import hadamard
from analysis.replicates import Replicates

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Psus:
    """PSU of each row, stratum of each PSU, and number of PSUs in the population of each PSU's stratum."""

    row_unit: Int
    stratum: Int
    labels: tuple[Hashable, ...]
    population: Float

    @property
    def sizes(self) -> Int:
        """Sampled PSUs of each stratum."""
        return np.bincount(self.stratum).astype(np.int64)

    @property
    def open_fraction(self) -> Float:
        """Share of each PSU's stratum that was not sampled."""
        return np.asarray(1 - self.sizes[self.stratum] / self.population)


def psus_of(
    units: Sequence[Hashable], strata: Sequence[Hashable] | None = None, population: ArrayLike | None = None
) -> Psus:
    """Number the PSUs of a sample in the order in which they come.

    Parameters
    ----------
    units : sequence, length n
        PSU of each response; a label may come again in another stratum.
    strata : sequence, length n, optional
        Stratum of each response; absent: one stratum.
    population : array_like, shape (n,), optional
        Number of PSUs in the population of each response's stratum; absent: drawn with replacement.

    Returns
    -------
    Psus
        With at least two PSUs in every stratum.

    Raises
    ------
    AnalysisError
        Naming the stratum that has a single PSU, or a population smaller than its sample.
    """
    rows = list(zip(strata if strata is not None else [None] * len(units), units, strict=True))
    number = {key: i for i, key in enumerate(dict.fromkeys(rows))}
    labels = tuple(dict.fromkeys(stratum for stratum, _ in rows))
    place = {label: i for i, label in enumerate(labels)}
    row_unit = np.array([number[row] for row in rows], dtype=np.int64)
    stratum = np.array([place[label] for label, _ in number], dtype=np.int64)
    first = np.unique(row_unit, return_index=True)[1]
    size = np.inf if population is None else np.asarray(population, dtype=np.float64)[first]
    psus = Psus(row_unit, stratum, labels, np.broadcast_to(size, stratum.shape).astype(np.float64))
    for h, n in enumerate(psus.sizes):
        if n < 2:
            raise AnalysisError(f"stratum {labels[h]} has a single PSU; merge it with a neighbour stratum")
        if not psus.population[stratum == h].min() >= n:
            raise AnalysisError(f"stratum {labels[h]}: the population must be a number of PSUs of {n} or more")
    return psus


def jackknife(full: ArrayLike, psus: Psus) -> Replicates:
    """Leave one PSU out at a time: JK1 in one stratum, JKn in several (formula J2).

    Parameters
    ----------
    full : array_like, shape (n,)
        Full weights.
    psus : Psus
        Of `psus_of`.

    Returns
    -------
    Replicates
        One per PSU in its order; rscales (1 - f_h)(n_h - 1)/n_h.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, 2nd ed., chapter 4.
    """
    n = psus.sizes[psus.stratum].astype(np.float64)
    same = psus.stratum[:, None] == psus.stratum[None, :]
    factors = np.where(same, (n / (n - 1))[None, :], 1.0)
    np.fill_diagonal(factors, 0.0)
    return _replicates(full, psus, factors, 1.0, psus.open_fraction * (n - 1) / n, n.size - psus.sizes.size)


def balanced_halves(full: ArrayLike, psus: Psus, *, rho: float = 0.0) -> Replicates:
    """Balanced repeated replication for two PSUs per stratum, with Fay's rho (formula J3).

    Parameters
    ----------
    full : array_like, shape (n,)
        Full weights.
    psus : Psus
        With exactly two PSUs in every stratum, drawn with replacement (a sampling fraction is ignored).
    rho : float
        0 for plain BRR; in (0, 1) Fay's version, which keeps every response in every replicate.

    Returns
    -------
    Replicates
        As many as the smallest Hadamard matrix with more rows than strata.

    Raises
    ------
    AnalysisError
        Naming a stratum that does not have two PSUs; if rho is not in [0, 1).

    References
    ----------
    McCarthy (1969), Rev. Int. Stat. Inst. 37, 239-264; Judkins (1990), J. Off. Stat. 6, 223-239.
    """
    if not 0 <= rho < 1:
        raise AnalysisError(f"rho is {rho}; it must be at least 0 and below 1")
    for h, n in enumerate(psus.sizes):
        if n != 2:
            raise AnalysisError(f"stratum {psus.labels[h]} has {n} PSUs; balanced halves need two in every stratum")
    signs = hadamard(psus.sizes.size + 1)[:, 1 : psus.sizes.size + 1]
    first = np.isin(np.arange(psus.stratum.size), np.unique(psus.stratum, return_index=True)[1])
    side = np.where(first, 1.0, -1.0)[:, None] * signs.T[psus.stratum]
    count = signs.shape[0]
    scale = 1 / (count * (1 - rho) ** 2)
    return _replicates(full, psus, 1 + (1 - rho) * side, scale, np.ones(count), psus.sizes.size)


def rao_wu_bootstrap(full: ArrayLike, psus: Psus, *, replicates: int = 500, seed: int) -> Replicates:
    """Draw n_h - 1 PSUs with replacement in every stratum and rescale (formula J4).

    Parameters
    ----------
    full : array_like, shape (n,)
        Full weights.
    psus : Psus
        Of `psus_of`; a sampling fraction is ignored (the variance is then a little too large).
    replicates : int
        Number of bootstrap samples, at least 2.
    seed : int
        Seed of the generator (PCG64).

    Returns
    -------
    Replicates
        Weights full x n_h/(n_h - 1) x times drawn; scale 1/(R - 1).

    Raises
    ------
    AnalysisError
        If `replicates` is under 2.

    References
    ----------
    Rao and Wu (1988), J. Am. Stat. Assoc. 83, 231-241; Rao, Wu and Yue (1992), Surv. Methodol. 18, 209-217.
    """
    if replicates < 2:
        raise AnalysisError(f"replicates is {replicates}; at least 2 are needed, 500 are usual")
    generator = np.random.Generator(np.random.PCG64(seed))
    factors = np.empty((psus.stratum.size, replicates))
    for h, n in enumerate(psus.sizes):
        drawn = generator.multinomial(n - 1, np.full(n, 1 / n), size=replicates)
        factors[psus.stratum == h] = drawn.T * n / (n - 1)
    df = psus.stratum.size - psus.sizes.size
    return _replicates(full, psus, factors, 1 / (replicates - 1), np.ones(replicates), df)


def _replicates(full: ArrayLike, psus: Psus, factors: Float, scale: float, rscales: Float, df: int) -> Replicates:
    """Multiply the full weights of every row by the factors of its PSU."""
    w = np.asarray(full, dtype=np.float64)
    if w.shape != psus.row_unit.shape or not np.all((w > 0) & np.isfinite(w)):
        raise AnalysisError("full weights must be numbers above 0, one per row of the design")
    return Replicates(w, w[:, None] * factors[psus.row_unit], scale, rscales, df)
