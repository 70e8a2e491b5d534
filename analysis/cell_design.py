"""Stages of a design from its cells, and from the frame where it lists the sampled units."""

import numpy as np
from numpy.typing import NDArray

from analysis.collapse import collapsed
from analysis.design import DesignColumns
from analysis.engines import Columns
from analysis.errors import AnalysisError
from analysis.sampled_units import SampledUnits
from analysis.scan import Shape
from analysis.variance import Lonely, Stage

Int = NDArray[np.int64]
Float = NDArray[np.float64]


def cell_stages(
    cells: Columns, shape: Shape, design: DesignColumns, listed: SampledUnits | None = None
) -> tuple[Stage, ...]:
    """Build the stages over cells.

    Parameters
    ----------
    cells : Columns
        Result of the scan: stratum, units, population counts.
    shape : Shape
        Of the view.
    design : DesignColumns
        Its lonely rule and whether only the first stage counts.
    listed : SampledUnits, optional
        Sampled units of the first stage from the frame; without it those in the cells.

    Raises
    ------
    AnalysisError
        For population counts that differ or are too small, and for a lonely stratum under `fail`.
    """
    strata, stratum = np.unique(cells["h"], return_inverse=True)
    carried = np.ones(len(strata))
    found: list[Stage] = []
    for k in range(1, max(shape.stages, 1) + 1):
        unit, parent = _units(cells, shape, k, stratum)
        # Without units in the view the respondents are the units, counted in each cell.
        several = None if shape.stages else cells["n"]
        sampled = np.bincount(parent, weights=several, minlength=len(carried)).astype(np.float64)
        silent = np.zeros(0, dtype=np.int64)
        if k == 1 and listed is not None:
            drawn = listed.counts(int(strata.max()) + 1)[strata]
            silent, sampled = np.repeat(np.arange(len(strata)), (drawn - sampled).astype(np.int64)), drawn
        population = _population(cells, shape, k, stratum, sampled)
        found.append(Stage(unit, np.concatenate([parent, silent]), sampled, population, carried))
        fraction = np.where(np.isinf(population), 0.0, sampled / population)
        stratum, carried = unit, (carried * fraction)[parent]
        if design.ultimate_cluster:
            break
    stages = tuple(found)
    if design.lonely is Lonely.COLLAPSE:
        stages = collapsed(stages)
    if design.lonely in (Lonely.FAIL, Lonely.COLLAPSE) and any(stage.lonely.any() for stage in stages):
        raise AnalysisError("a stratum has only one sampled unit; join it with another or set lonely_psu")
    return tuple(stage for stage in stages if (stage.carried > 0).any())


def _units(cells: Columns, shape: Shape, k: int, stratum: Int) -> tuple[Int, Int]:
    """Number the units of a stage: each cell's unit, each unit's stratum."""
    if not shape.stages:
        return np.arange(len(stratum)), stratum
    labels = cells[f"u{k}"].astype(np.int64)
    width = int(labels.max()) + 1
    key, unit = np.unique(stratum * width + labels, return_inverse=True)
    return unit, key // width


def _population(cells: Columns, shape: Shape, k: int, stratum: Int, sampled: Float) -> Float:
    """Population count per stratum; infinite without a column."""
    if k > shape.counts:
        return np.full(len(sampled), np.inf)
    low, high = np.full(len(sampled), np.inf), np.zeros(len(sampled))
    np.minimum.at(low, stratum, cells[f"f{k}_lo"])
    np.maximum.at(high, stratum, cells[f"f{k}_hi"])
    if (low != high).any():
        raise AnalysisError(f"population counts of stage {k} differ within a stratum; give one per stratum")
    if (low < sampled).any():
        raise AnalysisError(f"a population count of stage {k} is less than the units sampled; give counts N")
    return low
