"""What the page of one unit shows, for its own people and for the public alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey_app.domain import findings, round_states
from survey_app.domain.figures import FlaggedLine, PublishedFigure, RoundLine, UnitFigures
from survey_app.web import charts, words
from survey_app.web.charts import Chart
from survey_app.web.series_view import years_chart

FIRST = 3  # items named on the first screen


@dataclass(frozen=True)
class FigureText:
    """A figure in words."""

    label: str
    share: str
    interval: str
    n: str
    reason: str  # why there is none


@dataclass(frozen=True)
class FlaggedText:
    """The index of a unit with and without flagged answers, in words."""

    unit_name: str
    evidence: str
    left_out: str
    all_answers: FigureText
    without: FigureText


@dataclass(frozen=True)
class UnitView:
    """Figures with every text and chart around them."""

    figures: UnitFigures
    round: RoundLine
    period: str
    overall: FigureText
    general: FigureText | None
    first: tuple[FigureText, ...]
    grades: tuple[tuple[str, str, str], ...]  # grade, meaning, answers
    factors: Chart | None  # None: nothing to draw yet
    items: Chart | None
    trend: Chart | None
    years: Chart | None  # None: the annual index has one year only
    flagged: tuple[FlaggedText, ...]


def figure_text(figure: PublishedFigure, *, ended: bool) -> FigureText:
    """Write a figure, or the sentence that says why it is hidden; `ended`: no answer is taken any more."""
    return FigureText(
        label=figure.label,
        share=words.figure_text(figure),
        interval=words.interval_text(figure),
        n=figure.n_text,
        reason=words.reason_sentence(figure.reason, ended=ended) if figure.reason else "",
    )


def unit_view(figures: UnitFigures, line: RoundLine) -> UnitView:
    """Put the page of a unit together."""
    names = words.grade_names()
    ended = line.state in round_states.ENDED
    note = words.note(line, figures.overall.n_text)
    urgent = [figure for figure in findings.mend_first(figures.items) if figure.shown]
    return UnitView(
        figures=figures,
        round=line,
        period=words.period(line),
        overall=figure_text(figures.overall, ended=ended),
        general=figure_text(figures.general, ended=ended) if figures.general else None,
        first=tuple(figure_text(figure, ended=ended) for figure in urgent[:FIRST]),
        grades=tuple((grade, names[grade], text) for grade, text in figures.grade_mix),
        factors=charts.factors(figures.factors, note, ended=ended)
        if any(figure.shown for figure in figures.factors)
        else None,
        items=charts.items(figures.items, note, ended=ended) if urgent else None,
        trend=charts.trend(figures, line) if _has_trend(figures) else None,
        years=years_chart(figures.series, note),
        flagged=flagged_texts(figures.flagged, ended=ended),
    )


def flagged_texts(lines: Sequence[FlaggedLine], *, ended: bool) -> tuple[FlaggedText, ...]:
    """Write the lines of the table that shows figures with and without flagged answers."""
    return tuple(
        FlaggedText(
            unit_name=line.unit_name,
            evidence=line.evidence,
            left_out=line.left_out,
            all_answers=_short(line.all_answers, ended=ended),
            without=_short(line.without, ended=ended),
        )
        for line in lines
    )


def _short(figure: PublishedFigure, *, ended: bool) -> FigureText:
    """A figure in words, or a few words why it is hidden."""
    text = figure_text(figure, ended=ended)
    return replace(text, reason=words.reasons(ended=ended)[figure.reason]) if figure.reason else text


def _has_trend(figures: UnitFigures) -> bool:
    """Months are live figures, which never stand on a page of the annual index."""
    return figures.product == "live" and any(point.estimate is not None for point in figures.trend)
