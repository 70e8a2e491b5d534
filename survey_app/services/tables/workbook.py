"""XLSX files read row by row, refused before they can fill memory or pull in anything from outside."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Protocol, cast
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from survey_app.services.tables.table import (
    HEADING_ROWS,
    MAX_COLUMNS,
    IsHeading,
    Record,
    Table,
    TableError,
    Unreadable,
    no_heading,
)


class _Sheet(Protocol):
    """The part of openpyxl's read-only worksheet that is used here."""

    title: str
    max_row: int | None

    def reset_dimensions(self) -> None: ...

    def iter_rows(self, *, max_row: int, max_col: int, values_only: bool) -> Iterator[tuple[object, ...]]: ...


MAX_ROWS = 1_048_576
MAX_UNPACKED = 4 * 1024**3
MAX_SHARED_STRINGS = 256 * 1024**2  # they are held in memory
MAX_RATIO = 200  # sheets pack 10 to 40 times, bombs a thousand times
SMALL = 1024**2
CHUNK = 4096
BROKEN = (  # what openpyxl, zipfile and zlib raise on files that are no workbooks
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    OSError,
    AttributeError,
    IndexError,
    NotImplementedError,
    RuntimeError,
)


@contextmanager
def open_workbook(
    path: Path,
    is_heading: IsHeading,
    _encoding: str | None,
    sheet: str | None,
) -> Iterator[Table]:
    """Open the sheet of this name, or the first one that has the headings."""
    if not DEFUSEDXML:
        raise TableError("Workbooks are not read while OPENPYXL_DEFUSEDXML is off; unset it.")
    _refuse_bombs(path)
    _refuse_entities(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that we do not read
        try:
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except BROKEN as error:
            raise _not_workbook(path) from error
        try:
            chosen, above = _heading_place(path, cast("list[_Sheet]", book.worksheets), is_heading, sheet)
            rows = chosen.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)
            headings = tuple(_text(cell) for cell in next(islice(rows, above, None)))
            while headings and not headings[-1]:
                headings = headings[:-1]
            place = [above + 1]
            records = _records(path, rows, place, len(headings))
            yield Table(headings, records, chosen.max_row or 0, lambda: place[0], epoch=book.epoch)
        finally:
            book.close()


def _refuse_bombs(path: Path) -> None:
    """Look at the sizes that the archive declares; unpacking never goes beyond them."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise _not_workbook(path) from error
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        shared = member.filename.endswith("sharedStrings.xml") and member.file_size > MAX_SHARED_STRINGS
        if shared or (member.file_size > SMALL and ratio > MAX_RATIO):
            raise _too_large(path)
    if sum(member.file_size for member in members) > MAX_UNPACKED or len(members) > 10_000:
        raise _too_large(path)


def _refuse_entities(path: Path) -> None:
    """Refuse parts that declare a document type: no workbook has one, and which parser openpyxl takes is not ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    with archive.open(name) as part:
                        if _declares_type(part):
                            raise _not_workbook(path)
    except (*BROKEN, expat.ExpatError) as error:
        raise _not_workbook(path) from error


def _declares_type(part: IO[bytes]) -> bool:
    """Read a part up to its first element, before which a document type must stand."""
    found: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    parser.StartElementHandler = lambda *_: found.append(False)
    while not found and (chunk := part.read(CHUNK)):
        parser.Parse(chunk)
    return bool(found) and found[0]


def _too_large(path: Path) -> TableError:
    return TableError(f"{path.name}: unpacks to more than a list of dossiers can need; save it as CSV UTF-8 instead.")


def _not_workbook(path: Path) -> TableError:
    return TableError(f"{path.name}: is no readable XLSX workbook (is it encrypted or damaged?); save it anew.")


def _heading_place(
    path: Path,
    sheets: list[_Sheet],
    is_heading: IsHeading,
    name: str | None,
) -> tuple[_Sheet, int]:
    """Sheet with the row of headings, and how many rows stand above it."""
    if name is not None and name not in [sheet.title for sheet in sheets]:
        raise TableError(f"{path.name}: has no sheet of the name given with --sheet.")
    try:
        for sheet in sheets:
            if name is not None and sheet.title != name:
                continue
            sheet.reset_dimensions()  # some programs write a wrong size
            rows = sheet.iter_rows(max_row=HEADING_ROWS, max_col=MAX_COLUMNS, values_only=True)
            for above, cells in enumerate(rows):
                if is_heading([_text(cell) for cell in cells]):
                    return sheet, above
    except BROKEN as error:
        raise _not_workbook(path) from error
    raise no_heading(path.name)


def _records(
    path: Path,
    rows: Iterator[tuple[object, ...]],
    place: list[int],
    width: int,
) -> Iterator[Record | Unreadable]:
    """Go through the rows; cells that are missing at the end are empty."""
    try:
        for cells in rows:
            place[0] += 1
            texts = [_text(cell) for cell in cells]
            while len(texts) > width and not texts[-1]:
                texts.pop()
            if any(texts):
                yield Record(place[0], (*texts, *[""] * (width - len(texts))))
    except BROKEN as error:
        raise TableError(
            f"{path.name}: is damaged after row {place[0]}; save it anew. Nothing was imported."
        ) from error


def _text(cell: object) -> str:
    """A cell as text: days in ISO form, whole numbers without a decimal point."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15
    return str(int(cell) if whole else cell)  # type: ignore[call-overload]  # whole only if it is a float
