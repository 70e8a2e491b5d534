"""Dossiers sent by a unit's one-stop software: one request, one transaction, each row answered for."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.domain import dossier_mapping
from survey_app.domain.dossiers import Context, Problem
from survey_app.installation import Installation
from survey_app.services import dossier_store
from survey_app.services.dossier_rows import Row, RowReader
from survey_app.services.dossier_store import Source
from survey_app.services.dossier_units import DossierUnits
from survey_app.services.dossiers import ImportReport
from survey_app.services.errors import RefusedError
from survey_app.services.tables import Record
from survey_app.services.tables.json_file import record
from survey_app.services.tables.table import MAX_COLUMNS

MAX_ROWS = 1_000
DESKS = ("desk", "service_centre")  # kinds whose key needs not say which unit received a dossier


class TooManyRowsError(RefusedError):
    """More dossiers than one request may hold."""


@dataclass(frozen=True)
class Sender:
    """Whose key was used, and for which unit."""

    name: str
    unit_id: uuid.UUID
    unit_kind: str


def receive(installation: Installation, rows: Sequence[Any], sender: Sender) -> ImportReport:
    """Take in rows of canonical fields; those of units outside the sender's are refused, one by one."""
    if len(rows) > MAX_ROWS:
        raise TooManyRowsError(f"At most {MAX_ROWS} dossiers in one request; send the others in the next.")
    headings = tuple(dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row))
    if len(headings) > MAX_COLUMNS:
        raise RefusedError(f"The dossiers have more than {MAX_COLUMNS} different names.")
    mapping = dossier_mapping.CANONICAL
    binding = dossier_mapping.bind(mapping, headings)
    if binding.doubled:
        raise RefusedError(f"These names stand twice in different spelling: {', '.join(binding.doubled)}.")
    report = ImportReport(personal=binding.personal, unknown=binding.unknown)
    now, zone = installation.now(), installation.settings.zone
    with installation.database.write() as session:
        defaults = {"receiving_unit": sender.unit_id} if sender.unit_kind in DESKS else {}
        places = DossierUnits(session, sender.unit_id, defaults)
        reader = RowReader(binding, mapping, places, Context(zone, now), None)
        good = _agreed([_read(reader, number, row, headings) for number, row in enumerate(rows, 1)], report)
        source = Source(f"api: {sender.name}", now, zone, reader.present(), places.scope_of_all(now.date()))
        report.rows = len(rows)
        report.stored = dossier_store.store(session, [row.values for row in good], source)
    numbers = {row.values["dossier_code"]: row.row for row in good}
    for code in report.stored.foreign:
        report.reject(numbers[code], [Problem("dossier_code", code, "other_unit")], len(rows))
    return report


def _read(reader: RowReader, number: int, value: Any, headings: tuple[str, ...]) -> Row:  # noqa: ANN401 - any JSON
    found = record(number, value, headings)
    if isinstance(found, Record):
        return reader.read(number, found.cells)
    return reader.unreadable(number, found.reason)


def _agreed(rows: Sequence[Row], report: ImportReport) -> list[Row]:
    """Rows without problems; of two that tell different things of one dossier neither is taken."""
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        if row.problems:
            report.reject(row.row, row.problems, len(rows) * len(row.problems))
        else:
            by_code.setdefault(row.values["dossier_code"], []).append(row)
    good = []
    for code, same in by_code.items():
        if any(row.values != same[0].values for row in same):
            told = {"rows": ", ".join(str(row.row) for row in same)}
            for row in same:
                report.reject(row.row, [Problem("dossier_code", code, "repeated", told)], len(rows))
            continue
        report.repeated += len(same) - 1
        good.append(same[0])
    return good
