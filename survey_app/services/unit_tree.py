"""The tree of units on a day: every parent in one query, and the name a unit has or had."""

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import UnitState
from survey_app.services.units import covers


def parents(session: Session, day: date) -> dict[uuid.UUID, uuid.UUID | None]:
    """Parent of every unit that exists on a day."""
    rows = session.execute(select(UnitState.unit_id, UnitState.parent_id).where(covers(UnitState, day)))
    return {row.unit_id: row.parent_id for row in rows}


def trees(session: Session, day: date) -> dict[uuid.UUID, set[uuid.UUID]]:
    """For every unit of a day: itself and everything beneath it."""
    above = parents(session, day)
    beneath: dict[uuid.UUID, set[uuid.UUID]] = {unit: {unit} for unit in above}
    for unit in above:
        at, seen = above[unit], {unit}
        while at is not None and at not in seen:
            beneath.setdefault(at, {at}).add(unit)
            seen.add(at)
            at = above.get(at)
    return beneath


def name_of(session: Session, unit_id: uuid.UUID, day: date) -> str:
    """Name of a unit on a day; its last known one if it no longer exists."""
    states = select(UnitState.name).where(UnitState.unit_id == unit_id)
    found = session.scalar(states.where(covers(UnitState, day)))
    return found or session.scalar(states.order_by(UnitState.valid_from.desc()).limit(1)) or ""
