"""The command `index`: every index of an instrument's recipe, with the covariance that ranking needs."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from analysis.engines import DuckDb
from analysis.errors import AnalysisError
from analysis.figures import Figure
from analysis.pipeline import Indices, compute_indices, labels_of
from analysis.reading import read_table
from analysis.responses import prepare
from analysis.sources import opened
from analysis.specification import read_specification
from analysis.stored import stored
from analysis.writing import refuse_ending, write_json
from instruments.load import UnknownInstrumentError, load, newest, shipped
from instruments.model import Instrument
from instruments.problems import InstrumentError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("index", help="indices by unit with intervals, from a CSV or Parquet file")
    parser.add_argument(
        "responses", type=Path, nargs="?", help="one row per response, one column per item; .csv or .parquet"
    )
    parser.add_argument("--instrument", required=True, help="such as sipas-2017, or sipas-2017/1")
    parser.add_argument("--design", type=Path, required=True, help="YAML: weights, strata, psu, fpc")
    parser.add_argument("--by", nargs="+", default=[], help="columns of the units; none for the whole file")
    parser.add_argument(
        "--engine",
        metavar="ENGINE",
        help="scan the responses where they lie: duckdb (a file of any size), 'sqlite:///FILE?table=T', "
        "'postgresql://HOST/DATABASE?table=T', spark://HOST:PORT or 'local[2]' (Spark; Parquet that its workers can "
        "read). Without it DuckDB scans the file read whole, and mistakes are named by row",
    )
    parser.add_argument("--out", type=Path, required=True, help="results; .json")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read, compute, write; raises AnalysisError for bad input."""
    refuse_ending(arguments.out, (".json",))
    specification = read_specification(arguments.design, estimates=False)
    by = tuple(arguments.by) or specification.by
    instrument = named(arguments.instrument)
    if arguments.engine:
        if specification.design.frame is not None:
            raise AnalysisError("frame: sampled units are read with a file only; leave --engine out")
        with opened(arguments.engine, arguments.responses) as source:
            over = stored(source, specification.design, by, instrument)
            indices = compute_indices(over, over.shape, specification.design, instrument, specification.level)
        labels = over.domain_labels
    else:
        if arguments.responses is None:
            raise AnalysisError("name the file of responses, or an --engine with a table")
        prepared = prepare(read_table(arguments.responses), specification.design, by, instrument)
        engine = DuckDb.over_table(prepared.view)
        indices = compute_indices(
            engine, prepared.shape, specification.design, instrument, specification.level, prepared.sampled
        )
        labels = prepared.domain_labels
    units = labels_of(indices, labels, by)
    write_json(arguments.out, _json(indices, units, instrument.key, specification.level))


def named(name: str) -> Instrument:
    """Return an instrument by id (its newest version), id/version, or folder; AnalysisError if there is none."""
    try:
        if Path(name).is_dir():
            return load(Path(name))
        return shipped(name) if "/" in name else newest(name)
    except (UnknownInstrumentError, InstrumentError) as error:
        raise AnalysisError(f"--instrument: {error}") from None


def _json(indices: Indices, units: list[dict[str, str]], instrument: str, level: float) -> dict[str, Any]:
    """Return the results: units, rows, and the covariance of the overall index over the units."""
    matrix = [[None if np.isnan(x) else x for x in line] for line in indices.overall_covariance.tolist()]
    return {
        "instrument": instrument,
        "level": level,
        "units": units,
        "rows": [_row(figure, units) for figure in indices.figures],
        "covariance": {"statistic": "overall", "matrix": matrix},
    }


def _row(figure: Figure, units: list[dict[str, str]]) -> dict[str, Any]:
    """Return one figure under the names of the command line's contract."""
    return {
        "domain": units[figure.domain],
        "statistic": figure.statistic,
        "estimate": figure.estimate,
        "se": figure.se,
        "ci": figure.ci,
        "ci_method": figure.ci_method,
        "df": figure.df,
        "n": figure.n,
        "not_valid": figure.not_valid,
        "level_counts": figure.level_counts,
        "mean": figure.mean,
        "dissatisfied": figure.dissatisfied,
        "reweighted": figure.reweighted,
        "reason": figure.reason,
    }
