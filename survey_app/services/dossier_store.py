"""Writing dossiers in bulk: new ones, changed ones with what changed, and none twice."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from survey_app.db import random_key
from survey_app.models import Dossier, DossierChange, Unit

CHUNK = 5_000
SHOWN = 300  # characters that the history keeps of a value
DOSSIER = cast("Table", Dossier.__table__)
CHANGE = cast("Table", DossierChange.__table__)
KEYS = ("id", "dossier_code")
EMPTY = dict.fromkeys(column.name for column in DOSSIER.columns)
COLUMNS = tuple(column.name for column in DOSSIER.columns if column.name not in KEYS)


@dataclass
class Stored:
    """What happened to the rows of a chunk; `foreign` are codes of dossiers that belong to another unit."""

    new: int = 0
    changed: int = 0
    same: int = 0
    foreign: list[str] = field(default_factory=list)

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.new + other.new, self.changed + other.changed, self.same + other.same, self.foreign + other.foreign
        )


@dataclass(frozen=True)
class Source:
    """Where rows come from, when, which columns they speak of, and which units they may touch (None: all)."""

    name: str
    now: datetime
    zone: ZoneInfo
    present: frozenset[str]
    scope: frozenset[uuid.UUID] | None = None


def store(session: Session, rows: Sequence[Mapping[str, Any]], source: Source, *, dry_run: bool = False) -> Stored:
    """Write rows of different codes; columns that a file does not have keep what the register says."""
    if session.get_bind().dialect.name == "postgresql" and not dry_run:
        # Two imports at once would both find a code missing; readers and invitations are not kept waiting.
        session.execute(text("LOCK TABLE dossier IN SHARE ROW EXCLUSIVE MODE"))
    known = _known(session, [row["dossier_code"] for row in rows])
    stored = Stored()
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    for row in rows:
        before = known.get(row["dossier_code"])
        if before is None:
            added.append({**EMPTY, **row, "id": random_key()})
            continue
        if source.scope is not None and before["receiving_unit_id"] not in source.scope:
            stored.foreign.append(row["dossier_code"])
            continue
        different = [name for name in COLUMNS if name in source.present and before[name] != row.get(name)]
        if not different:
            stored.same += 1
            continue
        after = {name: row.get(name) if name in source.present else before[name] for name in COLUMNS}
        changed.append({"key": before["id"], **after})
        history += [_change(before, row, name, source) for name in different]
    stored.new, stored.changed = len(added), len(changed)
    if not dry_run:
        _write(session, added, changed, history, source.zone)
    return stored


def _known(session: Session, codes: list[str]) -> dict[str, Mapping[str, Any]]:
    found = session.execute(select(DOSSIER).where(DOSSIER.c.dossier_code.in_(codes))).mappings()
    return {row["dossier_code"]: cast("Mapping[str, Any]", row) for row in found}


def _change(before: Mapping[str, Any], row: Mapping[str, Any], name: str, source: Source) -> dict[str, Any]:
    return {
        "id": random_key(),
        "dossier_id": before["id"],
        "changed_at": source.now,
        "source": source.name[:200],
        "column": name,
        "old": before[name],
        "new": row.get(name),
    }


def _write(
    session: Session,
    added: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    history: list[dict[str, Any]],
    zone: ZoneInfo,
) -> None:
    if added:
        _insert(session, added)
    if changed:
        values: dict[str, Any] = {name: bindparam(name) for name in COLUMNS}
        session.execute(update(DOSSIER).where(DOSSIER.c.id == bindparam("key")).values(values), changed)
    if history:
        slugs = _slugs(session, history)
        for change in history:
            change |= {when: _shown(change[when], slugs, zone) for when in ("old", "new")}
        session.execute(insert(CHANGE), history)


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert by the driver's own executemany: the statement is compiled and its types are asked for once."""
    connection = session.connection()
    statement = insert(DOSSIER).compile(dialect=connection.dialect)
    columns = [DOSSIER.c[name] for name in statement.positiontup or DOSSIER.c.keys()]
    readied = [(c.name, c.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)) for c in columns]
    rows.sort(key=lambda row: row["id"])  # neighbours in the table are written together
    made = [[ready(row[name]) if ready else row[name] for name, ready in readied] for row in rows]
    if statement.positional:
        connection.exec_driver_sql(str(statement), [tuple(row) for row in made])
    else:
        names = [name for name, _ in readied]
        connection.exec_driver_sql(str(statement), [dict(zip(names, row, strict=True)) for row in made])


def _slugs(session: Session, history: Sequence[Mapping[str, Any]]) -> dict[uuid.UUID, str]:
    """Slugs of the units that changes speak of."""
    ids = {value for change in history for value in (change["old"], change["new"]) if isinstance(value, uuid.UUID)}
    if not ids:
        return {}
    return {row.id: row.slug for row in session.execute(select(Unit.id, Unit.slug).where(Unit.id.in_(ids)))}


def _shown(value: Any, slugs: Mapping[uuid.UUID, str], zone: ZoneInfo) -> str | None:  # noqa: ANN401 - any column's value
    """A value as the history keeps it."""
    if value is None:
        return None
    if isinstance(value, uuid.UUID):
        return slugs[value]
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(" ", "seconds")
    return str(value)[:SHOWN]
