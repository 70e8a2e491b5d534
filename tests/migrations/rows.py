"""One fixed row in every table, whatever tables there are; only what a CHECK wants is said by hand."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import JSON, Boolean, Date, Float, Integer, LargeBinary, Numeric, String, Uuid

from survey_app.db import Base, Moment

HOME = uuid.UUID("6f1d1c1e-0000-4000-8000-000000000001")
VALUES = {
    "batch.grade": "G1",
    "batch.n": 10,
    "batch.complete": 9,
    "batch.release_month": "2026-03",
    "dead_letter.reason": "damaged",
    "dossier.applicant_kind": "individual",
    "dossier.filing_channel": "counter",
    "dossier.outcome": "returned",
    "fact_statement.verdict": "objected",
    "kiosk.replaces_id": None,
    "instrument_bridge.later_key": "later",
    "kiosk_round.idle_seconds": 60,
    "kiosk_round.on_timeout": "keep_partial",
    "quarantine.reason": "second_answer",
    "quarantine_request.action": "accept",
    "quarantine_request.state": "done",
    "release.state": "published",
    "release.computed_by": "a",
    "release.checked_by": "b",
    "release.signed_by": "c",
    "release.withdrawn_because": None,
    "release.erratum": None,
    "roll_packet.slips": 50,
    "round.state": "field",
    "round.draw_fraction": 0.5,
    "round.minimum_n": 30,
    "round_step.state": "field",
    "staff_role.role": "signer",
    "sample_member.role": "replaced",
    "staff.role": "agency",
    "unit_event.kind": "merge",
    "unit_event_part.share": Decimal("0.25"),
    "unit_state.kind": "commune",
    "unit_state.parent_id": None,
    "unit_state.valid_to": None,
    "unit_alias.valid_to": None,
}
# Text with diacritics, so that a wrong encoding on the way shows.
BY_TYPE = [
    (Moment, datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
    (Boolean, True),
    (JSON, {"Ặ": [1, None]}),
    (Date, date(2026, 3, 2)),
    (LargeBinary, bytes(range(32))),
    (Float, 0.5),
    (Numeric, Decimal("0.5")),
    (Integer, 1),
    (String, "Ặ Ễ ữ"),
]


def fill_every_table(installation):
    """Insert one row into each table, parents first."""
    with installation.database.write() as session:
        for table in Base.metadata.sorted_tables:
            session.execute(table.insert().values({column.name: value_of(column) for column in table.columns}))


def value_of(column):
    """The fixed value of a column; a column that points to another table points to that table's one row."""
    name = f"{column.table.name}.{column.name}"
    if name in VALUES:
        return VALUES[name]
    for key in column.foreign_keys:
        return value_of(key.column)
    if isinstance(column.type, Uuid):
        return uuid.uuid5(HOME, name)
    fixed = next(value for kind, value in BY_TYPE if isinstance(column.type, kind))
    return fixed[: column.type.length] if isinstance(fixed, str) and column.type.length else fixed
