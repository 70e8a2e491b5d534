"""Results written as JSON, CSV or XLSX, whole or not at all."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from analysis.errors import AnalysisError

Cell = str | float | int | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as JSON; floats keep every digit, NaN is refused."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(path, (text + "\n").encode())


def write_table(path: Path, heading: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write rows as CSV or XLSX, by the ending of the name.

    Parameters
    ----------
    path : Path
        Ends in .csv or .xlsx.
    heading : sequence of str
        Names of the columns.
    rows : sequence of sequence
        Text that a spreadsheet would take for a formula is written with a leading apostrophe.
    """
    safe = [[_harmless(cell) for cell in row] for row in (heading, *rows)]
    writers: Mapping[str, Callable[[Sequence[Sequence[Cell]]], bytes]] = {".csv": _csv, ".xlsx": _xlsx}
    write_whole(path, writers[path.suffix.lower()](safe))


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that an interruption leaves the old one or none."""
    if not path.parent.is_dir():
        raise AnalysisError(f"{path.parent} is not a folder; make it first")
    if path.is_dir():
        raise AnalysisError(f"{path} is a folder; give the name of a file")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def refuse_ending(path: Path, endings: Sequence[str]) -> None:
    """Raise if a file's ending is not one of those that can be written."""
    if path.suffix.lower() not in endings:
        raise AnalysisError(f"{path.name}: results are written as {', '.join(endings)}; choose one of these endings")


def _harmless(cell: Cell) -> Cell:
    """Disarm text that begins like a formula."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) and not _is_number(cell):
        return f"'{cell}"
    return cell


def _is_number(text: str) -> bool:
    """Whether a text is just a number, such as -2."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write CSV in UTF-8 with LF, blanks for what is unknown."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _xlsx(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write one sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("results")
    for row in rows:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
