"""Words of rounds: states as steps, roles, fields of a plan, and what is wrong with one."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from survey_app.domain.round_plan import Problem
from survey_app.services.audit import COMMAND
from survey_app.web import language
from survey_app.web.language import gettext as _


def steps() -> dict[str, str]:
    """The states as steps that were taken."""
    return {
        "plan": _("Planned"),
        "frozen": _("Frame frozen"),
        "field": _("In the field"),
        "closed": _("Closed"),
        "computed": _("Computed"),
        "checked": _("Checked"),
        "signed": _("Signed"),
        "published": _("Published"),
    }


def actions() -> dict[str, str]:
    """What a button does that takes a round to a state."""
    return {
        "frozen": _("Freeze the frame"),
        "field": _("Open the round"),
        "closed": _("Send back to be computed again"),
    }


def meanings() -> dict[str, str]:
    """What a step means, read before it is taken."""
    return {
        "frozen": _("The strata are fixed by a past register. From then on nothing in the plan can be lowered."),
        "field": _("Addresses are made and answers are taken from now on."),
        "closed": _("The figures are set aside and have to be computed, checked and signed again."),
    }


def roles() -> dict[str, str]:
    """Roles in rounds."""
    return {
        "planner": _("plans"),
        "fieldwork": _("opens and closes"),
        "computer": _("computes"),
        "checker": _("checks"),
        "signer": _("signs and publishes"),
    }


def fields() -> dict[str, str]:
    """Fields of a plan, as the history of changes names them."""
    return {
        "title": _("Title, as citizens read it"),
        "instrument_key": _("Questionnaire"),
        "period_start": _("Dossiers returned from"),
        "period_end": _("Dossiers returned until"),
        "field_start": _("Answers taken from"),
        "field_end": _("Answers taken until"),
        "erasure_date": _("Erasure date"),
        "draw_fraction": _("Sample"),
        "token_life_days": _("Days for which an address opens"),
        "flush_weekday": _("Day of the weekly release of answers"),
        "flush_hour": _("Hour of the weekly release of answers"),
        "approval_number": _("Number of the approval"),
        "approval_date": _("Day of the approval"),
        "units": _("Units measured"),
        "procedures": _("Procedures in scope"),
        "fields": _("Fields in scope"),
        "collectors": _("How answers are collected"),
        "languages": _("Languages"),
        "recipe": _("Recipe of the index"),
        "disclosure_rules": _("Disclosure rules"),
        "minimum_n": _("Answers below which no annual score is shown"),
        "design": _("Design of the sample"),
        "release_at": _("Day of the release"),
    }


def collectors() -> dict[str, str]:
    """Ways in which answers are collected."""
    return {
        "own_device": _("by slip, on the citizen's own phone"),
        "desk_device": _("on a device of the desk"),
        "interviewer": _("by an independent interviewer"),
        "staff": _("on paper, keyed in by staff"),
    }


def modes() -> dict[str, str]:
    """When a sample is drawn."""
    return {
        "rolling": _("at the return of each dossier, by the committed seed"),
        "closed": _("after the period, from the frozen register"),
    }


def problem(found: Problem) -> str:
    """Say what is wrong with a field of a plan and what to do."""
    sentences = {
        "letters": _("Use 1 to 40 letters, digits, - and _ only."),
        "length": _("This is empty or too long."),
        "pair": _("Enter both the number and the day of the approval, or neither."),
        "unknown": _("This is not known here; write it as in the list of units or in the register."),
        "closed_only": _(
            "A rolling round asks about every dossier returned; leave this empty, or plan a closed frame."
        ),
        "default": _("The questionnaire's first language belongs to them: it is shown where a translation is missing."),
        "order": _("This day lies before the one that it must follow."),
        "too_long": _("A round's field time has at most 31 months."),
        "in_field": _("The release must lie after the end of the field time."),
        "erased": _("The release must lie before the erasure date."),
        "list": _("Name each one once, or leave it empty for all of them."),
        "range": _("This number is out of its range."),
        "too_low": _("Enter at least 30, or what the questionnaire asks."),
        "past": _("This moment has passed; choose a later one."),
        "too_soon": _("A release is announced at least 28 days ahead; choose a later day."),
        "fixed": _("Once the frame is frozen this cannot be changed in this way."),
        "missing": _("Enter the reason; it is kept."),
        "published": _("A published round stays as it is; a correction is a new version."),
        "half_width": _("Enter 0.1 to 50 percentage points."),
        "taken": _("This code is taken; choose another one."),
    }
    return sentences.get(found.code, found.message)


def stages() -> dict[str, str]:
    """In how many stages a sample is drawn."""
    return {"1": _("one stage"), "2": _("two stages, communes first")}


def who(actor: str) -> str:
    """Name whoever took a step: a login, or the command line."""
    return _("command line") if actor == COMMAND else actor


def _design(given: dict[str, Any]) -> str:
    known = {"mode": modes().get(given.get("mode", "")), "stages": stages().get(str(given.get("stages", 1)))}
    words = [text for text in known.values() if text]
    if given.get("half_width"):
        width = f"{given['half_width']:g}".replace(".", "," if language.current() == "vi" else ".")
        words.append(_("half-width of %(width)s percentage points aimed at", width=width))
    return "; ".join(words + [f"{k}: {v}" for k, v in sorted(given.items()) if k not in (*known, "half_width")])


def _moment(given: str | datetime) -> str:
    return language.moment(datetime.fromisoformat(given) if isinstance(given, str) else given)


def _share(given: float) -> str:
    text = f"{given * 100:g}"
    return f"{text.replace('.', ',')} %" if language.current() == "vi" else f"{text}%"


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "design": _design,
    "release_at": _moment,
    "draw_fraction": _share,
    "flush_weekday": language.weekday,
    "flush_hour": lambda given: f"{given:02}:00",
    "recipe": lambda given: _("the one in the questionnaire") if given == "instrument" else str(given),
    "disclosure_rules": lambda given: _("those of the annual figures") if given == "annual" else str(given),
}


def value(name: str, given: Any) -> str:  # noqa: ANN401 - whatever a plan holds
    """Write a value of a plan, as a plan or the log of its changes holds it."""
    if given is None:
        return _("all") if name in ("units", "procedures", "fields", "languages") else "–"
    if name in _WRITTEN:
        return _WRITTEN[name](given)
    if isinstance(given, list | tuple):
        words = collectors() if name == "collectors" else {}
        return ", ".join(words.get(one, str(one)) for one in given)
    return language.day(given) if isinstance(given, date) else str(given)
