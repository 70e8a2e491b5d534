"""What a release carries of the years before it: published indices of its units and of those they were made from."""

import uuid
from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain.unit_events import ENDING
from survey_app.installation import Installation
from survey_app.models import InstrumentBridge, Release, Round, Unit, UnitEvent, UnitEventPart, UnitState
from survey_app.services import public_releases, release_files, series_units, units


def past(
    installation: Installation, session: Session, row: Round, tree: Collection[str]
) -> "analysis.release.Past | None":
    """Earlier indices, reorganisations and bridges for the units of a round's tree; None if nothing was published."""
    slugs = {unit.id: unit.slug for unit in session.scalars(select(Unit))}
    known = series_units.succession(session)
    wanted = {one for unit, slug in slugs.items() if slug in tree for one in known.behind(unit)}
    earlier = [release_files.path_of(installation, one.file_sha256) for one in _earlier(session, row, wanted)]
    told = {slugs[unit] for unit in wanted}
    history = analysis.release.history_of((analysis.release.opened(path) for path in earlier), told)
    if not history.rows:
        return None
    instruments = {record["instrument"] for record in history.records()} | {row.instrument_key}
    return analysis.release.past_with(
        history, list(_succession(session, slugs, wanted)), list(_bridges(session, instruments))
    )


def _earlier(session: Session, row: Round, wanted: set[uuid.UUID]) -> Iterator[Release]:
    """The newest published version of every earlier round that measured one of these units, oldest period first."""
    found = select(Release, Round).join(Round, Round.id == Release.round_id)
    found = found.where(Release.state == "published", Round.period_end < row.period_start)
    found = found.order_by(Round.period_end, Round.period_start, Round.code, Release.version)
    withdrawn = public_releases.withdrawn_rounds(session)
    newest = {earlier.id: (release, earlier) for release, earlier in session.execute(found)}
    for release, earlier in newest.values():
        if earlier.id not in withdrawn and not wanted.isdisjoint(
            units.descendants(session, earlier.unit_id, earlier.period_start)
        ):
            yield release


def _succession(session: Session, slugs: dict[uuid.UUID, str], wanted: Collection[uuid.UUID]) -> Iterator[list[str]]:
    """Rows of every merge, split and end that a unit of these went through."""
    days = select(UnitState.unit_id, func.min(UnitState.valid_from)).group_by(UnitState.unit_id)
    first: dict[uuid.UUID, date] = {unit: day for unit, day in session.execute(days)}  # noqa: C416 - rows are no pairs
    parts = select(UnitEvent, UnitEventPart).join(UnitEventPart, UnitEventPart.event_id == UnitEvent.id)
    parts = parts.where(UnitEvent.kind.in_(ENDING))
    rows = [
        [
            event.effective.isoformat(),
            event.kind,
            slugs[part.from_unit_id],
            first[part.from_unit_id].isoformat(),
            slugs[part.to_unit_id] if part.to_unit_id else "",
            "" if part.share is None else f"{part.share.normalize():f}",
            event.legal_basis,
        ]
        for event, part in session.execute(parts)
        if part.from_unit_id in wanted
    ]
    yield from sorted(rows)


def _bridges(session: Session, instruments: Collection[str]) -> Iterator[list[str]]:
    """Rows of every bridge between two of these questionnaires."""
    ordered = select(InstrumentBridge).order_by(InstrumentBridge.earlier_key, InstrumentBridge.later_key)
    for one in session.scalars(ordered):
        if one.earlier_key in instruments and one.later_key in instruments:
            figures = [f"{value:.10g}" for value in (one.shift, one.margin)]
            about = [one.declared_by, one.declared_on.isoformat(), one.reason]
            yield [one.earlier_key, one.later_key, *figures, *about]
