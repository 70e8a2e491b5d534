"""What the fieldwork page of a province shows, in words."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from survey_app.domain.collation import sort_key
from survey_app.domain.eligibility import Exclusion
from survey_app.domain.fieldwork import Counts, Fieldwork, Sheets, UnitLine, WeekLine
from survey_app.domain.figures import RoundLine
from survey_app.domain.spreadsheets import neutral
from survey_app.web import charts, words
from survey_app.web.charts import Chart
from survey_app.web.language import day
from survey_app.web.language import gettext as _

COLUMNS = (
    "unit",
    "unit_name",
    "week",
    "offered",
    "opened",
    "answered",
    *("refused", "not_reached", "other", "ineligible"),
)


@dataclass(frozen=True)
class UnitText:
    """One unit of the table."""

    slug: str
    name: str
    counts: tuple[str, ...]  # offered, opened, answered, refused, not reached or other, ineligible, unknown
    rate: str
    half_width: str
    silent: str
    merged: bool


@dataclass(frozen=True)
class FieldworkView:
    """Counts and rates with every text and the chart around them."""

    round: RoundLine
    until: str
    own: UnitText
    rates: tuple[tuple[str, str, str], ...]  # name, meaning, value
    units: tuple[UnitText, ...]
    weeks: tuple[tuple[str, tuple[str, ...]], ...]
    modes: tuple[tuple[str, str], ...]
    sheets: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    replaced: tuple[tuple[str, str], ...]
    chart: Chart | None


def fieldwork_view(found: Fieldwork, line: RoundLine) -> FieldworkView:
    """Put the page together; units by name."""
    number = words.number_format().plain
    by_name = sorted(found.units, key=lambda unit: sort_key(unit.name))
    exclusions = exclusion_names()
    return FieldworkView(
        round=line,
        until=day(found.until) if found.until else "",
        own=_unit(found.own),
        rates=_rates(found.own),
        units=tuple(_unit(unit) for unit in by_name),
        weeks=tuple((day(week.week), _counts(week.counts)) for week in found.weeks),
        modes=tuple((device_names().get(name, name), number(n)) for name, n in found.modes),
        sheets=_sheets(found.sheets),
        left_out=tuple((exclusions[Exclusion(reason)], number(n)) for reason, n in found.left_out),
        replaced=tuple((replacement_names()[reason], number(n)) for reason, n in found.replaced),
        chart=charts.fieldwork(found, [found.own, *by_name]) if found.own.counts.offered else None,
    )


def unit_weeks_csv(found: Fieldwork) -> Iterator[str]:
    """Exact counts of whole weeks, a line per unit and week; nothing in it runs as a formula."""
    yield "\ufeff"
    for row in (COLUMNS, *(_csv_row(line) for line in found.unit_weeks)):
        buffer = io.StringIO()
        csv.writer(buffer).writerow([neutral(cell) for cell in row])
        yield buffer.getvalue()


def exclusion_names() -> dict[Exclusion, str]:
    """Say why dossiers of the register are not in the frame."""
    return {
        Exclusion.NOT_AN_END: _("not ended: sent back for more papers, or no outcome in the register"),
        Exclusion.NO_DAY: _("ended, but the register holds no day of return"),
        Exclusion.UNIT_NOT_PLANNED: _("of a unit that the plan does not ask about"),
        Exclusion.FIELD_NOT_PLANNED: _("of a field that the plan does not ask about"),
        Exclusion.PROCEDURE_NOT_PLANNED: _("of a procedure that the plan does not ask about"),
        Exclusion.ASKED_BEFORE: _("linked to a dossier that was returned before the period"),
        Exclusion.LINKED: _("linked to another dossier, which stands for the visit"),
    }


def replacement_names() -> dict[str, str]:
    """Say why somebody who was drawn was replaced from the reserve."""
    return {
        "no_contact_data": _("no contact data"),
        "register_error": _("an error in the register"),
        "duplicate": _("the same dossier twice"),
    }


def device_names() -> dict[str, str]:
    """Say on what people answered."""
    return {
        "own": _("own device"),
        "api": _("from other programs"),
        "desk": _("device of the office"),
        "paper": _("on paper"),
    }


def _unit(unit: UnitLine) -> UnitText:
    number = words.number_format()
    c = unit.counts
    half_width = "" if unit.half_width is None else f"±{number.plain(unit.half_width)}"
    shown = (c.offered, c.opened, c.answered, c.refused, c.not_reached + c.other, c.ineligible, unit.unknown)
    return UnitText(
        slug=unit.slug,
        name=unit.name,
        counts=tuple(number.plain(n) for n in shown),
        rate="" if unit.merged or unit.rates.rr2 is None else number.share(100 * unit.rates.rr2),
        half_width="" if unit.merged else half_width,
        silent=_("%(silent)s of %(all)s", silent=unit.silent, all=unit.strata) if unit.strata else "",
        merged=unit.merged,
    )


def _sheets(sheets: Sheets) -> tuple[tuple[str, str], ...]:
    if sheets == Sheets():
        return ()
    number = words.number_format().plain
    return (
        (_("Printed"), number(sheets.printed)),
        (_("Handed out"), number(sheets.handed_out)),
        (_("Counted"), number(sheets.answered)),
        (
            _("Keyed in once only, and in no figure until keyed in again before the close"),
            number(sheets.waiting),
        ),
    )


def _rates(own: UnitLine) -> tuple[tuple[str, str, str], ...]:
    rates, share = own.rates, words.number_format().share
    named = (
        ("RR2", _("answered at least half, of all who were offered and belong; nothing known counts as no"), rates.rr2),
        ("RR1", _("the same, answered in full"), rates.rr1),
        ("RR4", _("RR2 if only the share e of those about whom nothing is known belongs"), rates.rr4),
        ("e", _("share that belongs, among those about whom something is known"), rates.e),
        ("COOP2", _("answered, of those who were reached"), rates.coop2),
        ("REF1", _("refused or broke off"), rates.ref1),
        ("CON1", _("reached"), rates.con1),
    )
    return tuple((name, meaning, "–" if value is None else share(100 * value)) for name, meaning, value in named)


def _counts(c: Counts) -> tuple[str, ...]:
    number = words.number_format().plain
    return tuple(number(n) for n in (c.offered, c.opened, c.answered, c.refused, c.not_reached + c.other, c.ineligible))


def _csv_row(line: WeekLine) -> tuple[object, ...]:
    c = line.counts
    counts = (c.offered, c.opened, c.answered, c.refused, c.not_reached, c.other, c.ineligible)
    return (line.slug, line.name, line.week.isoformat(), *counts)
