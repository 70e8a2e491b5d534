"""Rank sets without simulation of correlated estimates: adjusted pairwise tests, counts, posteriors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr
from scipy.stats import binom

from analysis.errors import AnalysisError
from analysis.multiplicity import bonferroni, holm
from analysis.rank_pairs import sets_from_wins
from analysis.rank_sets import Float, RankSets, ranks

ADJUSTMENTS = {"holm": holm, "bonferroni": bonferroni}


@dataclass(frozen=True, eq=False)
class PosteriorRanks:
    """Posterior mean rank and equal-tailed rank interval of each unit, shape (K,)."""

    mean: Float
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    seed: int


def rank_sets_by_tests(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    adjustment: str = "holm",
    df: float = np.inf,
    level: float = 0.95,
    higher_is_better: bool = True,
) -> RankSets:
    """Joint rank sets from two-sided tests of all pairs, adjusted for their number (formula K9).

    Parameters
    ----------
    estimate : array_like, shape (K,)
        Estimates in any unit.
    covariance : array_like, shape (K, K)
        Their covariance; a pair whose difference has no variance stays undecided.
    adjustment : {"holm", "bonferroni"}
        Both control the chance of any wrong decision under any dependence.
    df : float
        Degrees of freedom of the t test; infinite gives the normal test.
    level : float
        Joint level.
    higher_is_better : bool
        False where the smallest estimate has rank 1.

    Returns
    -------
    RankSets
        As in `rank_pairs.sets_from_wins`.

    Raises
    ------
    AnalysisError
        If the adjustment is unknown or shapes differ.
    """
    if adjustment not in ADJUSTMENTS:
        raise AnalysisError(f"adjustment {adjustment!r} is unknown; choose from {sorted(ADJUSTMENTS)}")
    value = np.asarray(estimate, dtype=np.float64) * (1.0 if higher_is_better else -1.0)
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape != (value.size, value.size):
        raise AnalysisError("covariance must have one row and one column per estimate")
    first, second = np.triu_indices(value.size, 1)
    difference = value[first] - value[second]
    variance = matrix[first, first] + matrix[second, second] - 2 * matrix[first, second]
    t = np.divide(difference, np.sqrt(variance), out=np.full(difference.shape, np.nan), where=variance > 0)
    tail = ndtr(-np.abs(t)) if np.isinf(df) else stdtr(df, -np.abs(t))
    decided = ADJUSTMENTS[adjustment](2 * tail) < 1 - level
    beats = np.zeros(matrix.shape, dtype=bool)
    beats[first, second] = decided & (difference > 0)
    beats[second, first] = decided & (difference < 0)
    return sets_from_wins(estimate, beats, higher_is_better=higher_is_better)


def rank_sets_of_counts(counts: ArrayLike, *, level: float = 0.95, marginal: bool = False) -> RankSets:
    """Exact rank sets of categories from how often each was named (formula K10).

    Parameters
    ----------
    counts : array_like of int, shape (K,)
        Non-negative counts of one multinomial sample, such as reasons for dissatisfaction; the most
        frequent has rank 1.
    level : float
        Level, between 0 and 1.
    marginal : bool
        True: each set holds by itself, tested against its own pairs only. False: all together.

    Returns
    -------
    RankSets
        Valid for any counts, without approximation.

    Raises
    ------
    AnalysisError
        If a count is negative or not whole.

    References
    ----------
    Bazylik, Mogstad, Romano, Shaikh and Wilhelm (2021), NBER Working Paper 29519.
    """
    number = np.asarray(counts, dtype=np.float64)
    if number.ndim != 1 or np.any(number < 0) or np.any(number != np.floor(number)):
        raise AnalysisError("counts must be whole numbers, 0 or more, one per category")
    size = number.size
    p = np.asarray(binom.sf(number[:, None] - 1, number[:, None] + number[None, :], 0.5))
    p[np.diag_indices(size)] = np.nan
    if not marginal:
        return sets_from_wins(number, holm(p.ravel()).reshape(p.shape) <= 1 - level)
    first, last = np.ones(size, dtype=np.int64), np.full(size, size, dtype=np.int64)
    for unit in range(size):
        wins_and_losses = holm(np.concatenate([p[unit], p[:, unit]])) <= 1 - level
        last[unit] -= wins_and_losses[:size].sum()
        first[unit] += wins_and_losses[size:].sum()
    return RankSets(ranks(number), first, last)


def posterior_ranks(
    hits: ArrayLike,
    trials: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = 200_000,
    seed: int,
    higher_is_better: bool = True,
) -> PosteriorRanks:
    """Rank intervals from independent Beta(1, 1) posteriors, for a reading aid only (formula K11).

    Parameters
    ----------
    hits, trials : array_like, shape (K,)
        Satisfied answers and answers, 0 <= hits <= trials.
    level : float
        Level of each interval; the intervals do not hold together.
    draws, seed : int
        Posterior draws and the seed of their generator.
    higher_is_better : bool
        False where the smallest share has rank 1.

    Returns
    -------
    PosteriorRanks
        Mean rank and the equal-tailed interval of the rank.

    Raises
    ------
    AnalysisError
        If hits lie outside 0..trials.
    """
    success, total = np.asarray(hits, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if np.any(success < 0) or np.any(success > total):
        raise AnalysisError("hits must lie between 0 and trials for every unit")
    generator = np.random.Generator(np.random.PCG64(seed))
    share = generator.beta(1 + success, 1 + total - success, size=(draws, success.size))
    order = np.argsort(-share if higher_is_better else share, axis=1)
    rank = np.argsort(order, axis=1) + 1
    tail = (1 - level) / 2
    bounds = np.quantile(rank, [tail, 1 - tail], axis=0, method="inverted_cdf").astype(np.int64)
    return PosteriorRanks(rank.mean(axis=0), bounds[0], bounds[1], seed)
