"""Plans of rounds: what stands in the way of one, of a change of one, and of the next step."""

from collections.abc import Collection
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments import UnknownInstrumentError, load_all, lock, shipped
from instruments.model import Instrument
from survey_app.domain import round_plan, round_states
from survey_app.domain.round_plan import Plan, Problem
from survey_app.installation import Installation
from survey_app.models import Frame, Round, RoundStep, Unit
from survey_app.services import language_packs, strata, units
from survey_app.services.errors import RefusedError

FIVE_LEVELS, NOT_APPLICABLE = (1, 2, 3, 4, 5), 9
LISTS = ("units", "procedures", "fields", "collectors", "languages")
MIN_REASON = 3  # letters


class PlanRefusedError(RefusedError):
    """A plan, or a change of one, that cannot be taken; `problems` names the fields."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(problem.message for problem in problems))


def plan_of(session: Session, row: Round) -> Plan:
    """The plan of a round as it stands now."""
    values = {f.name: getattr(row, f.name) for f in fields(Plan) if f.name != "unit_slug"}
    for name in LISTS:
        values[name] = None if values[name] is None else tuple(values[name])
    values["release_at"] = values["release_at"] and values["release_at"].astimezone(strata.ZONE)
    return Plan(unit_slug=session.get_one(Unit, row.unit_id).slug, **values)


def columns(plan: Plan) -> dict[str, Any]:
    """What a plan writes into the row of its round."""
    values = {f.name: getattr(plan, f.name) for f in fields(Plan) if f.name != "unit_slug"}
    for name in LISTS:
        values[name] = None if values[name] is None else list(values[name])
    return values | {"title": plan.title.strip(), "design": dict(plan.design)}


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON has
    """A value of a plan as the log of changes keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def check(session: Session, installation: Installation, plan: Plan, announced: datetime | None = None) -> None:
    """Refuse a plan that cannot be carried out; PlanRefusedError names every field.

    `announced` is when its release date was made known; None: now.
    """
    found: list[Problem] = []
    languages: tuple[str, ...] = ()
    minimum, now = 0, installation.now()
    try:
        instrument = countable(plan.instrument_key)
    except RefusedError as error:
        found.append(Problem("instrument_key", "unknown", str(error)))
    else:
        languages, minimum = language_packs.spoken(installation, instrument.key).languages, instrument.recipe.minimum_n
    given = round_plan.problems(plan, minimum, languages, now, announced or now)
    found += [p for p in given if languages or p.field != "languages"]
    found += _units(session, plan)
    if found:
        raise PlanRefusedError(tuple(found))


def check_change(
    session: Session,
    installation: Installation,
    row: Round,
    plans: tuple[Plan, Plan],
    names: Collection[str],
    reason: str,
) -> None:
    """Refuse a change, from one plan to another, that lowers what was fixed or lacks a reason where one is needed."""
    before, after = plans
    now = installation.now()
    if row.state == round_states.PLAN:
        if "code" in names or "unit_slug" in names:
            raise PlanRefusedError((Problem("code", "fixed", "Code and unit of a round never change."),))
        check(session, installation, after, None if "release_at" in names else row.announced_at)
        return
    found = [
        Problem(name, "fixed", refusal)
        for name in names
        if (refusal := round_plan.refusal(name, getattr(before, name), getattr(after, name)))
    ]
    if row.state == round_states.PUBLISHED and set(names) != {"erasure_date"}:
        found.append(Problem("state", "published", "A published round stays as it is; a correction is a new version."))
    if len(reason.strip()) < MIN_REASON:
        found.append(Problem("reason", "missing", "Once the frame is frozen every change has a reason: --reason."))
    if after.minimum_n < row.minimum_n:
        found.append(Problem("minimum_n", "fixed", "minimum_n can only be raised."))
    announced = row.announced_at or now
    if "release_at" in names:
        found += round_plan.release_problems(after.release_at, announced, now)
    languages = language_packs.spoken(installation, row.instrument_key).languages
    plain_problems = (*_dates_and_names(after), *round_plan.list_problems(after, languages))
    still = [p for p in plain_problems if p.field in names]
    if found or still:
        raise PlanRefusedError((*found, *still))


def check_step(session: Session, row: Round, state: str, login: str, reason: str, now: datetime) -> None:
    """Refuse a step whose own condition does not hold; order and role are checked by `rounds.advance`."""
    if round_states.goes_back(row.state, state) and len(reason.strip()) < MIN_REASON:
        raise RefusedError(f"Say why {row.code} is sent back to be computed again: --reason.")
    done = [(step.state, step.actor) for step in session.scalars(select(RoundStep).where(RoundStep.round_id == row.id))]
    if round_states.second_person_missing(state, login, done):
        raise RefusedError(f"{login} computed or checked {row.code}; somebody else with the role signer must sign it.")
    if state in (round_states.FROZEN, round_states.FIELD):
        instrument = countable(row.instrument_key)
        if instrument.structure_hash != row.instrument_hash:
            raise RefusedError(f"{row.instrument_key} was changed after the plan; make a new version of it.")
    if state == round_states.FIELD and round_plan.is_closed(row.design):
        frozen = session.get(Frame, row.id)
        if frozen is None or frozen.drawn_at is None:
            raise RefusedError(f"The sample of {row.code} is not drawn yet: `sipas frame draw {row.code}`.")
    if state == round_states.PUBLISHED:
        if row.release_at is None:
            raise RefusedError(
                f"{row.code} has no release date. Announce one at least 28 days ahead: "
                f"`sipas round change {row.code} --release MOMENT --reason TEXT`.",
            )
        if now < row.release_at:
            raise RefusedError(
                f"{row.code} is announced for {row.release_at.astimezone(strata.ZONE):%d/%m/%Y %H:%M}; not before."
            )


def countable_keys() -> tuple[str, ...]:
    """Questionnaires that a round can ask, by key."""
    found = []
    for key in sorted(load_all()):
        try:
            countable(key)
        except RefusedError:
            continue
        found.append(key)
    return tuple(found)


def countable(instrument_key: str) -> Instrument:
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


def _dates_and_names(plan: Plan) -> tuple[Problem, ...]:
    return (*round_plan.name_problems(plan), *round_plan.date_problems(plan))


def _units(session: Session, plan: Plan) -> list[Problem]:
    """Units that are measured stand under the unit of the round on its first day."""
    try:
        top = units.unit_by_slug(session, plan.unit_slug).id
    except units.UnitNotFoundError as error:
        return [Problem("unit_slug", "unknown", str(error))]
    if not plan.units:
        return []
    under = units.descendants(session, top, plan.period_start)
    known = set(session.scalars(select(Unit.slug).where(Unit.slug.in_(plan.units), Unit.id.in_(under))))
    missing = sorted(set(plan.units) - known)
    return [Problem("units", "unknown", f"Not under {plan.unit_slug}: {', '.join(missing)}.")] if missing else []
