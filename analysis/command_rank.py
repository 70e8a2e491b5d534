"""The command `rank`: rank sets of the units of an index file, never a bare rank."""

import argparse
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.asked import is_number
from analysis.errors import AnalysisError
from analysis.figures import Interval
from analysis.index_intervals import Basis, limits
from analysis.rank_pairs import marginal_rank_sets, simultaneous_rank_sets
from analysis.rank_sets import RankSets, sets_from_intervals, simultaneous_level
from analysis.ranking import table_reliability
from analysis.writing import refuse_ending, write_json

Float = NDArray[np.float64]
Content = Mapping[str, Any]
ENDS = {"estimate": (0, 100), "se": (0, 100), "df": (-math.inf, math.inf), "n": (0, math.inf)}
BLURRED = 1e-9  # a mean of hundreds may be rounded a little above 100
NO_ESTIMATE = "no estimate"
NO_ERROR = "no standard error"
REWEIGHTED = "a factor was left out of the index"


@dataclass(frozen=True, eq=False)
class Units:
    """The overall index of every unit, shape (K,); NaN where a unit must not be placed."""

    rows: tuple[Content, ...]
    reasons: tuple[str | None, ...]
    estimate: Float
    se: Float


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("rank", help="rank sets of the units, from the results of index")
    parser.add_argument("index", type=Path, help="results of the command index; .json")
    parser.add_argument("--method", choices=("kww", "mrsw"), required=True, help="joint intervals, or all pairs")
    parser.add_argument("--level", type=float, default=0.95, help="joint level; 0.95")
    parser.add_argument("--seed", type=int, help="seed of the draws of mrsw, 0 or more")
    parser.add_argument("--out", type=Path, required=True, help="results; .json")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read, rank, write; raises AnalysisError for bad input."""
    refuse_ending(arguments.out, (".json",))
    if not 0 < arguments.level < 1:
        raise AnalysisError(f"--level: {arguments.level} is not between 0 and 1, such as 0.95")
    content = _read(arguments.index)
    units = _units(content, arguments.index.name)
    if arguments.method == "kww":
        told, sets = _by_intervals(units, arguments.level)
    else:
        told, sets = _by_pairs(units, content, arguments)
    table = asdict(table_reliability(units.estimate, units.se))
    head = {"method": arguments.method, "statistic": "overall", "level": arguments.level, "seed": arguments.seed}
    write_json(arguments.out, head | told | {"reliability": table, "rows": _rows(units, sets)})


def _read(path: Path) -> Content:
    """Return the content of an index file."""
    if not path.is_file():
        raise AnalysisError(f"{path} is not a file; check the name")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise AnalysisError(f"{path.name} is not JSON: {error}; give the results of the command index") from None
    if not isinstance(content, dict) or not isinstance(content.get("rows"), list):
        raise AnalysisError(f"{path.name} has no rows; give the results of the command index")
    return content


def _units(content: Content, name: str) -> Units:
    """Return the overall index of every unit, in the order of the file."""
    rows = tuple(row for row in content["rows"] if isinstance(row, dict) and row.get("statistic") == "overall")
    if len(rows) < 2:
        raise AnalysisError(f"{name} holds the overall index of {len(rows)} units; make it with index --by")
    for row in rows:
        _refuse_bad(row, name)
    again = Counter(json.dumps(row["domain"], sort_keys=True) for row in rows).most_common(1)[0]
    if again[1] > 1:
        raise AnalysisError(f"{name}, {again[0]}: has the overall index twice; leave one row for each unit")
    reasons = tuple(_reason(row) for row in rows)
    placed = [why not in (NO_ESTIMATE, REWEIGHTED) for why in reasons]
    return Units(
        rows,
        reasons,
        np.where(placed, _column(rows, "estimate"), np.nan),
        np.where(placed, _column(rows, "se"), np.nan),
    )


def _refuse_bad(row: Content, name: str) -> None:
    """Raise for a row without a unit or with a figure that no index can have."""
    if not isinstance(row.get("domain"), dict) or not row["domain"]:
        raise AnalysisError(f"{name}: a row has no domain; make the file with index --by")
    place = f"{name}, {row['domain']}"
    for key, (low, high) in ENDS.items():
        value = row.get(key)
        if value is None:
            continue
        if not is_number(value):
            raise AnalysisError(f"{place}: {key} must be a number or null, not {value}; make the file with index")
        if not low - BLURRED <= value <= high + BLURRED:
            raise AnalysisError(f"{place}: {key} is {value:g}, which no index has; make the file with index")
    if row.get("se") is not None and row.get("df") is None:
        raise AnalysisError(f"{place}: a standard error without df; make the file with index")


def _reason(row: Content) -> str | None:
    """Say why a unit may hold any rank, or None."""
    if row.get("estimate") is None:
        return NO_ESTIMATE
    if row.get("reweighted"):
        return REWEIGHTED
    return NO_ERROR if row.get("se") is None else None


def _column(rows: tuple[Content, ...], key: str, missing: float = np.nan) -> Float:
    """Return one column of numbers."""
    return np.array([missing if row.get(key) is None else row[key] for row in rows], dtype=np.float64)


def _by_intervals(units: Units, level: float) -> tuple[dict[str, Any], dict[str, RankSets]]:
    """Rank by joint intervals, each of the kind that the index itself has."""
    each = simultaneous_level(level, len(units.rows))
    valid = _column(units.rows, "n", missing=1)
    basis = Basis(
        estimate=units.estimate / 100,
        se=units.se / 100,
        df=_column(units.rows, "df", missing=0).astype(np.int64),
        n=(valid + _column(units.rows, "not_valid", missing=0)).astype(np.int64),
        valid=valid.astype(np.int64),
        census=np.array([row.get("ci_method") == Interval.CENSUS for row in units.rows]),
    )
    # A pooled index is a share of answers, but its interval is that of a ratio, as in the index file.
    found = limits(basis, plain_share=False, level=each)
    lower, upper = (np.where(np.isnan(units.se), np.nan, side) for side in (found.lo, found.hi))
    return {"interval_level": each}, {"rank_set": sets_from_intervals(units.estimate, lower, upper)}


def _by_pairs(
    units: Units, content: Content, arguments: argparse.Namespace
) -> tuple[dict[str, Any], dict[str, RankSets]]:
    """Rank by all pairs with the joint covariance: together, and each unit for itself."""
    if arguments.seed is None or arguments.seed < 0:
        raise AnalysisError("--seed: mrsw draws at random; give a whole number of 0 or more and publish it")
    covariance = _covariance(content, arguments)
    options = {"level": arguments.level, "seed": arguments.seed}
    df = _column(units.rows, "df", missing=0)
    joint = simultaneous_rank_sets(units.estimate, covariance, df, **options)
    own = marginal_rank_sets(units.estimate, covariance, df, **options)
    return {"draws": joint.draws}, {"rank_set": joint.sets, "rank_set_marginal": own.sets}


def _covariance(content: Content, arguments: argparse.Namespace) -> Float:
    """Return the covariance of the overall index over the units."""
    held = content.get("covariance")
    if not isinstance(held, dict) or not isinstance(held.get("matrix"), list):
        raise AnalysisError(
            f"{arguments.index.name} has no covariance, which mrsw needs; make it with index, or use --method kww"
        )
    try:
        return np.array([[np.nan if x is None else x for x in line] for line in held["matrix"]], dtype=np.float64)
    except (TypeError, ValueError):
        raise AnalysisError(f"{arguments.index.name}: covariance is no table of numbers") from None


def _rows(units: Units, sets: Mapping[str, RankSets]) -> list[dict[str, Any]]:
    """Return one row per unit under the names of the command line's contract."""
    rank = next(iter(sets.values())).rank
    rows = []
    for k, row in enumerate(units.rows):
        placed = not np.isnan(units.estimate[k])
        spans = {name: [int(found.lower[k]), int(found.upper[k])] for name, found in sets.items()}
        rows.append(
            {
                "domain": row.get("domain"),
                "estimate": row.get("estimate"),
                "se": row.get("se"),
                "rank": int(rank[k]) if placed else None,
                **spans,
                "reason": units.reasons[k],
            }
        )
    return rows
