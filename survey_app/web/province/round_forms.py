"""Forms of a round's plan: the whole plan while it is planned, and what may still be made stricter afterwards."""

from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional

from survey_app.domain.round_plan import Plan

LISTS = ("units", "procedures", "fields")
NEEDED = lazy_gettext("This is needed.")


class DayField(DateField):  # type: ignore[misc]  # wtforms has no types
    """A day; what cannot be read is told in the reader's language."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day that the browser sends."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(lazy_gettext("Enter a day, such as 31/01/2027.")) from None


class ClockField(TimeField):  # type: ignore[misc]  # wtforms has no types
    """A time of day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time that the browser sends."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(lazy_gettext("Enter a time, such as 08:00.")) from None


class NumberField(IntegerField):  # type: ignore[misc]  # wtforms has no types
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number that the browser sends."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(lazy_gettext("Enter a whole number.")) from None


class ShareField(DecimalField):  # type: ignore[misc]  # wtforms has no types
    """A number with decimals."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number that the browser sends; Vietnamese writes a comma."""
        try:
            super().process_formdata([value.replace(",", ".") for value in valuelist])
        except ValueError:
            raise ValueError(lazy_gettext("Enter a number.")) from None


class StricterForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What may still be changed once the frame is frozen."""

    title = StringField(lazy_gettext("Title, as citizens read it"), [InputRequired(NEEDED)])
    approval_number = StringField(lazy_gettext("Number of the approval"))
    approval_date = DayField(lazy_gettext("Day of the approval"), [Optional()])
    minimum_n = NumberField(
        lazy_gettext("Answers below which no annual score is shown"),
        [InputRequired(NEEDED)],
        description=lazy_gettext("At least 30. Once the frame is frozen it can only be raised."),
    )
    erasure_date = DayField(
        lazy_gettext("Erasure date"),
        [InputRequired(NEEDED)],
        description=lazy_gettext("On this day every answer and every key is erased. It can only be brought forward."),
    )
    release_day = DayField(
        lazy_gettext("Day of the release"),
        [Optional()],
        description=lazy_gettext("Announced at least 28 days ahead. It can be put off, never brought forward."),
    )
    release_time = ClockField(lazy_gettext("Time of the release"), [Optional()])

    def changes(self, zone: Any) -> dict[str, Any]:  # noqa: ANN401 - a time zone
        """Fields of the plan as they were filled in."""
        return {
            "title": (self.title.data or "").strip(),
            "approval_number": (self.approval_number.data or "").strip() or None,
            "approval_date": self.approval_date.data,
            "minimum_n": self.minimum_n.data,
            "erasure_date": self.erasure_date.data,
            "release_at": _moment(self.release_day.data, self.release_time.data, zone),
        }


class ReasonForm(StricterForm):
    """A change of a frozen plan, with its reason."""

    reason = StringField(lazy_gettext("Reason"), [InputRequired(lazy_gettext("Enter the reason; it is kept."))])


class PlanForm(StricterForm):
    """The whole plan."""

    code = StringField(
        lazy_gettext("Code of the round"),
        [InputRequired(NEEDED)],
        description=lazy_gettext("Letters, digits, - and _. It never changes."),
    )
    instrument_key = SelectField(lazy_gettext("Questionnaire"))
    period_start = DayField(lazy_gettext("Dossiers returned from"), [InputRequired(NEEDED)])
    period_end = DayField(lazy_gettext("Dossiers returned until"), [InputRequired(NEEDED)])
    field_start = DayField(lazy_gettext("Answers taken from"), [InputRequired(NEEDED)])
    field_end = DayField(lazy_gettext("Answers taken until"), [InputRequired(NEEDED)])
    units = TextAreaField(
        lazy_gettext("Units measured"), description=lazy_gettext("One short name a line; empty: all of the province.")
    )
    procedures = TextAreaField(
        lazy_gettext("Procedures in scope"), description=lazy_gettext("One code a line, such as 1.011443; empty: all.")
    )
    fields = TextAreaField(
        lazy_gettext("Fields in scope"), description=lazy_gettext("One name a line, as in the register; empty: all.")
    )
    collectors = SelectMultipleField(lazy_gettext("How answers are collected"))
    draw_percent = ShareField(
        lazy_gettext("Sample, per cent of the dossiers"),
        [InputRequired(NEEDED)],
        description=lazy_gettext("100: every dossier belongs to the sample."),
    )
    mode = SelectField(lazy_gettext("When the sample is drawn"))
    stages = SelectField(lazy_gettext("Stages of the sample"))
    half_width = ShareField(
        lazy_gettext("Half-width aimed at, percentage points"),
        [Optional()],
        description=lazy_gettext("May stay empty."),
    )
    token_life_days = NumberField(lazy_gettext("Days for which an address opens"), [InputRequired(NEEDED)])

    def changes(self, zone: Any) -> dict[str, Any]:  # noqa: ANN401 - a time zone
        """Fields of the plan as they were filled in."""
        names = ("instrument_key", "period_start", "period_end", "field_start", "field_end", "token_life_days")
        found = {name: getattr(self, name).data for name in names} | super().changes(zone)
        found |= {name: _lines(getattr(self, name).data) for name in LISTS}
        return found | {
            "collectors": tuple(self.collectors.data or ()),
            "draw_fraction": float(self.draw_percent.data) / 100,
        }

    def design(self, before: dict[str, Any]) -> dict[str, Any]:
        """The design with what the form knows of it; anything else in it stays."""
        width = {"half_width": float(self.half_width.data)} if self.half_width.data is not None else {}
        kept = {name: value for name, value in before.items() if name != "half_width"}
        return kept | {"mode": self.mode.data, "stages": int(self.stages.data)} | width


def filled(plan: Plan, zone: Any) -> dict[str, Any]:  # noqa: ANN401 - a time zone
    """What a form shows of a plan."""
    release = plan.release_at.astimezone(zone) if plan.release_at else None
    values = {name: getattr(plan, name) for name in vars(plan)}
    return values | {
        **{name: "\n".join(getattr(plan, name) or ()) for name in LISTS},
        "draw_percent": round(plan.draw_fraction * 100, 4),
        "mode": plan.design.get("mode"),
        "stages": str(plan.design.get("stages", 1)),
        "half_width": plan.design.get("half_width"),
        "release_day": release.date() if release else None,
        "release_time": release.time() if release else None,
    }


PLACE = {  # where the form shows a problem of a field that it does not have itself
    "draw_fraction": "draw_percent",
    "design": "mode",
    "release_at": "release_day",
    "recipe": "instrument_key",
    "disclosure_rules": "minimum_n",
    "languages": "instrument_key",
    "flush_weekday": "token_life_days",
    "flush_hour": "token_life_days",
    "unit_slug": "units",
    "state": "reason",
}


def _lines(text: str | None) -> tuple[str, ...] | None:
    found = tuple(line.strip() for line in (text or "").splitlines() if line.strip())
    return found or None


def _moment(day: date | None, at: time | None, zone: Any) -> datetime | None:  # noqa: ANN401 - a time zone
    return datetime.combine(day, at or time(8), tzinfo=zone) if day else None
