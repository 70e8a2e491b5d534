"""Released answers of a unit as cells and matrices: what every figure is computed from."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from instruments.model import Instrument
from survey_app.domain import answers as rule
from survey_app.models import Batch, BatchCells, Response, Stratum

NOT_VALID = slice(5, 7)  # columns of analysis.Cells.counts: not applicable and blank
BLANK = 6
OTHER_CLASS = -2  # a stratum that this sample leaves out
POOL_BASE = 100_000  # pseudo-strata of pooled answers: above every stratum number


@dataclass(frozen=True)
class Part:
    """One batch with its cells."""

    batch: Batch
    cells: tuple[BatchCells, ...]


def parts_of(session: Session, round_id: uuid.UUID) -> list[Part]:
    """Every batch of a round, in the order of release within its atom."""
    cells: dict[uuid.UUID, list[BatchCells]] = defaultdict(list)
    batches = session.scalars(select(Batch).where(Batch.round_id == round_id)).all()
    for cell in session.scalars(select(BatchCells).join(Batch).where(Batch.round_id == round_id)):
        cells[cell.batch_id].append(cell)
    order = sorted(batches, key=lambda b: (str(b.desk_id), str(b.agency_id), str(b.pool_id), b.grade, b.ordinal))
    return [Part(batch, tuple(cells[batch.id])) for batch in order]


def belongs(batch: Batch, under: Collection[uuid.UUID]) -> bool:
    """True if a batch is of these units: by its desk, its agency or the unit whose small desks it pools."""
    return any(unit is not None and unit in under for unit in (batch.desk_id, batch.agency_id, batch.pool_id))


class Sample:
    """The batches of one unit and grade set, ready for `analysis.index_figures`."""

    def __init__(
        self,
        parts: Sequence[Part],
        instrument: Instrument,
        stratum_size: Mapping[int, int],
        neighbours: Sequence[Stratum] = (),
    ) -> None:
        """`neighbours` are all strata of the unit: one without any answer joins the nearest of its desk."""
        self.parts = parts
        self._neighbours = neighbours
        self.instrument = instrument
        self.items = tuple(item.id for item in instrument.scored_items())
        self.completed = _completed(parts, self.items)
        self._size = stratum_size
        self._pool_number = {part.batch.id: POOL_BASE + place for place, part in enumerate(parts)}

    @property
    def n(self) -> int:
        """Answers in all batches."""
        return sum(part.batch.n for part in self.parts)

    @property
    def waiting(self) -> bool:
        """True if some item of some batch may not be counted yet."""
        return any(end < 0 for ends in self.completed for end in ends)

    def cells(self, month: str | None = None) -> analysis.Cells | None:
        """Cells of the items that may be counted; with `month` only what that month's batches completed."""
        rows: list[dict[str, object]] = []
        for place, part in enumerate(self.parts):
            waits = self._waits(place, month)
            rows += [self._row(part, cell, waits) for cell in part.cells]
        return analysis.Cells.from_rows(rows, self.items) if rows else None

    def _row(self, part: Part, cell: BatchCells, waits: Sequence[bool]) -> dict[str, object]:
        """A row of analysis.Cells in which waiting items count as blank."""
        given = cell.counts["counts"]
        return {
            "domain": 0,
            "stratum": self._stratum(part, cell.stratum_number),
            "n": cell.n,
            "counts": {i: [0] * BLANK + [cell.n] if w else given[i] for i, w in zip(self.items, waits, strict=True)},
            "composite": [0, 0] if any(waits) else cell.counts["composite"],
        }

    def answers(self, session: Session, strata: Mapping[uuid.UUID, int], month: str | None = None) -> analysis.Answers:
        """The same answers one by one, for the standard errors."""
        numbers: list[int] = []
        levels: list[list[int]] = []
        for place, part in enumerate(self.parts):
            waits = self._waits(place, month)
            wanted = {cell.stratum_number for cell in part.cells}
            found = select(Response.stratum_id, Response.answers).where(Response.batch_id == part.batch.id)
            for stratum_id, given in session.execute(found):
                own = -1 if stratum_id is None else strata.get(stratum_id, OTHER_CLASS)
                if own not in wanted:
                    continue
                numbers.append(self._stratum(part, own))
                row = rule.levels(self.instrument, given)
                levels.append([0 if waits[j] else level for j, level in enumerate(row)])
        n = len(numbers)
        level: NDArray[np.int8] = np.array(levels, dtype=np.int8).reshape(n, len(self.items))
        made = analysis.Answers(
            items=self.items,
            stratum=np.array(numbers, dtype=np.int64),
            domain=np.zeros(n, dtype=np.int64),
            level=level,
        )
        return analysis.with_composite(made, self.instrument)

    def frame(self) -> dict[int, int]:
        """Dossiers returned by stratum; pooled answers stand for the strata that they were pooled from."""
        own: dict[int, int] = defaultdict(int)
        for part in self.parts:
            for cell in part.cells:
                own[self._stratum(part, cell.stratum_number)] += cell.n
        frame = {number: max(self._size.get(number, 0), n) for number, n in own.items() if number < POOL_BASE}
        pooled: set[int] = set()
        for part in self.parts:
            number = self._pool_number[part.batch.id]
            if number in own:
                mixed = [s for s in part.batch.pool_strata or [] if s not in frame]
                frame[number] = max(own[number], sum(self._size.get(s, 0) for s in mixed))
                pooled.update(mixed)
        for silent in self._neighbours:
            if silent.number not in frame and silent.number not in pooled and self._size.get(silent.number):
                frame[_nearest(silent, self._neighbours, frame)] += self._size[silent.number]
        return frame

    def months(self) -> list[str]:
        """Months with a release, in order."""
        return sorted({part.batch.release_month for part in self.parts})

    def _stratum(self, part: Part, number: int) -> int:
        return number if number >= 0 else self._pool_number[part.batch.id]

    def _waits(self, place: int, month: str | None) -> list[bool]:
        """Which items of a batch may not be counted (yet, or in this month)."""
        ends = [self.completed[j][place] for j in range(len(self.items))]
        if month is None:
            return [end < 0 for end in ends]
        return [end < 0 or self.parts[end].batch.release_month != month for end in ends]


def _nearest(silent: Stratum, strata: Sequence[Stratum], frame: Mapping[int, int]) -> int:
    """The answered stratum that a silent one joins: of its desk and agency, else of its desk, else by number."""
    desks = {s.number: (s.desk_id == silent.desk_id, s.agency_id == silent.agency_id) for s in strata}

    def distance(number: int) -> tuple[bool, bool, int, int]:
        same_desk, same_agency = desks.get(number, (False, False))
        return (not same_desk, not (same_desk and same_agency), abs(number - silent.number), number)

    return min(frame, key=distance)


def _completed(parts: Sequence[Part], items: Sequence[str]) -> list[list[int]]:
    """For each item and batch: the place of the batch that completed its group, within its own atom."""
    atoms: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, part in enumerate(parts):
        b = part.batch
        atoms[b.desk_id, b.agency_id, b.pool_id, b.instrument_key, b.grade].append(place)
    completed = [[-1] * len(parts) for _ in items]
    for places in atoms.values():
        for j, item in enumerate(items):
            valid, bad = [], []
            for place in places:
                counts = [cell.counts["counts"][item] for cell in parts[place].cells]
                valid.append(sum(sum(row[:5]) for row in counts))
                bad.append(sum(sum(row[NOT_VALID]) for row in counts))
            for place, end in zip(places, analysis.released_groups(valid, bad), strict=True):
                completed[j][place] = places[end] if end >= 0 else -1
    return completed
