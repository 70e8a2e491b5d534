"""Sums of squares of linearised values over variance units: what standard errors are recomputed from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal

import numpy as np
from numpy.typing import NDArray

from analysis.annual.measures import Measures, kind_columns
from analysis.annual.model import Float, Int, Responses, Row
from analysis.annual.units import Stage
from analysis.annual.weighting import Weights
from analysis.linearization import linearise
from analysis.recipe import Wanted

DIGITS = Context(prec=3, rounding=ROUND_CEILING)  # of a published sum of squares
CONDITIONAL = "conditional on the commune drawn"
CONDITIONAL_SEVERAL = "conditional on the communes drawn"  # small ones that make one variance unit together
LONELY = "a stratum with one variance unit"


@dataclass(frozen=True, eq=False)
class Linearised:
    """Linearised values of the statistics of one domain over the rows of its calibration domains.

    Attributes
    ----------
    rows : ndarray of int64
        Places of the rows among all responses.
    inside : ndarray of bool
        Rows of the domain itself.
    z : ndarray, (rows, statistics)
    defined : ndarray of bool, (statistics,)
    """

    rows: Int
    inside: NDArray[np.bool_]
    z: Float
    defined: NDArray[np.bool_]


class Linearisation:
    """Linearises every statistic in any domain, with residuals of the calibration."""

    def __init__(self, responses: Responses, measures: Measures, weights: Weights, wanted: Sequence[Wanted]) -> None:
        """Prepare the residuals of every calibration domain once."""
        self.responses, self.measures, self.weights, self.wanted = responses, measures, weights, wanted
        self.weight = weights.micro / 1e6
        self._rows = [np.flatnonzero(weights.group == g) for g in range(int(weights.group.max()) + 1)]
        self._basis = [self._orthonormal(rows) for rows in self._rows]

    def of(self, leaves: Sequence[str]) -> Linearised:
        """Linearise in the domain made of some lowest units (method.md, formulas E3 and Z6)."""
        member = np.isin(self.responses.unit, list(leaves))
        groups = np.unique(self.weights.group[member])
        rows = np.concatenate([self._rows[g] for g in groups])
        inside = member[rows]
        z = np.zeros((len(rows), len(self.wanted)))
        own = rows[inside]
        z[inside], defined = self._values(own)
        start = 0
        for g in groups.tolist():
            part = slice(start, start + len(self._rows[g]))
            z[part] = self.residuals(g, z[part]) * self._lost(g)
            start = part.stop
        return Linearised(rows, inside, z, defined)

    def _values(self, own: Int) -> tuple[Float, NDArray[np.bool_]]:
        """Weighted linearised values of the domain's own rows."""
        weight, names = self.weight[own], self.measures.names
        worth, valid = self.measures.worth[own], self.measures.valid[own].astype(np.float64)
        y, x = weight @ worth, weight @ valid
        z, defined = np.zeros((len(own), len(self.wanted))), np.zeros(len(self.wanted), dtype=bool)
        for k, one in enumerate(self.wanted):
            columns = kind_columns(names, one.of)
            linear = linearise(one.statistic, y[None, columns], x[None, columns])
            defined[k] = bool(np.isfinite(linear.estimate[0]))
            if defined[k]:
                z[:, k] = worth[:, columns] @ linear.alpha[0] - valid[:, columns] @ linear.beta[0]
        return z * weight[:, None], defined

    def _orthonormal(self, rows: Int) -> tuple[Float, Float] | None:
        """Orthonormal basis of the calibration classes, in the metric of the weights before calibration."""
        if not self.weights.auxiliary or not len(rows):
            return None
        columns = [code[rows][:, None] == np.arange(int(code[rows].max()) + 1) for code in self.weights.auxiliary]
        half = np.sqrt(self.weights.base[rows])
        left, size, _ = np.linalg.svd(np.hstack(columns) * half[:, None], full_matrices=False)
        return left[:, size > 1e-9 * size[0]], half

    def _lost(self, group: int) -> float:
        """Make up for the degrees of freedom that the calibration classes took: n / (n - classes), as a root."""
        basis, n = self._basis[group], len(self._rows[group])
        classes = 0 if basis is None else basis[0].shape[1]
        return float(np.sqrt(n / max(n - classes, 1)))

    def residuals(self, group: int, z: Float) -> Float:
        """Replace values by weight times the residual of their regression on the calibration classes (formula W9)."""
        basis = self._basis[group]
        if basis is None:
            return z
        left, half = basis
        weight = self.weight[self._rows[group]]
        scaled = z * (half / weight)[:, None]
        return np.asarray((scaled - left @ (left.T @ scaled)) * (weight / half)[:, None])


def squares(
    domain: str, stages: Sequence[Stage], values: Linearised, wanted: Sequence[Wanted], correction: float = 1.0
) -> list[Row]:
    """Return the rows from which the standard errors of a domain follow (method.md, formula Z6).

    Parameters
    ----------
    domain : str
    stages : sequence of Stage
        One, or two where PSUs were drawn.
    values : Linearised
        Of that domain.
    wanted : sequence of Wanted
        Names of the statistics.
    correction : float
        Of the squares between PSUs (formula Z18).
    """
    own_rows = values.rows[values.inside]
    within = len(stages) == 2 and _in_one(stages[0].unit[own_rows])
    if within:
        note = CONDITIONAL if _in_one(stages[1].stratum[own_rows]) else CONDITIONAL_SEVERAL
        main, more = stages[1], None
    else:
        main, more, note = stages[0], stages[1] if len(stages) == 2 else None, ""
    own = np.unique(main.stratum[own_rows])
    present = _present(main, values)
    strata, raw = deviations(main, values)
    if not within:
        raw = raw * np.where(np.isin(strata, own), correction, 1.0)[:, None]
    scale = scale_of(main, strata, carried=False)
    below = np.zeros(len(wanted)) if more is None else _second(more, values)
    found: list[Row] = []
    for k in np.flatnonzero(values.defined).tolist():
        name = wanted[k].statistic.name
        rest = 0.0 if within else float(np.nansum(np.where(np.isin(strata, own), 0.0, scale * raw[:, k])))
        rest += float(below[k])
        for place in np.flatnonzero(np.isin(strata, own)).tolist():
            stratum = int(strata[place])
            found.append(_row(domain, name, main, stratum, int(present[stratum]), float(raw[place, k]), note))
        if rest > 0:
            found.append(Row("square", domain, name, stage="rest", z2=upward(rest), note=note))
    return found


def variance(stages: Sequence[Stage], values: Linearised) -> Float:
    """Variance of every statistic without rounding, for comparison of designs."""
    total = np.zeros(values.z.shape[1])
    for place, stage in enumerate(stages):
        strata, raw = deviations(stage, values)
        total += np.nansum(scale_of(stage, strata, carried=place > 0)[:, None] * raw, axis=0)
    return total


def deviations(stage: Stage, values: Linearised) -> tuple[Int, Float]:
    """Strata with a row, and the squared deviations of their units from their mean, (strata, statistics)."""
    strata = np.unique(stage.stratum[values.rows])
    offset = np.concatenate([[0], np.cumsum(stage.units)])
    place = np.zeros(len(stage.units), dtype=np.int64)
    place[strata] = np.arange(len(strata))
    units = np.concatenate([np.arange(offset[h], offset[h + 1]) for h in strata.tolist()])
    unit_stratum = np.repeat(np.arange(len(strata)), stage.units[strata])
    local = np.searchsorted(units, stage.unit[values.rows])
    raw = np.empty((len(strata), values.z.shape[1]))
    for k in range(values.z.shape[1]):
        sums = np.bincount(local, weights=values.z[:, k], minlength=len(units))
        if stage.mean:
            answers = np.bincount(unit_stratum, weights=stage.size[units])
            sums = sums / stage.size[units] * (answers / stage.units[strata])[unit_stratum]
        mean = np.bincount(unit_stratum, weights=sums) / stage.units[strata]
        raw[:, k] = np.bincount(unit_stratum, weights=(sums - mean[unit_stratum]) ** 2)
    return strata, raw


def scale_of(stage: Stage, strata: Int, *, carried: bool) -> Float:
    """Return (1 - f) g / (g - 1), times the share carried on; NaN for a single unit that is no census."""
    units, fraction = stage.units[strata].astype(np.float64), stage.fraction[strata]
    ratio = np.where(units > 1, units / np.maximum(units - 1, 1), np.nan)
    scale = np.where(fraction >= 1, 0.0, (1 - fraction) * ratio)
    return np.asarray(scale * stage.carried[strata] if carried else scale)


def upward(value: float) -> float:
    """Round a sum of squares up to three digits, so that it does not give back single answers."""
    return float(DIGITS.create_decimal(Decimal(repr(value)))) if value > 0 else 0.0


def _second(stage: Stage, values: Linearised) -> Float:
    """Variance of every statistic from the second stage; one answer in a PSU leaves it out."""
    strata, raw = deviations(stage, values)
    return np.asarray(np.nan_to_num(scale_of(stage, strata, carried=True)) @ raw)


def _present(stage: Stage, values: Linearised) -> Int:
    """Count the units of every stratum that have a row of the domain."""
    _, first = np.unique(stage.unit[values.rows][values.inside], return_index=True)
    stratum = stage.stratum[values.rows][values.inside][first]
    return np.bincount(stratum, minlength=len(stage.units)).astype(np.int64)


def _row(domain: str, name: str, stage: Stage, stratum: int, present: int, raw: float, note: str) -> Row:
    """Row of one variance stratum."""
    units = int(stage.units[stratum])
    lonely = units < 2 and stage.fraction[stratum] < 1
    return Row(
        "square",
        domain,
        name,
        stage="units",
        stratum=stage.names[stratum],
        z2=None if lonely else upward(raw),
        units=units,
        present=present,
        fraction=_told_fraction(float(stage.fraction[stratum])) if stage.mean else float(stage.fraction[stratum]),
        note=LONELY if lonely else note,
    )


def _told_fraction(fraction: float) -> float:
    """Round a share of dossiers down to whole per cents: exactly it would tell a number of answers (formula Z19)."""
    return math.floor(100 * fraction + 1e-9) / 100


def _in_one(units: Int) -> bool:
    """Whether all rows are in one variance unit, or one PSU."""
    return len(units) > 0 and bool((units == units[0]).all())
