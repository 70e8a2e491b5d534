"""The tree of units on a day: every parent and every name in one query each."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from survey_app.models import Unit, UnitState


@dataclass(frozen=True)
class Node:
    """A unit as it was on the day."""

    id: uuid.UUID
    slug: str
    name: str
    kind: str
    parent_id: uuid.UUID | None


def valid_on(day: date) -> ColumnElement[bool]:
    """Condition on UnitState that picks the state of a day."""
    return and_(UnitState.valid_from <= day, or_(UnitState.valid_to.is_(None), UnitState.valid_to > day))


def nodes(session: Session, day: date) -> Mapping[uuid.UUID, Node]:
    """Every unit that exists on a day."""
    statement = select(Unit.id, Unit.slug, UnitState.name, UnitState.kind, UnitState.parent_id).join(
        UnitState, UnitState.unit_id == Unit.id
    )
    return {row.id: Node(*row) for row in session.execute(statement.where(valid_on(day)))}


def parents(session: Session, day: date) -> dict[uuid.UUID, uuid.UUID | None]:
    """Parent of every unit that exists on a day."""
    rows = session.execute(select(UnitState.unit_id, UnitState.parent_id).where(valid_on(day)))
    return {unit: parent for unit, parent in rows}


def name_of(session: Session, unit_id: uuid.UUID, day: date) -> str:
    """Name of a unit on a day; its last known one if it no longer exists."""
    states = select(UnitState.name).where(UnitState.unit_id == unit_id)
    found = session.scalar(states.where(valid_on(day)))
    return found or session.scalar(states.order_by(UnitState.valid_from.desc()).limit(1)) or ""
