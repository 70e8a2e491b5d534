"""Options of a plan, the same for `sipas round create` and `sipas round change`."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from survey_app.domain import round_plan
from survey_app.installation import Installation
from survey_app.services.errors import RefusedError

DAY = click.DateTime(formats=["%Y-%m-%d"])
MOMENT = click.DateTime(formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
ALL = "all"
Command = Callable[..., Any]


def plan_options(*, new: bool) -> Callable[[Command], Command]:
    """Add an option for every field of a plan; a new one needs the first five, a change needs none."""
    options = (
        click.option("--title", required=new, help="As citizens read it."),
        click.option("--instrument", default="sipas-2017/1" if new else None, show_default=new),
        click.option("--period", nargs=2, type=DAY, required=new, help="First and last day of return asked about."),
        click.option("--field", nargs=2, type=DAY, required=new, help="First and last day on which answers are taken."),
        click.option("--erase", type=DAY, required=new, help="Day on which everything of the round is erased."),
        click.option("--draw", type=float, help="Fraction of dossiers that belong to the sample; 1 unless told."),
        click.option("--token-life", type=int, help="Days for which an address opens; 90 unless told."),
        click.option("--weekday", type=int, help="Day of the weekly flush, 0 = Monday, which it is unless told."),
        click.option("--hour", type=int, help="Hour of the flush; 6 unless told."),
        click.option("--approval", nargs=2, metavar="NUMBER DAY", help="Number and day of the approval of the plan."),
        click.option("--measure", multiple=True, metavar="SLUG", help="A unit that is measured; repeat it, or 'all'."),
        click.option("--procedure", multiple=True, help="A procedure in scope, such as 1.011443; repeat it, or 'all'."),
        click.option("--of-field", multiple=True, help="A field in scope, as in the register; repeat it, or 'all'."),
        click.option("--collector", multiple=True, type=click.Choice(round_plan.COLLECTORS), help="Repeat it."),
        click.option("--language", multiple=True, help="A language that citizens are asked in; repeat it, or 'all'."),
        click.option("--minimum-n", type=int, help="Valid answers below which no annual score is shown; 30 or more."),
        click.option("--design", metavar="JSON", help='Design of the sample, such as {"mode": "closed", "stages": 1}.'),
        click.option("--release", type=MOMENT, metavar="MOMENT", help="Announced moment: 'YYYY-MM-DD HH:MM', here."),
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def plan_fields(installation: Installation, given: dict[str, Any]) -> dict[str, Any]:
    """Fields of a plan that were named on the command line."""
    found: dict[str, Any] = {
        "title": given["title"],
        "instrument_key": given["instrument"],
        "draw_fraction": given["draw"],
        "token_life_days": given["token_life"],
        "flush_weekday": given["weekday"],
        "flush_hour": given["hour"],
        "minimum_n": given["minimum_n"],
        "collectors": given["collector"] or None,
        "erasure_date": given["erase"].date() if given["erase"] else None,
        "design": _design(given["design"]),
    }
    for name in ("period", "field"):
        if given[name]:
            found |= {f"{name}_{end}": day.date() for end, day in zip(("start", "end"), given[name], strict=True)}
    if given["approval"]:
        found |= {"approval_number": given["approval"][0], "approval_date": _day(given["approval"][1])}
    if given["release"]:
        found["release_at"] = given["release"].replace(tzinfo=installation.settings.zone)
    named = {name: value for name, value in found.items() if value is not None}
    lists = {"units": "measure", "procedures": "procedure", "fields": "of_field", "languages": "language"}
    return named | {name: _some(given[option]) for name, option in lists.items() if given[option]}


def _some(values: tuple[str, ...]) -> tuple[str, ...] | None:
    """None, which means all of them, for the word 'all'."""
    return None if values == (ALL,) else values


def _day(text: str) -> Any:  # noqa: ANN401 - a date, from an option that holds a text beside it
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise RefusedError(f"--approval: {text!r} is no day; write it as 2026-01-31.") from error


def _design(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        design = json.loads(text)
    except ValueError as error:
        raise RefusedError(f"--design is not JSON: {error}.") from error
    if not isinstance(design, dict):
        raise RefusedError('--design is an object, such as {"mode": "closed", "stages": 1}.')
    return design
