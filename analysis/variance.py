"""Taylor variance of linearised statistics under stratified, clustered and multistage designs."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
AT_ONCE = 8  # statistics whose deviations are held in memory together


class Lonely(StrEnum):
    """What a stratum with a single sampled unit contributes (method.md, section V2)."""

    FAIL = "fail"  # checked when the design is built; here it counts as unknown
    REMOVE = "remove"
    CERTAINTY = "certainty"
    ADJUST = "adjust"
    AVERAGE = "average"
    COLLAPSE = "collapse"  # done when the design is built; none are lonely afterwards


@dataclass(frozen=True)
class Stage:
    """One stage of sampling, over all sampled units, with or without answers.

    Attributes
    ----------
    unit : ndarray, (rows,)
        The unit of this stage to which each row belongs.
    stratum : ndarray, (units,)
        The stratum (at later stages the unit of the stage before) in which each unit was drawn; units without
        a row stand after the others.
    sampled : ndarray, (strata,)
        Number of units drawn per stratum, those without any answer included.
    population : ndarray, (strata,)
        Number of units there are per stratum; infinite where drawn with replacement.
    carried : ndarray, (strata,)
        Product of the sampling fractions of the stages before; 1 at the first stage.
    """

    unit: Int
    stratum: Int
    sampled: Float
    population: Float
    carried: Float

    @property
    def open_fraction(self) -> Float:
        """Share 1 - n/N that was not sampled, per stratum; exactly 0 in a census."""
        return np.where(np.isinf(self.population), 1.0, 1.0 - self.sampled / self.population)

    @property
    def census(self) -> NDArray[np.bool_]:
        """Strata of which every unit was taken."""
        return np.asarray(self.sampled >= self.population)

    @property
    def lonely(self) -> NDArray[np.bool_]:
        """Strata with one sampled unit, not a census, whose contribution is wanted."""
        return np.asarray((self.sampled == 1) & ~self.census & (self.carried > 0))


@dataclass(frozen=True)
class Layout:
    """One stage seen by domain: rows sorted into (domain, unit) pairs, pairs into (domain, stratum) groups."""

    order: Int  # (rows,)
    pair_starts: Int  # (pairs,) into the sorted rows
    group_starts: Int  # (groups,) into the pairs
    pair_group: Int  # (pairs,) group of each pair
    pair_unit: Int  # (pairs,) unit of each pair
    domain: Int  # (groups,)
    stratum: Int  # (groups,)
    present: Int  # (groups,) units with a row of the domain
    in_order: bool  # whether the rows came sorted

    def unit_sums(self, z: Float) -> Float:
        """Sum rows to (domain, unit) pairs; (rows, statistics) gives (statistics, pairs)."""
        by_statistic = np.ascontiguousarray(z.T)
        single = len(self.pair_starts) == len(self.order)
        if self.in_order and single:
            return by_statistic
        summed = np.empty((len(by_statistic), len(self.pair_starts)))
        for row, values in zip(summed, by_statistic, strict=True):  # one at a time: no sorted copy of everything
            ordered = values if self.in_order else values.take(self.order)
            row[:] = ordered if single else np.add.reduceat(ordered, self.pair_starts)
        return summed


@dataclass(frozen=True)
class Taylor:
    """A sampling design crossed with domains, ready to give variances of any linearised statistic.

    Domains keep the full design: sampled units without a row of the domain count as zeros.
    """

    stages: tuple[Stage, ...]
    layouts: tuple[Layout, ...]
    domains: int
    lonely: Lonely
    silent: Int | None = None  # (domains,) sampled units without a row, minus strata without one (formula V7)

    @property
    def df(self) -> Int:
        """Degrees of freedom per domain: first-stage units minus strata with a row of it (formula V3)."""
        first = self.layouts[0]
        units = np.bincount(first.domain, weights=first.present, minlength=self.domains)
        df = (units - np.bincount(first.domain, minlength=self.domains)).astype(np.int64)
        return df if self.silent is None else df + self.silent

    @property
    def has_lonely(self) -> NDArray[np.bool_]:
        """Domains with a row in a lonely stratum of any stage."""
        found = np.zeros(self.domains, dtype=bool)
        for stage, layout in zip(self.stages, self.layouts, strict=True):
            found[layout.domain[stage.lonely[layout.stratum]]] = True
        return found

    @property
    def census(self) -> NDArray[np.bool_]:
        """Domains of which everything was taken, at every stage: nothing is left to chance."""
        complete = np.ones(self.domains, dtype=bool)
        for stage, layout in zip(self.stages, self.layouts, strict=True):
            complete[layout.domain[~stage.census[layout.stratum]]] = False
        return complete

    def variance(self, z: Float) -> Float:
        """Variance of the domain sums of `z` (method.md, formula V1).

        Parameters
        ----------
        z : ndarray, (rows, statistics)
            Weighted linearised values of each row for the statistics of its own domain.

        Returns
        -------
        ndarray, (domains, statistics)
            0 for domains without rows; NaN where a lonely stratum leaves it unknown.

        References
        ----------
        Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, chapters 4 and 5.
        """
        total = np.zeros((self.domains, z.shape[1]))
        for stage, layout in zip(self.stages, self.layouts, strict=True):
            for first in range(0, z.shape[1], AT_ONCE):
                some = slice(first, first + AT_ONCE)
                total[:, some] += _stage_variance(stage, layout, z[:, some], self.domains, self.lonely)
        return total


def lay_out(stages: tuple[Stage, ...], domain: Int, domains: int, lonely: Lonely = Lonely.FAIL) -> Taylor:
    """Cross a design with domains.

    Parameters
    ----------
    stages : tuple of Stage
        From the first stage on.
    domain : ndarray, (rows,)
        Domain of each row, 0 to `domains` - 1.
    domains : int
        Number of domains, those without rows included.
    lonely : Lonely
        Rule for strata with one sampled unit.
    """
    return Taylor(stages, tuple(_lay_out_stage(stage, domain) for stage in stages), domains, lonely)


def _lay_out_stage(stage: Stage, domain: Int) -> Layout:
    """Sort the rows of one stage by domain, stratum and unit."""
    row_stratum = stage.stratum[stage.unit]
    order = _sorting(stage, domain)
    sorted_domain, sorted_stratum, sorted_unit = domain[order], row_stratum[order], stage.unit[order]
    new_group = changes(sorted_domain) | changes(sorted_stratum)
    pair_starts = np.flatnonzero(new_group | changes(sorted_unit))
    group_of_row = np.cumsum(new_group) - 1
    pair_group = group_of_row[pair_starts]
    group_rows = np.flatnonzero(new_group)
    return Layout(
        order=order,
        pair_starts=pair_starts,
        group_starts=np.flatnonzero(changes(pair_group)),
        pair_group=pair_group,
        pair_unit=sorted_unit[pair_starts],
        domain=sorted_domain[group_rows],
        stratum=sorted_stratum[group_rows],
        present=np.bincount(pair_group, minlength=len(group_rows)),
        in_order=bool(np.array_equal(order, np.arange(len(order)))),
    )


def _sorting(stage: Stage, domain: Int) -> Int:
    """Order of the rows by domain, stratum and unit."""
    if np.all(stage.unit[1:] >= stage.unit[:-1]) and np.all(
        np.diff(stage.stratum[: stage.unit.max(initial=0) + 1]) >= 0
    ):
        few = len(domain) == 0 or domain.max() < np.iinfo(np.uint16).max
        return np.argsort(domain.astype(np.uint16) if few else domain, kind="stable")  # 16 bits sort in linear time
    if np.all(np.diff(stage.stratum) >= 0):  # units are numbered by stratum, so one key does
        return np.argsort(domain * len(stage.stratum) + stage.unit, kind="stable")
    return np.lexsort((stage.unit, stage.stratum[stage.unit], domain))


def changes(key: Int) -> NDArray[np.bool_]:
    """Mark where a sorted key begins a new value."""
    marks = np.ones(len(key), dtype=bool)
    marks[1:] = key[1:] != key[:-1]
    return marks


def _stage_variance(stage: Stage, layout: Layout, z: Float, domains: int, lonely: Lonely) -> Float:
    """Contribution of one stage to the variance of every domain and statistic."""
    sums = layout.unit_sums(z)
    n = stage.sampled[layout.stratum]
    totals = np.add.reduceat(sums, layout.group_starts, axis=1)
    mean = totals / n
    # Two passes, and the units without a row of the domain added as zeros: no cancellation.
    deviation = sums - np.take(mean, layout.pair_group, axis=1)  # half the time of mean[:, ...]
    squares = np.add.reduceat(np.square(deviation, out=deviation), layout.group_starts, axis=1)
    squares += (n - layout.present) * mean**2
    return contributed(stage, layout, totals, squares, domains, lonely)


def contributed(stage: Stage, layout: Layout, totals: Float, squares: Float, domains: int, lonely: Lonely) -> Float:
    """Variance of every domain, (domains, statistics), from the totals and squared deviations of its strata."""
    contribution = stage_scale(stage)[layout.stratum] * squares
    alone = stage.lonely[layout.stratum]
    if alone.any():
        contribution[:, alone] = _lonely_part(stage, layout, totals, domains, lonely)[:, alone]
    summed = by_domain(contribution, layout.domain, domains)
    if alone.any() and lonely is Lonely.AVERAGE:
        summed *= average_factor(stage, layout, domains)
    return summed.T


def stage_scale(stage: Stage) -> Float:
    """Factor carried * (1 - f) * n / (n - 1) per stratum; 0 where the stratum has one unit."""
    several = stage.sampled > 1
    ratio = np.where(several, stage.sampled / np.where(several, stage.sampled - 1, 1), 0.0)
    return np.where(stage.census, 0.0, stage.carried * stage.open_fraction * ratio)


def _lonely_part(stage: Stage, layout: Layout, totals: Float, domains: int, lonely: Lonely) -> Float:
    """What the groups would contribute if they were lonely, under the rule (all groups are computed)."""
    if lonely is Lonely.ADJUST:
        centre = by_domain(totals, layout.domain, domains) / len(stage.stratum)
        scale = (stage.carried * stage.open_fraction)[layout.stratum]
        return np.asarray(scale * (totals - centre[:, layout.domain]) ** 2)
    if lonely in (Lonely.REMOVE, Lonely.CERTAINTY, Lonely.AVERAGE):
        return np.zeros_like(totals)
    return np.full_like(totals, np.nan)


def average_factor(stage: Stage, layout: Layout, domains: int) -> Float:
    """H / (H - lonely) per domain over its strata; NaN where all are lonely."""
    strata = np.bincount(layout.domain, minlength=domains)
    alone = np.bincount(layout.domain, weights=stage.lonely[layout.stratum], minlength=domains)
    good = strata - alone
    return np.where(good > 0, strata / np.where(good > 0, good, 1), np.where(strata > 0, np.nan, 1.0))


def by_domain(values: Float, domain: Int, domains: int) -> Float:
    """Sum sorted groups to their domains; (statistics, groups) gives (statistics, domains)."""
    summed = np.zeros((len(values), domains))
    starts = np.flatnonzero(changes(domain))
    if len(starts):
        summed[:, domain[starts]] = np.add.reduceat(values, starts, axis=1)
    return summed
