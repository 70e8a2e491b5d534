"""What the page of legal rule sets shows."""

from dataclasses import dataclass

from survey_app.domain import rule_scoring
from survey_app.services.rule_pages import IndicatorLine, RulePage
from survey_app.web import charts, words
from survey_app.web.charts import Chart
from survey_app.web.language import gettext as _


@dataclass(frozen=True)
class ScoreText:
    """One unit of the table, every figure as it is written."""

    name: str
    total: str
    reachable: str
    rank: str
    best: str
    points: tuple[str, ...]  # of each indicator; a dash where nothing is known


@dataclass(frozen=True)
class IndicatorText:
    """One indicator: number, name, where its points come from, and what they really count."""

    number: int
    name: str
    sources: str
    note: str


@dataclass(frozen=True)
class RulesView:
    """Scores with every text and the chart around them."""

    chart: Chart | None  # None: nothing was scored yet
    lines: tuple[ScoreText, ...]
    indicators: tuple[IndicatorText, ...]
    par_index: str  # points in the PAR INDEX; empty where there is no index
    changed: bool  # the rule set was changed since some unit was scored


def rules_view(page: RulePage) -> RulesView:
    """Put the page together."""
    return RulesView(
        chart=charts.rule_points(page) if page.scores else None,
        lines=tuple(
            ScoreText(
                name=one.name,
                total=_points(one.total),
                reachable=_points(one.reachable),
                rank=one.rank or DASH,
                best=one.best or DASH,
                points=tuple(_bounded(line) for line in one.lines),
            )
            for one in page.scores
        ),
        indicators=_indicators(page),
        par_index=_points(page.par_index[1]) if page.par_index else "",
        changed=not all(one.by_this_text for one in page.scores),
    )


DASH = "–"
BOUNDS = {"exact": "", "at_least": "≥ ", "at_most": "≤ "}


def _points(value: object) -> str:
    """Points with the digits that they were rounded to."""
    return DASH if value is None else str(value).replace(".", words.number_format().decimal)


def _bounded(line: IndicatorLine) -> str:
    return DASH if line.points is None else BOUNDS[line.bound] + _points(line.points)


def _indicators(page: RulePage) -> tuple[IndicatorText, ...]:
    """Every indicator with all sources that any unit has."""
    names = {
        rule_scoring.REGISTER: _("from the register of dossiers"),
        rule_scoring.ANSWERS: _("from released answers"),
        rule_scoring.GIVEN: _("given by the office"),
    }
    notes = dict(page.notes)
    found = []
    for lines in zip(*(one.lines for one in page.scores), strict=True):
        used = dict.fromkeys(names[line.source] for line in lines if line.source)
        said = ", ".join(used) or _("no information: left out")
        found.append(IndicatorText(lines[0].number, lines[0].name, said, notes.get(lines[0].number, "")))
    return tuple(found)
