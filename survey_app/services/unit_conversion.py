"""Reading the official tables of July 2025 and writing the unit list and event file made from them."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from survey_app.domain import unit_conversion, unit_events, unit_rows
from survey_app.services.tables import Record, TableError, open_table

TABLES = {
    "provinces": ("old_name", "old_code", "old_type", "new_name", "new_code", "new_type", "effective_date", "change"),
    "districts": ("old_province_code", "district_code", "district_name"),
    "conversion": ("new_commune_code", "old_district_code", "old_commune_code", "old_commune_name", "how"),
    "communes": ("new_province_code", "commune_code", "commune_name"),
}
FILES = {
    "provinces": "provinces_2025.csv",
    "districts": "districts_pre_2025.csv",
    "conversion": "commune_conversion_2025.csv",
    "communes": "communes_2025.csv",
}


def convert(folder: Path, out: Path, since: date, basis: str) -> list[str]:
    """Write units.csv and events.csv into `out`; returns what the tables left open."""
    read = {name: _read(folder / FILES[name], columns) for name, columns in TABLES.items()}
    made = unit_conversion.convert(unit_conversion.Tables(**read, since=since, basis=basis))
    _write(out / "units.csv", unit_rows.COLUMNS, made.units)
    _write(out / "events.csv", unit_events.COLUMNS, made.events)
    return made.notes


def _read(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    with open_table(path, lambda cells: set(columns) <= set(cells)) as table:
        rows = []
        for record in table.records:
            if not isinstance(record, Record) or len(record.cells) != len(table.headings):
                raise TableError(f"{path.name}: row {record.row} is damaged; get the table anew.")
            rows.append(dict(zip(table.headings, record.cells, strict=True)))
        return rows


def _write(path: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
