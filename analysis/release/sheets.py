"""Tables of a bundle: typed columns, cells as they are printed, CSV that a spreadsheet never takes for a formula."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

from analysis.errors import AnalysisError
from analysis.release.findings import BundleError, Finding
from analysis.writing import FORMULA_STARTS

Value = str | float | int | bool | Decimal | None
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 5_000_000, 1_000, 20_000


class Kind(StrEnum):
    """What a column holds, under the names of Frictionless and of XML Schema."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"
    FLAG = "boolean"


_WRITTEN = {
    Kind.WHOLE: re.compile(r"-?[0-9]{1,18}"),
    Kind.NUMBER: re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,40})?(e-?[0-9]{1,3})?"),
    Kind.FLAG: re.compile(r"true|false"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True)
class Column:
    """One column: name, kind, what it means in English and Vietnamese, unit of measurement."""

    name: str
    kind: Kind
    title: str
    title_vi: str
    unit: str = ""
    required: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table of a bundle. Cells are kept as they are printed, so that equal tables are equal bytes."""

    path: str
    title: str
    title_vi: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    key: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the resource: the path without folder and ending."""
        return self.path.removesuffix(".csv").replace("/", "-").replace("_", "-")

    def content(self) -> bytes:
        """CSV: UTF-8, NFC, comma, LF, quotes only where needed; text that looks like a formula after an apostrophe."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        text = [column.kind is Kind.TEXT for column in self.columns]
        for row in self.rows:
            writer.writerow([disarmed(cell) if t else cell for cell, t in zip(row, text, strict=True)])
        return lines.getvalue().encode()

    def records(self) -> Iterator[dict[str, str]]:
        """Rows by name of column, texts without the apostrophe of a spreadsheet."""
        names = [column.name for column in self.columns]
        for row in self.rows:
            yield dict(zip(names, row, strict=True))


def sheet_of(
    path: str,
    titles: tuple[str, str],
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    key: Sequence[str] = (),
) -> Sheet:
    """Make a table from values.

    Raises
    ------
    AnalysisError
        If a value does not fit its column; the message names table, row and column.
    """
    printed = []
    for number, row in enumerate(rows):
        if len(row) != len(columns):
            raise AnalysisError(f"{path}, row {number + 2}: {len(row)} cells for {len(columns)} columns")
        cells = []
        for column, value in zip(columns, row, strict=True):
            cell = _printed(value)
            if not _fits(column, cell):
                raise AnalysisError(f"{path}, row {number + 2}, column {column.name}: {cell!r} is no {column.kind}")
            cells.append(cell)
        printed.append(tuple(cells))
    return Sheet(path, *titles, tuple(columns), tuple(printed), tuple(key))


def read_sheet(content: bytes, like: Sheet) -> Sheet:
    """Read CSV written by `Sheet.content` back.

    Parameters
    ----------
    content : bytes
        Only the one way of writing that `content` has is accepted, so that no two files say the same.
    like : Sheet
        Its path and columns are those that the file must have; its rows are not looked at.

    Raises
    ------
    BundleError
        With the first line that cannot be read.
    """
    path = like.path
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BundleError([Finding(path, "is not UTF-8", row=str(line))]) from None
    names = [column.name for column in like.columns]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, ...]] = []
    try:
        heading = next(reader, [])
        if heading != names:
            raise BundleError([_wrong_heading(path, names, heading)])
        for row in reader:
            rows.append(_read_row(path, like.columns, row, len(rows) + 2))
            if len(rows) > MAX_ROWS:
                raise BundleError([Finding(path, f"has more than {MAX_ROWS} rows")])
    except csv.Error as error:
        raise BundleError([Finding(path, f"is not CSV: {error}", row=str(reader.line_num))]) from None
    found = Sheet(path, like.title, like.title_vi, like.columns, tuple(rows), like.key)
    again = found.content()
    if again != content:
        pairs = enumerate(zip_longest(again.split(b"\n"), content.split(b"\n")), start=1)
        line = next(number for number, (written, read) in pairs if written != read)
        raise BundleError([Finding(path, "is not written as this program writes it", row=str(line))])
    return found


def records_of(content: bytes) -> list[dict[str, str]]:
    """Rows of a table of a bundle that was checked before, by name of column, as `Sheet.records` gives them."""
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return [{name: armed(cell) for name, cell in row.items()} for row in reader]


def disarmed(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would compute; `armed` takes it away again."""
    return f"'{text}" if text.lstrip(" '").startswith(FORMULA_STARTS) else text


def armed(cell: str) -> str:
    """Text as it was before `disarmed`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip(" '").startswith(FORMULA_STARTS) else cell


def clean(text: str) -> str:
    """One line of NFC text without control characters."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).strip()


def _printed(value: Value) -> str:
    """A value as it is printed; floats in their shortest form that reads back to the same bits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return "0" if value == 0 else repr(value).replace("e+", "e").removesuffix(".0")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return clean(value) if isinstance(value, str) else str(int(value))


def _fits(column: Column, cell: str) -> bool:
    """Whether a printed cell is of its column's kind, and there if it must be."""
    if not cell:
        return not column.required
    pattern = _WRITTEN.get(column.kind)
    return len(cell) <= MAX_CELL and (pattern is None or pattern.fullmatch(cell) is not None)


def _wrong_heading(path: str, expected: Sequence[str], found: Sequence[str]) -> Finding:
    """The first heading that is not the expected one."""
    place = next(
        (i for i, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), min(len(expected), len(found))
    )
    want, have = (list(names[place : place + 1]) or [""] for names in (expected, found))
    return Finding(path, "has another heading", row="1", column=str(place + 1), expected=want[0], found=have[0])


def _read_row(path: str, columns: Sequence[Column], row: Sequence[str], line: int) -> tuple[str, ...]:
    """One row, checked; BundleError names the first cell that does not fit."""
    if len(row) != len(columns):
        problem = f"has {len(row)} cells in this row"
        raise BundleError([Finding(path, problem, row=str(line), expected=str(len(columns)), found=str(len(row)))])
    cells = []
    for column, written in zip(columns, row, strict=True):
        cell = armed(written) if column.kind is Kind.TEXT else written
        if not _fits(column, cell):
            raise BundleError(
                [
                    Finding(
                        path,
                        f"is no {column.kind}, or too long",
                        row=str(line),
                        column=column.name,
                        expected=str(column.kind),
                        found=cell,
                    )
                ]
            )
        cells.append(cell)
    return tuple(cells)
