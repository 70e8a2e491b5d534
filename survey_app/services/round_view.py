"""What pages and commands show of a round: its plan, who took which step, what was changed, what comes next."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain import access, round_states
from survey_app.domain.access import Reader
from survey_app.domain.figures import RoundLine
from survey_app.domain.round_plan import Plan
from survey_app.installation import Installation
from survey_app.models import Round, RoundChange, RoundStep, Stratum
from survey_app.services import round_plans, round_roles, rounds, unit_tree, units
from survey_app.services.errors import NotFoundError


@dataclass(frozen=True)
class Step:
    """One step that was taken."""

    state: str
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True)
class Change:
    """One field of the plan that was changed."""

    field: str
    before: Any
    after: Any
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True)
class RoundPage:
    """A round with everything that was done to it; `may` are the states that the reader could take it to."""

    plan: Plan
    state: str
    unit_name: str
    seed_commitment: str
    announced_at: datetime | None
    erased_at: datetime | None
    strata: int
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    may: tuple[str, ...]
    may_plan: bool

    def last(self, state: str) -> Step | None:
        """Who brought the round to a state last; None if nobody did, or it was sent back since."""
        if round_states.STATES.index(state) > round_states.STATES.index(self.state):
            return None
        return next((step for step in reversed(self.steps) if step.state == state), None)


@dataclass(frozen=True)
class UnitRounds:
    """The rounds of a unit, newest first, and whether the reader may plan another one."""

    name: str
    rounds: tuple[RoundLine, ...]
    may_plan: bool


def of_unit(installation: Installation, reader: Reader, slug: str) -> UnitRounds:
    """Rounds whose unit this is; NotFoundError for one that is not in the reader's scope."""
    today = installation.today()
    with installation.database.read() as session:
        unit = units.unit_by_slug(session, slug)
        _refuse_stranger(session, reader, unit.id, today)
        found = tuple(line for line in rounds.every(installation) if line.unit_id == unit.id)
        may_plan = round_states.PLANNER in round_roles.roles_of(session, reader.id)
        return UnitRounds(unit_tree.name_of(session, unit.id, today), found, may_plan)


def actor(installation: Installation, reader: Reader) -> round_roles.Actor:
    """Whoever takes a step on a page."""
    with installation.database.read() as session:
        return round_roles.of_reader(session, reader)


def page(installation: Installation, code: str, reader: Reader | None = None, slug: str | None = None) -> RoundPage:
    """Show a round; with a reader NotFoundError for one that is not of this unit, or not in his scope."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        may: tuple[str, ...] = ()
        may_plan = False
        if reader is not None:
            if slug is None or units.unit_by_slug(session, slug).id != row.unit_id:
                raise NotFoundError(f"There is no round {code!r}.")
            _refuse_stranger(session, reader, row.unit_id, installation.today())
            roles = round_roles.roles_of(session, reader.id)
            may = _may(session, row, reader.login, roles) if row.erasure_date > installation.today() else ()
            may_plan = round_states.PLANNER in roles
        strata = session.scalars(select(Stratum.id).where(Stratum.round_id == row.id)).all()
        return RoundPage(
            plan=round_plans.plan_of(session, row),
            state=row.state,
            unit_name=unit_tree.name_of(session, row.unit_id, row.period_start),
            seed_commitment=row.seed_commitment,
            announced_at=row.announced_at,
            erased_at=row.erased_at,
            strata=len(strata),
            steps=_steps(session, row),
            changes=_changes(session, row),
            may=may,
            may_plan=may_plan,
        )


def _refuse_stranger(session: Session, reader: Reader, unit_id: uuid.UUID, today: date) -> None:
    above = (unit_id, *units.ancestors(session, unit_id, today))
    if not access.opens(reader.role, access.PROVINCE) or reader.unit_id not in above:
        raise NotFoundError("There is no such unit.")


def _may(session: Session, row: Round, login: str, roles: frozenset[str]) -> tuple[str, ...]:
    """Steps that somebody with these roles could take; whether each one is taken is decided when he does."""
    done = [(step.state, step.actor) for step in _steps(session, row)]
    return tuple(
        state
        for state in round_states.STATES
        if round_states.is_step(row.state, state)
        and round_states.role_for(row.state, state) in roles
        and not round_states.second_person_missing(state, login, done)
    )


def _steps(session: Session, row: Round) -> tuple[Step, ...]:
    found = session.scalars(select(RoundStep).where(RoundStep.round_id == row.id)).all()
    order = round_states.STATES.index  # two steps of one moment stand in the order of the states
    found = sorted(found, key=lambda step: (step.at, order(step.state)))
    return tuple(Step(step.state, step.at, step.actor, step.reason) for step in found)


def _changes(session: Session, row: Round) -> tuple[Change, ...]:
    found = select(RoundChange).where(RoundChange.round_id == row.id).order_by(RoundChange.at.desc(), RoundChange.field)
    return tuple(Change(c.field, c.before, c.after, c.at, c.actor, c.reason) for c in session.scalars(found))
