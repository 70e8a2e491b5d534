"""Devices as pages and lists show them: what they told last, what is missing, and which need a look."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain import access, number_ranges
from survey_app.domain.access import Reader
from survey_app.domain.number_ranges import Range
from survey_app.installation import Installation
from survey_app.models import DeadLetter, Kiosk, KioskDay, Quarantine, Unit
from survey_app.services import kiosk_sync, unit_tree, units
from survey_app.services.errors import NotFoundError

SILENT_HOURS = 26  # an office that opens daily has a sign of life from each device within a day
MANY_WAITING = 200
MUCH_DRIFT = 300  # seconds
LOW_BATTERY = 0.15
RECENT_DAYS = 7
BUSY_DAY = 300  # more answers in a day than a hall gives at one device; also after a long time without network


@dataclass(frozen=True)
class KioskLine:
    """One device; `signs` names what needs a look (`_signs`)."""

    number: int
    name: str
    desk: str
    desk_slug: str
    last_seen: datetime | None
    waiting: int | None
    answers: int
    rejected: int
    missing: int
    missing_ranges: tuple[Range, ...]
    version: str
    persisted: bool | None
    battery: float | None
    drift: int | None
    revoked_at: datetime | None
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Apart:
    """What lies in the quarantine of a desk, or could not be read, by reason; counts are rounded to 5."""

    desk: str
    reason: str
    n: int


@dataclass(frozen=True)
class Overview:
    """Devices beneath a unit, those that need a look first."""

    slug: str
    name: str
    look: tuple[KioskLine, ...]
    well: tuple[KioskLine, ...]
    apart: tuple[Apart, ...]


def lines(installation: Installation, within: uuid.UUID | None = None) -> tuple[KioskLine, ...]:
    """All devices by number; with `within`, those of that unit and of the units under it."""
    today = installation.today()
    with installation.database.read() as session:
        rows = session.execute(select(Kiosk, Unit.slug).join(Unit, Unit.id == Kiosk.unit_id).order_by(Kiosk.number))
        inside = units.descendants(session, within, today) if within else None
        found = [(row, slug) for row, slug in rows if inside is None or row.unit_id in inside]
        return tuple(_line(session, installation, row, slug) for row, slug in found)


def of_unit(installation: Installation, reader: Reader, slug: str) -> Overview:
    """Devices beneath a unit that the reader may see; NotFoundError for any other."""
    today = installation.today()
    with installation.database.read() as session:
        unit_id = units.unit_by_slug(session, slug).id
        if not access.may_see(reader, access.PROVINCE, unit_id, units.ancestors(session, unit_id, today)):
            raise NotFoundError(f"There is no unit {slug!r}.")
        name = unit_tree.name_of(session, unit_id, today)
        apart = _apart(session, units.descendants(session, unit_id, today), today)
    found = [line for line in lines(installation, unit_id) if line.revoked_at is None]
    look = tuple(line for line in found if line.signs)
    return Overview(slug, name, look, tuple(line for line in found if not line.signs), apart)


def _line(session: Session, installation: Installation, row: Kiosk, slug: str) -> KioskLine:
    missing = tuple(number_ranges.missing(kiosk_sync.ranges_of(session, row.id)))
    days = _days(session, row, installation.today())
    return KioskLine(
        row.number,
        row.name,
        unit_tree.name_of(session, row.unit_id, installation.today()),
        slug,
        row.last_seen,
        row.waiting,
        row.answers,
        row.rejected,
        number_ranges.size(missing),
        missing,
        row.version,
        row.persisted,
        row.battery,
        row.drift,
        row.revoked_at,
        () if row.revoked_at else _signs(row, installation, days, missing=bool(missing)),
    )


def _days(session: Session, row: Kiosk, today: date) -> list[KioskDay]:
    """What arrived in the last days; older faults need no look any more."""
    recent = select(KioskDay).where(KioskDay.kiosk_id == row.id, KioskDay.day > today - timedelta(days=RECENT_DAYS))
    return list(session.scalars(recent))


def _signs(row: Kiosk, installation: Installation, days: Sequence[KioskDay], *, missing: bool) -> tuple[str, ...]:
    """What needs a look, the most urgent first."""
    now, yesterday = installation.now(), installation.today() - timedelta(days=1)
    # Answers wait and none has arrived since: the line is there for the sign of life only.
    stuck = (row.waiting or 0) > 0 and row.enrolled_at < now - timedelta(hours=SILENT_HOURS)
    stuck = stuck and not any(day.answers and day.day >= yesterday for day in days)
    found = {
        "silent": row.last_seen is None or now - row.last_seen > timedelta(hours=SILENT_HOURS),
        "missing": missing,
        "waiting": stuck or (row.waiting or 0) > MANY_WAITING,
        "not_persisted": row.persisted is False,
        "battery": row.battery is not None and row.battery < LOW_BATTERY,
        "clock": row.drift is not None and abs(row.drift) > MUCH_DRIFT,
        "busy": any(day.answers > BUSY_DAY for day in days),
        "reused": any(day.reused for day in days),
        "rejected": any(day.rejected for day in days),
    }
    return tuple(sign for sign, there in found.items() if there)


def _apart(session: Session, inside: set[uuid.UUID], today: date) -> tuple[Apart, ...]:
    """Counts of the quarantine and of dead letters by desk and reason."""
    found: list[Apart] = []
    for table in (Quarantine, DeadLetter):
        counted = select(table.unit_id, table.reason, func.count())
        counted = counted.where(table.unit_id.in_(inside), func.length(table.sealed) > 0)  # empty: dealt with
        for unit_id, reason, n in session.execute(counted.group_by(table.unit_id, table.reason)):
            if unit_id is not None:
                found.append(Apart(unit_tree.name_of(session, unit_id, today), reason, analysis.rounded_count(n)))
    return tuple(sorted(found, key=lambda line: (line.desk, line.reason)))
