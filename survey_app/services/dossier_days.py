"""Dossiers of a period with their days, one by one: what balances, tables and rule sets are counted from."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from survey_app.domain.balance import Days
from survey_app.domain.periods import Period
from survey_app.models import Dossier
from survey_app.services import strata


class DossierLine(NamedTuple):
    """One dossier: where it was received and resolved, what it is about, and its days."""

    receiving: uuid.UUID
    resolving: uuid.UUID
    field: str | None
    channel: str | None
    procedure: str | None
    online_level: str | None
    days: Days


def lines(session: Session, zone: ZoneInfo, period: Period) -> Iterator[DossierLine]:
    """Every dossier that was open or was closed in a period; a few of the days around it too."""
    first, after = strata.moment(period.start - timedelta(days=1)), strata.moment(period.end + timedelta(days=1))
    closed_before = and_(
        or_(Dossier.finished_at.is_not(None), Dossier.returned_at.is_not(None)),
        or_(Dossier.finished_at.is_(None), Dossier.finished_at < first),
        or_(Dossier.returned_at.is_(None), Dossier.returned_at < first),
    )
    statement = (
        select(
            Dossier.receiving_unit_id,
            Dossier.resolving_unit_id,
            Dossier.field,
            Dossier.filing_channel,
            Dossier.procedure_code,
            Dossier.online_level,
            Dossier.received_at,
            Dossier.due_at,
            Dossier.extended_due_at,
            Dossier.finished_at,
            Dossier.returned_at,
            Dossier.outcome,
        )
        .where(
            or_(Dossier.received_at.is_not(None), Dossier.returned_at.is_not(None)),
            or_(
                Dossier.received_at.is_(None),
                Dossier.received_at < after,
                Dossier.finished_at < after,  # closed before it was received: a slip that the balance must show
                Dossier.returned_at < after,
            ),
            ~closed_before,
        )
        .execution_options(yield_per=10_000)
    )
    for row in session.execute(statement):
        moments = (row.received_at, row.due_at, row.extended_due_at, row.finished_at, row.returned_at)
        received, due, extended, finished, returned = (_day(moment, zone) for moment in moments)
        days = Days(received, due, extended, finished, returned, row.outcome)
        places = (row.receiving_unit_id, row.resolving_unit_id)
        yield DossierLine(*places, row.field, row.filing_channel, row.procedure_code, row.online_level, days)


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
