"""The balance of a unit's dossiers in a period, from the register."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from survey_app.domain.balance import Days, Tally
from survey_app.domain.periods import Period
from survey_app.installation import Installation
from survey_app.models import Dossier
from survey_app.services import units


def tally(installation: Installation, unit_slug: str, period: Period) -> Tally:
    """Count the dossiers that a unit, or one beneath it, received or resolves, on each side of the equation."""
    with installation.database.read() as session:
        unit = units.unit_by_slug(session, unit_slug)
        days = _days(session, installation.settings.zone)
        # The tree of the period's first day and of its last, so that a reorganisation within it loses nothing.
        last = min(period.end, installation.today())
        under = units.descendants(session, unit.id, period.start) | units.descendants(session, unit.id, last)
        counted = Tally(period.start, period.end)
        for receiving, resolving, dossier in days:
            if receiving in under or resolving in under:
                counted.add(dossier)
        return counted


def _days(session: Session, zone: ZoneInfo) -> Iterator[tuple[uuid.UUID, uuid.UUID, Days]]:
    """Every dossier with what the balance must know of it."""
    statement = select(
        Dossier.receiving_unit_id,
        Dossier.resolving_unit_id,
        Dossier.received_at,
        Dossier.due_at,
        Dossier.extended_due_at,
        Dossier.finished_at,
        Dossier.returned_at,
        Dossier.outcome,
    ).execution_options(yield_per=10_000)
    statement = statement.where(or_(Dossier.received_at.is_not(None), Dossier.returned_at.is_not(None)))
    for row in session.execute(statement):
        received, due, extended, finished, returned = (_day(moment, zone) for moment in row[2:7])
        yield (
            row.receiving_unit_id,
            row.resolving_unit_id,
            Days(received, due, extended, finished, returned, row.outcome),
        )


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
