"""Run rules: whether a series stays on one side of its median for too long."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from analysis.errors import AnalysisError
from analysis.monitoring import series


@dataclass(frozen=True)
class Runs:
    """Run rules about the median: how long the longest run is, how often the line is crossed."""

    useful: int
    longest: int
    longest_expected: int
    crossings: int
    crossings_expected: int
    signal: bool


def run_rules(values: ArrayLike, centre: float | None = None) -> Runs:
    """Unusually long runs or few crossings of the median (formula T5).

    Parameters
    ----------
    values : array_like, shape (T,)
        In order of time.
    centre : float, optional
        By default the median.

    Returns
    -------
    Runs
        Points on the line are left out; `signal` if the longest run exceeds round(log2 n) + 3 or crossings
        are fewer than the 5 % point of the binomial (n - 1, 1/2). No signal with fewer than 10 useful points.

    Raises
    ------
    AnalysisError
        If values are missing.

    References
    ----------
    Anhoej and Olesen (2014), PLoS ONE 9(11), e113825; Anhoej (2015), PLoS ONE 10(3), e0121349.
    """
    x = series(values)
    side = np.sign(x - (np.median(x) if centre is None else centre))
    side = side[side != 0]
    turns = np.flatnonzero(side[1:] != side[:-1]) + 1
    longest = int(np.diff([0, *turns, side.size]).max(initial=0))
    most, fewest = run_limits(side.size) if side.size else (0, 0)
    signal = side.size >= 10 and (longest > most or turns.size < fewest)
    return Runs(side.size, longest, most, turns.size, fewest, signal)


def run_limits(useful: int) -> tuple[int, int]:
    """Longest run and fewest crossings that are still usual among `useful` points (formula T5).

    Parameters
    ----------
    useful : int
        Points not on the line, at least 1.

    Returns
    -------
    (longest, crossings) : tuple of int

    Raises
    ------
    AnalysisError
        If `useful` is under 1.
    """
    if useful < 1:
        raise AnalysisError(f"useful is {useful}; at least one point must lie off the line")
    return round(math.log2(useful)) + 3, int(max(0, binom.ppf(0.05, useful - 1, 0.5))) if useful > 1 else 0
