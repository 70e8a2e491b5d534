"""A sampling design read from the columns of a file: strata, sampled units of every stage, population counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.collapse import collapsed
from analysis.errors import AnalysisError
from analysis.grid import GRID
from analysis.reading import NO_LABEL, Labels, Table
from analysis.sampled_units import SampledUnits, sampled_units
from analysis.variance import Lonely, Stage

Float = NDArray[np.float64]
Int = NDArray[np.int64]
ROW = "row"  # the units of element sampling have no labels but their row


@dataclass(frozen=True)
class DesignColumns:
    """Which columns describe the design; the command line's contract in words."""

    weights: str | None = None
    strata: str | None = None
    psu: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    nest: bool = False
    lonely: Lonely = Lonely.FAIL
    ultimate_cluster: bool = False
    weights_in_millionths: bool = False
    frame: Table | None = None  # sampled units of the first stage; those with answers if it is None


@dataclass(frozen=True)
class Design:
    """A design ready for variances.

    Attributes
    ----------
    weight : ndarray, (rows,)
        Above 0.
    stages : tuple of Stage
        Those that add to the variance.
    lonely : Lonely
        Rule for strata with one sampled unit.
    """

    weight: Float
    stages: tuple[Stage, ...]
    lonely: Lonely


@dataclass(frozen=True)
class _Units:
    """One stage with the labels that messages need."""

    stage: Stage
    stratum_names: tuple[str, ...]


def build_design(table: Table, columns: DesignColumns) -> Design:
    """Read a design from a file.

    Parameters
    ----------
    table : Table
        One row per response.
    columns : DesignColumns
        Names of its columns.

    Raises
    ------
    AnalysisError
        For a blank or doubtful label, weight or population count, and for a lonely stratum under `fail`;
        the message names column, row or stratum, and the remedy.
    """
    if len(columns.fpc) > max(len(columns.psu), 1):
        raise AnalysisError(
            f"fpc names {len(columns.fpc)} columns for {max(len(columns.psu), 1)} stages; give one per stage"
        )
    units = _stages(table, columns)
    weight = _weights(table, columns, [u.stage for u in units])
    used = units[:1] if columns.ultimate_cluster else units
    stages = tuple(u.stage for u in used)
    if columns.lonely is Lonely.COLLAPSE:
        stages = collapsed(stages)
    _refuse_lonely(used, stages, columns.lonely)
    return Design(weight, tuple(s for s in stages if (s.carried > 0).any()), columns.lonely)


def _stages(table: Table, columns: DesignColumns) -> list[_Units]:
    """Build every stage, the units of one being the strata of the next."""
    strata = _required(table, columns.strata) if columns.strata else Labels(np.zeros(len(table), np.int64), ("all",))
    row_stratum, names = strata.code, strata.names
    carried = np.ones(len(names))
    found: list[_Units] = []
    for k, column in enumerate(columns.psu or (ROW,)):
        unit, stratum, labels = _unit_numbers(table, columns, k, column, row_stratum)
        sampled = np.bincount(stratum, minlength=len(names)).astype(np.float64)
        silent = np.zeros(0, dtype=np.int64)
        if k == 0 and columns.frame is not None:
            drawn = listed_units(table, columns, ()).counts(len(names))
            silent, sampled = np.repeat(np.arange(len(names)), (drawn - sampled).astype(np.int64)), drawn
        population = _population(table, columns, k, row_stratum, sampled, names)
        stage = Stage(unit, np.concatenate([stratum, silent]), sampled, population, carried)
        found.append(_Units(stage, names))
        fraction = np.where(np.isinf(population), 0.0, sampled / population)
        row_stratum, carried, names = unit, (carried * fraction)[stratum], labels
    return found


def listed_units(table: Table, columns: DesignColumns, by: Sequence[str]) -> SampledUnits:
    """Read the sampled units that the frame lists; AnalysisError where there are no units to list."""
    if columns.frame is None or not columns.psu:
        raise AnalysisError("frame: lists the units named under psu; name them, or leave the frame out")
    return sampled_units(columns.frame, table, columns.strata, columns.psu[0], by)


def _unit_numbers(
    table: Table, columns: DesignColumns, k: int, column: str, row_stratum: Int
) -> tuple[Int, Int, tuple[str, ...]]:
    """Number the units of a stage; return each row's unit, each unit's stratum, and the labels."""
    if not columns.psu:
        return np.arange(len(table)), row_stratum, ()
    labels = _required(table, column)
    width = len(labels.names)
    key, first, unit = np.unique(row_stratum * width + labels.code, return_index=True, return_inverse=True)
    stratum, code = key // width, key % width
    if k == 0 and not columns.nest and len(np.unique(code)) < len(code):
        again = int(code[np.flatnonzero(np.bincount(code)[code] > 1)[0]])
        row = int(first[np.flatnonzero(code == again)[1]])
        raise AnalysisError(
            f"column {column}, row {row + 1}: PSU {labels.names[again]} stands in two strata; "
            "set nest: true if labels repeat between strata, else mend the label"
        )
    return unit, stratum, tuple(labels.names[c] for c in code)


def _population(
    table: Table, columns: DesignColumns, k: int, row_stratum: Int, sampled: Float, names: tuple[str, ...]
) -> Float:
    """Population count per stratum of a stage; infinite without a column."""
    if k >= len(columns.fpc):
        return np.full(len(sampled), np.inf)
    column = columns.fpc[k]
    counts = table.numbers(column)
    if np.isnan(counts).any():
        row = int(np.argmax(np.isnan(counts)))
        raise AnalysisError(f"column {column}, row {row + 1}: no population count; give the number of units")
    population = np.full(len(sampled), np.nan)
    population[row_stratum] = counts
    small = counts < sampled[row_stratum]
    if small.any():
        row = int(np.argmax(small))
        stratum = row_stratum[row]
        raise AnalysisError(
            f"column {column}, row {row + 1}: population count {counts[row]:g} is less than the "
            f"{sampled[stratum]:g} units sampled in stratum {names[stratum]}; give the count of units N, "
            "not a fraction"
        )
    differs = counts != population[row_stratum]
    if differs.any():
        row = int(np.argmax(differs))
        raise AnalysisError(
            f"column {column}, row {row + 1}: {counts[row]:g} where the same stratum also has "
            f"{population[row_stratum[row]]:g}; give one population count per stratum"
        )
    return population


def _weights(table: Table, columns: DesignColumns, stages: list[Stage]) -> Float:
    """Return the weights, or the product of N/n over the stages with a population count."""
    if columns.weights is None:
        weight = np.ones(len(table))
        for stage in stages:
            ratio = np.where(np.isinf(stage.population), 1.0, stage.population / stage.sampled)
            weight *= ratio[stage.stratum[stage.unit]]
        return weight
    weight = table.numbers(columns.weights)
    bad = ~(weight > 0)
    if bad.any():
        row = int(np.argmax(bad))
        raise AnalysisError(
            f"column {columns.weights}, row {row + 1}: weight {weight[row]:g} is not above 0; "
            "correct it, or leave the row out if it was not sampled"
        )
    return weight / GRID if columns.weights_in_millionths else weight


def _required(table: Table, column: str) -> Labels:
    """Return a column of labels without blanks."""
    labels = table.labels(column)
    if (labels.code == NO_LABEL).any():
        row = int(np.argmax(labels.code == NO_LABEL))
        raise AnalysisError(f"column {column}, row {row + 1}: blank; every row needs its stratum and units")
    return labels


def _refuse_lonely(units: list[_Units], stages: tuple[Stage, ...], rule: Lonely) -> None:
    """Raise for the first lonely stratum where the rule cannot deal with it."""
    if rule not in (Lonely.FAIL, Lonely.COLLAPSE):
        return
    for k, stage in enumerate(stages):
        if stage.lonely.any():
            label = units[k].stratum_names[int(np.argmax(stage.lonely))]
            raise AnalysisError(
                f"stratum {label} has only one sampled unit at stage {k + 1}; join it with another stratum, "
                "give its population count, or set lonely_psu: remove, certainty, adjust, average or collapse"
            )
