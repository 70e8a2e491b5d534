"""What the page of a province shows, for its own people and for the public alike."""

from dataclasses import dataclass

from survey_app.domain import round_states
from survey_app.domain.collation import sort_key
from survey_app.domain.figures import ProvinceFigures, RoundLine, UnitLine
from survey_app.web import charts, words
from survey_app.web.charts import Chart
from survey_app.web.unit_view import FigureText, FlaggedText, figure_text, flagged_texts

DESK = "desk"


@dataclass(frozen=True)
class LineText:
    """One unit of the table."""

    slug: str
    name: str
    overall: FigureText
    short_reason: str
    returned: str
    invited: str
    answered: str


@dataclass(frozen=True)
class ProvinceView:
    """Figures with every text and chart around them."""

    figures: ProvinceFigures
    round: RoundLine
    period: str
    own: FigureText
    shown: int  # units with a figure
    lines: tuple[LineText, ...]
    silent: tuple[LineText, ...]
    units: Chart
    flagged: tuple[FlaggedText, ...]


def province_view(figures: ProvinceFigures, line: RoundLine) -> ProvinceView:
    """Put the page of a province together; desks, which are there only when silent, stand in a list of their own."""
    by_name = sorted(figures.units, key=lambda unit: sort_key(unit.name))
    ended = line.state in round_states.ENDED
    drawn = [unit for unit in by_name if unit.kind != DESK]
    return ProvinceView(
        figures=figures,
        round=line,
        period=words.period(line),
        own=figure_text(figures.own, ended=ended),
        shown=sum(unit.overall.shown for unit in drawn),
        lines=tuple(_line(unit, ended=ended) for unit in drawn),
        silent=tuple(_line(unit, ended=ended) for unit in by_name if unit.kind == DESK),
        units=charts.units(figures, drawn, line),
        flagged=flagged_texts(figures.flagged, ended=ended),
    )


def _line(unit: UnitLine, *, ended: bool) -> LineText:
    reason = words.reasons(ended=ended)[unit.reason] if unit.reason else ""
    overall = figure_text(unit.overall, ended=ended)
    return LineText(unit.slug, unit.name, overall, reason, unit.returned, unit.invited, unit.answered)
