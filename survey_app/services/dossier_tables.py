"""The dossier tables of quarterly and half-year reports: by unit, field and channel, each line checked."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain import balance
from survey_app.domain.balance import Figures, Finding, Tally
from survey_app.domain.collation import sort_key
from survey_app.domain.periods import Period
from survey_app.installation import Installation
from survey_app.models import Unit, UnitEvent, UnitEventPart
from survey_app.services import dossier_days, unit_tree, units

K = TypeVar("K")
NOT_TOLD = ""  # the register names no field, or no channel
COLUMNS = (
    "table",
    "key",
    "name",
    "received",
    "carried_over",
    "resolved",
    "early",
    "on_time",
    "late",
    "pending",
    "within_time",
    "overdue",
    "without_result",
    "on_time_rate",
    "does_not_add_up",
)


@dataclass(frozen=True)
class BalanceLine:
    """One line of a table: figures, what does not add up in them, and what dossiers lack to be on both sides."""

    key: str  # slug of the unit, name of the field, or counter, online, post; blank: the register does not tell
    name: str
    figures: Figures
    wrong: tuple[Finding, ...]
    missing: Mapping[str, int]
    on_time_rate: Decimal | None  # early or on time, in per cent of what was resolved with a due day; two decimals


@dataclass(frozen=True)
class DossierTables:
    """Received, carried over, resolved, pending of a unit in a period; the lines of each table add up to the whole."""

    unit_slug: str
    unit_name: str
    period: Period
    whole: BalanceLine
    by_unit: tuple[BalanceLine, ...]
    by_field: tuple[BalanceLine, ...]
    by_channel: tuple[BalanceLine, ...]
    reorganised: tuple[str, ...]  # changes of units within the period: its figures straddle them


def tables(installation: Installation, unit_slug: str, period: Period) -> DossierTables:
    """Count the dossiers of a unit and of all beneath it, each once in every table.

    A dossier stands in the line of the agency that resolves it, else of the unit that received it: the unit directly
    beneath the one asked for. A period that is not over is counted to the day before today.
    """
    end = min(period.end, installation.today())
    counted = Period(period.name, period.start, max(end, period.start + timedelta(days=1)))
    with installation.database.read() as session:
        unit = units.unit_by_slug(session, unit_slug)
        last = counted.end - timedelta(days=1)
        places = _lines_of(session, unit.id, counted.start) | _lines_of(session, unit.id, last)
        whole = Tally(counted.start, counted.end)
        by_unit: dict[uuid.UUID, Tally] = {}
        by_field: dict[str, Tally] = {}
        by_channel: dict[str, Tally] = {}
        for line in dossier_days.lines(session, installation.settings.zone, counted):
            own = places.get(line.resolving) or places.get(line.receiving)
            if own is None:
                continue
            whole.add(line.days)
            _tally(by_unit, own, counted).add(line.days)
            _tally(by_field, line.field or NOT_TOLD, counted).add(line.days)
            _tally(by_channel, line.channel or NOT_TOLD, counted).add(line.days)
        named = {u: (session.get_one(Unit, u).slug, unit_tree.name_of(session, u, last)) for u in by_unit}
        name = unit_tree.name_of(session, unit.id, last)
        reorganised = changes(session, set(places) | {unit.id}, counted.start, last)
    return DossierTables(
        unit_slug,
        name,
        counted,
        _line(unit_slug, name, whole),
        _sorted(_line(*named[u], tally) for u, tally in by_unit.items()),
        _sorted(_line(field, field, tally) for field, tally in by_field.items()),
        _sorted(_line(channel, channel, tally) for channel, tally in by_channel.items()),
        reorganised,
    )


def rows(found: DossierTables) -> list[tuple[object, ...]]:
    """Every line of every table in the order of COLUMNS."""
    listed: list[tuple[object, ...]] = []
    named = (("whole", (found.whole,)), ("unit", found.by_unit), ("field", found.by_field))
    for table, lines in (*named, ("channel", found.by_channel)):
        for line in lines:
            f = line.figures
            counts = (f.received, f.carried_over, f.resolved, f.early, f.on_time, f.late, f.pending, f.within_time)
            rate = None if line.on_time_rate is None else float(line.on_time_rate)
            wrong = "; ".join(str(finding) for finding in line.wrong) or None
            listed.append((table, line.key, line.name, *counts, f.overdue, f.without_result, rate, wrong))
    return listed


def changes(session: Session, inside: Collection[uuid.UUID], first: date, last: date) -> tuple[str, ...]:
    """Reorganisations after the first day and up to the last that touch one of these units, in order of time."""
    parts = (
        select(UnitEvent.effective, UnitEvent.kind, UnitEvent.legal_basis, UnitEventPart.from_unit_id)
        .join(UnitEventPart, UnitEventPart.event_id == UnitEvent.id)
        .where(UnitEvent.effective > first, UnitEvent.effective <= last)
        .order_by(UnitEvent.effective, UnitEvent.reference)
    )
    found = [
        f"{effective:%d/%m/%Y} {kind}: {unit_tree.name_of(session, unit_id, first)} ({basis})"
        for effective, kind, basis, unit_id in session.execute(parts)
        if unit_id in inside
    ]
    return tuple(dict.fromkeys(found))


def _lines_of(session: Session, top: uuid.UUID, day: date) -> dict[uuid.UUID, uuid.UUID]:
    """The unit directly beneath `top` that each unit beneath it belongs to on a day; `top` stands for itself."""
    above = unit_tree.parents(session, day)
    lines = {top: top}
    for unit in above:
        way, at = [unit], above[unit]
        while at is not None and at != top and at not in way:
            way.append(at)
            at = above.get(at)
        if at == top:
            lines[unit] = way[-1]
    return lines


def _tally(tallies: dict[K, Tally], key: K, period: Period) -> Tally:
    return tallies.setdefault(key, Tally(period.start, period.end))


def _line(key: str, name: str, tally: Tally) -> BalanceLine:
    figures = tally.figures()
    wrong = tuple(balance.not_adding_up(figures))
    return BalanceLine(key, name, figures, wrong, dict(tally.missing), balance.on_time_rate(figures))


def _sorted(lines: Iterable[BalanceLine]) -> tuple[BalanceLine, ...]:
    """By name; what the register does not tell stands last. Lines without any dossier are left out."""
    kept = [line for line in lines if any(vars(line.figures).values()) or line.missing]
    return tuple(sorted(kept, key=lambda line: (line.name == NOT_TOLD, sort_key(line.name))))
