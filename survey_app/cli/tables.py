"""Writing a table as CSV, JSON or XLSX: whole or not at all, and nothing in it runs as a formula."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from openpyxl import Workbook

from survey_app.domain.spreadsheets import neutral

FORMATS = (".csv", ".json", ".xlsx")


def write_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], out: Path) -> None:
    """Write to a temporary name first, so that a killed run never leaves a shorter file."""
    kind = out.suffix.lower()
    if kind not in FORMATS:
        raise click.UsageError(f"--out must end in one of {', '.join(FORMATS)}.")
    temporary = out.with_name(out.name + ".part")
    if kind == ".json":
        content = {"columns": list(columns), "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    elif kind == ".csv":
        with temporary.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([neutral(column) for column in columns])
            writer.writerows([neutral(value) for value in row] for row in rows)
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("index")
        for row in (columns, *rows):
            sheet.append([neutral(value) for value in row])
        book.save(temporary)
    temporary.rename(out)
