"""Which interval an index gets: by its kind, at the ends of its scale, and in a census."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.figures import Interval
from analysis.intervals import ROUNDING, effective_n, korn_graubard, wald_t

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """Limits per domain with the method that gave each; NaN where there is none."""

    lo: Float
    hi: Float
    method: tuple[Interval, ...]


@dataclass(frozen=True)
class Basis:
    """What an interval of one statistic rests on, each (domains,)."""

    estimate: Float  # as a share of the scale, 0..1
    se: Float  # NaN where unknown
    df: Int
    n: Int  # all responses
    valid: Int  # responses with a valid answer
    census: Bool


def limits(basis: Basis, *, plain_share: bool, level: float) -> Limits:
    """Choose and compute the intervals of one statistic (method.md, section I).

    Parameters
    ----------
    basis : Basis
        Estimates and what they rest on, over all domains of the network.
    plain_share : bool
        A share of one item: Korn-Graubard; else t, and Korn-Graubard at the ends of the scale.
    level : float
        Confidence level, between 0 and 1.
    """
    p, se = basis.estimate, basis.se
    flat = ~basis.census & ((p <= 0) | (p >= 1) | (se <= ROUNDING))
    exact = korn_graubard(p, se, basis.n, basis.df, level, valid=np.maximum(basis.valid, 1), deff=median_deff(basis))
    plain = wald_t(p, se, basis.df, level)
    use_exact = (flat | plain_share) & ~np.isnan(se)
    lo = np.where(use_exact, exact[0], np.clip(plain[0], 0, 1))
    hi = np.where(use_exact, exact[1], np.clip(plain[1], 0, 1))
    inside = Interval.KORN_GRAUBARD if plain_share else Interval.T
    method = tuple(
        Interval.CENSUS if all_taken else Interval.KORN_GRAUBARD_AT_BOUND if at_end else inside
        for all_taken, at_end in zip(basis.census, flat, strict=True)
    )
    return Limits(np.where(basis.census, p, lo), np.where(basis.census, p, hi), method)


def median_deff(basis: Basis) -> float:
    """Median design effect of a statistic over the domains where the data show one; 1 if none do."""
    p, se = basis.estimate, basis.se
    shown = (p > 0) & (p < 1) & (se > ROUNDING) & (basis.df > 0) & (basis.valid > 0)
    if not shown.any():
        return 1.0
    return float(np.median(basis.valid[shown] / effective_n(p[shown], se[shown], basis.valid[shown])))
