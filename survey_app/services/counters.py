"""Counters per unit and week: how often an address was made, repeated, opened or disputed."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.db import Base
from survey_app.domain.periods import monday
from survey_app.models import Counter


def insert(session: Session, table: type[Base]) -> "postgresql.Insert | sqlite.Insert":
    """INSERT that knows ON CONFLICT, in the dialect of this session."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(session: Session, table: type[Base], **values: Any) -> bool:  # noqa: ANN401 - column values
    """Insert a row unless its key is there; True if it was new."""
    statement = insert(session, table).values(**values).on_conflict_do_nothing()
    # The drivers count conflicts differently, so the row itself says that it is new.
    return session.execute(statement.returning(*table.__table__.primary_key)).first() is not None


def add(session: Session, table: type[Base], amount: int, column: str, **key: Any) -> None:  # noqa: ANN401 - key values
    """Add to a counting column, making the row if it is not there."""
    statement = insert(session, table).values(**key, **{column: amount})
    counted = getattr(table, column)
    session.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_={column: counted + amount}),
    )


def count(session: Session, round_id: uuid.UUID, unit_id: uuid.UUID, day: date, name: str, amount: int = 1) -> None:
    """Count an event of a unit in the week of `day`."""
    add(session, Counter, amount, "value", round_id=round_id, unit_id=unit_id, week=monday(day), name=name)
