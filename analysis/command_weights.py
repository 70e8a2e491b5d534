"""The command `weights`: calibrate the design weights of a file to known totals."""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.calibration import Calibration, calibrate, margins
from analysis.design import build_design
from analysis.errors import AnalysisError
from analysis.reading import NO_LABEL, Table, read_table
from analysis.specification import read_specification
from analysis.weights import diagnostics
from analysis.writing import refuse_ending, write_table

Float = NDArray[np.float64]
MARGIN_COLUMNS = ("variable", "level", "total")
HEADING = ("row", "base_weight", "ratio", "weight")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("weights", help="weights that meet known totals, from a CSV or Parquet file")
    parser.add_argument("data", type=Path, help="one row per response; .csv or .parquet")
    parser.add_argument("--design", type=Path, required=True, help="YAML: weights, strata, psu, fpc")
    parser.add_argument("--margins", type=Path, required=True, help="variable,level,total; .csv or .parquet")
    parser.add_argument("--method", choices=("raking", "linear", "logit"), required=True, help="distance")
    parser.add_argument("--bounds", help="least and largest ratio to the base weight, such as 0.3,3")
    parser.add_argument("--out", type=Path, required=True, help="one row per response, in its order; .csv or .xlsx")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read, calibrate, write; raises AnalysisError for bad input."""
    refuse_ending(arguments.out, (".csv", ".xlsx"))
    bounds = _bounds(arguments.bounds)
    specification = read_specification(arguments.design, estimates=False)
    table = read_table(arguments.data)
    base = build_design(table, specification.design).weight
    totals = _totals(read_table(arguments.margins))
    aims = margins({variable: _labels(table, variable) for variable in totals}, totals)
    found = calibrate(base, aims.auxiliary, aims.totals, method=arguments.method, bounds=bounds, names=aims.names)
    _refuse_not_positive(found)
    columns = (found.base.tolist(), found.ratio.tolist(), found.weights.tolist())
    write_table(arguments.out, HEADING, [(row, *values) for row, values in enumerate(zip(*columns, strict=True), 1)])
    told = diagnostics(found.weights, found.base)
    sys.stdout.write(
        f"{told.n} weights with the sum {told.total:.10g}; design effect of the weights {told.deff:.4f}; "
        f"ratios to the base weight from {told.least_change:.4f} to {told.largest_change:.4f}\n"
    )


def _bounds(text: str | None) -> tuple[float, float] | None:
    """Parse two numbers with a comma."""
    if text is None:
        return None
    try:
        least, largest = (float(part) for part in text.split(","))
    except ValueError:
        raise AnalysisError(f"--bounds: '{text}' is not two numbers with a comma, such as 0.3,3") from None
    return least, largest


def _totals(table: Table) -> dict[str, dict[str, float]]:
    """Return the totals of every variable and level, each named once."""
    variable, level = (_labels(table, name) for name in MARGIN_COLUMNS[:2])
    totals: dict[str, dict[str, float]] = {}
    for row, (name, label, total) in enumerate(zip(variable, level, table.numbers("total"), strict=True), 1):
        if np.isnan(total):
            raise AnalysisError(f"{table.path.name}, column total, row {row}: blank; give the population total")
        if label in totals.setdefault(name, {}):
            raise AnalysisError(f"{table.path.name}, row {row}: {name}, {label} stands twice; give one total")
        totals[name][label] = float(total)
    return totals


def _labels(table: Table, column: str) -> list[str]:
    """Return a column of labels without blanks."""
    labels = table.labels(column)
    if (labels.code == NO_LABEL).any():
        row = int(np.argmax(labels.code == NO_LABEL)) + 1
        raise AnalysisError(f"{table.path.name}, column {column}, row {row}: blank; give every row its level")
    return [labels.names[code] for code in labels.code]


def _refuse_not_positive(found: Calibration) -> None:
    """Refuse weights of 0 or less, which linear calibration without bounds can give."""
    bad = ~(found.weights > 0)
    if bad.any():
        row = int(np.argmax(bad))
        raise AnalysisError(
            f"row {row + 1} gets the weight {found.weights[row]:g}; use --method raking or give --bounds above 0"
        )
