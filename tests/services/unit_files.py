"""Unit lists and event files for tests."""

import csv
from pathlib import Path

from survey_app.domain import unit_events, unit_rows
from survey_app.installation import Installation
from survey_app.services import unit_lists

PROVINCE = {"slug": "hai-long", "kind": "province", "name": "Tỉnh Hải Long", "valid_from": "2020-01-01", "gso": "98"}


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def commune(slug: str, name: str, **more: str) -> dict[str, str]:
    row = {"slug": slug, "kind": "commune", "name": name, "parent": "hai-long", "valid_from": "2020-01-01"}
    return row | more


def load(installation: Installation, folder: Path, rows: list[dict[str, str]], **options):
    return unit_lists.load(installation, write(folder / "units.csv", unit_rows.COLUMNS, rows), **options)


def load_events(installation: Installation, folder: Path, rows: list[dict[str, str]]):
    return unit_lists.load_events(installation, write(folder / "events.csv", unit_events.COLUMNS, rows))
