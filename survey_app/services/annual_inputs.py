"""What the annual index of a round is computed from: answers, frame, protocol, counts of the fieldwork."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from instruments.load import shipped
from instruments.model import Instrument
from survey_app.domain import answers as rule
from survey_app.domain import round_plan, sample_design
from survey_app.installation import Installation
from survey_app.models import Batch, Invitation, Response, Round, SampleCell, Stratum, Unit
from survey_app.services import annual_counts, publication, register, released, unit_tree, units
from survey_app.services.annual_stages import Stages
from survey_app.services.errors import RefusedError
from survey_app.services.released import POOL_BASE, Part, Sample

CLASSES = ("unit", "stratum")
NOT_DRAWN = "not-drawn"  # ends the name of the domain of communes that were not drawn
POOLED = "pooled"  # ends the name of the domain that small units share


@dataclass(frozen=True)
class Inputs:
    """Everything that `analysis.annual.estimate` and a bundle need of a round."""

    instrument: Instrument
    responses: "analysis.annual.Responses"
    frame: "analysis.annual.Frame"
    protocol: dict[str, Any]
    fieldwork: list[tuple[str | int, ...]]
    integrity: dict[str, Any]


def load(installation: Installation, session: Session, row: Round) -> Inputs:
    """Read a round; RefusedError if it has no drawn answer."""
    source = _Source(session, row)
    kept = [part for part in source.parts if part.batch.grade in publication.ANNUAL.grades]
    if not kept:
        raise RefusedError(f"Round {row.code} has no released answer of grade G1; there is no annual index to publish.")
    responses = source.responses(session)
    return Inputs(
        source.instrument,
        responses,
        source.frame(session, kept, responses),
        source.protocol(installation),
        source.fieldwork(),
        source.integrity(),
    )


class _Source:
    """Batches, strata and units of one round."""

    def __init__(self, session: Session, row: Round) -> None:
        self.row = row
        self.instrument = shipped(row.instrument_key)
        self.parts = sorted(released.parts_of(session, row.id), key=lambda part: part.batch.id)
        self.strata = session.scalars(select(Stratum).where(Stratum.round_id == row.id)).all()
        self.numbers = {stratum.id: stratum.number for stratum in self.strata}
        self.counts = register.load(session, row)
        self.trees = unit_tree.trees(session, row.period_start)
        self.parents = unit_tree.parents(session, row.period_start)
        under = self.trees[row.unit_id]
        self.slugs = {unit.id: unit.slug for unit in session.scalars(select(Unit).where(Unit.id.in_(under)))}
        self.names = {unit: unit_tree.name_of(session, unit, row.period_start) for unit in self.slugs}
        self.kinds = {unit.slug: unit.kind for unit in units.all_units(session, row.period_start)}
        self.leaves = self._leaves()
        self.pools = {part.batch.id: POOL_BASE + place for place, part in enumerate(self.parts)}
        self.stages = self._stages(session)

    def _leaves(self) -> dict[uuid.UUID, uuid.UUID]:
        """For every unit with answers: itself, or the highest unit above it that has answers of its own."""
        measured = {unit for part in self.parts if (unit := part.batch.agency_id or part.batch.desk_id)}
        measured |= {unit for s in self.strata if (unit := s.agency_id or s.desk_id) in self.slugs}
        leaves = {}
        for unit in measured - {self.row.unit_id}:
            leaves[unit] = next((u for u in reversed(self._above(unit)) if u in measured), unit)
        return leaves

    def _stages(self, session: Session) -> Stages | None:
        """How the communes of a two-stage round were drawn; None where dossiers were drawn directly."""
        if not round_plan.is_two_stage(self.row.design):
            return None
        cells = session.scalars(select(SampleCell).where(SampleCell.round_id == self.row.id))
        batches = {self.pools[part.batch.id]: part.batch.pool_strata for part in self.parts}
        pools = {number: strata for number, strata in batches.items() if strata}
        by_size = sample_design.of_plan(self.row.design).first_stage_method == "pps"
        return Stages({cell.stratum_number: cell for cell in cells}, pools, by_size)

    def _above(self, unit: uuid.UUID) -> list[uuid.UUID]:
        """Units above one, the nearest first, without the round's own."""
        found: list[uuid.UUID] = []
        at = self.parents.get(unit)
        while at is not None and at != self.row.unit_id and at not in found:
            found.append(at)
            at = self.parents.get(at)
        return found

    def domain(self, batch: Batch) -> str:
        """Domain that the answers of a batch belong to; those of a pool to one beside its parent's units."""
        unit = batch.agency_id or batch.desk_id
        if unit is not None and unit in self.leaves:
            return self.slugs[self.leaves[unit]]
        return self._pool(batch.pool_id or unit or self.row.unit_id)

    def _pool(self, unit: uuid.UUID) -> str:
        """Domain of pooled answers: of a measured unit its own, else one of their own under the unit."""
        if unit in self.leaves:
            return self.slugs[self.leaves[unit]]
        return f"{self.slugs[unit]}.{POOLED}"

    def stratum(self, batch: Batch, stratum_id: uuid.UUID | None) -> int:
        """Number of the stratum of an answer; one beyond all for the answers of a pool."""
        return self.pools[batch.id] if stratum_id is None else self.numbers[stratum_id]

    def responses(self, session: Session) -> "analysis.annual.Responses":
        """Every released answer of every grade, in the order of the random keys."""
        batches = {part.batch.id: part.batch for part in self.parts}
        found = (
            select(Response.batch_id, Response.stratum_id, Response.answers)
            .where(Response.batch_id.in_(select(Batch.id).where(Batch.round_id == self.row.id)))
            .order_by(Response.id)
        )
        unit, stratum, grade, level = [], [], [], []
        for batch_id, stratum_id, given in session.execute(found):
            batch = batches[batch_id]
            unit.append(self.domain(batch))
            stratum.append(str(self.stratum(batch, stratum_id)))
            grade.append(batch.grade)
            level.append(rule.levels(self.instrument, given))
        units, strata = np.array(unit, dtype=np.str_), np.array(stratum, dtype=np.str_)
        psus = units
        if self.stages is not None:
            psu_of, labels = self.stages.psus(), {number: self.stages.label(number) for number in self.stages.psus()}
            psus = np.array([psu_of[int(number)] for number in stratum], dtype=np.str_)
            strata = np.array([labels[int(number)] for number in stratum], dtype=np.str_)
        classes = dict(zip(CLASSES, (units, strata), strict=True))
        levels = np.array(level, dtype=np.int8).reshape(len(unit), len(self.instrument.scored_items()))
        return analysis.annual.Responses(units, psus, strata, classes, levels, np.array(grade, dtype=np.str_))

    def frame(
        self, session: Session, kept: list[Part], responses: "analysis.annual.Responses"
    ) -> "analysis.annual.Frame":
        """Dossiers by domain and stratum; those of strata without a drawn answer stand with the nearest one."""
        if self.stages is not None:
            return self._frame_of_stages(self.stages, responses)
        sizes = Sample(kept, self.instrument, self.counts.by_stratum, self.strata).frame()
        order = {part.batch.id: POOL_BASE + place for place, part in enumerate(kept)}
        again = {order[batch]: number for batch, number in self.pools.items() if batch in order}
        drawn_there = self._drawn(session)
        mine = np.isin(responses.grade, publication.ANNUAL.grades)
        pairs = zip(responses.unit[mine].tolist(), responses.stratum[mine].tolist(), strict=True)
        answered: dict[tuple[str, int], int] = defaultdict(int)
        for unit, number in pairs:
            answered[unit, int(number)] += 1
        places = {number: unit for unit, number in answered}
        rows = []
        for number, size in sorted((again.get(number, number), size) for number, size in sizes.items()):
            unit = places[number]
            drawn = min(size, max(drawn_there.get(number, size), answered[unit, number]))
            rows.append((unit, str(number), size, drawn))
        units, strata, dossiers, drawn_of = (list(column) for column in zip(*rows, strict=True))
        unit_column, stratum_column = np.array(units, dtype=np.str_), np.array(strata, dtype=np.str_)
        return analysis.annual.Frame(
            unit_column,
            unit_column,
            stratum_column,
            np.full(len(units), "", dtype=np.str_),
            dict(zip(CLASSES, (unit_column, stratum_column), strict=True)),
            np.array(dossiers, dtype=np.int64),
            np.array(drawn_of, dtype=np.int64),
        )

    def _frame_of_stages(self, stages: Stages, responses: "analysis.annual.Responses") -> "analysis.annual.Frame":
        """Dossiers by first-stage unit and stratum, and those of the units that were not drawn."""
        mine = np.isin(responses.grade, publication.ANNUAL.grades)
        answered: dict[int, int] = defaultdict(int)
        unit_of = {s.number: self._pool(s.agency_id or s.desk_id) for s in self.strata}
        for unit, label in zip(responses.unit[mine].tolist(), responses.stratum[mine].tolist(), strict=True):
            number = int(label.rsplit(" ", 1)[1])
            answered[number] += 1
            unit_of[number] = unit
        return stages.frame(answered, unit_of.__getitem__, self._not_drawn(), sum(self.counts.returned.values()))

    def _not_drawn(self) -> str:
        """Domain that holds the dossiers of first-stage units that were not drawn."""
        return f"{self.slugs[self.row.unit_id]}.{NOT_DRAWN}"

    def _drawn(self, session: Session) -> dict[int, int]:
        """Dossiers that were drawn and invited, by number of the stratum."""
        found = select(Invitation.stratum_id).where(Invitation.round_id == self.row.id, Invitation.drawn)
        counted: dict[int, int] = defaultdict(int)
        for stratum_id in session.scalars(found):
            counted[self.numbers[stratum_id]] += 1
        return counted

    def protocol(self, installation: Installation) -> dict[str, Any]:
        """What was decided before the answers were seen, as `analysis.annual.read_protocol` takes it."""
        tree, names = self._tree()
        row = self.row
        return {
            "tree": tree,
            "names": names,
            "kinds": {domain: self.kinds[domain] for domain in tree if domain in self.kinds},
            **self._design(),
            "nonresponse": ["stratum"],
            "minimum": row.minimum_n,
            "seed": int(row.seed_commitment[:8], 16),
            "grades": list(publication.ANNUAL.grades),
            "round": row.code,
            "seed_commitment": row.seed_commitment,
            "draw_seed": installation.keys.seed(row.code).hex(),
            "draw_fraction": row.draw_fraction,
            "instrument_sha256": row.instrument_hash,
        }

    def _tree(self) -> tuple[dict[str, str | None], dict[str, str]]:
        """Every domain with the one above it, and its name."""
        top = self.slugs[self.row.unit_id]
        tree: dict[str, str | None] = {top: None}
        names = {top: self.names[self.row.unit_id]}
        pooled = {self.domain(part.batch): part.batch.pool_id or self.row.unit_id for part in self.parts}
        if self.stages is not None:
            tree[self._not_drawn()], names[self._not_drawn()] = top, "Các đơn vị không được chọn mẫu"
            drawn = [s.agency_id or s.desk_id for s in self.strata if s.number in self.stages.cells]
            pooled |= {self._pool(unit): unit for unit in drawn}
        leaves = {self.slugs[leaf]: leaf for leaf in self.leaves.values()}
        for domain in sorted(pooled.keys() | leaves.keys()):
            unit = leaves.get(domain)
            if unit is None:
                unit = pooled[domain]
                names[domain] = f"{self.names[unit]}: các đơn vị nhỏ, gộp chung"
                chain = [unit, *self._above(unit)] if unit != self.row.unit_id else []
            else:
                names[domain] = self.names[unit]
                chain = self._above(unit)
            below = domain
            for parent in chain:
                tree[below] = self.slugs[parent]
                below = self.slugs[parent]
                names[below] = self.names[parent]
            tree[below] = top
        return tree, names

    def _design(self) -> dict[str, Any]:
        """How dossiers were drawn; those of communes that were not drawn are stood for by the whole."""
        if self.stages is None:
            return {"design": "elements", "calibration": ["unit"]}
        return {"design": "two-stage", "calibration_depth": 0, "psu_weight": self.stages.weights()}

    def fieldwork(self) -> list[tuple[str | int, ...]]:
        """Counts of every unit that has figures, rounded to 5 as on the pages of agencies."""
        units = {self.row.unit_id, *self.leaves.values()}
        return [
            (self.slugs[unit], *self._counts(self.trees[unit])) for unit in sorted(units, key=self.slugs.__getitem__)
        ]

    def _counts(self, under: set[uuid.UUID]) -> list[int | str]:
        tokens = [part.batch for part in self.parts if released.belongs(part.batch, under)]
        tokens = [batch for batch in tokens if batch.grade in publication.LIVE.grades]
        return annual_counts.of_unit(self.counts, under, tokens)

    def integrity(self) -> dict[str, Any]:
        """Answers by evidence grade, and those that rules flagged for people to look at; nothing was left out."""
        grades: dict[str, int] = defaultdict(int)
        for part in self.parts:
            grades[part.batch.grade] += part.batch.n
        flagged = sum(part.batch.flagged for part in self.parts)
        return {
            "answers_by_grade": {grade: analysis.rounded_count(n) for grade, n in sorted(grades.items())},
            "flagged": analysis.rounded_count(flagged),
            "left_out_because_flagged": 0,
            "rounded_to": 5,
        }
