"""Loading unit lists and reorganisations from files: all of a file or nothing."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey_app.db import random_key
from survey_app.domain import unit_events, unit_rows, units, vietnamese
from survey_app.domain.problems import RowProblem
from survey_app.domain.unit_register import Alias, Register, State, register_problems
from survey_app.installation import Installation
from survey_app.models import Unit, UnitAlias, UnitEvent, UnitEventPart, UnitState
from survey_app.services import audit
from survey_app.services.errors import RefusedError
from survey_app.services.tables import Record, open_table

CHUNK = 2_000


class UnitListError(RefusedError):
    """Rows that must be mended before anything of the file is loaded."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("Nothing was loaded:\n" + "\n".join(f"  {problem}" for problem in problems))


@dataclass(frozen=True)
class EventsLoaded:
    """How many reorganisations were new and how many were known."""

    new: int
    same: int


def load(installation: Installation, path: Path, *, correct: bool = False) -> unit_rows.Tally:
    """Load a unit list; the same file again adds nothing. Raises UnitListError with every problem."""
    rows: list[unit_rows.UnitRow] = []
    faulty: set[str] = set()  # units beneath a faulty row are not called orphans
    problems: list[RowProblem] = []
    for number, cells in _read(path, unit_rows.COLUMNS, unit_rows.REQUIRED, problems):
        row, found = unit_rows.parse(number, cells)
        problems += found
        if row:
            rows.append(row)
        else:
            faulty.add(cells.get("slug", "").strip())
    with installation.database.write() as session:
        register = read_register(session)
        tally, found = unit_rows.apply(register, rows, random_key, correct=correct)
        found = [p for p in found if not (p.field == "parent" and p.value in faulty)]
        if problems or found:
            raise UnitListError(sorted([*problems, *found], key=lambda problem: problem.row))
        _write(session, register)
        audit.note(session, installation, "units load", path.name, f"{tally.new} new, {tally.ended} ended")
    return tally


def load_events(installation: Installation, path: Path) -> EventsLoaded:
    """Load reorganisations and let them end, rename or move units. Raises UnitListError with every problem."""
    problems: list[RowProblem] = []
    rows = list(_read(path, unit_events.COLUMNS, unit_events.REQUIRED, problems))
    events, found = unit_events.parse(rows)
    problems += found
    with installation.database.write() as session:
        register = read_register(session)
        known = _known_events(session)
        fresh = [event for event in events if event.reference not in known]
        problems += [p for e in events if e.reference in known for p in _changed(register, e, known[e.reference])]
        applied, found = unit_events.apply(register, fresh, random_key)
        problems += found
        if not found:
            problems += _left_behind(register, fresh)
        if problems:
            raise UnitListError(sorted(problems, key=lambda problem: problem.row))
        _write(session, register)
        _write_events(session, applied)
        audit.note(session, installation, "units events", path.name, f"{len(applied)} new")
    return EventsLoaded(len(applied), len(events) - len(fresh))


def _read(
    path: Path,
    columns: Sequence[str],
    required: Sequence[str],
    problems: list[RowProblem],
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows as cells by column name; what cannot be read becomes a problem."""

    def is_heading(cells: Sequence[str]) -> bool:
        return set(required) <= {vietnamese.clean(cell).casefold() for cell in cells}

    with open_table(path, is_heading) as table:
        headings = [vietnamese.clean(heading).casefold() for heading in table.headings]
        odd = dict.fromkeys(h for h in headings if h and (h not in columns or headings.count(h) > 1))
        remedy = f"is no column of this list, or stands twice; use {', '.join(columns)}"
        problems += [RowProblem(1, name, "", remedy) for name in odd]
        for record in table.records:
            if not isinstance(record, Record):
                problems.append(RowProblem(record.row, "row", "", f"cannot be read: {record.reason}"))
            elif any(record.cells[len(headings) :]):
                problems.append(RowProblem(record.row, "row", "", "has more cells than the headings"))
            else:
                yield record.row, dict(zip(headings, record.cells, strict=False))


def read_register(session: Session) -> Register:
    """Every unit with all its states and aliases."""
    register = Register(ids={slug: unit_id for unit_id, slug in session.execute(select(Unit.id, Unit.slug))})
    for s in session.scalars(select(UnitState)):
        register.keep(State(s.id, s.unit_id, s.valid_from, s.valid_to, s.kind, s.name, s.parent_id))
    for a in session.scalars(select(UnitAlias)):
        register.keep(Alias(a.id, a.unit_id, a.valid_from, a.valid_to, a.scheme, a.value))
    return register


def _write(session: Session, register: Register) -> None:
    """Write what was added to and changed in the register."""
    _insert(session, Unit, [{"id": unit_id, "slug": slug} for slug, unit_id in register.added_units.items()])
    _insert(session, UnitState, [_state(item) for item in register.added if isinstance(item, State)])
    _insert(session, UnitAlias, [_alias(item) for item in register.added if isinstance(item, Alias)])
    for item in register.changed.values():
        table, values = (UnitState, _state(item)) if isinstance(item, State) else (UnitAlias, _alias(item))
        session.execute(update(table).where(table.id == item.id).values(values))


def _insert(session: Session, table: type[Unit | UnitState | UnitAlias], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(table), rows[start : start + CHUNK])


def _state(state: State) -> dict[str, Any]:
    return {
        "id": state.id,
        "unit_id": state.unit_id,
        "kind": state.kind,
        "name": state.name,
        "folded": units.fold(state.name),
        "parent_id": state.parent_id,
        "valid_from": state.valid_from,
        "valid_to": state.valid_to,
    }


def _alias(alias: Alias) -> dict[str, Any]:
    return {
        "id": alias.id,
        "unit_id": alias.unit_id,
        "scheme": alias.scheme,
        "value": alias.value,
        "folded": alias.folded,
        "valid_from": alias.valid_from,
        "valid_to": alias.valid_to,
    }


Told = tuple[str, date, str, frozenset[unit_events.Move]]


def _known_events(session: Session) -> dict[str, Told]:
    """What each reference said when it was loaded."""
    parts: dict[uuid.UUID, set[unit_events.Move]] = defaultdict(set)
    for part in session.scalars(select(UnitEventPart)):
        parts[part.event_id].add((part.from_unit_id, part.to_unit_id, part.share))
    events = session.scalars(select(UnitEvent))
    return {e.reference: (e.kind, e.effective, e.legal_basis, frozenset(parts[e.id])) for e in events}


def _changed(register: Register, event: unit_events.Event, told: Told) -> list[RowProblem]:
    """A reference that was loaded before must say the same again."""
    unknown: list[RowProblem] = []
    moves = frozenset(m for part in event.parts if (m := unit_events.resolve(register, event, part, unknown)))
    if (event.kind, event.effective, event.legal_basis, moves) == told and not unknown:
        return []
    remedy = "was loaded before with other kind, day, legal basis or rows; give a new event a new reference"
    return [RowProblem(event.row, "reference", event.reference, remedy)]


def _left_behind(register: Register, events: Sequence[unit_events.Event]) -> list[RowProblem]:
    """Units that would still stand under one that ends, under the row that ends it."""
    rows = {part.source: part.row for event in events for part in event.parts}
    return [
        RowProblem(rows.get(value, 0), field, value, f"{register.slugs[item.unit_id]}: {remedy}")
        for item, field, value, remedy in register_problems(register)
    ]


def _write_events(session: Session, applied: Sequence[unit_events.Applied]) -> None:
    ids: list[tuple[uuid.UUID, unit_events.Applied]] = [(random_key(), done) for done in applied]
    events = [
        {
            "id": event_id,
            "kind": done.event.kind,
            "effective": done.event.effective,
            "legal_basis": done.event.legal_basis,
            "reference": done.event.reference,
        }
        for event_id, done in ids
    ]
    parts = [
        {"id": random_key(), "event_id": event_id, "from_unit_id": source, "to_unit_id": target, "share": share}
        for event_id, done in ids
        for source, target, share in done.parts
    ]
    for table, rows in ((UnitEvent, events), (UnitEventPart, parts)):
        for start in range(0, len(rows), CHUNK):
            session.execute(insert(table), rows[start : start + CHUNK])
