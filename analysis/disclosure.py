"""Disclosure control: the one function that turns an exact figure into what may be shown."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import AnalysisError
from analysis.figures import Figure
from analysis.intervals import wilson

LIVE_MINIMUM = 10  # valid answers for a score in the live feed
ANNUAL_MINIMUM = 30  # valid answers for a score in the annual index
COUNT_STEP = 5  # shown counts are rounded to it
FINE_FROM = 1000  # answers from which a share is shown with one decimal
NEAR_END = 2  # answers from 0 or 100 % within which only a bound is shown
BOUND_STEP, BOUND_MAX = 5, 95
LEVEL_MINIMUM = 3  # answers of a level below which it is merged with its neighbour
DEFF_STEP = 0.1


@dataclass(frozen=True)
class Safe:
    """What may be shown of a figure.

    Attributes
    ----------
    estimate : float
        Share in per cent, whole below 1,000 answers, else one decimal; the bound itself where `bound` says so.
    bound : str
        'exact', 'at_least' or 'at_most'.
    low, high : float
        95 % interval from the rounded n and share, printed outward.
    n : int
        Valid answers rounded to 5.
    levels : tuple of five float, or None
        Per cents of the levels, worst first; they add up to 100.
    merged : tuple of int
        Levels with fewer than 3 answers, whose share stands with their neighbour.
    """

    estimate: float
    bound: str
    low: float
    high: float
    n: int
    levels: tuple[float, ...] | None
    merged: tuple[int, ...]


def publishable(figure: Figure, minimum: int, *, probability_sample: bool) -> Safe | None:
    """Round a share, factor or overall index so that no single answer can be read from it (method.md, section L).

    Parameters
    ----------
    figure : Figure
        Statistic in 0..100 with its exact count.
    minimum : int
        Valid answers below which nothing is shown; at least LIVE_MINIMUM.
    probability_sample : bool
        True: the design effect may be below 1 (finite-population factor); False: it is taken as at least 1.

    Returns
    -------
    Safe or None
        None where there is no estimate or there are fewer than `minimum` valid answers.

    Raises
    ------
    AnalysisError
        If `minimum` is below LIVE_MINIMUM.
    """
    if minimum < LIVE_MINIMUM:
        raise AnalysisError(f"minimum {minimum} is too low; use at least {LIVE_MINIMUM}")
    if figure.estimate is None or figure.n < minimum:
        return None
    n = rounded_count(figure.n)
    deff = _design_effect(figure, floor=DEFF_STEP if probability_sample else 1.0)
    end = _near_end(figure)
    if end is not None:
        limit = _bound(n)
        low, high = _interval(limit if end == "at_least" else 100 - limit, n, deff, 0)
        if end == "at_least":
            return Safe(limit, end, low, 100.0, n, None, ())
        return Safe(100 - limit, end, 0.0, high, n, None, ())
    decimals = 1 if figure.n >= FINE_FROM else 0
    estimate = _half_up(figure.estimate, decimals)
    low, high = _interval(estimate, n, deff, decimals)
    levels, merged = _levels(figure, estimate, decimals)
    return Safe(estimate, "exact", low, high, n, levels, merged)


def rounded_count(n: int) -> int:
    """Round a count to the nearest 5."""
    return math.floor(n / COUNT_STEP + 0.5) * COUNT_STEP


def released_groups(valid: Sequence[int], not_valid: Sequence[int]) -> list[int]:
    """Which batches of one item may be counted, and from when (formula L3).

    A batch whose item has fewer than 10 valid answers, or 1 to 9 that are not valid, waits and is joined with the
    next one, until both counts of the joined batches are safe.

    Parameters
    ----------
    valid, not_valid : sequence of int
        Answers of the item per batch, in the order of release.

    Returns
    -------
    list of int
        For each batch the position of the batch that completed its group; -1 while it waits.
    """
    completed = [-1] * len(valid)
    start, good, bad = 0, 0, 0
    for place, (v, b) in enumerate(zip(valid, not_valid, strict=True)):
        good, bad = good + v, bad + b
        if good >= LIVE_MINIMUM and (bad == 0 or bad >= LIVE_MINIMUM):
            completed[start : place + 1] = [place] * (place + 1 - start)
            start, good, bad = place + 1, 0, 0
    return completed


def _near_end(figure: Figure) -> str | None:
    """'at_least' or 'at_most' where at most 2 answers separate the share from 100 or 0 %."""
    satisfied: float = (figure.estimate or 0.0) / 100 * figure.n
    if figure.level_counts is not None:
        satisfied = sum(figure.level_counts[3:])
    if figure.n - satisfied <= NEAR_END + 1e-9:
        return "at_least"
    return "at_most" if satisfied <= NEAR_END + 1e-9 else None


def _bound(n: int) -> float:
    """100(n - 2)/n rounded down to a multiple of 5, at most 95."""
    return float(min(BOUND_MAX, math.floor(100 * (n - NEAR_END) / n / BOUND_STEP) * BOUND_STEP))


def _design_effect(figure: Figure, floor: float) -> float:
    """Variance against simple random sampling, rounded up to 0.1 so that it does not give back the exact counts."""
    share = (figure.estimate or 0.0) / 100
    if figure.se is None or not 0 < share < 1 or figure.n < 1:
        return 1.0
    exact = (figure.se / 100) ** 2 / (share * (1 - share) / figure.n)
    return max(floor, math.ceil(exact / DEFF_STEP - 1e-9) * DEFF_STEP)


def _interval(estimate: float, n: int, deff: float, decimals: int) -> tuple[float, float]:
    """Wilson interval of the rounded share and count, printed outward."""
    low, high = wilson(np.array([estimate / 100]), np.array([n / deff]))
    scale = 10**decimals
    outward = math.floor(100 * scale * float(low[0]) + 1e-9), math.ceil(100 * scale * float(high[0]) - 1e-9)
    return max(0.0, outward[0] / scale), min(100.0, outward[1] / scale)


def _levels(figure: Figure, estimate: float, decimals: int) -> tuple[tuple[float, ...] | None, tuple[int, ...]]:
    """Per cents of the five levels: the upper two add up to the share, small levels stand with their neighbour."""
    if figure.level_counts is None:
        return None, ()
    counts, merged = list(figure.level_counts), []
    for side in ((0, 1, 2), (4, 3)):
        for segment in level_groups(side, counts):
            holder = max(segment, key=lambda level: (counts[level], -level))
            together = sum(counts[level] for level in segment)
            for level in segment:
                counts[level] = together if level == holder else 0
                if level != holder:
                    merged.append(level + 1)
    lower = divided(counts[:3], 100 - estimate, decimals)
    upper = divided(counts[3:], estimate, decimals)
    return tuple(lower + upper), tuple(sorted(merged))


def level_groups(side: Sequence[int], counts: Sequence[float]) -> list[list[int]]:
    """Join neighbouring levels to groups of at least 3 answers each (formula L6).

    Parameters
    ----------
    side : sequence of int
        Places of the satisfied levels, or of the others, from the end of the scale on; what is left over joins the
        last group.
    counts : sequence of float
        Answers of every level.
    """
    groups: list[list[int]] = []
    current: list[int] = []
    for level in side:
        current.append(level)
        if sum(counts[one] for one in current) >= LEVEL_MINIMUM:
            groups.append(current)
            current = []
    if current:
        groups = [*groups[:-1], groups[-1] + current] if groups else [current]
    return groups


def divided(counts: Sequence[float], total: float, decimals: int) -> list[float]:
    """Split `total` in proportion to the counts, in whole steps that add up to it (largest remainder)."""
    steps = round(total * 10**decimals)
    exact = [steps * count / sum(counts) if sum(counts) else 0.0 for count in counts]
    parts = [math.floor(value) for value in exact]
    order = sorted(range(len(counts)), key=lambda j: (parts[j] - exact[j], j))
    for j in order[: steps - sum(parts)]:
        parts[j] += 1
    return [part / 10**decimals for part in parts]


def _half_up(value: float, decimals: int) -> float:
    scale = 10**decimals
    return float(math.floor(value * scale + 0.5) / scale)
