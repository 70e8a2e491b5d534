"""Units as they are on a day: found by slug, code or name, with what stands above and beneath them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Date, Select, and_, literal, or_, select
from sqlalchemy.orm import Session

from survey_app.domain import units, vietnamese
from survey_app.models import Unit, UnitAlias, UnitState
from survey_app.services.errors import NotFoundError, RefusedError

SHOWN = 5  # candidates that an error message names


class UnitNotFoundError(NotFoundError):
    """No unit is meant by a text on a day."""


class AmbiguousUnitError(RefusedError):
    """A text means several units on a day; the message names them."""


@dataclass(frozen=True)
class UnitOn:
    """A unit as it is on a day."""

    id: uuid.UUID
    slug: str
    kind: str
    name: str
    parent_id: uuid.UUID | None
    valid_from: date
    valid_to: date | None


def covers(table: type[UnitState] | type[UnitAlias], on: date) -> ColumnElement[bool]:
    """Condition that a state or alias holds on a day."""
    return and_(table.valid_from <= on, or_(table.valid_to.is_(None), table.valid_to > on))


def _units(on: date) -> Select[str, UnitState]:
    return select(Unit.slug, UnitState).join(Unit, Unit.id == UnitState.unit_id).where(covers(UnitState, on))


def _read(session: Session, query: Select[str, UnitState]) -> list[UnitOn]:
    return [
        UnitOn(s.unit_id, slug, s.kind, s.name, s.parent_id, s.valid_from, s.valid_to)
        for slug, s in session.execute(query.order_by(Unit.slug))
    ]


def unit_on(session: Session, unit_id: uuid.UUID, on: date) -> UnitOn:
    """The unit on a day; raises UnitNotFoundError if it did not exist then."""
    found = _read(session, _units(on).where(UnitState.unit_id == unit_id))
    if not found:
        raise UnitNotFoundError(f"This unit does not exist on {on:%d/%m/%Y}.")
    return found[0]


def unit_by_slug(session: Session, slug: str) -> Unit:
    """The unit of this slug, whether it still exists or not; raises UnitNotFoundError."""
    found = session.scalar(select(Unit).where(Unit.slug == slug))
    if found is None:
        raise UnitNotFoundError(f"There is no unit {slug!r}; `sipas units list` shows all.")
    return found


def all_units(session: Session, on: date, *, kind: str | None = None) -> list[UnitOn]:
    """Every unit of a day, by slug."""
    query = _units(on)
    return _read(session, query.where(UnitState.kind == kind) if kind else query)


def children(session: Session, unit_id: uuid.UUID, on: date) -> list[UnitOn]:
    """Units directly under a unit on a day."""
    return _read(session, _units(on).where(UnitState.parent_id == unit_id))


def ancestors(session: Session, unit_id: uuid.UUID, on: date) -> list[uuid.UUID]:
    """Ids of the units above a unit on a day, the nearest first, without the unit itself."""
    above: list[uuid.UUID] = []
    parents = select(UnitState.parent_id).where(covers(UnitState, on))
    parent_id = session.scalar(parents.where(UnitState.unit_id == unit_id))
    while parent_id is not None and parent_id not in above:
        above.append(parent_id)
        parent_id = session.scalar(parents.where(UnitState.unit_id == parent_id))
    return above


def places(session: Session, unit_id: uuid.UUID) -> list[tuple[uuid.UUID, date, date]]:
    """Units that a unit ever stood under, itself too, each from a day until the day before another, in one query."""
    top = select(Unit.id.label("unit_id")).where(Unit.id == unit_id).cte("above", recursive=True)
    over = select(UnitState.parent_id).join(top, UnitState.unit_id == top.c.unit_id)
    tree = top.union(over.where(UnitState.parent_id.is_not(None)))
    columns = (UnitState.unit_id, UnitState.parent_id, UnitState.valid_from, UnitState.valid_to)
    states = session.execute(select(*columns).where(UnitState.unit_id.in_(select(tree.c.unit_id)))).all()
    found: list[tuple[uuid.UUID, date, date]] = []
    waiting = [(unit_id, date.min, date.max)]
    while waiting:
        place = waiting.pop()
        if place in found:  # a circle of parents
            continue
        found.append(place)
        for unit, parent, start, stop in states:
            first, end = max(place[1], start), min(place[2], stop or date.max)
            if unit == place[0] and parent is not None and first < end:
                waiting.append((parent, first, end))
    return found


def descendants(session: Session, unit_id: uuid.UUID, on: date) -> set[uuid.UUID]:
    """Ids of the unit itself and of everything beneath it on a day: what its staff and keys may see."""
    day = literal(on, Date)
    top = select(Unit.id.label("unit_id")).where(Unit.id == unit_id).cte("tree", recursive=True)
    holds = and_(UnitState.valid_from <= day, or_(UnitState.valid_to.is_(None), UnitState.valid_to > day))
    # UNION, not UNION ALL: a circle of parents would end instead of running for ever
    tree = top.union(select(UnitState.unit_id).join(top, UnitState.parent_id == top.c.unit_id).where(holds))
    return set(session.scalars(select(tree.c.unit_id)))


def find(session: Session, text: str, on: date, *, parent: str | None = None, kind: str | None = None) -> UnitOn:
    """The one unit that a slug, code or name means on a day; a code that moved means its bearer of that day.

    Raises UnitNotFoundError, or AmbiguousUnitError naming the candidates and asking for the unit above.
    """
    beneath = None if parent is None else _beneath(session, parent, on)
    for candidates in (_by_slug, _by_code, _by_name):
        found = [unit for unit in candidates(session, text, on) if kind in {None, unit.kind}]
        if beneath is not None:
            found = [unit for unit in found if unit.id in beneath]
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousUnitError(_ambiguous(session, text, on, found))
    raise UnitNotFoundError(_not_found(session, text, on))


def meanings(session: Session, text: str, on: date) -> list[UnitOn]:
    """Units that a text may mean on a day: by slug, else by code, else by name."""
    return _by_slug(session, text, on) or _by_code(session, text, on) or _by_name(session, text, on)


def _beneath(session: Session, parent: str, on: date) -> set[uuid.UUID]:
    """Ids beneath any unit that a text may mean."""
    tops = meanings(session, parent, on)
    if not tops:
        raise UnitNotFoundError(_not_found(session, parent, on))
    return {unit_id for top in tops for unit_id in descendants(session, top.id, on) if unit_id != top.id}


def _by_slug(session: Session, text: str, on: date) -> list[UnitOn]:
    return _read(session, _units(on).where(Unit.slug == text)) if units.SLUG.fullmatch(text) else []


def _by_code(session: Session, text: str, on: date) -> list[UnitOn]:
    scheme, _, code = text.rpartition(":")
    bearers = select(UnitAlias.unit_id).where(UnitAlias.folded == units.fold_code(code), covers(UnitAlias, on))
    bearers = bearers.where(UnitAlias.scheme == scheme if scheme else UnitAlias.scheme != units.NAME)
    return _read(session, _units(on).where(UnitState.unit_id.in_(bearers)))


def _by_name(session: Session, text: str, on: date) -> list[UnitOn]:
    asked, folded = units.split_type(text)
    if not folded:
        return []
    named = _read(session, _units(on).where(UnitState.folded == folded))
    found = {unit.id: unit for unit in named if units.fits_type(asked, unit.name, unit.kind)}
    aliases = select(UnitAlias).where(UnitAlias.scheme == units.NAME, UnitAlias.folded == folded, covers(UnitAlias, on))
    for alias in session.scalars(aliases):
        for unit in _read(session, _units(on).where(UnitState.unit_id == alias.unit_id)):
            if units.fits_type(asked, alias.value, unit.kind):
                found[unit.id] = unit
    return sorted(found.values(), key=lambda unit: unit.slug)


def _ambiguous(session: Session, text: str, on: date, found: Iterable[UnitOn]) -> str:
    """Say which units are meant and how to tell them apart."""
    listed = list(found)
    shown = []
    for unit in listed[:SHOWN]:
        above = unit_on(session, unit.parent_id, on).name if unit.parent_id else "no unit"
        shown.append(f"{unit.slug} ({unit.name}, under {above})")
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return (
        f"{vietnamese.clean(text)!r} means {len(listed)} units on {on:%d/%m/%Y}: {', '.join(shown)}{more}. "
        "Name the unit above it too, or use its slug."
    )


def _not_found(session: Session, text: str, on: date) -> str:
    """Say that there is none, and who bore the code or name at another time."""
    asked, folded = units.split_type(text)
    aliases = select(Unit.slug, UnitAlias).join(Unit, Unit.id == UnitAlias.unit_id)
    aliases = aliases.where(UnitAlias.folded == units.fold_code(text)).limit(SHOWN)
    times = [f"{slug} {time(alias.valid_from, alias.valid_to)}" for slug, alias in session.execute(aliases)]
    states = select(Unit.slug, UnitState).join(Unit, Unit.id == UnitState.unit_id).where(UnitState.folded == folded)
    for slug, state in session.execute(states):
        if units.fits_type(asked, state.name, state.kind):
            times.append(f"{slug} {time(state.valid_from, state.valid_to)}")
    known = f" It was or will be: {'; '.join(sorted(times)[:SHOWN])}." if times else ""
    return f"No unit is called {vietnamese.clean(text)!r} on {on:%d/%m/%Y}.{known} `sipas units load` adds units."


def time(start: date, end: date | None) -> str:
    """Say in words when something holds."""
    return f"from {start:%d/%m/%Y}" + (f" until the day before {end:%d/%m/%Y}" if end else "")
