"""Writing a table as CSV, JSON or XLSX: whole or not at all, and nothing in it runs as a formula."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from openpyxl import Workbook

from survey_app import whole_files
from survey_app.domain.spreadsheets import neutral

Rows = Sequence[Sequence[Any]]


def write_table(columns: Sequence[str], rows: Rows, out: Path) -> None:
    """Write a table in the format that the name of the file ends in."""
    kind = out.suffix.lower()
    if kind not in FORMATS:
        raise click.UsageError(f"--out must end in one of {', '.join(FORMATS)}.")
    whole_files.write(out, FORMATS[kind](columns, rows), whole_files.PUBLIC)


def _json(columns: Sequence[str], rows: Rows) -> bytes:
    content = {"columns": list(columns), "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _csv(columns: Sequence[str], rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([neutral(value) for value in row] for row in (columns, *rows))
    return text.getvalue().encode("utf-8-sig")


def _workbook(columns: Sequence[str], rows: Rows) -> bytes:
    book, content = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("index")
    for row in (columns, *rows):
        sheet.append([neutral(value) for value in row])
    book.save(content)
    return content.getvalue()


FORMATS = {".csv": _csv, ".json": _json, ".xlsx": _workbook}
