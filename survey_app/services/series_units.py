"""Which units a unit of today was made from, and which rounds measured them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis import Passage, Share, Succession
from survey_app.domain import round_states
from survey_app.domain.unit_events import ENDING
from survey_app.models import Round, UnitEvent, UnitEventPart
from survey_app.services import public_releases, unit_tree


def succession(session: Session) -> Succession[uuid.UUID]:
    """Every merge, split and end of units that is registered."""
    query = select(UnitEvent.effective, UnitEventPart.from_unit_id, UnitEventPart.to_unit_id, UnitEventPart.share)
    query = query.join(UnitEventPart, UnitEventPart.event_id == UnitEvent.id).where(UnitEvent.kind.in_(ENDING))
    rows = session.execute(query)
    return Succession([Passage(row.effective, row.from_unit_id, row.to_unit_id, row.share) for row in rows])


@dataclass(frozen=True)
class Period:
    """Rounds that ask the same questionnaire about the dossiers of the same days, in several provinces."""

    start: date
    end: date
    instrument_key: str
    rounds: tuple[Round, ...]


@dataclass
class Measured:
    """All ended rounds by period, and the trees of units of their days."""

    periods: tuple[Period, ...]
    trees: dict[date, Mapping[uuid.UUID, set[uuid.UUID]]] = field(default_factory=dict)

    def round_of(self, period: Period, unit_id: uuid.UUID) -> Round | None:
        """The round of a period that measured a unit; the newest plan where several did."""
        tree = self.trees[period.start]
        found = [row for row in period.rounds if unit_id in tree.get(row.unit_id, ())]
        return found[-1] if found else None

    def existing(self, period: Period) -> Mapping[uuid.UUID, set[uuid.UUID]]:
        """Units that there were on the first day of a period."""
        return self.trees[period.start]


def measured(session: Session, *, published_only: bool) -> Measured:
    """Rounds whose figures may be in a series, in the order of time."""
    states = (round_states.PUBLISHED,) if published_only else round_states.ENDED
    ordered = select(Round).where(Round.state.in_(states)).order_by(Round.period_end, Round.period_start, Round.code)
    withdrawn = public_releases.withdrawn_rounds(session)
    rows = [row for row in session.scalars(ordered) if row.id not in withdrawn]
    grouped: dict[tuple[date, date, str], list[Round]] = {}
    for row in rows:
        grouped.setdefault((row.period_start, row.period_end, row.instrument_key), []).append(row)
    found = Measured(tuple(Period(*key, tuple(same)) for key, same in grouped.items()))
    for period in found.periods:
        if period.start not in found.trees:
            found.trees[period.start] = unit_tree.trees(session, period.start)
    return found


def origins(
    known: Succession[uuid.UUID], made: Measured, period: Period, unit_id: uuid.UUID, today: date
) -> dict[uuid.UUID, Share]:
    """Units of a period that went into a unit of today, with their shares; the unit itself where it was there."""
    existing = made.existing(period)
    found = known.origins(unit_id, period.start, today, existing)
    return found or ({unit_id: Decimal(1)} if unit_id in existing else {})
