"""Quantiles of weighted samples with Woodruff's intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.intervals import korn_graubard, logit_t, t_quantile, wald_t

Float = NDArray[np.float64]
TIE = 1e-12  # relative rounding of a sum of weights


class Rule(StrEnum):
    """Which value stands for a quantile between two observations (method.md, formula Q1)."""

    MATH = "math"  # smallest value with at least the share below or at it
    SCHOOL = "school"  # the same, but the mean of two neighbours at an exact tie
    HF7 = "hf7"  # linear between observations, as Hyndman and Fan's type 7


class Share(StrEnum):
    """Interval of the share of values at or below the quantile."""

    MEAN = "mean"
    BETA = "beta"
    XLOGIT = "xlogit"


@dataclass(frozen=True)
class Distribution:
    """Values in order with their weights; equal values keep the order of the rows."""

    value: Float
    weight: Float

    def quantile(self, probability: float, rule: Rule = Rule.MATH) -> float:
        """Read a quantile; outside 0 to 1 the smallest or largest value, NaN for an interpolating rule."""
        return _RULES[rule](self, probability)


def distribution_of(values: Float, weight: Float) -> Distribution:
    """Sort a sample into its weighted distribution.

    Parameters
    ----------
    values : ndarray, (rows,)
        Without NaN, at least one.
    weight : ndarray, (rows,)
        Above 0.
    """
    if not len(values):
        raise AnalysisError("a quantile needs at least one value")
    order = np.argsort(values, kind="stable")
    return Distribution(values[order], weight[order])


def quantile_limits(
    distribution: Distribution,
    share: tuple[float, float],
    size: tuple[int, int],
    level: float,
    *,
    rule: Rule = Rule.MATH,
    interval: Share = Share.MEAN,
) -> tuple[float, float, float]:
    """Woodruff's limits of a quantile and the standard error that they imply (method.md, formula Q2).

    Parameters
    ----------
    distribution : Distribution
        Of the valid values.
    share : tuple of float
        Estimated share of values at or below the quantile, and its standard error under the design.
    size : tuple of int
        Number of responses, and degrees of freedom (above 0).
    level : float
        Confidence level.
    rule : Rule
        How quantiles are read.
    interval : Share
        Interval of the share that is carried over to the values.

    Returns
    -------
    (lo, hi, se) : tuple of float
        The standard error is (hi - lo) / (2 t). NaN where the share has no limit within 0 to 1: the values then say
        nothing of how far out the quantile may lie.

    References
    ----------
    Woodruff (1952); equals R ``survey::svyquantile`` with the same ``qrule`` and ``interval.type``.
    """
    (p, se), (n, df) = share, size
    bounds = {
        Share.MEAN: lambda: wald_t(p, se, df, level),
        Share.BETA: lambda: korn_graubard(p, se, n, df, level),
        Share.XLOGIT: lambda: logit_t(p, se, df, level),
    }[interval]()
    lo, hi = (distribution.quantile(float(bound), rule) if 0 <= bound <= 1 else np.nan for bound in bounds)
    return lo, hi, (hi - lo) / (2 * float(t_quantile(df, level)))


def _math(distribution: Distribution, probability: float) -> float:
    """Return the smallest value whose cumulative weight reaches the probability."""
    cumulative = np.cumsum(distribution.weight)
    place = int(np.searchsorted(cumulative, _wanted(cumulative, probability), side="left"))
    return float(distribution.value[min(place, len(cumulative) - 1)])


def _school(distribution: Distribution, probability: float) -> float:
    """Return the mean of two neighbours where the cumulative weight is the probability, else `_math`."""
    cumulative = np.cumsum(distribution.weight)
    wanted = _wanted(cumulative, probability)
    place = int(np.searchsorted(cumulative, wanted, side="left"))
    if place < len(cumulative) - 1 and cumulative[place] <= wanted * (1 + 2 * TIE):
        return float(distribution.value[place : place + 2].mean())
    return _math(distribution, probability)


def _wanted(cumulative: Float, probability: float) -> float:
    """Cumulative weight to reach; a hair less, because sums of equal weights miss ties by rounding."""
    return float(probability * cumulative[-1] * (1 - TIE))


def _hf7(distribution: Distribution, probability: float) -> float:
    """Interpolate between observations placed at the weight before them, over all but the last weight."""
    before = np.concatenate([[0.0], np.cumsum(distribution.weight)[:-1]])
    if before[-1] == 0:
        return float(distribution.value[0])
    return float(np.interp(probability, before / before[-1], distribution.value, left=np.nan, right=np.nan))


_RULES: dict[Rule, Callable[[Distribution, float], float]] = {
    Rule.MATH: _math,
    Rule.SCHOOL: _school,
    Rule.HF7: _hf7,
}
