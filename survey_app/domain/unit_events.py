"""Reorganisations: rows of an event file, what they must hold, and what they do to the register of units."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from survey_app.domain import unit_rows, units, vietnamese
from survey_app.domain.problems import RowProblem
from survey_app.domain.unit_register import Alias, Register, State

COLUMNS = ("reference", "kind", "effective", "legal_basis", "from", "to", "share", "name", "unit_kind", "parent")
REQUIRED = ("reference", "kind", "effective", "legal_basis", "from")
ENDING = ("merge", "split", "abolish")  # the units they start from end, unless they are also among the results
GOING_ON = {"rename": "name", "retype": "unit_kind", "move": "parent"}  # and the column that each must fill
SHARE_STEP = Decimal("0.00000001")  # as the database keeps it
LIMITS = {"reference": 120, "legal_basis": 300, "name": 200}


@dataclass(frozen=True)
class Part:
    """One row: what goes from one unit to another."""

    row: int
    source: str
    target: str  # blank: abolished, or the unit goes on
    share: Decimal | None
    name: str
    unit_kind: str
    parent: str


@dataclass(frozen=True)
class Event:
    """One reorganisation with all its rows."""

    reference: str
    kind: str
    effective: date
    legal_basis: str
    parts: tuple[Part, ...]

    @property
    def row(self) -> int:
        """Its first row."""
        return self.parts[0].row


def parse(rows: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[list[Event], list[RowProblem]]:
    """Check rows by themselves and gather those of one reference, in order of date."""
    events: dict[str, Event] = {}
    problems: list[RowProblem] = []
    for row, cells in rows:
        event, found = _parse_row(row, {c: vietnamese.clean(cells.get(c, "")) for c in COLUMNS})
        problems += found
        if event is None:
            continue
        known = events.setdefault(event.reference, replace(event, parts=()))
        if (known.kind, known.effective, known.legal_basis) != (event.kind, event.effective, event.legal_basis):
            remedy = "rows of one reference must agree in kind, effective and legal_basis"
            problems.append(RowProblem(row, "reference", event.reference, remedy))
            continue
        events[event.reference] = replace(known, parts=known.parts + event.parts)
    for event in events.values():
        problems += _whole_problems(event)
    return sorted(events.values(), key=lambda event: (event.effective, event.row)), problems


def _parse_row(row: int, text: Mapping[str, str]) -> tuple[Event | None, list[RowProblem]]:
    found = [RowProblem(row, c, "", "must not be empty") for c in REQUIRED if not text[c]]
    if text["kind"] and text["kind"] not in (*ENDING, *GOING_ON):
        found.append(RowProblem(row, "kind", text["kind"], f"use one of {', '.join((*ENDING, *GOING_ON))}"))
    for column, limit in LIMITS.items():
        if len(text[column]) > limit:
            found.append(RowProblem(row, column, text[column][:40] + "...", f"at most {limit} characters"))
    if text["unit_kind"] and text["unit_kind"] not in units.KINDS:
        found.append(RowProblem(row, "unit_kind", text["unit_kind"], f"use one of {', '.join(units.KINDS)}"))
    effective = unit_rows.read_day(text["effective"])
    if text["effective"] and effective is None:
        found.append(RowProblem(row, "effective", text["effective"], "write a day as 2025-07-01 or 01/07/2025"))
    share, odd = _share(text["share"])
    if odd:
        found.append(RowProblem(row, "share", text["share"], "write a number above 0 and up to 1, such as 0.35"))
    needed = GOING_ON.get(text["kind"])
    if needed and not text[needed]:
        found.append(RowProblem(row, needed, "", f"a {text['kind']} must say the new {needed}"))
    if found or effective is None:
        return None, found
    part = Part(row, text["from"], text["to"], share, text["name"], text["unit_kind"], text["parent"])
    return Event(text["reference"], text["kind"], effective, text["legal_basis"], (part,)), []


def _share(text: str) -> tuple[Decimal | None, bool]:
    if not text:
        return None, False
    try:
        share = Decimal(text.replace(",", ".")).quantize(SHARE_STEP)
    except InvalidOperation:
        return None, True
    return share, not (share.is_finite() and Decimal(0) < share <= Decimal(1))


def _whole_problems(event: Event) -> list[RowProblem]:
    """What is wrong with an event as a whole."""
    found = []
    seen = set()
    for part in event.parts:
        if (part.source, part.target) in seen:
            found.append(RowProblem(part.row, "from", part.source, "this row stands twice in the event; leave one out"))
        seen.add((part.source, part.target))
        if event.kind in {"merge", "split"} and not part.target:
            found.append(RowProblem(part.row, "to", "", f"a {event.kind} must say where the unit goes"))
        if event.kind not in {"merge", "split"} and part.target:
            found.append(RowProblem(part.row, "to", part.target, f"must be empty in a row of kind {event.kind}"))
    if event.kind == "merge" and len({part.target for part in event.parts}) > 1:
        found.append(RowProblem(event.row, "to", "", "a merge ends in one unit; make one event for each result"))
    for source in dict.fromkeys(part.source for part in event.parts):
        found += _share_problems(event, source)
    return found


def _share_problems(event: Event, source: str) -> list[RowProblem]:
    parts = [part for part in event.parts if part.source == source]
    if event.kind == "split" and len(parts) == 1:
        return [RowProblem(parts[0].row, "to", parts[0].target, "a split needs at least two rows; else it is a merge")]
    given = [part.share for part in parts if part.share is not None]
    if not given:
        return []
    if len(given) < len(parts):
        return [RowProblem(parts[0].row, "share", "", f"give the share of every part of {source}, or of none")]
    total = sum(given, Decimal(0))
    if event.kind == "split" and abs(total - 1) > Decimal("0.000001"):
        return [RowProblem(parts[0].row, "share", str(total), f"the shares of {source} must sum to 1")]
    return []


Move = tuple[uuid.UUID, uuid.UUID | None, Decimal | None]  # from, to, share


@dataclass(frozen=True)
class Applied:
    """An event whose units were found, ready to be written."""

    event: Event
    parts: tuple[Move, ...]


def apply(
    register: Register,
    events: Sequence[Event],
    new_id: Callable[[], uuid.UUID],
) -> tuple[list[Applied], list[RowProblem]]:
    """Let events in order of date end units, or give them a new state; states that already say so stay as they are."""
    applied, problems = [], []
    for event in events:
        found: list[RowProblem] = []
        parts = [resolve(register, event, part, found) for part in event.parts]
        if found:
            problems += found
            continue
        ready = [part for part in parts if part]
        targets = {target for _, target, _ in ready}
        for part, (source, _target, _share) in zip(event.parts, ready, strict=True):
            if event.kind in GOING_ON:
                problems += _go_on(register, event, part, source, new_id)
            elif source not in targets:
                problems += _end(register, event, part, source)
        applied.append(Applied(event, tuple(ready)))
    return applied, problems


def resolve(
    register: Register,
    event: Event,
    part: Part,
    problems: list[RowProblem],
) -> Move | None:
    """Find the units of a row; what is not there becomes a problem."""
    source = _unit(register, part.row, "from", part.source, event.effective - timedelta(days=1), problems)
    if not part.target:
        return (source, None, None) if source else None
    target = _unit(register, part.row, "to", part.target, event.effective, problems)
    whole = event.kind == "merge" and part.share is None
    return (source, target, Decimal(1) if whole else part.share) if source and target else None


def _unit(
    register: Register, row: int, column: str, text: str, day: date, problems: list[RowProblem]
) -> uuid.UUID | None:
    """The unit of a slug or code that exists on a day."""
    found = register.find(text, day)
    if len(found) == 1 and register.state_on(found[0], day):
        return found[0]
    remedy = f"no unit of this slug or code exists on {day:%d/%m/%Y}; load it with `sipas units load` first"
    if len(found) > 1:
        remedy = f"several units bear this code ({', '.join(register.slugs[u] for u in found)}); write the slug"
    problems.append(RowProblem(row, column, text, remedy))
    return None


def _end(register: Register, event: Event, part: Part, unit_id: uuid.UUID) -> list[RowProblem]:
    """End a unit and everything it is called on the day of the event."""
    if any(state.valid_from >= event.effective for state in register.states[unit_id]):
        remedy = f"the unit has a row that begins on or after {event.effective:%d/%m/%Y}, so it cannot end then"
        return [RowProblem(part.row, "from", part.source, remedy)]
    held: list[State | Alias] = [*register.states[unit_id], *register.aliases[unit_id]]
    for dated in held:
        if dated.covers(event.effective):
            register.end(dated, event.effective)
    return []


def _go_on(
    register: Register,
    event: Event,
    part: Part,
    unit_id: uuid.UUID,
    new_id: Callable[[], uuid.UUID],
) -> list[RowProblem]:
    """Give a unit its new name, kind or parent from the day of the event."""
    problems: list[RowProblem] = []
    parent_id = _unit(register, part.row, "parent", part.parent, event.effective, problems) if part.parent else None
    before = register.state_on(unit_id, event.effective - timedelta(days=1))
    after = register.state_on(unit_id, event.effective)
    if problems or before is None:
        return problems
    wanted = (part.unit_kind or before.kind, part.name or before.name, parent_id or before.parent_id)
    if after is None or (after is not before and (after.kind, after.name, after.parent_id) != wanted):
        remedy = f"the unit's row on {event.effective:%d/%m/%Y} says something else; mend the event or the unit list"
        return [RowProblem(part.row, "from", part.source, remedy)]
    if after is before:
        end = before.valid_to
        register.end(before, event.effective)
        register.add(State(new_id(), unit_id, event.effective, end, *wanted))
    return []
