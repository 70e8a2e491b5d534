"""The register of a round: how many dossiers were returned and invited, by stratum and by unit."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from survey_app.domain.fieldwork import Released
from survey_app.models import Batch, Counter, Dossier, Frame, Invitation, Round, SampleCell, TraitCount
from survey_app.services import moving, strata, units

Pair = tuple[uuid.UUID, uuid.UUID]  # desk, agency


@dataclass
class Register:
    """Counts of the round's period; linked dossiers count once."""

    by_stratum: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    returned: dict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    invited: dict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    counters: dict[uuid.UUID, dict[str, int]] = field(default_factory=dict)
    assisted: dict[uuid.UUID, Released] = field(default_factory=dict)

    def total(self, counts: dict[Pair, int], under: set[uuid.UUID]) -> int:
        """Sum of the pairs whose desk or agency is among these units."""
        return sum(n for (desk, agency), n in counts.items() if desk in under or agency in under)

    def counted(self, name: str, under: set[uuid.UUID]) -> int:
        """Sum of one counter over these units."""
        return sum(self.counters.get(unit, {}).get(name, 0) for unit in under)

    def by_slip(self, under: set[uuid.UUID], batches: Iterable[Batch]) -> Released:
        """Released answers of people who were offered an address: `batches` of grades G1 and G2, and others."""
        return sum((self.assisted.get(unit, Released()) for unit in under), released_of(batches))


def load(session: Session, row: Round) -> Register:
    """Count the register of a round."""
    register = Register()
    origin = aliased(Dossier)
    linked = select(origin.id).where(origin.dossier_code == Dossier.origin_dossier_code).exists()
    statement = (
        select(*strata.COLUMNS)
        .where(
            Dossier.returned_at >= strata.moment(row.period_start),
            Dossier.returned_at < strata.moment(row.period_end + timedelta(days=1)),
            Dossier.outcome.in_(strata.ASKED),
            ~linked,
        )
        .execution_options(yield_per=10_000)
    )
    under = units.descendants(session, row.unit_id, row.period_start)
    frozen = session.get(Frame, row.id)
    if frozen is not None:
        _frozen(session, register, frozen)
    else:
        for columns in session.execute(statement):
            if columns[0] in under:
                register.by_stratum[strata.stratum_number(row, strata.key_of(*columns))] += 1
                register.returned[columns[0], columns[1]] += 1
    invited = (
        select(Dossier.receiving_unit_id, Dossier.resolving_unit_id, func.count())
        .join(Invitation, Invitation.dossier_id == Dossier.id)
        .where(Invitation.round_id == row.id)
        .group_by(Dossier.receiving_unit_id, Dossier.resolving_unit_id)
    )
    for desk, agency, n in session.execute(invited):
        register.invited[desk, agency] += n
    counted = select(Counter.unit_id, Counter.name, func.sum(Counter.value)).where(Counter.round_id == row.id)
    for unit, name, value in session.execute(counted.group_by(Counter.unit_id, Counter.name)):
        register.counters.setdefault(unit, {})[name] = int(value)
    register.assisted = assisted_by_slip(session, row.id)
    return register


def released_of(batches: Iterable[Batch]) -> Released:
    """Count batches of grades whose answers all came by slip."""
    return sum((Released(b.n, b.complete, b.partial, b.n) for b in batches), Released())


def assisted_by_slip(session: Session, round_id: uuid.UUID) -> dict[uuid.UUID, Released]:
    """Released answers by slip in grades that they share with walk-ups and sheets, and those held, by unit."""
    found: dict[uuid.UUID, Released] = defaultdict(Released)
    mine = (TraitCount.round_id == round_id, TraitCount.trait == moving.BY_SLIP)
    for unit, ended, n in session.execute(select(TraitCount.unit_id, TraitCount.value, TraitCount.n).where(*mine)):
        if ended == moving.HELD:
            found[unit] += Released(held=n)
        else:
            found[unit] += Released(n, *(n if ended == name else 0 for name in ("complete", "partial")))
    return found


def _frozen(session: Session, register: Register, frozen: Frame) -> None:
    """Take what a frozen frame counted: later imports change neither weights nor rates."""
    for desk, agency, n in frozen.returned:
        register.returned[uuid.UUID(desk), uuid.UUID(agency)] += n
    for cell in session.scalars(select(SampleCell).where(SampleCell.round_id == frozen.round_id)):
        # A stratum of a first-stage unit stands for those of the units that were not drawn.
        register.by_stratum[cell.stratum_number] = round(cell.dossiers / cell.psu_probability)
