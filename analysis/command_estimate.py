"""The command `estimate`: design-based estimates from a file, without our application."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from analysis.estimate import Estimates, estimate
from analysis.estimate_rows import Row
from analysis.reading import read_table
from analysis.specification import read_specification
from analysis.writing import Cell, refuse_ending, write_json, write_table

ENDINGS = (".json", ".csv", ".xlsx")
HEADING = (
    "statistic",
    "estimate",
    "se",
    "ci_lo",
    "ci_hi",
    "ci_wald_lo",
    "ci_wald_hi",
    "df",
    "deff",
    "deff_replace",
    "n",
    "reason",
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("estimate", help="estimates with standard errors from a CSV or Parquet file")
    parser.add_argument("data", type=Path, help="one row per response; .csv or .parquet")
    parser.add_argument("--design", type=Path, required=True, help="YAML: the sample, the domains, the statistics")
    parser.add_argument("--out", type=Path, required=True, help="results; .json, .csv or .xlsx")
    parser.add_argument("--covariance", action="store_true", help="also the joint covariance of all rows")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read, estimate, write; raises AnalysisError for bad input."""
    refuse_ending(arguments.out, ENDINGS)
    specification = read_specification(arguments.design)
    table = read_table(arguments.data)
    results = estimate(table, specification, with_covariance=arguments.covariance)
    if arguments.out.suffix.lower() == ".json":
        write_json(arguments.out, _json(results))
        return
    rows = [[*row.domain.values(), *_cells(row)] for row in results.rows]
    write_table(arguments.out, [*specification.by, *HEADING], rows)
    if results.covariance is not None:
        _write_covariance(arguments.out, results, specification.by)


def _json(results: Estimates) -> dict[str, Any]:
    """Return the results as the contract has them; `ci_wald` stands beside the interval of shares only."""
    rows = [asdict(row) for row in results.rows]
    for row in rows:
        if not row["statistic"].startswith("share:"):
            del row["ci_wald"]
    if results.covariance is None:
        return {"rows": rows}
    matrix = [[None if np.isnan(x) else x for x in line] for line in results.covariance.tolist()]
    return {"rows": rows, "covariance": {"rows": list(results.covariance_rows), "matrix": matrix}}


def _cells(row: Row) -> list[Cell]:
    """Return one row of a table."""
    ci, wald = row.ci or (None, None), row.ci_wald or (None, None)
    beside = [row.df, row.deff, row.deff_replace, row.n, row.reason]
    return [row.statistic, row.estimate, row.se, *ci, *wald, *beside]


def _write_covariance(out: Path, results: Estimates, by: tuple[str, ...]) -> None:
    """Write the covariance beside a table, as OUT.covariance.csv or .xlsx."""
    if results.covariance is None:
        return
    named = [results.rows[place] for place in results.covariance_rows]
    heading = [*by, "statistic", *("|".join([*row.domain.values(), row.statistic]) for row in named)]
    lines: list[list[Cell]] = [
        [*row.domain.values(), row.statistic, *(None if np.isnan(x) else x for x in line)]
        for row, line in zip(named, results.covariance.tolist(), strict=True)
    ]
    write_table(out.with_suffix(f".covariance{out.suffix}"), heading, lines)
