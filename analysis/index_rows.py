"""Figures of one statistic over all domains: estimate, uncertainty, counts, or the reason for none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cells import LEVELS
from analysis.figures import Figure, Reason, known
from analysis.index_intervals import Basis, Limits, limits
from analysis.linearization import Linear
from analysis.recipe import RESPONDENT, Wanted
from analysis.variance import Taylor

Float = NDArray[np.float64]
Int = NDArray[np.int64]
DISSATISFIED_LEVELS = 2  # of five, the lowest


@dataclass(frozen=True)
class Totals:
    """Sums per domain, by what is measured (share, points, respondent)."""

    domains: Int  # (domains,) their numbers
    numerator: Mapping[str, Float]  # (domains, columns), weighted
    denominator: Mapping[str, Float]
    weighted: Float  # (domains, items, 7) weighted counts per code
    counts: Int  # (domains, items, 7)
    valid_count: Mapping[str, Int]  # (domains, items)
    n: Int  # (domains,) responses
    strata: Int  # (domains,) strata with a response
    composite_n: Int  # (domains,) respondents with an index of their own


def figures_of(
    wanted: Wanted, linear: Linear, se: Float, totals: Totals, taylor: Taylor | None, level: float
) -> list[Figure]:
    """Report one statistic for every domain.

    Parameters
    ----------
    wanted : Wanted
        What is reported.
    linear : Linear
        Its estimates, as shares of the scale.
    se : ndarray, (domains,)
        Standard errors as shares of the scale, NaN where unknown.
    totals : Totals
        Sums per domain.
    taylor : Taylor or None
        Degrees of freedom and census domains; None if there were no answers.
    level : float
        Confidence level of the intervals.
    """
    valid = _valid(wanted, totals)
    basis = _basis(linear, se, totals, taylor, valid)
    bounds = limits(basis, plain_share=wanted.plain_share, level=level)
    low, high = wanted.ends
    counts, mean, dissatisfied = _levels(wanted, totals)
    return [
        Figure(
            domain=int(totals.domains[d]),
            statistic=wanted.statistic.name,
            estimate=known(low + (high - low) * basis.estimate[d]),
            se=known((high - low) * basis.se[d]),
            ci=_scaled(bounds, d, low, high),
            ci_method=None if np.isnan(basis.se[d]) else bounds.method[d],
            df=int(basis.df[d]),
            n=int(valid[d]),
            not_valid=int(totals.n[d] - valid[d]),
            level_counts=None if counts is None else tuple(counts[d].tolist()),
            mean=known(mean[d]),
            dissatisfied=known(dissatisfied[d]),
            reason=_reason(wanted, basis, taylor, d),
            reweighted=bool(linear.left_out[d]) and not np.isnan(basis.estimate[d]),
        )
        for d in range(len(valid))
    ]


def _valid(wanted: Wanted, totals: Totals) -> Int:
    """Responses that certainly gave a valid answer to one of the items, per domain."""
    if wanted.of == RESPONDENT:
        return totals.composite_n
    return np.asarray(totals.valid_count[wanted.of][:, list(wanted.items)].max(axis=1))


def _basis(linear: Linear, se: Float, totals: Totals, taylor: Taylor | None, valid: Int) -> Basis:
    """Return estimates with the standard errors that may be believed."""
    size = len(valid)
    df = taylor.df if taylor else totals.n - totals.strata
    census = taylor.census if taylor else np.zeros(size, dtype=bool)
    unknown = np.isnan(linear.estimate) | ((df <= 0) & ~census)
    return Basis(
        estimate=linear.estimate,
        se=np.where(unknown, np.nan, np.where(census, 0.0, se)),
        df=df,
        n=totals.n,
        valid=valid,
        census=census,
    )


def _reason(wanted: Wanted, basis: Basis, taylor: Taylor | None, d: int) -> Reason | None:
    """Say why a figure or its standard error is missing."""
    if np.isnan(basis.estimate[d]):
        return _no_estimate(wanted, basis, d)
    if not np.isnan(basis.se[d]):
        return None
    if taylor is None:
        return Reason.NO_ANSWERS
    return Reason.LONELY_STRATUM if taylor.has_lonely[d] else Reason.NO_DF


def _no_estimate(wanted: Wanted, basis: Basis, d: int) -> Reason:
    """Say why there is no estimate."""
    if wanted.of == RESPONDENT and not basis.valid.any():
        return Reason.NO_COMPOSITE
    if basis.valid[d] == 0:
        return Reason.NO_VALID_ANSWER
    return Reason.EMPTY_ITEM if len(wanted.statistic.parts) == 1 else Reason.EMPTY_FACTOR


def _scaled(bounds: Limits, d: int, low: float, high: float) -> tuple[float, float] | None:
    """Limits on the reported scale."""
    if np.isnan(bounds.lo[d]) or np.isnan(bounds.hi[d]):
        return None
    return float(low + (high - low) * bounds.lo[d]), float(low + (high - low) * bounds.hi[d])


def _levels(wanted: Wanted, totals: Totals) -> tuple[Int | None, Float, Float]:
    """Counts by level, weighted mean level and dissatisfied percentage of an item; else none."""
    nothing = np.full(len(totals.n), np.nan)
    if len(wanted.items) > 1 or wanted.of == RESPONDENT or wanted.item_ends is None:
        return None, nothing, nothing
    (item,) = wanted.items
    points, answered = totals.numerator["points"][:, item], totals.denominator["points"][:, item]
    divisor = np.where(answered > 0, answered, np.nan)
    low, high = wanted.item_ends
    lowest = totals.weighted[:, item, :DISSATISFIED_LEVELS].sum(axis=1)
    return totals.counts[:, item, :LEVELS], low + (high - low) * points / divisor, 100 * lowest / divisor
