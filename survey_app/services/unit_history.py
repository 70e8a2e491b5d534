"""Where units came from and what became of them."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from survey_app.models import Unit, UnitAlias, UnitEvent, UnitEventPart, UnitState
from survey_app.services import units


@dataclass(frozen=True)
class Succession:
    """What went from one unit to another in a reorganisation; `share` of the first, None where no source gives it."""

    unit_id: uuid.UUID
    slug: str
    share: Decimal | None
    kind: str
    effective: date
    legal_basis: str

    def __str__(self) -> str:
        share = "an unknown part" if self.share is None else f"{float(100 * self.share):g} %"
        return f"{self.slug}, {share} ({self.kind} of {self.effective:%d/%m/%Y}, {self.legal_basis})"


def predecessors(session: Session, unit_id: uuid.UUID) -> list[Succession]:
    """What a unit was made from."""
    part = UnitEventPart
    query = select(Unit.id, Unit.slug, part.share, UnitEvent).join(Unit, Unit.id == part.from_unit_id)
    return _successions(session, query.where(part.to_unit_id == unit_id))


def successors(session: Session, unit_id: uuid.UUID) -> list[Succession]:
    """What a unit became."""
    part = UnitEventPart
    query = select(Unit.id, Unit.slug, part.share, UnitEvent).join(Unit, Unit.id == part.to_unit_id)
    return _successions(session, query.where(part.from_unit_id == unit_id))


def _successions(
    session: Session,
    query: Select[uuid.UUID, str, Decimal | None, UnitEvent],
) -> list[Succession]:
    rows = session.execute(query.join(UnitEvent, UnitEvent.id == UnitEventPart.event_id).order_by(Unit.slug))
    return [Succession(unit, slug, share, e.kind, e.effective, e.legal_basis) for unit, slug, share, e in rows]


def description(session: Session, slug: str, on: date) -> list[str]:
    """Everything the register says about a unit, line by line."""
    unit = units.unit_by_slug(session, slug)
    names = {unit_id: name for unit_id, name in session.execute(select(Unit.id, Unit.slug)) if unit_id}
    lines = [unit.slug]
    for state in session.scalars(select(UnitState).where(UnitState.unit_id == unit.id).order_by(UnitState.valid_from)):
        under = f", under {names[state.parent_id]}" if state.parent_id else ""
        lines.append(f"  {units.time(state.valid_from, state.valid_to)}: {state.name} ({state.kind}{under})")
    aliases = select(UnitAlias).where(UnitAlias.unit_id == unit.id).order_by(UnitAlias.scheme, UnitAlias.valid_from)
    lines += [f"  {a.scheme} {a.value} {units.time(a.valid_from, a.valid_to)}" for a in session.scalars(aliases)]
    lines += [f"  came from {part}" for part in predecessors(session, unit.id)]
    lines += [f"  became {part}" for part in successors(session, unit.id)]
    beneath = len(units.descendants(session, unit.id, on)) - 1
    lines.append(f"  {beneath} units beneath it on {on:%d/%m/%Y}")
    return lines
