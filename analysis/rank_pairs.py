"""Rank sets from all pairs of units by simulation: Mogstad, Romano, Shaikh and Wilhelm."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.gaussian import root_of_covariance
from analysis.rank_sets import Float, RankSets, ranks

Pairs = NDArray[np.bool_]
LEAST_DRAWS = 20_000  # fewer draws move published rank sets by a place (the authors' own vignette shows it)


@dataclass(frozen=True, eq=False)
class PairwiseRanks:
    """Rank sets and the critical values that made them (one per step, or one per unit if marginal)."""

    sets: RankSets
    critical: Float
    draws: int
    seed: int


@dataclass(frozen=True, eq=False)
class _Differences:
    """Studentised differences t[j, k] = (x_j - x_k) / sigma[j, k], and draws with their covariance."""

    t: Float
    sigma: Float
    comparable: Pairs
    drawn: Float
    level: float


def simultaneous_rank_sets(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = LEAST_DRAWS,
    seed: int,
    step_down: bool = True,
    higher_is_better: bool = True,
) -> PairwiseRanks:
    """Rank sets that cover all true ranks together with probability `level` (formulas K5 to K7).

    Parameters
    ----------
    estimate : array_like, shape (K,)
        Estimates in any unit; NaN where there is none.
    covariance : array_like, shape (K, K)
        Their covariance, in the square of that unit. A unit whose variance is 0 or NaN may hold any rank.
    level : float
        Joint level, between 0 and 1.
    draws : int
        Normal draws behind each critical value, at least 20,000. Memory: 8 x K x draws bytes, twice.
    seed : int
        Seed of the generator (PCG64); the same seed gives the same sets.
    step_down : bool
        Test the pairs that were not rejected again until nothing more is rejected; never wider.
    higher_is_better : bool
        False where the smallest estimate has rank 1.

    Returns
    -------
    PairwiseRanks
        `critical` has one entry per step.

    Raises
    ------
    AnalysisError
        If shapes differ, the covariance is not one, `draws` is under 20,000 or `level` is out of range.

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Rev. Econ. Stud. 91, 476-518, doi:10.1093/restud/rdad006.
    """
    pairs = _differences(estimate, covariance, level, draws, seed, higher_is_better=higher_is_better)
    beats, steps = _step_down(pairs, pairs.comparable, lambda active: _largest(pairs, active), step_down)
    sets = sets_from_wins(estimate, beats, higher_is_better=higher_is_better)
    return PairwiseRanks(sets, np.array(steps), draws, seed)


def marginal_rank_sets(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = LEAST_DRAWS,
    seed: int,
    step_down: bool = True,
    higher_is_better: bool = True,
) -> PairwiseRanks:
    """Rank sets each of which covers its own unit's rank with probability `level` (formulas K5 to K7).

    For the question "where do I stand": each set uses only the pairs that contain its unit.

    Parameters
    ----------
    estimate, covariance, level, draws, seed, step_down, higher_is_better
        As in `simultaneous_rank_sets`.

    Returns
    -------
    PairwiseRanks
        `critical` has one entry per unit, that of its last step; NaN where nothing can be compared.

    Raises
    ------
    AnalysisError
        As in `simultaneous_rank_sets`.
    """
    pairs = _differences(estimate, covariance, level, draws, seed, higher_is_better=higher_is_better)
    units = pairs.t.shape[0]
    first, last = np.ones(units, dtype=np.int64), np.full(units, units, dtype=np.int64)
    critical = np.full(units, np.nan)
    for unit in np.flatnonzero(pairs.comparable.any(axis=1)):
        own = np.zeros((units, units), dtype=bool)
        own[unit], own[:, unit] = pairs.comparable[unit], pairs.comparable[:, unit]
        beats, steps = _step_down(pairs, own, _largest_of(pairs, int(unit)), step_down)
        first[unit] += beats[:, unit].sum()
        last[unit] -= beats[unit].sum()
        critical[unit] = steps[-1]
    sets = RankSets(ranks(estimate, higher_is_better=higher_is_better), first, last)
    return PairwiseRanks(sets, critical, draws, seed)


def best_set(result: PairwiseRanks, tau: int) -> NDArray[np.bool_]:
    """Units that may be among the `tau` best (formula K8); "may call itself top 5" is tau = 5.

    Parameters
    ----------
    result : PairwiseRanks
        Of `simultaneous_rank_sets`.
    tau : int
        1..K.

    Returns
    -------
    ndarray of bool, shape (K,)
        Contains all `tau` best units together with probability at least the level of `result`.

    Raises
    ------
    AnalysisError
        If `tau` is not in 1..K.
    """
    if not 1 <= tau <= result.sets.lower.size:
        raise AnalysisError(f"tau is {tau}; it must lie between 1 and the number of units")
    return np.asarray(result.sets.lower <= tau)


def sets_from_wins(estimate: ArrayLike, beats: Pairs, *, higher_is_better: bool = True) -> RankSets:
    """Rank sets from the table of decided pairs (formula K7).

    Parameters
    ----------
    estimate : array_like, shape (K,)
        For the printed rank.
    beats : ndarray of bool, shape (K, K)
        beats[j, k]: j is significantly better than k.
    higher_is_better : bool
        False where the smallest estimate has rank 1.

    Returns
    -------
    RankSets
        First possible rank 1 + units that beat it; last K - units that it beats.
    """
    first = 1 + beats.sum(axis=0)
    last = beats.shape[0] - beats.sum(axis=1)
    return RankSets(ranks(estimate, higher_is_better=higher_is_better), first, last)


def _differences(
    estimate: ArrayLike, covariance: ArrayLike, level: float, draws: int, seed: int, *, higher_is_better: bool
) -> _Differences:
    """Check the arguments and prepare what every step needs."""
    value = np.asarray(estimate, dtype=np.float64) * (1.0 if higher_is_better else -1.0)
    matrix = np.asarray(covariance, dtype=np.float64)
    if value.ndim != 1 or matrix.shape != (value.size, value.size):
        raise AnalysisError("covariance must have one row and one column per estimate")
    if not 0 < level < 1 or draws < LEAST_DRAWS:
        raise AnalysisError(f"level {level} must lie between 0 and 1, and draws {draws} be {LEAST_DRAWS} or more")
    known = np.isfinite(value) & (np.diag(matrix) > 0)
    clean = np.where(np.outer(known, known), matrix, 0.0)
    if not np.all(np.isfinite(clean)):
        raise AnalysisError("covariance has a missing entry between two units with variances")
    variance = np.diag(clean)
    squared = variance[:, None] + variance[None, :] - 2 * clean
    # Two units with the same answers differ by exactly nothing: rounding must not decide that pair.
    comparable = np.outer(known, known) & (squared > 1e-12 * (variance[:, None] + variance[None, :]))
    sigma = np.sqrt(np.where(comparable, squared, 1.0))
    centred = np.where(known, value, 0.0)
    t = np.where(comparable, (centred[:, None] - centred[None, :]) / sigma, 0.0)
    root = root_of_covariance(clean)
    drawn = np.random.Generator(np.random.PCG64(seed)).standard_normal((draws, root.shape[1])) @ root.T
    return _Differences(t, sigma, comparable, drawn, level)


def _step_down(
    pairs: _Differences, tested: Pairs, largest: Callable[[Pairs], Float], repeat: bool
) -> tuple[Pairs, list[float]]:
    """Return the decided pairs and the critical value of each step."""
    beats = np.zeros_like(tested)
    steps: list[float] = []
    while True:
        active = tested & ~beats
        if not active.any():
            return beats, steps
        steps.append(float(np.quantile(largest(active), pairs.level, method="inverted_cdf")))
        new = active & (pairs.t > steps[-1])
        beats |= new
        if not (repeat and new.any()):
            return beats, steps


def _largest(pairs: _Differences, active: Pairs) -> Float:
    """Return the largest studentised difference over the active pairs, for each draw."""
    result = np.full(pairs.drawn.shape[0], -np.inf)
    for unit in np.flatnonzero(active.any(axis=1)):
        other = active[unit]
        each = (pairs.drawn[:, [unit]] - pairs.drawn[:, other]) / pairs.sigma[unit, other]
        np.maximum(result, each.max(axis=1), out=result)
    return result


def _largest_of(pairs: _Differences, unit: int) -> Callable[[Pairs], Float]:
    """Return `_largest` for the pairs of one unit, whose differences are formed once for all steps."""
    each = (pairs.drawn[:, [unit]] - pairs.drawn) / pairs.sigma[unit]

    def largest(active: Pairs) -> Float:
        ahead = each[:, active[unit]].max(axis=1, initial=-np.inf)
        behind = -each[:, active[:, unit]].min(axis=1, initial=np.inf)
        return np.asarray(np.maximum(ahead, behind))

    return largest
