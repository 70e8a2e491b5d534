"""Kept scores of a rule set as pages and tables show them."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain import access, periods, round_states, rule_sets
from survey_app.domain.access import Reader
from survey_app.domain.collation import sort_key
from survey_app.domain.rule_sets import RuleSet
from survey_app.installation import Installation
from survey_app.models import Round, RuleScore, Unit
from survey_app.services import indices, unit_tree, units
from survey_app.services import rule_sets as files
from survey_app.services.errors import NotFoundError
from survey_app.services.publication import ANNUAL

FIRST = "tt-01-2018"  # named on a page on which nothing was scored yet
GRADE_COLUMNS = (
    "rules",
    "period",
    "unit",
    "unit_name",
    "criterion",
    "name",
    "satisfied",
    "bound",
    "n",
    "hidden_because",
)
COLUMNS = (
    "rules",
    "period",
    "unit",
    "unit_name",
    "indicator",
    "name",
    "points",
    "dossiers",
    "source",
    "bound",
    "reachable",
    "class",
    "answers_of",
)


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator of a unit; without points it was left out for want of information."""

    number: int
    name: str
    points: Decimal | None
    source: str
    dossiers: int | None
    bound: str


@dataclass(frozen=True)
class UnitScore:
    """The score of one unit."""

    slug: str
    name: str
    own: bool  # the unit whose page it is
    total: Decimal | None
    reachable: Decimal
    full: Decimal
    rank: str | None
    best: str | None  # class of the reachable maximum
    lines: tuple[IndicatorLine, ...]
    answers_of: str | None  # round whose answers were used
    computed_at: datetime
    by_this_text: bool  # False: the rule set was changed since


@dataclass(frozen=True)
class RulePage:
    """All agencies under a unit by one rule set in one period."""

    slug: str
    name: str
    rule_set: RuleSet
    title: str
    doubt: str  # empty: the rule set certainly holds
    period: str | None  # None: nothing was scored yet
    periods: tuple[tuple[str, str], ...]  # rule set and period of every score there is, newest first
    scores: tuple[UnitScore, ...]
    full: Decimal  # points of all indicators
    limits: tuple[tuple[Decimal, str], ...]  # where each class begins, and its name
    par_index: tuple[str, Decimal] | None  # title of the newest published round, points of its index
    notes: tuple[tuple[int, str], ...]  # what an indicator really counts


def page(
    installation: Installation, reader: Reader, slug: str, language: str, rules: str | None, period: str | None
) -> RulePage:
    """Kept scores under a unit; NotFoundError for what is not there and for what this reader may not see, alike."""
    with installation.database.read() as session:
        unit_id = units.unit_by_slug(session, slug).id
        today = installation.today()
        if not access.may_see(reader, access.PROVINCE, unit_id, units.ancestors(session, unit_id, today)):
            raise NotFoundError(f"There is no unit {slug!r}.")
        kept = sorted(
            {(row.rules, row.period) for row in _scored(session, unit_id)},
            key=lambda one: (_end(one[1]), one[0]),
            reverse=True,
        )
        kept = [one for one in kept if one[0] in files.names() and files.load(one[0]).kind == rule_sets.POINTS]
        wanted = [one for one in kept if rules in (None, one[0]) and period in (None, one[1])]
        if not wanted and (rules or period):
            raise NotFoundError("There are no scores of this rule set and period.")
        chosen = wanted[0] if wanted else None
        rule_set = files.load(chosen[0] if chosen else FIRST)
        found = scores(session, rule_set, slug, chosen[1], language) if chosen else ()
        scale = rule_set.scale(rule_sets.AGENCY)
        doubtful = rule_set.doubtful(periods.parse(chosen[1]).start if chosen else today)
        return RulePage(
            slug=slug,
            name=unit_tree.name_of(session, unit_id, today),
            rule_set=rule_set,
            title=rule_set.title[_in(language)],
            doubt=rule_set.doubt[_in(language)] if doubtful else "",
            period=chosen[1] if chosen else None,
            periods=tuple(kept),
            scores=found,
            full=Decimal(rule_set.most * len(scale.indicators)),
            limits=tuple((one.least, one.name[_in(language)]) for one in scale.classes),
            par_index=_par_index(session, unit_id, slug, language),
            notes=tuple((one.id, one.note[_in(language)]) for one in rule_set.indicators if one.note),
        )


def scores(session: Session, rule_set: RuleSet, slug: str, period: str, language: str) -> tuple[UnitScore, ...]:
    """Scores of a unit and the agencies beneath it, the unit first, then by name."""
    start = periods.parse(period).start
    top = units.unit_by_slug(session, slug).id
    under = unit_tree.trees(session, start).get(top, {top})
    rows = session.execute(
        select(RuleScore, Unit.slug, Round.code)
        .join(Unit, Unit.id == RuleScore.unit_id)
        .outerjoin(Round, Round.id == RuleScore.round_id)
        .where(RuleScore.rules == rule_set.id, RuleScore.period == period)
    )
    found = [
        _score(rule_set, row, own, code, unit_tree.name_of(session, row.unit_id, start), row.unit_id == top, language)
        for row, own, code in rows
        if row.unit_id in under
    ]
    return tuple(sorted(found, key=lambda one: (not one.own, sort_key(one.name))))


def table(
    installation: Installation, rule_set: RuleSet, slug: str, period: str, language: str
) -> list[tuple[Any, ...]]:
    """Every indicator of every unit, and their sum, in the order of COLUMNS."""
    rows: list[tuple[Any, ...]] = []
    with installation.database.read() as session:
        found = scores(session, rule_set, slug, period, language)
    for one in found:
        head = (rule_set.id, period, one.slug, one.name)
        for line in one.lines:
            points = None if line.points is None else float(line.points)
            facts = (line.dossiers, line.source or None, line.bound or None, None, None, one.answers_of)
            rows.append((*head, line.number, line.name, points, *facts))
        total = None if one.total is None else float(one.total)
        rows.append((*head, "total", None, total, None, None, None, float(one.reachable), one.rank, one.answers_of))
    return rows


def grade_table(
    installation: Installation, rule_set: RuleSet, slug: str, period: str, language: str
) -> list[tuple[Any, ...]]:
    """Share satisfied by criterion of every unit, in the order of GRADE_COLUMNS."""
    start = periods.parse(period).start
    rows: list[tuple[Any, ...]] = []
    with installation.database.read() as session:
        under = unit_tree.trees(session, start).get(units.unit_by_slug(session, slug).id, set())
        kept = select(RuleScore, Unit.slug).join(Unit, Unit.id == RuleScore.unit_id).order_by(Unit.slug)
        for row, own in session.execute(kept.where(RuleScore.rules == rule_set.id, RuleScore.period == period)):
            if row.unit_id not in under:
                continue
            head = (rule_set.id, period, own, unit_tree.name_of(session, row.unit_id, start))
            names = {one.id: one.name[_in(language)] for one in rule_set.criteria}
            for one in row.result["criteria"]:
                shown = one["shown"]
                values = (shown.get(name) for name in ("estimate", "bound", "n", "reason"))
                rows.append((*head, one["criterion"], names[one["criterion"]], *values))
    return rows


def _par_index(session: Session, unit_id: uuid.UUID, slug: str, language: str) -> tuple[str, Decimal] | None:
    """Points that the newest published round of a province brings in the PAR INDEX; None where it is a bound."""
    published = select(Round).where(Round.unit_id == unit_id, Round.state == round_states.PUBLISHED)
    for row in session.scalars(published.order_by(Round.period_end.desc())):
        figure = indices.reader(session, row, [slug], language, ANNUAL).figure(slug, "overall")
        if figure.estimate is not None and figure.bound == "exact":
            return row.title, analysis.par_index_points(figure.estimate)
    return None


def _scored(session: Session, unit_id: object) -> list[RuleScore]:
    return list(session.scalars(select(RuleScore).where(RuleScore.unit_id == unit_id)))


def _score(
    rule_set: RuleSet, row: RuleScore, slug: str, code: str | None, name: str, own: bool, language: str
) -> UnitScore:
    scale = rule_set.scale(rule_sets.AGENCY)
    kept = {line["indicator"]: line for line in row.result["lines"]}
    total = None if row.result["total"] is None else Decimal(row.result["total"])
    reachable = Decimal(row.result["reachable"])
    return UnitScore(
        slug=slug,
        name=name,
        own=own,
        total=total,
        reachable=reachable,
        full=Decimal(row.result["full"]),
        rank=None if total is None else scale.class_of(total).name[_in(language)],
        best=None if total is None else scale.class_of(reachable).name[_in(language)],
        lines=tuple(_line(rule_set, number, kept.get(number), language) for number in scale.indicators),
        answers_of=code,
        computed_at=row.computed_at,
        by_this_text=row.rules_hash == rule_set.content_hash,
    )


def _line(rule_set: RuleSet, number: int, kept: dict[str, Any] | None, language: str) -> IndicatorLine:
    name = rule_set.indicator(number).name[_in(language)]
    if kept is None:
        return IndicatorLine(number, name, None, "", None, "")
    return IndicatorLine(number, name, Decimal(kept["points"]), kept["source"], kept["dossiers"], kept["bound"])


def _end(period: str) -> date:
    return periods.parse(period).end


def _in(language: str) -> str:
    """The language of the rule set's words: Vietnamese, or English for any other."""
    return "vi" if language == "vi" else "en"
