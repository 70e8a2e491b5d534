"""Published cells and results as CSV text that is the same everywhere and gives back the same numbers."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from analysis.annual.model import Cells, Result, Row
from analysis.errors import AnalysisError
from analysis.grid import GRID

WHOLE = ("n", "total", "units", "present")
MILLIONTHS = ("w", "x")
REAL = ("z2", "fraction")
CELL_COLUMNS = tuple(f.name for f in fields(Row))
RESULT_COLUMNS = tuple(f.name for f in fields(Result))
COUNTED = ("sum", "pool")  # kinds whose `y` is a weighted sum; else it is a whole number


def write_cells(cells: Iterable[Row]) -> str:
    """Write cells: UTF-8, LF, sums in dossiers with six decimals, other numbers in their shortest exact form.

    Parameters
    ----------
    cells : iterable of Row
        In the order in which they are published.
    """
    return _written(CELL_COLUMNS, (_texts(row) for row in cells))


def read_cells(text: str) -> Cells:
    """Read what `write_cells` wrote; AnalysisError names the line that is none of its.

    Parameters
    ----------
    text : str
        Of `data/cells.csv`.
    """
    return tuple(_row(number, line) for number, line in _read(text, CELL_COLUMNS))


def write_results(results: Iterable[Result]) -> str:
    """Write printed figures as they are printed."""
    return _written(RESULT_COLUMNS, (list(asdict(result).values()) for result in results))


def read_results(text: str) -> tuple[Result, ...]:
    """Read what `write_results` wrote."""
    return tuple(Result(**line) for _, line in _read(text, RESULT_COLUMNS))


def _written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write rows under a heading."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _read(text: str, columns: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
    """Return numbered lines by column."""
    reader = csv.reader(io.StringIO(text, newline=""))
    heading = next(reader, [])
    if tuple(heading) != tuple(columns):
        raise AnalysisError(f"line 1: the columns are {', '.join(heading)}; they must be {', '.join(columns)}")
    for number, line in enumerate(reader, start=2):
        if len(line) != len(columns):
            raise AnalysisError(f"line {number}: {len(line)} fields; there must be {len(columns)}")
        yield number, dict(zip(columns, line, strict=True))


def _texts(row: Row) -> list[str]:
    """Fields of one row as text."""
    given = asdict(row)
    if row.kind in COUNTED and row.y is not None:
        given["y"] = _decimal(row.y)
    for name in MILLIONTHS:
        given[name] = None if given[name] is None else _decimal(given[name])
    return [
        "" if value is None else repr(value) if isinstance(value, float) else str(value) for value in given.values()
    ]


def _row(number: int, line: dict[str, str]) -> Row:
    """Read one row."""
    millionths = (*MILLIONTHS, "y") if line["kind"] in COUNTED else MILLIONTHS
    whole = WHOLE if line["kind"] in COUNTED else (*WHOLE, "y")
    try:
        given: dict[str, Any] = dict(line)
        given |= {name: _micro(line[name]) if line[name] else None for name in millionths}
        given |= {name: int(line[name]) if line[name] else None for name in whole}
        given |= {name: float(line[name]) if line[name] else None for name in REAL}
        return Row(**given)
    except ValueError as problem:
        raise AnalysisError(f"line {number}: {problem}; restore the file as it was published") from problem


def _decimal(millionths: int) -> str:
    """Write millionths as a decimal number."""
    whole, part = divmod(millionths, GRID)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


def _micro(text: str) -> int:
    """Read a decimal number with up to six decimals as millionths."""
    whole, _, part = text.partition(".")
    if not whole.isdigit() or len(part) > 6 or (part and not part.isdigit()):
        raise ValueError(f"{text!r} is no sum")
    return int(whole) * GRID + int(part.ljust(6, "0"))
