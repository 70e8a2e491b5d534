"""The annual index over the years as a chart: rebuilt points hollow, breaks marked, every change with its interval."""

from collections.abc import Sequence
from itertools import pairwise

from survey_app.domain import series
from survey_app.domain.series import SeriesPoint
from survey_app.services import pictures
from survey_app.services.pictures import MonthRow
from survey_app.web import charts, words
from survey_app.web.charts import Chart
from survey_app.web.language import gettext as _


def years_chart(found: Sequence[SeriesPoint], note: str) -> Chart | None:
    """The series of a unit; None where there are not at least two points to show."""
    # A round about the same dossiers as the one before it would lie on it.
    points = [point for point in found if point.break_before != series.OVERLAP]
    if sum(point.estimate is not None for point in points) < 2:
        return None
    chart_words = words.chart_words(
        _title(points[-1]),
        _("Overall annual index. Hollow: rebuilt for the unit as it is today. Dashed line: not comparable."),
        note,
        (_("Period"), _("Index"), _("95% interval"), _("What it is")),
    )
    rows = [_row(point) for point in points]
    return charts.chart("years", pictures.years(rows, chart_words, _step(points), "years"))


def _title(last: SeriesPoint) -> str:
    """What has changed since the round before, as far as it can be told."""
    if last.change is None:
        return _("Over the years")
    if last.change.direction == "unclear":
        return _("No clear change since the round before")
    values = {"change": change_text(last)}
    if last.change.direction == "up":
        return _("Up since the round before: %(change)s", **values)
    return _("Down since the round before: %(change)s", **values)


def change_text(point: SeriesPoint) -> str:
    """A change in points with its interval."""
    if point.change is None:
        return ""
    plain = words.number_format().plain
    values = {"difference": plain(point.change.difference)}
    values |= {"low": plain(point.change.low), "high": plain(point.change.high)}
    return _("%(difference)s points (%(low)s to %(high)s)", **values)


def _row(point: SeriesPoint) -> MonthRow:
    return MonthRow(
        month=f"{point.period_end:%Y-%m}",
        label=_label(point),
        estimate=point.estimate,
        low=point.low,
        high=point.high,
        n_text=_what(point),
        reason=_reasons()[point.reason] if point.reason else "",
        rebuilt=point.origin != series.PUBLISHED,
        breaks=bool(point.break_before),
    )


def _label(point: SeriesPoint) -> str:
    """The year, or the days where a round is not of one whole year."""
    start, end = point.period_start, point.period_end
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year
    return str(end.year) if whole else f"{start:%m/%Y}–{end:%m/%Y}"


def _what(point: SeriesPoint) -> str:
    """How a point came about, what changed, and why it is not compared."""
    parts = [_("as published") if point.origin == series.PUBLISHED else _rebuilt(point)]
    if point.change:
        parts.append(_("since the round before: %(change)s", change=change_text(point)))
    if point.change and point.change.bridge:
        parts.append(_("compared over a declared bridge (%(bridge)s)", bridge=point.change.bridge))
    if point.break_before:
        parts.append(_breaks()[point.break_before])
    if point.straddles:
        parts.append(_("the period straddles a reorganisation"))
    return "; ".join(parts)


def _rebuilt(point: SeriesPoint) -> str:
    names = ", ".join(f"{one.name} {one.weight}%" for one in point.sources)
    return _("rebuilt from: %(names)s", names=names)


def _reasons() -> dict[str, str]:
    return {
        series.HIDDEN: _("no figure was shown"),
        series.PART_HIDDEN: _("a unit that it was made from has no figure"),
        series.SHARE_UNKNOWN: _("nobody knows how much of an old unit it got"),
        series.NOT_MEASURED: _("a unit that it was made from was not measured"),
    }


def _breaks() -> dict[str, str]:
    return {
        series.OTHER_INSTRUMENT: _("another questionnaire: not compared"),
        series.OVERLAP: _("about the same dossiers: not compared"),
        series.ONLY_BOUND: _("known as a bound only: not compared"),
    }


def _step(points: list[SeriesPoint]) -> int:
    """Months from one round to the next: the shortest way there is."""
    ends = [12 * point.period_end.year + point.period_end.month for point in points]
    return min((later - earlier for earlier, later in pairwise(ends)), default=1) or 1
