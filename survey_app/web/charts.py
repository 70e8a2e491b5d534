"""Charts of the pages: which figures, under which title, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from survey_app.domain import findings, round_states
from survey_app.domain.fieldwork import Fieldwork
from survey_app.domain.fieldwork import UnitLine as FieldLine
from survey_app.domain.figures import ProvinceFigures, PublishedFigure, RoundLine, UnitFigures, UnitLine
from survey_app.services import pictures
from survey_app.services.pictures import Drawn
from survey_app.services.rule_pages import RulePage
from survey_app.web import words
from survey_app.web.language import day
from survey_app.web.language import gettext as _


@dataclass(frozen=True)
class Chart:
    """A picture as a template shows it: two drawings, and the table one tap away."""

    key: str  # begins every id of the chart
    wide: Markup
    narrow: Markup
    title: str
    measure: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def factors(figures: Sequence[PublishedFigure], note: str, *, ended: bool) -> Chart:
    """Indices of the factors."""
    chart_words = words.chart_words(
        words.lowest_title(findings.lowest(figures), _("Satisfaction by factor")),
        _("Per cent satisfied or very satisfied. Dot: index; line: 95% interval."),
        note,
        (_("Factor"), _("Index"), _("95% interval"), _("Answers")),
        ended=ended,
    )
    return chart("factors", pictures.factors(figures, chart_words, words.reasons(ended=ended), "factors"))


def items(figures: Sequence[PublishedFigure], note: str, *, ended: bool) -> Chart:
    """Five-level bars of every item, lowest share satisfied first."""
    ordered = findings.mend_first(figures)
    chart_words = words.chart_words(
        words.lowest_title(findings.lowest(figures), _("How each question was answered")),
        levels_measure(joined=any(figure.level_spans for figure in figures)),
        note,
        (_("Question"), *words.level_names(), _("Satisfied"), _("Answers")),
        ended=ended,
    )
    bound = _("nearly all alike: levels are not shown apart")
    return chart("items", pictures.levels(ordered, chart_words, words.reasons(ended=ended), bound, "items"))


def levels_measure(*, joined: bool) -> str:
    """Say what the bars of levels show; `joined`: by the rule of releases, where no single level keeps the share."""
    if joined:
        return _(
            "Per cent of answers on each level; levels with too few answers are counted together. "
            "Questions in the order in which to look at them.",
        )
    return _(
        "Per cent of answers on each level; a level with fewer than 3 answers is counted with its neighbour. "
        "Questions in the order in which to look at them.",
    )


def trend(figures: UnitFigures, line: RoundLine) -> Chart:
    """Overall index by month of release."""
    chart_words = words.chart_words(
        words.change_title(findings.change(figures.trend), _("Month by month")),
        _("Overall index of the answers released in each month. Line: 95% interval."),
        words.note(line, figures.overall.n_text),
        (_("Month"), _("Index"), _("95% interval"), _("Answers")),
    )
    return chart("trend", pictures.trend(figures.trend, chart_words, words.reasons(), words.month_name, "trend"))


def units(figures: ProvinceFigures, lines: Sequence[UnitLine], line: RoundLine) -> Chart:
    """Indices of the units by name, with the province's own index as a line."""
    own, ended = words.figure_text(figures.own), line.state in round_states.ENDED
    chart_words = words.chart_words(
        _("Read the intervals, not the order"),
        _("Overall index, per cent. Dot: index; line: 95% interval. By name: this is not a league table."),
        words.note(line, figures.own.n_text),
        (_("Unit"), _("Index"), _("95% interval"), _("Answers")),
        line=f"{figures.unit_name} {own}".strip(),
        ended=ended,
    )
    rows = [(unit.name, unit.overall, "") for unit in lines]
    return chart("units", pictures.caterpillar(rows, figures.own, chart_words, words.reasons(ended=ended), "units"))


def places(units: Sequence[tuple[str, PublishedFigure, str]], top: PublishedFigure, name: str, note: str) -> Chart:
    """Indices of the units of a release (name, index, rank interval), with the whole as a line."""
    ranked = any(rank for _name, _figure, rank in units)
    measure = _("Overall index, per cent. Dot: index; line: 95% interval. By name: this is not a league table.")
    if ranked:
        measure += " " + _("After the dot: from which to which place the unit may stand.")
    places = (_("Places"),) if ranked else ()
    chart_words = words.chart_words(
        _("Read the intervals, not the order"),
        measure,
        note,
        (_("Unit"), _("Index"), _("95% interval"), *places, _("Answers")),
        line=f"{name} {words.figure_text(top)}".strip(),
        ended=True,
    )
    return chart("units", pictures.caterpillar(units, top, chart_words, words.reasons(ended=True), "units"))


def headlines(lines: Sequence[tuple[str, PublishedFigure]]) -> Chart:
    """Indices of whole releases (whose and when, index), the last published first."""
    chart_words = words.chart_words(
        _("What was published last"),
        _("Overall index, per cent. Dot: index; line: 95% interval."),
        _("Two figures whose intervals touch should not be called better or worse."),
        (_("Whose, and dossiers of when"), _("Index"), _("95% interval"), _("Answers")),
        ended=True,
    )
    rows = [(label, figure, "") for label, figure in lines]
    return chart("headlines", pictures.caterpillar(rows, None, chart_words, words.reasons(ended=True), "headlines"))


def rule_points(page: RulePage) -> Chart:
    """Points of every unit by a legal rule set."""
    best = max((one.reachable for one in page.scores), default=page.full)
    number = words.number_format()
    title = _("Points of every unit")
    if best < page.full:
        values = {"best": number.plain(float(best)), "full": number.plain(float(page.full))}
        title = _("At most %(best)s of %(full)s points could be reached: nothing is known of the rest", **values)
    chart_words = words.chart_words(
        title,
        _("Blue: points. Grey: points that could have been reached. Lines: where classes begin."),
        f"{page.title}. {page.rule_set.legal_basis}.",
        (_("Unit"), _("Points"), _("Reachable"), _("Class")),
    )
    return chart("rules", pictures.points(page, chart_words, _("nothing is known"), "rules"))


def fieldwork(found: Fieldwork, lines: Sequence[FieldLine]) -> Chart:
    """What became of the addresses of each unit; the whole first."""
    own = found.own.rates.rr2
    share = words.number_format().share
    title = _("Nothing answered yet") if not own else _("%(share)s have answered so far", share=share(100 * own))
    shown = words.chart_words(
        title,
        _("Per cent of the addresses handed out or sent. Right: response rate (AAPOR RR2)."),
        _("Whole weeks until %(day)s.", day=day(found.until)) if found.until else "",
        (_("Unit"), *outcome_names(), _("Response rate"), _("Offered")),
        levels=outcome_names(),
    )
    rows = []
    for unit in lines:
        c = unit.counts
        begun = min(unit.begun, unit.unknown)
        apart = c.ineligible + c.not_reached + c.other
        parts = (c.refused, apart, unit.unknown - begun, begun, c.answered)
        rate = None if unit.merged or unit.rates.rr2 is None else 100 * unit.rates.rr2
        rows.append((unit.name, parts, rate, words.number_format().plain(c.offered)))
    none = _("counted with similar units")
    return chart("fieldwork", pictures.outcomes(rows, shown, none, "fieldwork"))


def outcome_names() -> tuple[str, ...]:
    """Name what can become of an address, worst first."""
    return (_("Refused"), _("Not reached or not theirs"), _("No sign yet"), _("Opened, not sent"), _("Answered"))


def chart(key: str, drawn: Drawn) -> Chart:
    """A drawing as templates show it."""
    # The only text that no template escapes: drawn by us, every name in it escaped by the XML writer.
    wide, narrow = Markup(drawn.wide), Markup(drawn.narrow)  # noqa: S704 - see above
    return Chart(key, wide, narrow, drawn.title, drawn.measure, drawn.note, drawn.columns, drawn.rows)
