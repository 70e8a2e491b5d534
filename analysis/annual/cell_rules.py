"""Which rows published cells may have: anything else could carry an answer, or a figure that the audit does not see."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from analysis.annual.known import satisfied_per_cents
from analysis.annual.model import Cells, Row
from analysis.annual.pools import OVERALL
from analysis.annual.protocol import Protocol
from analysis.annual.publish import NEAR_END, PROTECTS, TOO_FEW
from analysis.annual.specification import Printed, factors_of
from analysis.annual.squares import CONDITIONAL, CONDITIONAL_SEVERAL, LONELY, upward
from analysis.cells import LEVELS
from analysis.errors import AnalysisError

FILLED = {  # fields that a row of each kind may fill beside kind and domain
    "domain": {"n", "total", "w", "units", "fraction", "note"},
    "sum": {"statistic", "cell", "n", "w", "x", "y", "note"},
    "pool": {"statistic", "n", "w", "x", "y", "note"},
    "square": {"statistic", "stage", "stratum", "z2", "units", "present", "fraction", "note"},
    "level": {"statistic", "cell", "y"},
    "hidden": {"statistic", "cell", "y", "note"},
}
NOTES = {
    "domain": ("", PROTECTS),
    "square": ("", CONDITIONAL, CONDITIONAL_SEVERAL, LONELY),
    "hidden": ("", PROTECTS, TOO_FEW, NEAR_END),
}
BOUNDS = ("hidden", "at_least", "at_most")
ROUNDED = 4  # decimals of a domain's fraction


@dataclass
class _Book:
    """Rows that other rows are held against.

    Attributes
    ----------
    protocol : Protocol
        As published.
    names : frozenset of str
        Statistics that are printed.
    columns : frozenset of str
        What sums are of.
    pools : mapping of str to collection of str
        Columns that a pool of each name may have.
    domains : dict of str to Row
        Rows of domains.
    homes : dict of (str, str) to str
        Domain whose cell holds a lowest unit's answers to a column.
    pooled : set of (str, str)
        Domains and columns of pools.
    hidden : set of (str, str)
        Domains and statistics that are said to be hidden.
    """

    protocol: Protocol
    names: frozenset[str]
    columns: frozenset[str]
    pools: Mapping[str, Collection[str]]
    domains: dict[str, Row] = field(default_factory=dict)
    homes: dict[tuple[str, str], str] = field(default_factory=dict)
    pooled: set[tuple[str, str]] = field(default_factory=set)
    hidden: set[tuple[str, str]] = field(default_factory=set)


def check_cells(cells: Cells, protocol: Protocol, printed: Sequence[Printed]) -> None:
    """Refuse rows that `estimate` never writes (method.md, formula Z15).

    Parameters
    ----------
    cells : tuple of Row
        As published.
    protocol : Protocol
        As published.
    printed : sequence of Printed
        Statistics of the protocol.

    Raises
    ------
    AnalysisError
        Naming the line of `data/cells.csv`.
    """
    columns = frozenset(column for one in printed for column in one.columns)
    book = _Book(
        protocol, frozenset(one.name for one in printed), columns, {**factors_of(printed), OVERALL: tuple(columns)}
    )
    book.domains |= {row.domain: row for row in cells if row.kind == "domain"}
    book.hidden |= {(row.domain, row.statistic) for row in cells if row.kind == "hidden"}
    seen: dict[tuple[str, ...], int] = {}
    for line, row in enumerate(cells, start=2):
        key = (row.kind, row.domain, row.statistic, row.cell, row.stage, row.stratum)
        problem = next(_problems(row, book), None)
        if key in seen:
            problem = f"says the same as line {seen[key]}"
        if problem is not None:
            place = f"line {line} ({row.kind} {row.domain} {row.statistic})"
            raise AnalysisError(f"{place}: {problem}; restore it as published")
        seen[key] = line
    for problem in (*_sums_of_parts(book), *_gaps(book), *_level_tables(cells, protocol)):
        raise AnalysisError(f"{problem}; restore the cells as they were published")


def _problems(row: Row, book: _Book) -> Iterator[str]:
    """What is wrong with a row, seen with the rows before it."""
    if row.kind not in FILLED:
        yield f"there is no kind {row.kind!r}"
        return
    if row.domain not in book.protocol.tree or row.domain not in book.domains:
        yield f"{row.domain!r} is no unit of the tree with a row of its own"
        return
    filled = {f.name for f in fields(Row) if getattr(row, f.name) not in (None, "")} - {"kind", "domain"}
    if filled - FILLED[row.kind]:
        yield f"{', '.join(sorted(filled - FILLED[row.kind]))} must be empty"
    known = {"hidden": book.names | book.columns, "sum": book.columns, "pool": book.pools, "domain": {""}}
    if row.statistic not in known.get(row.kind, book.names):
        yield f"there is no statistic {row.statistic!r}"
        return
    if row.kind in NOTES and row.note not in NOTES[row.kind]:
        yield f"there is no note {row.note!r}"
    yield from _PROBLEMS[row.kind](row, book)


def _domain_problems(row: Row, book: _Book) -> Iterator[str]:
    """Counts of a domain: none, or at least the protocol's minimum of a cell."""
    if row.total is None or row.units is None or not 0 <= row.units <= row.total:
        yield "dossiers and those asked are missing or cannot be"
    if row.n is None and (row.w is not None or row.fraction is not None):
        yield "without answers there is no weight and no share"
    if row.n is not None:
        yield from _too_few(row.n, book)
        share = round(min(1.0, row.n / max(row.units or 0, 1)), ROUNDED)
        if row.fraction != share:
            yield f"{row.n} of {row.units} is the share {share}"
        if row.w is None or row.w <= 0:
            yield "the sum of weights is missing"


def _too_few(n: int | None, book: _Book) -> Iterator[str]:
    """Too few answers for a cell (the threshold rule)."""
    if n is None or n < book.protocol.cell_minimum:
        yield f"{n or 0} answers; a cell has at least {book.protocol.cell_minimum}"


def _amounts(row: Row, most: int | None, weight: int | None, book: _Book) -> Iterator[str]:
    """Sums of one cell, held against the answers and weights of its units where these are published."""
    yield from _too_few(row.n, book)
    if row.w is None or row.x is None or row.y is None or not 0 <= row.y <= row.x <= row.w:
        yield "sums must be 0 <= y <= x <= w"
    if most is not None and (row.n or 0) > most:
        yield f"{row.n} answers of {most}"
    if weight is not None and row.w != weight:
        yield "w is not the weight of the units"


def _sum_problems(row: Row, book: _Book) -> Iterator[str]:
    """Sum of a lowest unit, or of several that the note names, each in one cell only."""
    under = [leaf for leaf in book.protocol.leaves[row.domain] if leaf in book.domains]
    own = row.cell == row.domain and not row.note and not book.protocol.children[row.domain]
    members = [row.domain] if own else row.note.split()
    if not own and row.cell != f"{row.domain}/rest":
        yield f"there is no cell {row.cell!r}"
    if not own and (len(members) < 2 or len(set(members)) < len(members) or not set(members) <= set(under)):
        yield "a shared cell names two or more units under its own"
        return
    if any((leaf, row.statistic) in book.homes for leaf in members):
        yield "a unit is in another cell, too"
    book.homes |= {(leaf, row.statistic): row.domain for leaf in members}
    parts = [book.domains[leaf] for leaf in members]
    most = _added([part.n for part in parts])
    above = book.domains[row.domain].n
    yield from _amounts(row, above if most is None else most, _added([part.w for part in parts]), book)


def _added(parts: Sequence[int | None]) -> int | None:
    """Sum of published numbers; None if one is not published."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _pool_problems(row: Row, book: _Book) -> Iterator[str]:
    """Pool of hidden columns of one domain."""
    members, own = row.note.split(), book.domains[row.domain]
    if not members or len(set(members)) < len(members) or not set(members) <= set(book.pools[row.statistic]):
        yield "a pool names hidden items of its factor"
    if own.n is None or own.w is None:
        yield "a unit without answers has no pool"
        return
    if not all((row.domain, column) in book.hidden for column in members):
        yield "an item of a pool is not hidden"
    if any((row.domain, column) in book.pooled for column in members):
        yield "an item is in another pool, too"
    book.pooled |= {(row.domain, column) for column in members}
    yield from _amounts(row, len(members) * own.n, len(members) * own.w, book)


def _square_problems(row: Row, _book: _Book) -> Iterator[str]:
    """Sum of squares of a stratum, or of all others together."""
    if row.z2 is not None and not (math.isfinite(row.z2) and row.z2 >= 0 and upward(row.z2) == row.z2):
        yield "a sum of squares has three digits and is not negative"
    if row.stage == "rest":
        if row.stratum or row.z2 is None or (row.units, row.present, row.fraction) != (None, None, None):
            yield "the rest is one number"
    elif row.stage != "units" or not row.stratum:
        yield "squares are of the units of a stratum, or the rest"
    elif row.fraction is None or not 0 <= row.fraction <= 1 or not 1 <= (row.present or 0) <= (row.units or 0):
        yield "units and share of a stratum are missing or cannot be"
    elif row.z2 is None and row.note != LONELY:
        yield "the sum of squares is missing"
    elif row.z2 is not None and row.units == 1 and row.fraction < 1:
        yield "one unit has no squares"


def _level_problems(row: Row, book: _Book) -> Iterator[str]:
    """Per cent of a group of levels of an item that is shown."""
    if not row.statistic.startswith("share:") or row.cell not in map(str, range(1, LEVELS + 1)):
        yield "levels are of an item, 1 to 5"
    if row.y is None or not 0 <= row.y <= 100:
        yield "per cents are 0 to 100"
    if (row.domain, row.statistic) in book.hidden:
        yield "the item is hidden there"


def _hidden_problems(row: Row, _book: _Book) -> Iterator[str]:
    """Statement that a figure is hidden, or its bound."""
    if row.cell not in BOUNDS:
        yield f"there is no bound {row.cell!r}"
    if (row.y is None) != (row.cell == "hidden") or (row.y is not None and not 0 < row.y < 100):
        yield "a bound lies between 0 and 100"


_PROBLEMS = {
    "domain": _domain_problems,
    "sum": _sum_problems,
    "pool": _pool_problems,
    "square": _square_problems,
    "level": _level_problems,
    "hidden": _hidden_problems,
}


def _sums_of_parts(book: _Book) -> Iterator[str]:
    """Domains whose counts are not those of their parts."""
    for domain, row in book.domains.items():
        parent = book.protocol.tree[domain]
        if parent is not None and parent not in book.domains:
            yield f"{parent}, above {domain}, has no row"
        parts = [book.domains[child] for child in book.protocol.children[domain] if child in book.domains]
        for name in ("total", "units", "n", "w") if parts else ():
            whole, below = getattr(row, name), [getattr(part, name) for part in parts]
            least = sum(value for value in below if value is not None)
            if whole is None and least and None not in below:
                yield f"{domain} hides {name}, its parts do not"
            if whole is not None and (whole < least or (None not in below and whole != least)):
                yield f"{domain} has {name} {whole}, its parts {least}"


def _gaps(book: _Book) -> Iterator[str]:
    """Columns of a domain that do not follow from its cells and are not said to be hidden."""
    for leaf in (leaf for leaf, row in book.domains.items() if not book.protocol.children[leaf] and row.n is not None):
        path = book.protocol.path(leaf)
        for column in book.columns:
            home = book.homes.get((leaf, column))
            open_ = path if home is None else path[: path.index(home)]
            for domain in (d for d in open_ if book.domains[d].n is not None and (d, column) not in book.hidden):
                yield f"{domain} shows {column}, but the answers of {leaf} are in none of its cells"


def _level_tables(cells: Cells, protocol: Protocol) -> Iterator[str]:
    """Tables of levels whose parts do not add up to the share of the item and its rest."""
    tables: dict[tuple[str, str], dict[int, int]] = {}
    for row in (row for row in cells if row.kind == "level"):
        tables.setdefault((row.domain, row.statistic), {})[int(row.cell)] = row.y or 0
    met = satisfied_per_cents(cells, protocol) if tables else {}
    for (domain, item), groups in tables.items():
        upper = [sum(share for level, share in groups.items() if level >= start) for start in sorted(groups)]
        if min(groups) != 1 or upper[0] != 100 or met.get((domain, item)) not in upper[1:]:
            yield f"the levels of {item} of {domain} do not add up to its share"
