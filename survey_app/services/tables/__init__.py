"""Rows of a CSV, XLSX or JSON file, one at a time, whoever wrote it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from survey_app.services.tables import delimited, json_file, workbook
from survey_app.services.tables.table import IsHeading, Record, Table, TableError, Unreadable

__all__ = ["Record", "Table", "TableError", "Unreadable", "open_table"]

Opener = Callable[[Path, IsHeading, str | None, str | None], AbstractContextManager[Table]]
READERS: dict[str, Opener] = {
    ".csv": delimited.open_delimited,
    ".tsv": delimited.open_delimited,
    ".txt": delimited.open_delimited,
    ".xlsx": workbook.open_workbook,
    ".json": json_file.open_json,
    ".jsonl": json_file.open_json_lines,
}


@contextmanager
def open_table(
    path: Path, is_heading: IsHeading, *, encoding: str | None = None, sheet: str | None = None
) -> Iterator[Table]:
    """Open a file by its ending; `is_heading` knows the row of headings, which may stand below a title.

    Raises TableError where the file cannot be read as what its name says.
    """
    opener = READERS.get(path.suffix.lower())
    if opener is None:
        hint = " Save it as .xlsx first." if path.suffix.lower() in {".xls", ".xlsb", ".ods"} else ""
        raise TableError(f"{path.name}: files of this kind are not read; use {', '.join(READERS)}.{hint}")
    if not path.is_file():
        raise TableError(f"{path}: there is no such file.")
    with opener(path, is_heading, encoding, sheet) as table:
        yield table
