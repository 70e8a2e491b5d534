"""Rounds: plan, freeze the strata, open, close, publish."""

import uuid
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments import UnknownInstrumentError, lock, shipped
from instruments.model import Instrument
from survey_app.domain import tokens
from survey_app.domain.figures import RoundLine
from survey_app.installation import Installation
from survey_app.models import Round
from survey_app.services import audit, strata, units
from survey_app.services.errors import NotFoundError, RefusedError

FIVE_LEVELS, NOT_APPLICABLE = (1, 2, 3, 4, 5), 9
FROM_STATE = {"field": "frozen", "closed": "field", "published": "closed"}


@dataclass(frozen=True)
class Plan:
    """What is fixed before a round begins."""

    code: str
    title: str
    unit_slug: str
    instrument_key: str
    period_start: date
    period_end: date
    field_start: date
    field_end: date
    erasure_date: date
    draw_fraction: float = 1.0
    token_life_days: int = 90
    flush_weekday: int = 0
    flush_hour: int = 6


def create(installation: Installation, plan: Plan) -> uuid.UUID:
    """Write down a plan and make the round's keys; RefusedError names what must be mended."""
    instrument = _countable(plan.instrument_key)
    problems = _plan_problems(plan)
    if problems:
        raise RefusedError(" ".join(problems))
    installation.keys.create_round(plan.code)
    installation.keys.prepare_days(installation.today())
    installation.keys.prepare_pools()
    installation.keys.prepare_kiosks()
    with installation.database.write() as session:
        if session.scalar(select(Round.id).where(Round.code == plan.code)):
            raise RefusedError(f"Round {plan.code} exists; choose another --code.")
        unit = units.unit_by_slug(session, plan.unit_slug)
        number = (session.scalar(select(func.max(Round.number))) or 0) + 1
        if number > tokens.MAX_ROUND:
            raise RefusedError("Tokens can carry 511 rounds; erase rounds whose erasure date has passed.")
        values = {name: value for name, value in vars(plan).items() if name != "unit_slug"}
        row = Round(
            **values,
            number=number,
            unit_id=unit.id,
            instrument_hash=instrument.structure_hash,
            seed_commitment=sha256(installation.keys.seed(plan.code)).hexdigest(),
        )
        session.add(row)
        audit.note(session, installation, "round create", plan.code)
        return row.id


def freeze(installation: Installation, code: str, register_start: date, register_end: date) -> int:
    """Fix the strata by the register of a past period; return how many there are."""
    with installation.database.write() as session:
        row = by_code(session, code)
        if row.state != "plan":
            raise RefusedError(f"The strata of {code} are fixed (state: {row.state}); they never change afterwards.")
        made = strata.freeze(session, row, register_start, register_end)
        row.state = "frozen"
        audit.note(session, installation, "round freeze", code, f"{register_start}..{register_end}: {made} strata")
        return made


def move(installation: Installation, code: str, state: str) -> None:
    """Take a round to 'field' or 'published', one step at a time; `flush.close` comes between."""
    with installation.database.write() as session:
        row = by_code(session, code)
        if FROM_STATE.get(state) != row.state:
            raise RefusedError(f"Round {code} is {row.state}; it cannot become {state} from there.")
        if state == "field":
            instrument = shipped(row.instrument_key)
            if instrument.structure_hash != row.instrument_hash:
                raise RefusedError(f"{row.instrument_key} was changed after the plan; make a new version of it.")
        row.state = state
        audit.note(session, installation, f"round {state}", code)


def by_code(session: Session, code: str) -> Round:
    """Round with this code; NotFoundError if there is none."""
    row = session.scalar(select(Round).where(Round.code == code))
    if row is None:
        raise NotFoundError(f"There is no round {code!r}; `sipas round list` shows them.")
    return row


def rounds_of(installation: Installation, unit_id: uuid.UUID) -> tuple[RoundLine, ...]:
    """Rounds that measure a unit: its own and those of the units above it; newest first."""
    with installation.database.read() as session:
        above = {unit_id, *units.ancestors(session, unit_id, installation.today())}
        rows = session.scalars(select(Round).where(Round.unit_id.in_(above)).order_by(Round.period_start.desc()))
        return tuple(line(row) for row in rows)


def every(installation: Installation) -> tuple[RoundLine, ...]:
    """All rounds, newest first."""
    with installation.database.read() as session:
        return tuple(line(row) for row in session.scalars(select(Round).order_by(Round.period_start.desc())))


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


def _countable(instrument_key: str) -> Instrument:
    """The questionnaire, if it is locked and its scored items have the five levels that indices are made of."""
    try:
        instrument = shipped(instrument_key)
    except UnknownInstrumentError as error:
        raise RefusedError(str(error)) from error
    if lock.unlocked(instrument):
        raise RefusedError(f"{instrument_key} is still a draft; `sipas instruments lock` fixes its words first.")
    for item in instrument.scored_items():
        scale = instrument.scales[item.scale or ""]
        if scale.levels != FIVE_LEVELS or scale.not_applicable not in (None, NOT_APPLICABLE):
            raise RefusedError(f"{instrument_key}, {item.id}: indices need the levels 1 to 5, 9 for not applicable.")
    return instrument


def _plan_problems(plan: Plan) -> list[str]:
    problems = []
    if not plan.code or not all(c.isascii() and (c.isalnum() or c in "-_") for c in plan.code):
        problems.append("--code takes letters, digits, - and _ only.")
    if plan.period_end < plan.period_start:
        problems.append("The period ends before it begins.")
    if plan.field_end < plan.field_start:
        problems.append("The field time ends before it begins.")
    if (plan.field_end.year - plan.field_start.year) * 12 + plan.field_end.month - plan.field_start.month > 31:
        problems.append("A round's field time has at most 31 months.")
    if plan.erasure_date <= plan.field_end:
        problems.append("The erasure date must lie after the end of the field time.")
    if not 0 < plan.draw_fraction <= 1:
        problems.append("--draw is a fraction above 0 and at most 1.")
    return problems
