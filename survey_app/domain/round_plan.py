"""The plan of a round: what it fixes, what is wrong with one, and what may still be changed once it is frozen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

ANNOUNCED_AHEAD = timedelta(days=28)  # a release date stands at least so long before the release
MINIMUM_N = 30  # valid answers for an annual score; a plan may ask for more, never for less
MAX_FIELD_MONTHS = 31
RECIPES = ("instrument",)  # the recipe that is written in the file of the questionnaire
DISCLOSURE_RULES = ("annual",)  # docs/method.md, the rules of the annual figures
COLLECTORS = ("own_device", "desk_device", "interviewer", "staff")
MODES = ("rolling", "closed")  # drawn at the return under a committed seed; drawn afterwards from the frozen register
DESIGN = {"mode": "rolling", "stages": 1}
MIN_SECOND_STAGE = 60  # dossiers drawn in a commune that is itself a first-stage unit


@dataclass(frozen=True)
class Plan:
    """What is fixed before a round begins; None in a list means: all of them."""

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
    approval_number: str | None = None
    approval_date: date | None = None
    units: tuple[str, ...] | None = None  # slugs; None: the whole tree of the province
    procedures: tuple[str, ...] | None = None  # national parts, such as 1.011443
    fields: tuple[str, ...] | None = None  # names of fields, as in the register
    collectors: tuple[str, ...] = COLLECTORS[:2]
    languages: tuple[str, ...] | None = None  # None: all that the questionnaire has
    recipe: str = RECIPES[0]
    disclosure_rules: str = DISCLOSURE_RULES[0]
    minimum_n: int = MINIMUM_N
    design: Mapping[str, Any] = field(default_factory=lambda: dict(DESIGN))
    release_at: datetime | None = None


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of a plan."""

    field: str
    code: str  # for a page, which has a sentence for each in its language
    message: str  # for the command line


def problems(
    plan: Plan, recipe_minimum: int, languages: tuple[str, ...], now: datetime, announced: datetime
) -> tuple[Problem, ...]:
    """Everything that is wrong with a plan, given the questionnaire's own minimum and languages."""
    found = [*name_problems(plan), *date_problems(plan), *list_problems(plan, languages), *_design(plan.design)]
    if not 0 < plan.draw_fraction <= 1:
        found.append(Problem("draw_fraction", "range", "--draw is a fraction above 0 and at most 1."))
    if not 1 <= plan.token_life_days <= 366:
        found.append(Problem("token_life_days", "range", "--token-life takes 1 to 366 days."))
    if not 0 <= plan.flush_weekday <= 6:
        found.append(Problem("flush_weekday", "range", "--weekday takes 0 (Monday) to 6."))
    if not 0 <= plan.flush_hour <= 23:
        found.append(Problem("flush_hour", "range", "--hour takes 0 to 23."))
    least = max(MINIMUM_N, recipe_minimum)
    if plan.minimum_n < least:
        found.append(Problem("minimum_n", "too_low", f"--minimum-n is at least {least}, as the questionnaire asks."))
    found += release_problems(plan.release_at, announced, now)
    return tuple(found)


def release_problems(release_at: datetime | None, announced_at: datetime, now: datetime) -> list[Problem]:
    """What is wrong with a release date that is announced at a moment."""
    if release_at is None:
        return []
    if release_at <= now:
        return [Problem("release_at", "past", "The release date has passed; take a later one.")]
    if release_at < announced_at + ANNOUNCED_AHEAD:
        earliest = (announced_at + ANNOUNCED_AHEAD).astimezone(release_at.tzinfo)
        message = f"A release is announced at least 28 days ahead: not before {earliest:%d/%m/%Y %H:%M}."
        return [Problem("release_at", "too_soon", message)]
    return []


def name_problems(plan: Plan) -> list[Problem]:
    """What is wrong with names and rules of a plan."""
    found = []
    if not 0 < len(plan.code) <= 40 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in plan.code):
        found.append(Problem("code", "letters", "--code takes 1 to 40 letters, digits, - and _ only."))
    if not 0 < len(plan.title.strip()) <= 200:
        found.append(Problem("title", "length", "--title takes 1 to 200 characters."))
    if plan.approval_number is not None and not 0 < len(plan.approval_number.strip()) <= 60:
        found.append(Problem("approval_number", "length", "--approval takes a number of 1 to 60 characters."))
    if (plan.approval_number is None) != (plan.approval_date is None):
        where = "approval_date" if plan.approval_date is None else "approval_number"
        found.append(Problem(where, "pair", "--approval takes the number and the day of the approval, both."))
    if plan.recipe not in RECIPES:
        found.append(Problem("recipe", "unknown", f"The recipe is one of {', '.join(RECIPES)}."))
    if plan.disclosure_rules not in DISCLOSURE_RULES:
        found.append(Problem("disclosure_rules", "unknown", f"The rules are one of {', '.join(DISCLOSURE_RULES)}."))
    return found


def date_problems(plan: Plan) -> list[Problem]:
    """What is wrong with the order of a plan's dates."""
    found = []
    if plan.period_end < plan.period_start:
        found.append(Problem("period_end", "order", "The period ends before it begins."))
    if plan.field_end < plan.field_start:
        found.append(Problem("field_end", "order", "The field time ends before it begins."))
    months = (plan.field_end.year - plan.field_start.year) * 12 + plan.field_end.month - plan.field_start.month
    if months > MAX_FIELD_MONTHS:
        found.append(Problem("field_end", "too_long", f"A round's field time has at most {MAX_FIELD_MONTHS} months."))
    if plan.erasure_date <= plan.field_end:
        found.append(Problem("erasure_date", "order", "The erasure date must lie after the end of the field time."))
    if plan.release_at is not None and plan.release_at.date() <= plan.field_end:
        found.append(Problem("release_at", "in_field", "The release lies after the end of the field time."))
    if plan.release_at is not None and plan.release_at.date() >= plan.erasure_date:
        found.append(Problem("release_at", "erased", "The release lies before the erasure date."))
    return found


def list_problems(plan: Plan, languages: tuple[str, ...]) -> list[Problem]:
    """What is wrong with the lists of a plan, given the languages of its questionnaire, the default one first."""
    found = []
    for name in ("units", "procedures", "fields"):
        given = getattr(plan, name)
        if given is not None and (not given or len(set(given)) < len(given) or not all(v.strip() for v in given)):
            found.append(Problem(name, "list", f"{name}: name each once, or none at all for all of them."))
        elif given is not None and plan.design.get("mode") == DESIGN["mode"]:
            told = f"{name}: a rolling round asks about every dossier returned; name some in a closed frame only."
            found.append(Problem(name, "closed_only", told))
    for name, known in (("collectors", COLLECTORS), ("languages", languages)):
        given = getattr(plan, name)
        if given is not None and (not given or len(set(given)) < len(given) or not set(given) <= set(known)):
            found.append(Problem(name, "unknown", f"{name}: some of {', '.join(known)}, each once."))
    if plan.languages and languages and languages[0] not in plan.languages:
        told = f"languages: {languages[0]} belongs to them; what has no translation is shown in it."
        found.append(Problem("languages", "default", told))
    return found


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, int | float) and not isinstance(v, bool) and low <= v <= high


def _whole(low: int) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= low


DESIGN_FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "mode": (lambda v: v in MODES, f"one of {', '.join(MODES)}"),
    "stages": (lambda v: not isinstance(v, bool) and v in (1, 2), "1 or 2"),
    "half_width": (_number(0.1, 50), "percentage points, 0.1 to 50"),
    "domains": (lambda v: isinstance(v, list | tuple) and all(isinstance(d, str) and d for d in v), "a list of names"),
    "second_stage_take": (
        lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= MIN_SECOND_STAGE,
        f"a whole number, at least {MIN_SECOND_STAGE}",
    ),
    "first_stage_units": (lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 2, "a whole number from 2"),
    "first_stage_method": (lambda v: v in ("pps", "srs"), "pps or srs"),
    "first_stage_strata": (lambda v: isinstance(v, str) and bool(v), "a kind of unit, such as province"),
    "share": (_number(1, 99), "per cent expected to be satisfied, 1 to 99"),
    "response_rate": (_number(1, 100), "per cent of the drawn expected to answer, 1 to 100"),
    "deff": (_number(1, 20), "a design effect, 1 to 20"),
    "icc": (_number(0, 1), "a correlation within first-stage units, 0 to 1"),
    "domain_minimum": (_whole(MIN_SECOND_STAGE), f"a whole number, at least {MIN_SECOND_STAGE}"),
    "reserve": (_whole(0), "a whole number"),
}


def is_two_stage(design: Mapping[str, Any]) -> bool:
    """Whether communes are drawn first, and dossiers in the drawn ones only."""
    return design.get("stages") == 2


def is_closed(design: Mapping[str, Any]) -> bool:
    """Whether the sample is drawn after the period from the frozen register."""
    return design.get("mode") == "closed"


def _design(design: Mapping[str, Any]) -> list[Problem]:
    found = []
    for name, value in design.items():
        if name not in DESIGN_FIELDS:
            found.append(Problem("design", "unknown", f"design: {name} is not known."))
        elif value is not None and not DESIGN_FIELDS[name][0](value):
            found.append(Problem("design", name, f"design: {name} is {DESIGN_FIELDS[name][1]}."))
    if design.get("mode") not in MODES:
        found.append(Problem("design", "mode", f"design: mode is {DESIGN_FIELDS['mode'][1]}."))
    return found


def _grows(before: Any, after: Any) -> bool:  # noqa: ANN401 - a column of any type
    return bool(after > before)


def _shrinks(before: Any, after: Any) -> bool:  # noqa: ANN401 - a column of any type
    return bool(after < before)


def _adds(before: Any, after: Any) -> bool:  # noqa: ANN401 - a list of texts, None for all
    return after is None or (before is not None and set(after) >= set(before))


def _later(before: Any, after: Any) -> bool:  # noqa: ANN401 - a moment or none
    return after is not None and (before is None or after > before)


# What may be changed after the frame is frozen, always with a reason; everything else stands.
AFTER_FREEZE: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "title": (lambda _before, after: bool(after), "can be corrected"),
    "approval_number": (lambda _before, after: after is not None, "can be corrected, not taken away"),
    "approval_date": (lambda _before, after: after is not None, "can be corrected, not taken away"),
    "minimum_n": (_grows, "can only be raised"),
    "languages": (_adds, "can only be added to"),
    "collectors": (_adds, "can only be added to"),
    "release_at": (_later, "can only be announced, or put off to a later moment"),
    "erasure_date": (_shrinks, "can only be brought forward: citizens were promised the day"),
}


def refusal(name: str, before: object, after: object) -> str | None:
    """Why a field of a frozen plan cannot be changed in this way; None if it can."""
    if name not in AFTER_FREEZE:
        return f"{name} was fixed when the frame was frozen; plan another round to change it."
    allowed, rule = AFTER_FREEZE[name]
    return None if allowed(before, after) else f"{name} {rule} once the frame is frozen."
