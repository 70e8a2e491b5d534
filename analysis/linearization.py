"""Statistics as weighted sums of ratios of totals, with the derivatives that their variance needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Term:
    """`weight` times the ratio of the summed numerators to the summed denominators of some columns.

    The weights of a part's terms add up to 1.
    """

    weight: float
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A factor: a sum of terms, undefined where one of its denominators is 0."""

    weight: float
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Statistic:
    """A weighted sum of parts; `reweight` drops undefined parts and divides the other weights by their sum.

    `total` makes it the plain sum of numerators of its only column.
    """

    name: str
    parts: tuple[Part, ...]
    reweight: bool = False
    total: bool = False


@dataclass(frozen=True)
class Linear:
    """A statistic by domain and its derivatives: z = w * (alpha . numerators - beta . denominators).

    Attributes
    ----------
    estimate : ndarray, (domains,)
        NaN where undefined.
    alpha, beta : ndarray, (domains, columns)
        0 where undefined.
    left_out : ndarray of bool, (domains,)
        Domains in which a part with weight was undefined.
    """

    estimate: Float
    alpha: Float
    beta: Float
    left_out: Bool


def linearise(statistic: Statistic, numerator: Float, denominator: Float) -> Linear:
    """Evaluate a statistic and its derivatives in every domain (method.md, formula E2).

    Parameters
    ----------
    statistic : Statistic
        Column numbers refer to the columns of the two totals.
    numerator, denominator : ndarray, (domains, columns)
        Weighted totals Y and X.

    References
    ----------
    Woodruff (1971), J. Am. Stat. Assoc. 66, 411-414.
    """
    if statistic.total:
        return _linear_total(statistic, numerator)
    parts = [p for p in statistic.parts if p.weight > 0]
    values = [_part(part, numerator, denominator) for part in parts]
    defined = np.stack([value.estimate for value in values], axis=1)
    weights = _part_weights(np.array([p.weight for p in parts]), ~np.isnan(defined), statistic.reweight)
    known = np.all(np.isfinite(weights), axis=1)
    used = np.where(known[:, None], weights, 0.0)
    estimate = np.where(known, _mean(used, defined), np.nan)
    alpha = sum((used[:, [p]] * v.alpha for p, v in enumerate(values)), np.zeros_like(numerator))
    beta = sum((used[:, [p]] * v.beta for p, v in enumerate(values)), np.zeros_like(numerator))
    return Linear(estimate, alpha, beta, np.any(np.isnan(defined), axis=1))


def _linear_total(statistic: Statistic, numerator: Float) -> Linear:
    """Return a total: its derivative by its own column is 1."""
    (column,) = statistic.parts[0].terms[0].columns
    alpha = np.zeros_like(numerator)
    alpha[:, column] = 1.0
    none_left_out = np.zeros(len(numerator), dtype=bool)
    return Linear(numerator[:, column], alpha, np.zeros_like(numerator), none_left_out)


def _part(part: Part, numerator: Float, denominator: Float) -> Linear:
    """Evaluate one part: sum over terms of weight * Y / X."""
    ratios = []
    alpha, beta = np.zeros_like(numerator), np.zeros_like(numerator)
    for term in part.terms:
        columns = list(term.columns)
        x = denominator[:, columns].sum(axis=1)
        divisor = np.where(x != 0, x, np.nan)
        ratio = numerator[:, columns].sum(axis=1) / divisor
        ratios.append(ratio)
        alpha[:, columns] += (term.weight / divisor)[:, None]
        beta[:, columns] += (term.weight * ratio / divisor)[:, None]
    estimate = _mean(np.array([[term.weight for term in part.terms]]), np.stack(ratios, axis=1))
    undefined = np.isnan(np.stack(ratios)).any(axis=0)
    estimate[undefined] = np.nan
    alpha[undefined], beta[undefined] = 0.0, 0.0
    return Linear(estimate, alpha, beta, undefined)


def _mean(weights: Float, values: Float) -> Float:
    """Mean of values by weights that add up to 1: exact where all values are the same, NaN values left out."""
    anchor = np.max(np.where(np.isnan(values), -np.inf, values), axis=1, keepdims=True)
    anchor = np.where(np.isinf(anchor), np.nan, anchor)
    # Six sixths of 1 add up to 0.9999999999999999; sums of differences from one of the values do not.
    return np.asarray((anchor + np.nansum(weights * (values - anchor), axis=1, keepdims=True))[:, 0])


def _part_weights(weights: Float, defined: Bool, reweight: bool) -> Float:
    """Weights of the parts per domain, divided by their sum; NaN where nothing honest is left."""
    share = weights / weights.sum()
    whole = np.all(defined, axis=1, keepdims=True)
    if not reweight:
        return np.where(whole, share, np.nan)
    left = np.where(defined, share, 0.0)
    total = left.sum(axis=1, keepdims=True)
    # Where nothing was dropped the weights stay as they are, to the last bit.
    return np.where(whole, share, left / np.where(total > 0, total, np.nan))
