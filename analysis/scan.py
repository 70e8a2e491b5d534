"""The one SQL text that turns responses into cells, in the smallest dialect common to every engine.

Columns of the view `responses`: h stratum, u1.. sampled units by stage, f1.. population counts, d1.. domains,
w weight on the grid (an integer-valued double), q1.. levels (NULL blank, 9 not applicable), r the respondent's
index from 0 to 1 (NULL without one).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CODES, LEVELS
from analysis.engines import NONE, VIEW, Columns, Engine
from analysis.errors import AnalysisError
from analysis.grid import EXACT

Float = NDArray[np.float64]
ANSWERED = CODES[:-1]  # every code that is stored; blanks are NULL


@dataclass(frozen=True)
class Shape:
    """How many columns of each kind the view has."""

    stages: int
    counts: int  # stages with a population count
    domains: int
    items: int
    composite: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that identify a cell: stratum, units, domains."""
        units = tuple(f"u{k + 1}" for k in range(self.stages))
        return ("h", *units, *self.domain_keys)

    @property
    def domain_keys(self) -> tuple[str, ...]:
        """Columns that identify a domain."""
        return tuple(f"d{k + 1}" for k in range(self.domains))


@dataclass(frozen=True)
class Measure:
    """What every code of every item is worth, (items, 7) in the order of CODES, under one name (x, y, s ...)."""

    name: str
    worth: Float


def cells_sql(shape: Shape, measures: Sequence[Measure]) -> str:
    """Text of the scan: per cell n, the weight, population counts, and one sum per item and measure.

    Parameters
    ----------
    shape : Shape
        Of the view.
    measures : sequence of Measure
        Names must be letters.
    """
    chosen = [*shape.keys, "COUNT(*) AS n", "SUM(w) AS w"]
    for k in range(1, shape.counts + 1):
        chosen += [f"MIN(f{k}) AS f{k}_lo", f"MAX(f{k}) AS f{k}_hi"]
    chosen += [f"SUM({text}) AS {name}" for name, text in _item_sums(shape, measures)]
    if shape.composite:
        chosen += ["SUM(w * COALESCE(r, 0e0)) AS ry", "SUM(CASE WHEN r IS NULL THEN 0e0 ELSE w END) AS rx"]
    return _select(chosen, shape.keys)


def levels_sql(shape: Shape) -> str:
    """Text of the scan by domain alone: per item and code the weight and the number of answers."""
    chosen = [*shape.domain_keys, "COUNT(*) AS n", "SUM(w) AS w"]
    for item in range(1, shape.items + 1):
        for code in ANSWERED:
            chosen.append(f"SUM(CASE WHEN q{item} = {code} THEN w ELSE 0e0 END) AS w{item}_{code}")
            chosen.append(f"SUM(CASE WHEN q{item} = {code} THEN 1e0 ELSE 0e0 END) AS c{item}_{code}")
    if shape.composite:
        chosen.append("SUM(CASE WHEN r IS NULL THEN 0e0 ELSE 1e0 END) AS rn")
    return _select(chosen, shape.domain_keys)


def run_scan(engine: Engine, sql: str, keys: Sequence[str], lent: Mapping[str, Columns] = NONE) -> dict[str, Any]:
    """Run a scan and sort its cells by key, so that any later sum has one order; returns the columns by name.

    Raises
    ------
    AnalysisError
        If there are no responses, or the weights add up to more than a double holds exactly.
    """
    found = dict(engine.table(sql, lent))
    if not len(found["n"]):
        raise AnalysisError("no responses; give at least one row")
    order = np.lexsort([found[key] for key in reversed(keys)]) if keys else np.arange(len(found["n"]))
    if not float(np.sum(found["w"])) < EXACT:  # NaN is not either
        raise AnalysisError("the weights add up to more than 9.0e9 units; sums would no longer be exact")
    return {name: found.pop(name)[order] for name in list(found)}  # one by one: never two copies of everything


def level_counts(found: Columns, shape: Shape) -> tuple[Float, NDArray[np.int64]]:
    """Weighted and plain counts per domain, item and code, (domains, items, 7), from `levels_sql`."""
    weighted = np.zeros((len(found["n"]), shape.items, len(CODES)))
    counts = np.zeros(weighted.shape, dtype=np.int64)
    for item in range(shape.items):
        for place, code in enumerate(ANSWERED):
            weighted[:, item, place] = found[f"w{item + 1}_{code}"]
            counts[:, item, place] = found[f"c{item + 1}_{code}"]
    weighted[:, :, -1] = found["w"][:, None] - weighted.sum(axis=2)
    counts[:, :, -1] = found["n"].astype(np.int64)[:, None] - counts.sum(axis=2)
    return weighted, counts


def _item_sums(shape: Shape, measures: Sequence[Measure]) -> Iterator[tuple[str, str]]:
    """Name and expression of every sum over an item; codes of equal worth share one branch."""
    for measure in measures:
        for item in range(shape.items):
            branches = []
            for worth in np.unique(measure.worth[item]):
                codes = [c for c, v in zip(CODES, measure.worth[item], strict=True) if v == worth and c in ANSWERED]
                if worth and codes:
                    factor = "w" if worth == 1 else f"{float(worth)!r}e0 * w"
                    branches.append(f"WHEN {is_one_of(f'q{item + 1}', codes)} THEN {factor}")
            yield f"{measure.name}{item + 1}", f"CASE {' '.join(branches)} ELSE 0e0 END"


def is_one_of(column: str, codes: Sequence[int]) -> str:
    """Condition that a column holds one of some codes, as a range where they are neighbours."""
    if len(codes) > 1 and max(codes) <= LEVELS and max(codes) - min(codes) == len(codes) - 1:
        return f"{column} >= {min(codes)} AND {column} <= {max(codes)}"
    return " OR ".join(f"{column} = {code}" for code in codes)


def _select(chosen: Sequence[str], keys: Sequence[str]) -> str:
    """Put the text together; names come from this file alone, so nothing needs quoting."""
    group = f"\nGROUP BY {', '.join(keys)}" if keys else ""
    return "SELECT " + ",\n  ".join(chosen) + f"\nFROM {VIEW}" + group
