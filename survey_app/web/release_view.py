"""The pages of a release in the reader's words: the whole, and one unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from survey_app.domain import findings
from survey_app.domain.collation import sort_key
from survey_app.domain.release_pages import Change, Headline, NoPlace, Place, Released, ReleasedUnit
from survey_app.web import charts, words
from survey_app.web.charts import Chart
from survey_app.web.language import day
from survey_app.web.language import gettext as _
from survey_app.web.series_view import years_chart
from survey_app.web.unit_view import FIRST, FigureText, figure_text

WHOLE = (1, 4)  # quarters that say nothing


@dataclass(frozen=True)
class UnitRow:
    """One unit in the table of a release."""

    slug: str
    name: str
    overall: FigureText
    short_reason: str
    place: str
    expected: str
    response_rate: str


@dataclass(frozen=True)
class ReleaseView:
    """A release with every text and chart around it."""

    released: Released
    period: str
    top: "ReleasedUnitView"
    units: Chart
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True)
class ReleasedUnitView:
    """One unit of a release with every text and chart around it."""

    unit: ReleasedUnit
    period: str
    overall: FigureText
    general: FigureText | None
    silent: tuple[str, str] | None
    place: str
    expected: str
    expected_limits: str
    changes: tuple[tuple[str, str], ...]  # what, and both figures with the change in words
    change: str  # of the overall index
    first: tuple[FigureText, ...]
    hidden: tuple[tuple[str, tuple[str, ...]], ...]  # why something is not published, and what; no name: all of it
    factors: Chart | None
    items: Chart | None
    years: Chart | None


def release_view(released: Released) -> ReleaseView:
    """Put the page of a release together."""
    top = released.unit(released.top)
    if top is None:
        raise ValueError(f"{released.name} has no figures of {released.top}")
    below = sorted((u for u in released.units if u.slug != released.top), key=lambda unit: sort_key(unit.name))
    drawn = [(unit.name, unit.overall, _short_place(unit.place)) for unit in below if _is_direct(unit, released)]
    return ReleaseView(
        released=released,
        period=_period(released),
        top=unit_view(released, top),
        units=charts.places(drawn, top.overall, top.name, _note(released, top)),
        rows=tuple(_row(unit) for unit in below),
    )


def headlines_chart(lines: Sequence[Headline]) -> Chart:
    """What releases say in one line each, with their intervals."""
    rows = [(f"{line.unit_name}, {_between(line.period)}", line.overall) for line in lines]
    return charts.headlines(rows)


def unit_view(released: Released, unit: ReleasedUnit) -> ReleasedUnitView:
    """Put the page of one unit of a release together."""
    number, note = words.number_format(), _note(released, unit)
    urgent = [figure for figure in findings.mend_first(unit.items) if figure.shown]
    limits = ""
    if unit.place and unit.place.expected:
        limits = number.interval(unit.place.expected_low, unit.place.expected_high)
    own = next((change for change in unit.changes if not change.label), None)
    return ReleasedUnitView(
        unit=unit,
        period=_period(released),
        overall=figure_text(unit.overall, ended=True),
        general=figure_text(unit.general, ended=True) if _is_news(unit) and unit.general else None,
        silent=(number.share(unit.silent.none), number.share(unit.silent.all)) if unit.silent else None,
        place=place_sentence(unit.place) if unit.place else "",
        expected=expected_sentence(unit.place) if unit.place else "",
        expected_limits=limits,
        changes=tuple(_change_row(change) for change in unit.changes),
        change=change_sentence(own) if own else "",
        first=tuple(figure_text(figure, ended=True) for figure in urgent[:FIRST]),
        hidden=_hidden(unit),
        factors=charts.factors(unit.factors, note, ended=True) if any(f.shown for f in unit.factors) else None,
        items=charts.items(unit.items, note, ended=True) if urgent else None,
        years=years_chart(unit.years, note),
    )


def place_sentence(place: Place) -> str:
    """Say where a unit may stand, never as a bare rank."""
    if place.no_place is NoPlace.QUARTERS_ONLY and place.first_quarter and place.last_quarter:
        return _quarters(place, place.first_quarter, place.last_quarter)
    if place.no_place is not None or place.first is None or place.last is None:
        return {
            NoPlace.ALONE: _("There is no other unit of its kind to compare it with."),
            NoPlace.NO_FIGURE: _("Its index is not known exactly, so nothing can be said of its place."),
            NoPlace.FEW_ANSWERS: _("Too few answers were collected to say anything of its place."),
        }.get(place.no_place or NoPlace.NO_FIGURE, _("The figures do not tell the units apart."))
    values = {"first": place.first, "last": place.last, "of": place.of}
    if (place.first, place.last) == (1, place.of):
        return _("It may stand anywhere among %(of)s units of its kind: the figures do not tell.", **values)
    if place.first == place.last:
        return _("It stands at place %(first)s of %(of)s units of its kind.", **values)
    return _(
        "It stands somewhere from place %(first)s to place %(last)s of %(of)s units of its kind; more cannot be said.",
        **values,
    )


def _quarters(place: Place, first: int, last: int) -> str:
    values = {"first": first, "last": last, "of": place.of}
    if (first, last) == WHOLE:
        return _("The differences among the %(of)s units of its kind are mostly chance: no places are told.", **values)
    if first == last:
        return _("Single places cannot be told. It stands in quarter %(first)s of 4 (1 is best).", **values)
    return _("Single places cannot be told. It stands in quarter %(first)s to %(last)s of 4 (1 is best).", **values)


def expected_sentence(place: Place) -> str:
    """Say whether a unit lies in the range that is expected of its kind."""
    return {
        "within": _("Within the expected range"),
        "above": _("Above the expected range"),
        "below": _("Below the expected range"),
    }.get(place.expected, _("Cannot be said"))


def change_sentence(change: Change) -> str:
    """Say what has changed since the earlier release, as far as it can be told from chance."""
    plain = words.number_format().plain
    values = {"points": plain(abs(change.difference)), "low": plain(change.low), "high": plain(change.high)}
    if change.reading == "up":
        return _("up by %(points)s points (95%% interval %(low)s to %(high)s)", **values)
    if change.reading == "down":
        return _("down by %(points)s points (95%% interval %(low)s to %(high)s)", **values)
    return _("no clear difference (95%% interval of the change: %(low)s to %(high)s points)", **values)


def _change_row(change: Change) -> tuple[str, str]:
    share = words.number_format().share
    said = f"{share(change.earlier)} → {share(change.later)}: {change_sentence(change)}"
    return (change.label or _("Overall index"), said)


def _row(unit: ReleasedUnit) -> UnitRow:
    overall = unit.overall
    return UnitRow(
        slug=unit.slug,
        name=unit.name,
        overall=figure_text(overall, ended=True),
        short_reason=words.reasons(ended=True)[overall.reason] if overall.reason else "",
        place=_short_place(unit.place) or "–",
        expected=expected_sentence(unit.place) if unit.place and unit.place.expected else "–",
        response_rate=unit.rates.response_rate or "–",
    )


def _short_place(place: Place | None) -> str:
    """A rank interval for a table, nothing where there is none."""
    return f"{place.first}–{place.last} / {place.of}" if place and place.first and place.last else ""


def _is_direct(unit: ReleasedUnit, released: Released) -> bool:
    return bool(unit.above) and unit.above[0][0] == released.top


def _is_news(unit: ReleasedUnit) -> bool:
    """Whether the general question says something that the overall index does not."""
    return unit.general is not None and unit.general.shown and unit.general.estimate != unit.overall.estimate


def _hidden(unit: ReleasedUnit) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Reasons for which figures are not published, each with their names; no name where it holds for all of them."""
    why = words.reasons(ended=True)
    named: dict[str, list[str]] = {}
    for figure in unit.hidden:
        if figure.reason:
            label = _("Overall index") if figure is unit.overall else figure.label
            named.setdefault(why[figure.reason], []).append(label)
    all_of_them = len(unit.hidden) == 1 + len(unit.factors) + len(unit.items)
    if all_of_them and len(named) == 1:
        return ((next(iter(named)), ()),)
    return tuple((reason, tuple(names)) for reason, names in named.items())


def _period(released: Released) -> str:
    return _between(released.period)


def _between(period: tuple[date, date]) -> str:
    first, last = period
    return f"{day(first)}–{day(last)}"


def _note(released: Released, unit: ReleasedUnit) -> str:
    """Answers and period under a chart; the answers of a release are counted exactly."""
    if unit.overall.n_text:
        return _("%(n)s answers; dossiers returned %(period)s.", n=unit.overall.n_text, period=_period(released))
    return _("Dossiers returned %(period)s.", period=_period(released))
