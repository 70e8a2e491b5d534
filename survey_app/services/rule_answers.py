"""Points of a rule set from released answers: through `publishable` and the ledger like every other figure."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from instruments.load import shipped
from survey_app.domain import rule_sets
from survey_app.domain.periods import Period
from survey_app.domain.rule_scoring import ANSWERS, Evidence
from survey_app.domain.rule_sets import RuleSet
from survey_app.models import LedgerEntry, Response, Round
from survey_app.services import publication, released
from survey_app.services.publication import LIVE
from survey_app.services.released import Part

Figures = dict[str, tuple[int, dict[str, Any]]]


class Sums(NamedTuple):
    """Points of a batch together, and how many of its answers bring points or say too little."""

    points: int
    valid: int
    not_valid: int


class AnswerPoints:
    """Points of the released answers of one round in one closed period."""

    def __init__(self, session: Session, row: Round, rule_set: RuleSet, period: Period) -> None:
        self.rule_set, self.period = rule_set, period
        asked = shipped(row.instrument_key).id
        self.sources = {
            one.id: one.source
            for one in rule_set.indicators
            if isinstance(one.source, rule_sets.Answers) and asked in one.source.instruments
        }
        found = released.parts_of(session, row.id) if self.sources else []
        months = set(period.months)
        self.parts = [p for p in found if p.batch.release_month in months and p.batch.grade in LIVE.grades]
        self.sums = {part.batch.id: self._sums(session, part) for part in self.parts}

    def key(self, slug: str, indicator: int) -> str:
        """Identity of a figure in the ledger."""
        return publication.key(LIVE, slug, f"{self.period.name}:rules", f"{self.rule_set.id}:{indicator}")

    def figures(self, slug: str, under: Collection[uuid.UUID]) -> Figures:
        """What may be shown of each indicator of a unit, by ledger key."""
        mine = [part for part in self.parts if released.belongs(part.batch, under)]
        found: Figures = {}
        for indicator in self.sources:
            points, valid, not_valid = _released(mine, [self.sums[p.batch.id][indicator] for p in mine])
            if not mine:
                continue
            figure = _figure(points, valid, not_valid, self.rule_set.most)
            shown = publication.show(figure, LIVE, analysis.LIVE_MINIMUM, valid + not_valid)
            found[self.key(slug, indicator)] = (valid, shown)
        return found

    def evidence(self, session: Session, row: Round, slug: str) -> dict[int, Evidence]:
        """What the ledger shows of the indicators of a unit."""
        found = {}
        for indicator in self.sources:
            entry = session.get(LedgerEntry, (row.id, self.key(slug, indicator)))
            if entry is not None and entry.shown["shown"]:
                mean = Decimal(str(entry.shown["estimate"])) * self.rule_set.most / 100
                found[indicator] = Evidence(ANSWERS, dossiers=entry.shown["n"], mean=mean, bound=entry.shown["bound"])
        return found

    def _sums(self, session: Session, part: Part) -> Mapping[int, Sums]:
        answers = session.scalars(select(Response.answers).where(Response.batch_id == part.batch.id)).all()
        found = {}
        for indicator, source in self.sources.items():
            points = [source.points(given) for given in answers]
            valid = [one for one in points if one is not None]
            found[indicator] = Sums(sum(valid), len(valid), len(points) - len(valid))
        return found


def _released(parts: Sequence[Part], sums: Sequence[Sums]) -> Sums:
    """Sum of the batches that may be counted: each waits in its atom until its counts are safe (formula L3)."""
    atoms: dict[tuple[object, ...], list[Sums]] = defaultdict(list)
    for part, one in zip(parts, sums, strict=True):
        b = part.batch
        atoms[b.desk_id, b.agency_id, b.pool_id, b.instrument_key, b.grade].append(one)
    free: list[Sums] = []
    for batches in atoms.values():
        ends = analysis.released_groups([one.valid for one in batches], [one.not_valid for one in batches])
        free += [one for one, end in zip(batches, ends, strict=True) if end >= 0]
    return Sums(*(sum(column) for column in zip(*free, strict=True))) if free else Sums(0, 0, 0)


def _figure(points: int, valid: int, not_valid: int, most: int) -> analysis.Figure:
    """Points as a share of all that could be had, so that the one door can round them."""
    return analysis.Figure(
        domain=0,
        statistic="points",
        estimate=100 * points / (most * valid) if valid else None,
        se=None,
        ci=None,
        ci_method=None,
        df=max(0, valid - 1),
        n=valid,
        not_valid=not_valid,
        level_counts=None,
        mean=None,
        dissatisfied=None,
        reason=None if valid else analysis.Reason.NO_VALID_ANSWER,
        reweighted=False,
    )
