"""Scoring units by a legal rule set for a closed period: computed once, kept, and read by pages."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import analysis
from survey_app.domain import rule_evidence, rule_scoring, rule_sets
from survey_app.domain.periods import Period
from survey_app.domain.rule_evidence import Given
from survey_app.domain.rule_scoring import Graded, Score
from survey_app.domain.rule_sets import RuleSet
from survey_app.installation import Installation
from survey_app.models import Round, RuleScore
from survey_app.services import audit, ledger, publication, rounds, rule_facts, unit_tree, units
from survey_app.services.errors import RefusedError
from survey_app.services.indices import AGENCY_KINDS
from survey_app.services.rule_answers import AnswerPoints
from survey_app.services.tables import Record, open_table
from survey_app.services.units import UnitOn


@dataclass(frozen=True)
class Asked:
    """To be scored: rule set, unit (with all agencies beneath it), period, round of the answers, given file."""

    rule_set: RuleSet
    unit_slug: str
    period: Period
    round_code: str | None = None
    given: Path | None = None


def compute(installation: Installation, asked: Asked) -> int:
    """Score a unit and every agency beneath it, and keep the results; return how many units were scored.

    RefusedError for a period that is not over or for which the rule set does not hold, and for rows that must be
    mended: then nothing is kept.
    """
    rule_set, period = asked.rule_set, asked.period
    _check_period(installation, rule_set, period)
    given = _given(asked)
    with installation.database.read() as session:
        row = rounds.by_code(session, asked.round_code) if asked.round_code else None
        chosen, trees = _units(session, asked, given)
    if rule_set.kind == rule_sets.GRADES:
        results = {unit.id: _graded(rule_set, given.graded(rule_set, unit.slug)) for unit in chosen}
    else:
        results = _scored(installation, asked, row, given, chosen, trees)
    return _keep(installation, asked, row, results)


def _check_period(installation: Installation, rule_set: RuleSet, period: Period) -> None:
    if period.end > installation.today():
        raise RefusedError(f"{period.name} is not over; a rule set is applied to a closed period only.")
    if not rule_set.in_force(period.start):
        until = f" to the day before {rule_set.valid_to:%d/%m/%Y}" if rule_set.valid_to else ""
        held = f"from {rule_set.valid_from:%d/%m/%Y}{until}"
        raise RefusedError(f"{rule_set.id} holds {held}, and not at the beginning of {period.name}.")


def _given(asked: Asked) -> Given:
    """What the office's own file gives; RefusedError with every row that must be mended."""
    if asked.given is None:
        if asked.rule_set.kind == rule_sets.GRADES:
            wanted = ", ".join(rule_evidence.columns(asked.rule_set))
            raise RefusedError(
                f"{asked.rule_set.id} has a scale of its own that no questionnaire here asks with; "
                f"give the counts with --given FILE ({wanted})."
            )
        return Given()
    wanted_columns = rule_evidence.columns(asked.rule_set)
    with open_table(asked.given, lambda cells: set(wanted_columns) <= set(cells)) as table:
        rows = [
            (record.row, dict(zip(table.headings, record.cells, strict=False)))
            for record in table.records
            if isinstance(record, Record)
        ]
    given = rule_evidence.read(asked.rule_set, rows)
    if given.problems:
        listed = "\n".join(f"  {problem}" for problem in given.problems)
        raise RefusedError(f"{asked.given.name} must be mended; nothing was scored:\n{listed}")
    return given


def _units(session: Session, asked: Asked, given: Given) -> tuple[list[UnitOn], dict[uuid.UUID, set[uuid.UUID]]]:
    """The unit and the agencies beneath it as they were at the beginning of the period, with their trees."""
    day = asked.period.start
    top = units.unit_on(session, units.unit_by_slug(session, asked.unit_slug).id, day)
    trees = unit_tree.trees(session, day)
    under = trees[top.id]
    found = [u for u in units.all_units(session, day) if u.id in under and (u.kind in AGENCY_KINDS or u.id == top.id)]
    strange = sorted({*given.points, *given.grades} - {unit.slug for unit in found})
    if strange:
        raise RefusedError(f"{', '.join(strange)}: no such agency stood under {asked.unit_slug} on {day:%d/%m/%Y}.")
    if asked.rule_set.kind == rule_sets.GRADES:
        found = [unit for unit in found if unit.slug in given.grades]
    return found, trees


def _scored(
    installation: Installation,
    asked: Asked,
    row: Round | None,
    given: Given,
    chosen: Sequence[UnitOn],
    trees: Mapping[uuid.UUID, set[uuid.UUID]],
) -> dict[uuid.UUID, dict[str, Any]]:
    """Scores of every unit: what an office gives stands before answers, answers before the register."""
    with installation.database.read() as session:
        facts = rule_facts.by_pair(session, installation.settings.zone, asked.period)
        answers = AnswerPoints(session, row, asked.rule_set, asked.period) if row else None
    if row and answers:
        shown = {key: made for u in chosen for key, made in answers.figures(u.slug, trees[u.id]).items()}
        ledger.write(installation, row.id, shown)
    results = {}
    with installation.database.read() as session:
        for unit in chosen:
            known = rule_facts.evidence(asked.rule_set, rule_facts.together(facts, trees[unit.id]))
            said = answers.evidence(session, row, unit.slug) if row and answers else {}
            mine = known | said | given.points.get(unit.slug, {})
            results[unit.id] = _result(rule_scoring.score(asked.rule_set, rule_sets.AGENCY, mine))
    return results


def _result(score: Score) -> dict[str, Any]:
    """A score as it is kept."""
    lines = [
        {
            "indicator": line.indicator,
            "points": str(line.points),
            "source": line.evidence.source,
            "dossiers": line.evidence.dossiers,
            "bound": line.evidence.bound,
        }
        for line in score.lines
        if line.points is not None and line.evidence is not None
    ]
    total = None if score.total is None else str(score.total)
    return {"lines": lines, "total": total, "reachable": str(score.reachable), "full": str(score.full)}


def _graded(rule_set: RuleSet, graded: Sequence[Graded]) -> dict[str, Any]:
    """Counts of grades as they may be shown; `n` is known to us alone."""
    criteria = []
    for one in graded:
        satisfied = rule_scoring.satisfied_count(rule_set, one.counts)
        figure = _share(satisfied, one)
        shown = publication.show(figure, publication.LIVE, analysis.LIVE_MINIMUM, one.n)
        criteria.append({"criterion": one.criterion, "n": one.n, "shown": shown})
    return {"criteria": criteria}


def _share(satisfied: int, graded: Graded) -> analysis.Figure:
    return analysis.Figure(
        domain=0,
        statistic=f"share:{graded.criterion}",
        estimate=100 * satisfied / graded.n if graded.n else None,
        se=None,
        ci=None,
        ci_method=None,
        df=max(0, graded.n - 1),
        n=graded.n,
        not_valid=0,
        level_counts=None,
        mean=None,
        dissatisfied=None,
        reason=None if graded.n else analysis.Reason.NO_VALID_ANSWER,
        reweighted=False,
    )


def _keep(
    installation: Installation, asked: Asked, row: Round | None, results: Mapping[uuid.UUID, dict[str, Any]]
) -> int:
    """Write every result, in one transaction with the entry of the audit log."""
    rule_set, period = asked.rule_set, asked.period
    with installation.database.write() as session:
        for unit_id, result in results.items():
            found = session.get(RuleScore, (unit_id, rule_set.id, period.name))
            if found is None:
                found = RuleScore(unit_id=unit_id, rules=rule_set.id, period=period.name)
                session.add(found)
            elif _too_near(found.result, result):
                continue
            found.rules_hash, found.result = rule_set.content_hash, result
            found.round_id, found.computed_at = (row.id if row else None), installation.now()
        detail = f"{rule_set.id} {period.name}: {len(results)} units"
        audit.note(session, installation, "rules.score", asked.unit_slug, detail)
    return len(results)


def _too_near(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether grades differ by 1 to 9 answers from what was shown: then that stays, as in the ledger."""
    known = {one["criterion"]: one["n"] for one in before.get("criteria", ())}
    news = (abs(one["n"] - known[one["criterion"]]) for one in after.get("criteria", ()) if one["criterion"] in known)
    return any(0 < differs < ledger.NEWS for differs in news)
