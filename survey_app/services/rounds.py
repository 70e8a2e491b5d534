"""Rounds: the plan, the frozen frame, and the one place where a round goes from one state to the next."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from instruments import shipped
from survey_app.domain import collectors, periods, round_plan, round_states, tokens
from survey_app.domain.figures import RoundLine
from survey_app.domain.release_names import release_name
from survey_app.domain.round_plan import Plan
from survey_app.installation import Installation
from survey_app.models import Round, RoundChange, RoundStep, Unit
from survey_app.services import audit, round_plans, round_roles, strata, units
from survey_app.services.errors import NotFoundError, OtherWayError, RefusedError
from survey_app.services.round_roles import COMMAND_LINE, Actor

__all__ = ["COMMAND_LINE", "Actor", "Plan"]

ACTIONS = {"frozen": "freeze", "closed": "close"}  # what the audit log calls a step; else the state itself


class TakenError(RefusedError):
    """There is a round with this code already."""


@dataclass(frozen=True)
class Release:
    """One line of the release calendar: what is announced for which moment, and what came of it."""

    code: str
    title: str
    unit_slug: str
    state: str
    period_start: date
    period_end: date
    announced_at: datetime
    release_at: datetime
    put_off_from: tuple[datetime, ...]  # earlier announced moments, the first one first


def create(installation: Installation, plan: Plan, actor: Actor = COMMAND_LINE) -> uuid.UUID:
    """Write down a plan and make the round's keys; PlanRefusedError names what must be mended."""
    now = installation.now()
    with installation.database.read() as session:
        round_plans.check(session, installation, plan)
        round_roles.require(
            session, installation, actor, round_states.PLANNER, units.unit_by_slug(session, plan.unit_slug).id
        )
        _free(session, plan)
    installation.keys.create_round(plan.code)
    installation.keys.prepare_days(installation.today())
    installation.keys.prepare_pools()
    installation.keys.prepare_kiosks()
    with installation.database.write() as session:
        _free(session, plan)
        number = (session.scalar(select(func.max(Round.number))) or 0) + 1
        if number > tokens.MAX_ROUND:
            raise RefusedError("Tokens can carry 511 rounds; this installation has made them all.")
        row = Round(
            number=number,
            unit_id=units.unit_by_slug(session, plan.unit_slug).id,
            instrument_hash=shipped(plan.instrument_key).structure_hash,
            seed_commitment=sha256(installation.keys.seed(plan.code)).hexdigest(),
            announced_at=now if plan.release_at else None,
            **round_plans.columns(plan),
        )
        session.add(row)
        try:
            session.flush()
        except IntegrityError as error:
            raise RefusedError("Another round was made at the same moment; send the plan once more.") from error
        session.add(RoundStep(round_id=row.id, state=round_states.PLAN, at=now, actor=actor.login))
        audit.note(session, installation, "round create", plan.code, actor=actor.login)
        return row.id


def amend(
    installation: Installation, code: str, changes: Mapping[str, Any], actor: Actor = COMMAND_LINE, reason: str = ""
) -> tuple[str, ...]:
    """Change fields of a plan; return the names of those that are now different.

    Anything valid goes while the round is planned. Once the frame is frozen a reason is needed, and nothing is lowered:
    PlanRefusedError names each field that may not change in this way.
    """
    now = installation.now()
    with installation.database.write() as session:
        row = by_code(session, code)
        session.refresh(row, with_for_update=True)
        round_roles.require(session, installation, actor, round_states.PLANNER, row.unit_id)
        before = round_plans.plan_of(session, row)
        wanted = {name: value for name, value in changes.items() if getattr(before, name) != value}
        if not wanted:
            return ()
        after = Plan(**({f.name: getattr(before, f.name) for f in fields(Plan)} | wanted))
        round_plans.check_change(session, installation, row, (before, after), wanted, reason)
        for name in wanted:
            old, new = (round_plans.plain(getattr(plan, name)) for plan in (before, after))
            session.add(
                RoundChange(
                    round_id=row.id, at=now, actor=actor.login, field=name, before=old, after=new, reason=reason.strip()
                )
            )
            detail = f"{name}: {old} -> {new}" + (f" ({reason.strip()})" if reason.strip() else "")
            audit.note(session, installation, "round change", code, detail, actor.login)
        for name, value in round_plans.columns(after).items():
            setattr(row, name, value)
        row.instrument_hash = shipped(after.instrument_key).structure_hash
        if row.announced_at is None or ("release_at" in wanted and row.state == round_states.PLAN):
            row.announced_at = now if row.release_at else None  # put off later, the first announcement stands
        return tuple(wanted)


def freeze(
    installation: Installation, code: str, register_start: date, register_end: date, actor: Actor = COMMAND_LINE
) -> int:
    """Fix the strata by the register of a past period; return how many there are."""
    with installation.database.write() as session:
        row = by_code(session, code)
        if round_plan.is_closed(row.design):
            raise RefusedError(f"Round {code} draws from a closed frame: `sipas frame freeze {code}` after the period.")
        advance(session, installation, row, round_states.FROZEN, actor, f"{register_start}..{register_end}")
        return strata.freeze(session, row, register_start, register_end)


def move(installation: Installation, code: str, state: str, actor: Actor = COMMAND_LINE, reason: str = "") -> None:
    """Take a round to another state in a transaction of its own; the last four it reaches with its release alone."""
    if state in round_states.RELEASE_STEPS:
        command = f"sipas release {round_states.RELEASE_STEPS[state]} {code}"
        raise RefusedError(f"A round becomes {state} with its release: `{command}`.")
    with installation.database.write() as session:
        advance(session, installation, by_code(session, code), state, actor, reason)


def advance(
    session: Session, installation: Installation, row: Round, state: str, actor: Actor, reason: str = ""
) -> None:
    """Take a round to its next state, or back to 'closed' by a checker with a reason: the only place that does.

    Checks the order, the role, the second person for a signature and the announced moment of a release, and writes
    the step and its line of the audit log in the transaction of `session`.
    """
    session.refresh(row, with_for_update=True)  # two people at once: the second one sees what the first has done
    refuse_erased(row, installation.today())
    if state not in round_states.STATES or not round_states.is_step(row.state, state):
        following = round_states.after(row.state)
        hint = f" Its next state is {following}." if following else ""
        raise RefusedError(f"Round {row.code} is {row.state}; it cannot become {state} from there.{hint}")
    role = round_states.role_for(row.state, state)
    if state in round_states.NAMED_PERSON and not actor.named:
        raise round_roles.RoleMissingError(
            f"A round becomes {state} by a person with the role {role}: name the login with --as.",
        )
    round_roles.require(session, installation, actor, role, row.unit_id)
    round_plans.check_step(session, row, state, actor.login, reason, installation.now())
    row.state = state
    now = installation.now()
    session.add(RoundStep(round_id=row.id, state=state, at=now, actor=actor.login, reason=reason.strip()))
    audit.note(session, installation, f"round {ACTIONS.get(state, state)}", row.code, reason.strip(), actor.login)


def hold_open(session: Session, round_id: uuid.UUID) -> Round:
    """The round as it is now, and not closed before this transaction ends: what is taken in the field counts."""
    return session.get_one(Round, round_id, populate_existing=True, with_for_update={"read": True, "key_share": True})


def last_day(row: Round, month: int) -> date:
    """Last day on which an address opens: a token carries its month only, so its life begins with the month's end."""
    end_of_month = periods.month_after(row.field_start, month + 1) - timedelta(days=1)
    return min(row.field_end, end_of_month + timedelta(days=row.token_life_days))


def require_collector(row: Round, way: str) -> None:
    """Refuse a way of answering that the plan of a round does not name."""
    told = collectors.refusal(row.code, row.collectors, way)
    if told is not None:
        raise OtherWayError(told)


def refuse_erased(row: Round, today: date) -> None:
    """Refuse whatever needs the answers of a round whose erasure date has come."""
    if row.erasure_date <= today:
        raise RefusedError(f"{row.code} was to be erased on {row.erasure_date:%d/%m/%Y}: it stays as it is.")


def by_code(session: Session, code: str) -> Round:
    """Round with this code; NotFoundError if there is none."""
    row = session.scalar(select(Round).where(Round.code == code))
    if row is None:
        raise NotFoundError(f"There is no round {code!r}; `sipas round list` shows them.")
    return row


def every(installation: Installation) -> tuple[RoundLine, ...]:
    """All rounds, newest first."""
    with installation.database.read() as session:
        return tuple(line(row) for row in session.scalars(select(Round).order_by(Round.period_start.desc())))


def calendar(installation: Installation) -> tuple[Release, ...]:
    """Announced releases, the next one first, then those that lie behind, the newest first."""
    now = installation.now()
    with installation.database.read() as session:
        found = select(Round, Unit.slug).join(Unit, Unit.id == Round.unit_id).where(Round.release_at.is_not(None))
        moved = select(RoundChange).where(RoundChange.field == "release_at").order_by(RoundChange.at)
        earlier: dict[uuid.UUID, list[datetime]] = {}
        for change in session.scalars(moved):
            if change.before is not None:
                earlier.setdefault(change.round_id, []).append(datetime.fromisoformat(change.before))
        lines = [_release(row, slug, tuple(earlier.get(row.id, ()))) for row, slug in session.execute(found)]
    coming = sorted((entry for entry in lines if entry.release_at > now), key=lambda entry: entry.release_at)
    past = sorted((e for e in lines if e.release_at <= now), key=lambda e: e.release_at, reverse=True)
    return (*coming, *past)


def line(row: Round) -> RoundLine:
    """Show a round as one line."""
    return RoundLine(
        row.id,
        row.code,
        row.title,
        row.state,
        row.period_start,
        row.period_end,
        row.field_start,
        row.field_end,
        row.unit_id,
    )


def _release(row: Round, slug: str, earlier: tuple[datetime, ...]) -> Release:
    if row.announced_at is None or row.release_at is None:
        raise ValueError(f"{row.code} is not announced")
    days = (row.period_start, row.period_end)
    return Release(row.code, row.title, slug, row.state, *days, row.announced_at, row.release_at, earlier)


def _free(session: Session, plan: Plan) -> None:
    """Refuse a code that is there, or whose release would have the address of another round's."""
    if session.scalar(select(Round.id).where(Round.code == plan.code)):
        raise TakenError(f"Round {plan.code} exists; choose another code.")
    name = release_name(plan.unit_slug, plan.code)
    for slug, code in session.execute(select(Unit.slug, Round.code).join(Round, Round.unit_id == Unit.id)):
        if release_name(slug, code) == name:
            raise TakenError(f"Round {code} has the address /releases/{name} already; choose another code.")
