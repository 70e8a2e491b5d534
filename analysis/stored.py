"""Responses scanned where they lie: their own columns under the names of the scan, checked by the engine itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CODES
from analysis.design import DesignColumns
from analysis.engines import NONE, VIEW, Columns, DuckDb, Engine
from analysis.errors import AnalysisError
from analysis.grid import EXACT, GRID
from analysis.reading import sorted_labels
from analysis.recipe import RESPONDENT, respondent_weights, wanted, worth_of
from analysis.scan import Shape, is_one_of
from analysis.sources import Source, check_name
from instruments.model import Instrument, Item, ItemKind

Int = NDArray[np.int64]
# Added and taken away again, it leaves a double rounded to a whole number, half to even, as numpy does it: the one
# way to round that every engine does alike, without a cast.
ROUND = "6755399441055744e0"


@dataclass(frozen=True)
class Stored:
    """An engine under which stored responses have the columns of the scan, labels as numbers.

    Attributes
    ----------
    engine : Engine
        That reads them.
    select : str
        From their own columns to h, u1.., f1.., d1.., w, q1.. (and r).
    shape : Shape
        Of that view.
    domain_labels : tuple of tuple of str
        Labels of each domain column, sorted; their places are the codes that `table` gives.
    nest : bool
        Whether labels of units repeat between strata.
    own : dict
        By column of the keys, the labels as they are stored, by code; known once a query has given them.
    """

    engine: Engine
    select: str
    shape: Shape
    domain_labels: tuple[tuple[str, ...], ...]
    nest: bool
    own: dict[str, dict[int, Any]] = field(default_factory=dict)

    def table(self, sql: str, lent: Mapping[str, Columns] = NONE) -> Columns:
        """Return the result of a query over the view, labels as codes; what is lent has them too.

        Raises
        ------
        AnalysisError
            If the weights come as anything but doubles: their sums would not be those of other engines.
        """
        more = f",\n{sql.removeprefix('WITH ')}" if sql.startswith("WITH ") else f"\n{sql}"
        labelled = {name: self._labelled(columns) for name, columns in lent.items()}
        found = dict(self.engine.table(f"WITH {VIEW} AS ({self.select}){more}", labelled))
        for key in found.keys() & set(self.shape.keys):
            known = self.domain_labels[int(key[1:]) - 1] if key.startswith("d") else None
            codes = _codes(found[key], known)
            self.own.setdefault(key, dict(zip(codes.tolist(), found[key].tolist(), strict=True)))
            found[key] = codes
        if len(found["w"]) and found["w"].dtype != np.float64:
            raise AnalysisError("the weights are not stored as doubles (double precision, REAL); store them so")
        if not self.nest and {"h", "u1"} <= found.keys():
            _refuse_repeated(found["h"], found["u1"])
        return {n: np.asarray(c, dtype=np.float64) if n.startswith("f") else c for n, c in found.items()}

    def _labelled(self, columns: Columns) -> Columns:
        """Put the labels that are stored for codes that `table` gave."""
        return {
            key: np.array([self.own[key][code] for code in column.tolist()]) if key in self.own else column
            for key, column in columns.items()
        }


def stored(source: Source, design: DesignColumns, by: Sequence[str], instrument: Instrument) -> Stored:
    """Check stored responses against an instrument and give them the columns of the scan.

    Parameters
    ----------
    source : Source
        One column per scored item: levels, the code for not applicable, or NULL.
    design : DesignColumns
        Columns of weights (needed here), strata, units, population counts.
    by : sequence of str
        Domain columns.
    instrument : Instrument
        Names the items.

    Raises
    ------
    AnalysisError
        Naming column, domain and remedy. A row has no number where an engine reads it; without an engine the same
        file is read whole, and the row is named.
    """
    if design.weights is None:
        raise AnalysisError("weights: name the column; an engine does not work weights out from the counts N")
    items = instrument.scored_items()
    select = [f"{check_name(design.strata, source) if design.strata else '0'} AS h"]
    select += [f"{check_name(name, source)} AS u{k}" for k, name in enumerate(design.psu, 1)]
    select += [f"{check_name(name, source)} AS f{k}" for k, name in enumerate(design.fpc, 1)]
    select += [f"{check_name(name, source)} AS d{k}" for k, name in enumerate(by, 1)]
    select.append(f"{_weight(check_name(design.weights, source), design)} AS w")
    levels = [_level(item, source, instrument) for item in items]
    select += [f"{level} AS q{k}" for k, level in enumerate(levels, 1)]
    composite = any(w.of == RESPONDENT for w in wanted(instrument))
    if composite:
        select.append(f"{_composite(levels, instrument)} AS r")
    labels = _checked(source, design, by, instrument)
    shape = Shape(len(design.psu), len(design.fpc), len(by), len(items), composite=composite)
    text = "SELECT " + ", ".join(select) + f" FROM {source.name}"  # noqa: S608 -- checked names and our own words
    engine = source.engine
    if isinstance(engine, DuckDb) and design.strata:
        engine = engine.in_blocks(design.strata)
    return Stored(engine, text, shape, labels, design.nest)


def _weight(column: str, design: DesignColumns) -> str:
    """Return the weight on the grid, as a double."""
    return f"{column} * 1e0" if design.weights_in_millionths else f"({column} * {GRID}e0 + {ROUND}) - {ROUND}"


def _absent(item: Item, source: Source) -> bool:
    """Whether the general question is missing: forms printed without it have no column for it, and no mistake."""
    return item.kind is ItemKind.GENERAL and item.id not in source.columns


def _level(item: Item, source: Source, instrument: Instrument) -> str:
    """Return an item's levels as places 1 to 5 on its scale, 9 not applicable, NULL blank."""
    if _absent(item, source):
        return "NULLIF(1, 1)"
    name, scale = check_name(item.id, source), instrument.scales[item.scale or ""]
    pairs = [*zip(scale.levels, CODES, strict=False), (scale.not_applicable, CODES[5])]
    if all(level in (None, code) for level, code in pairs):
        return name
    return (
        "CASE " + " ".join(f"WHEN {name} = {level} THEN {code}" for level, code in pairs if level is not None) + " END"
    )


def _composite(levels: Sequence[str], instrument: Instrument) -> str:
    """Index of every respondent from 0 to 1 over the answered items, NULL without one (formula E4)."""
    tables = worth_of(instrument, "share" if instrument.recipe.of == "share" else "points")
    sums = []
    for table in tables:
        terms = [
            f"CASE WHEN ({level}) = {code} THEN {float(weight * value)!r}e0 ELSE 0e0 END"
            for level, weight, values in zip(levels, respondent_weights(instrument), table, strict=True)
            for code, value in zip(CODES[:-1], values, strict=False)
            if weight * value
        ]
        sums.append(" + ".join(terms))
    return f"CASE WHEN {sums[1]} > 0e0 THEN ({sums[0]}) / ({sums[1]}) END"


def _checked(
    source: Source, design: DesignColumns, by: Sequence[str], instrument: Instrument
) -> tuple[tuple[str, ...], ...]:
    """Let the engine count what is not as it must be, by domain; return the labels of the domains."""
    counted = {f"k{k}": (name, "", "give every response its label") for k, name in enumerate((*design.psu, *by))}
    tests = {place: f"{name} IS NOT NULL" for place, (name, *_) in counted.items()}
    if design.strata:
        counted["h"] = (design.strata, "", "give every response its stratum")
        tests["h"] = f"{design.strata} IS NOT NULL"
    w = _weight(design.weights or "", design)
    counted["w"] = (design.weights or "", "not above 0, or too large", "correct them, or leave the rows out")
    whole = f" AND {w} = ({w} + {ROUND}) - {ROUND}" if design.weights_in_millionths else ""
    tests["w"] = f"{w} > 0e0 AND {w} < {EXACT!r}e0{whole}"
    for item in (i for i in instrument.scored_items() if not _absent(i, source)):
        scale = instrument.scales[item.scale or ""]
        codes = [*scale.levels, *([] if scale.not_applicable is None else [scale.not_applicable])]
        counted[item.id] = (item.id, f"no level of scale {scale.id}", f"give {', '.join(map(str, codes))} or a blank")
        tests[item.id] = f"{item.id} IS NULL OR {is_one_of(item.id, codes)}"
    chosen = [*by, f"SUM({w}) AS w"]
    chosen += [f"SUM(CASE WHEN {test} THEN 0e0 ELSE 1e0 END) AS bad_{k}" for k, (_, test) in enumerate(tests.items())]
    group = f" GROUP BY {', '.join(by)}" if by else ""
    found = source.engine.table(f"SELECT {', '.join(chosen)} FROM {source.name}{group}")  # noqa: S608 -- checked names
    for k, place in enumerate(tests):
        column, wrong, remedy = counted[place]
        bad = np.asarray(found[f"bad_{k}"], dtype=np.float64)
        if place == "w":  # smallest and largest in a Parquet file pass over NaN, and an engine may look only there
            bad = np.maximum(bad, np.isnan(np.asarray(found["w"], dtype=np.float64)))
        if bad.any():
            row = int(np.argmax(bad > 0))
            where = ", ".join(f"{name} {found[name][row]}" for name in by)
            what = f"{bad[row]:.0f} values are {wrong or 'blank'}"
            raise AnalysisError(f"column {column}{' of ' + where if where else ''}: {what}; {remedy}")
    return tuple(_labels(found[name]) for name in by)


def _labels(values: NDArray[np.generic]) -> tuple[str, ...]:
    """Return the distinct labels, sorted as numbers if all are."""
    names = sorted({str(value) for value in values.tolist()})
    return tuple(names[i] for i in sorted_labels(list(names)))


def _codes(values: NDArray[np.generic], known: tuple[str, ...] | None) -> Int:
    """Return the place of every label among the sorted ones."""
    distinct, place = np.unique(values, return_inverse=True)
    names = [str(value) for value in distinct.tolist()]
    places = {name: k for k, name in enumerate(known if known is not None else _labels(distinct))}
    blank = [name for name in names if name not in places]
    if blank:
        raise AnalysisError(f"a label of the design or of a domain is '{blank[0]}'; give every response its label")
    return np.array([places[name] for name in names], dtype=np.int64)[place]


def _refuse_repeated(stratum: Int, unit: Int) -> None:
    """Raise if a label of a sampled unit stands in two strata."""
    pairs = np.unique(np.stack([unit, stratum]), axis=1)
    if len(np.unique(unit)) < pairs.shape[1]:
        raise AnalysisError(
            "a PSU label stands in two strata; set nest: true if labels repeat between strata, else mend the labels"
        )
