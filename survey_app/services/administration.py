"""What an administrator sees: units under his own, their rounds, and what staff and commands did."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from survey_app.domain.access import Reader
from survey_app.domain.figures import RoundLine
from survey_app.installation import Installation
from survey_app.models import AuditEntry, Round, Staff
from survey_app.services import rounds, units
from survey_app.services.errors import NotFoundError
from survey_app.services.units import UnitOn

SHOWN_ENTRIES = 200


@dataclass(frozen=True)
class Branch:
    """A unit, those above it that the reader may see (top first), and those directly under it."""

    unit: UnitOn
    above: tuple[UnitOn, ...]
    children: tuple[UnitOn, ...]


@dataclass(frozen=True)
class Entry:
    """One line of the audit log."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


def branch(installation: Installation, reader: Reader, slug: str | None) -> Branch:
    """A unit of the reader's scope with its neighbours; NotFoundError for one outside it."""
    today = installation.today()
    with installation.database.read() as session:
        unit_id = units.unit_by_slug(session, slug).id if slug else reader.unit_id
        if unit_id not in units.descendants(session, reader.unit_id, today):
            raise NotFoundError(f"There is no unit {slug!r}.")
        ids = units.ancestors(session, unit_id, today)
        inside = ids[: ids.index(reader.unit_id) + 1] if reader.unit_id in ids else []
        above = tuple(units.unit_on(session, found, today) for found in reversed(inside))
        return Branch(units.unit_on(session, unit_id, today), above, tuple(units.children(session, unit_id, today)))


def rounds_within(installation: Installation, reader: Reader) -> tuple[RoundLine, ...]:
    """Rounds of the reader's unit and of those under it, newest first."""
    inside = _scope(installation, reader)
    return tuple(line for line in rounds.every(installation) if line.unit_id in inside)


def entries(installation: Installation, reader: Reader) -> tuple[Entry, ...]:
    """Newest audit entries: all for whoever oversees every unit, else those of logins and rounds in his scope."""
    inside = _scope(installation, reader)
    with installation.database.read() as session:
        found = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id).limit(SHOWN_ENTRIES)
        if not {unit.id for unit in units.all_units(session, installation.today())} <= inside:
            logins = select(Staff.login).where(Staff.unit_id.in_(inside))
            codes = select(Round.code).where(Round.unit_id.in_(inside))
            own = (AuditEntry.actor.in_(logins), AuditEntry.subject.in_(logins), AuditEntry.subject.in_(codes))
            found = found.where(or_(*own))
        rows = session.scalars(found).all()
        zone = installation.settings.zone
        return tuple(Entry(row.at.astimezone(zone), row.actor, row.action, row.subject, row.detail) for row in rows)


def _scope(installation: Installation, reader: Reader) -> set[uuid.UUID]:
    with installation.database.read() as session:
        return units.descendants(session, reader.unit_id, installation.today())
