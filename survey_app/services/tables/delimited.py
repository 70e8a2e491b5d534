"""CSV files as they come: any delimiter, UTF-8 or UTF-16 with or without a mark, titles above the headings."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Protocol

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


class _Reader(Protocol):
    """What csv.reader gives."""

    line_num: int

    def __next__(self) -> list[str]: ...


DELIMITERS = ",;\t|"
SAMPLE_BYTES = 256 * 1024
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@contextmanager
def open_delimited(
    path: Path,
    is_heading: IsHeading,
    encoding: str | None,
    _sheet: str | None,
) -> Iterator[Table]:
    """Open a CSV file; without `encoding` it must be Unicode, since old code pages cannot be told apart."""
    with path.open("rb") as raw:
        sample = raw.read(SAMPLE_BYTES)
        used = encoding or _unicode_encoding(sample)
        try:
            head = codecs.getincrementaldecoder(used)().decode(sample)
        except LookupError:
            raise TableError(f"--encoding {used!r} is not known; cp1258 is the old Vietnamese one.") from None
        except UnicodeDecodeError as error:
            raise _not_text(path, used, "at byte", error.start) from None
        delimiter, above = _heading_place(path, head, is_heading)
        raw.seek(0)
        with io.TextIOWrapper(raw, encoding=used, newline="") as text:
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            headings = tuple(next(islice(reader, above, None))[:MAX_COLUMNS])
            records = _records(path, reader, above + 1, used)
            yield Table(headings, records, path.stat().st_size, text.buffer.tell, delimiter)


def _unicode_encoding(sample: bytes) -> str:
    """UTF-8 unless a byte-order mark or NULs in every second place say UTF-16."""
    for mark, encoding in MARKS.items():
        if sample.startswith(mark):
            return encoding
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[place:2000:2]
        if len(half) > 10 and half.count(0) > 0.6 * len(half):
            return encoding
    return "utf-8"


def _not_text(path: Path, encoding: str, where: str, place: int) -> TableError:
    return TableError(
        f"{path.name}: {where} {place} is not {encoding}. Save the file as 'CSV UTF-8', "
        "or name its code page, such as --encoding cp1258. Nothing was imported."
    )


def _heading_place(path: Path, head: str, is_heading: IsHeading) -> tuple[str, int]:
    """Delimiter that gives the widest row of headings, and how many rows stand above it."""
    best: tuple[int, str, int] | None = None
    for delimiter in DELIMITERS:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        try:
            for place, cells in enumerate(islice(rows, HEADING_ROWS)):
                if is_heading(cells):
                    if best is None or len(cells) > best[0]:
                        best = (len(cells), delimiter, place)
                    break
        except csv.Error:
            continue
    if best is None:
        raise no_heading(path.name)
    return best[1], best[2]


def _records(
    path: Path,
    reader: "_Reader",
    row: int,
    encoding: str,
) -> Iterator[Record | Unreadable]:
    """Go through the rows; one with broken quotation marks does not stop the others."""
    while True:
        row += 1
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines = f"line {first}" if reader.line_num <= first else f"lines {first} to {reader.line_num}"
            yield Unreadable(row, f"{lines}: {error}")
            continue
        except UnicodeDecodeError:
            raise _not_text(path, encoding, "text after line", reader.line_num) from None
        if any(cells):
            yield Record(row, tuple(cells))
