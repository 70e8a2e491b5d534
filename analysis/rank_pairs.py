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
    covariance: Float
    comparable: Pairs
    drawn: Float
    spread: Float | None  # drawn standard errors over the given ones, (draws, K); None: those are certain
    level: float

    def drawn_t(self, unit: int, other: Pairs) -> Float:
        """Studentised differences of one unit to others, (draws, others) (formula K6)."""
        difference = self.drawn[:, [unit]] - self.drawn[:, other]
        own, theirs = self.covariance[unit, unit], np.diag(self.covariance)[other]
        shared = self.covariance[unit, other]
        if self.spread is None:
            return np.asarray(difference / np.sqrt(own + theirs - 2 * shared))
        c, d = self.spread[:, [unit]], self.spread[:, other]
        return np.asarray(difference / np.sqrt(own * c**2 + theirs * d**2 - 2 * shared * c * d))


def simultaneous_rank_sets(
    estimate: ArrayLike,
    covariance: ArrayLike,
    df: ArrayLike = np.inf,
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
    df : array_like
        Degrees of freedom behind each variance; 0 or less leaves the unit with any rank. Infinite (the
        published method) takes the variances for certain, which covers too little at few PSUs per unit.
    level : float
        Joint level, between 0 and 1.
    draws : int
        Draws behind each critical value, at least 20,000. Memory: 8 x K x draws bytes, a few times.
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
    pairs = _differences(estimate, covariance, df, level, draws, seed, higher_is_better=higher_is_better)
    beats, steps = _step_down(pairs, pairs.comparable, lambda active: _largest(pairs, active), step_down)
    sets = sets_from_wins(estimate, beats, higher_is_better=higher_is_better)
    return PairwiseRanks(sets, np.array(steps), draws, seed)


def marginal_rank_sets(
    estimate: ArrayLike,
    covariance: ArrayLike,
    df: ArrayLike = np.inf,
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
    estimate, covariance, df, level, draws, seed, step_down, higher_is_better
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
    pairs = _differences(estimate, covariance, df, level, draws, seed, higher_is_better=higher_is_better)
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
    estimate: ArrayLike,
    covariance: ArrayLike,
    df: ArrayLike,
    level: float,
    draws: int,
    seed: int,
    *,
    higher_is_better: bool,
) -> _Differences:
    """Check the arguments and prepare what every step needs."""
    value = np.asarray(estimate, dtype=np.float64) * (1.0 if higher_is_better else -1.0)
    matrix = np.asarray(covariance, dtype=np.float64)
    if value.ndim != 1 or matrix.shape != (value.size, value.size):
        raise AnalysisError("covariance must have one row and one column per estimate")
    if not 0 < level < 1 or draws < LEAST_DRAWS:
        raise AnalysisError(f"level {level} must lie between 0 and 1, and draws {draws} be {LEAST_DRAWS} or more")
    freedom = np.broadcast_to(np.asarray(df, dtype=np.float64), value.shape)
    known = np.isfinite(value) & (np.diag(matrix) > 0) & (freedom > 0)
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
    generator = np.random.Generator(np.random.PCG64(seed))
    root = root_of_covariance(clean)
    drawn = generator.standard_normal((draws, root.shape[1])) @ root.T
    return _Differences(t, clean, comparable, drawn, _spread(generator, freedom, known, draws), level)


def _spread(generator: np.random.Generator, df: Float, known: Pairs, draws: int) -> Float | None:
    """Draw how far each standard error may be off, or None where all are certain."""
    finite = known & np.isfinite(df)
    if not finite.any():
        return None
    spread = np.ones((draws, df.size))
    spread[:, finite] = np.sqrt(generator.chisquare(df[finite], (draws, int(finite.sum()))) / df[finite])
    return spread


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
    for unit in range(active.shape[0] - 1):
        # A pair has two directions of one difference, so each is drawn once.
        later = np.arange(active.shape[0]) > unit
        ahead, behind = active[unit] & later, active[:, unit] & later
        if not (ahead | behind).any():
            continue
        each = pairs.drawn_t(unit, ahead | behind)
        np.maximum(result, each[:, ahead[ahead | behind]].max(axis=1, initial=-np.inf), out=result)
        np.maximum(result, -each[:, behind[ahead | behind]].min(axis=1, initial=np.inf), out=result)
    return result


def _largest_of(pairs: _Differences, unit: int) -> Callable[[Pairs], Float]:
    """Return `_largest` for the pairs of one unit, whose differences are formed once for all steps."""
    others = pairs.comparable[unit]
    each = np.zeros(pairs.drawn.shape)
    each[:, others] = pairs.drawn_t(unit, others)

    def largest(active: Pairs) -> Float:
        ahead = each[:, active[unit]].max(axis=1, initial=-np.inf)
        behind = -each[:, active[:, unit]].min(axis=1, initial=np.inf)
        return np.asarray(np.maximum(ahead, behind))

    return largest
