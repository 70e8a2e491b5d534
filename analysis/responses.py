"""A file of responses prepared for the scan: checked levels, labels as numbers, weights on the grid."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.cells import CODES, COLUMN_OF_CODE
from analysis.design import DesignColumns, build_design, listed_units
from analysis.errors import AnalysisError
from analysis.grid import grid_weights
from analysis.reading import NO_LABEL, Table
from analysis.recipe import respondent_weights, worth_of
from analysis.sampled_units import SampledUnits
from analysis.scan import Shape
from instruments.model import Instrument, ItemKind

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Prepared:
    """The view `responses` in memory, and what its numbers mean."""

    view: pa.Table
    shape: Shape
    domain_labels: tuple[tuple[str, ...], ...]  # per domain column
    sampled: SampledUnits | None = None  # units of the first stage, if the frame lists them


def prepare(table: Table, design: DesignColumns, by: tuple[str, ...], instrument: Instrument) -> Prepared:
    """Check a file of responses against an instrument and lay it out for the scan.

    Parameters
    ----------
    table : Table
        One column per scored item, levels 1 to 5, the code for not applicable, or blank.
    design : DesignColumns
        Columns of weights, strata, units, population counts.
    by : tuple of str
        Domain columns; a row with a blank label is refused.
    instrument : Instrument
        Names the items.

    Raises
    ------
    AnalysisError
        Naming column, row and remedy.
    """
    built = build_design(table, design)
    columns: dict[str, NDArray[Any]] = {"h": table.labels(design.strata).code if design.strata else _one(table)}
    for k, name in enumerate(design.psu, start=1):
        columns[f"u{k}"] = table.labels(name).code
    for k, name in enumerate(design.fpc, start=1):
        columns[f"f{k}"] = table.numbers(name)
    labels = []
    for k, name in enumerate(by, start=1):
        found = table.labels(name)
        if (found.code == NO_LABEL).any():
            row = int(np.argmax(found.code == NO_LABEL))
            raise AnalysisError(f"column {name}, row {row + 1}: blank; give the unit of every response")
        columns[f"d{k}"] = found.code
        labels.append(found.names)
    columns["w"] = grid_weights(built.weight)
    levels = _levels(table, instrument)
    for k in range(levels.shape[1]):
        columns[f"q{k + 1}"] = levels[:, k]
    composite = _composite(levels, instrument)
    arrays = {name: pa.array(column) for name, column in columns.items()}
    for k in range(levels.shape[1]):
        arrays[f"q{k + 1}"] = pa.array(levels[:, k], mask=levels[:, k] == 0)
    arrays["r"] = pa.array(np.nan_to_num(composite), mask=np.isnan(composite))
    shape = Shape(len(design.psu), len(design.fpc), len(by), levels.shape[1], composite=True)
    sampled = listed_units(table, design, by) if design.frame is not None else None
    return Prepared(pa.table(arrays), shape, tuple(labels), sampled)


def _one(table: Table) -> NDArray[np.int64]:
    """Return one stratum for all rows."""
    return np.zeros(len(table), dtype=np.int64)


def _levels(table: Table, instrument: Instrument) -> NDArray[np.int8]:
    """Read the items' levels as places 1 to 5 on their scales, 9 not applicable, 0 blank."""
    found = []
    for item in instrument.scored_items():
        scale = instrument.scales[item.scale or ""]
        # Forms printed without the general question have no column for it; that is no mistake.
        absent = item.kind is ItemKind.GENERAL and item.id not in table.columns.column_names
        value = np.full(len(table), np.nan) if absent else table.numbers(item.id)
        place = np.zeros(len(table), dtype=np.int8)
        for level, code in [*zip(scale.levels, CODES, strict=False), (scale.not_applicable, 9)]:
            if level is not None:
                place[value == level] = code
        wrong = ~np.isnan(value) & (place == 0)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise AnalysisError(
                f"column {item.id}, row {row + 1}: {value[row]:g} is no level of scale {scale.id}; "
                f"give {', '.join(map(str, scale.levels))}, {scale.not_applicable} for not applicable, or a blank"
            )
        found.append(place)
    return np.stack(found, axis=1)


def _composite(levels: NDArray[np.int8], instrument: Instrument) -> Float:
    """Index of every respondent from 0 to 1 over the answered items, NaN without one (formula E4)."""
    weights = np.array(respondent_weights(instrument))
    worth, valid = worth_of(instrument, "share" if instrument.recipe.of == "share" else "points")
    column, items = COLUMN_OF_CODE[levels], np.arange(len(weights))
    base = (valid[items, column] * weights).sum(axis=1)
    total = (worth[items, column] * weights).sum(axis=1)
    return np.asarray(total / np.where(base > 0, base, np.nan))
