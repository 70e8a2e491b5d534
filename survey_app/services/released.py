"""Released answers of a unit as cells and matrices: what every figure is computed from."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from instruments.model import Instrument
from survey_app.domain import answers as rule
from survey_app.models import Batch, BatchCells, Response, Stratum
from survey_app.services.errors import RefusedError

LEVELS = 5  # the first columns of analysis.Cells.counts
OTHER_CLASS = -2  # a stratum that this sample leaves out
POOL_BASE = 100_000  # pseudo-strata of pooled answers: above every stratum number


class CellsDisagreeError(RefusedError):
    """Answers and cells of a batch do not fit together."""


@dataclass(frozen=True)
class Part:
    """One batch with its cells."""

    batch: Batch
    cells: tuple[BatchCells, ...]

    @property
    def n(self) -> int:
        """Answers in its cells."""
        return sum(cell.n for cell in self.cells)


def parts_of(session: Session, round_id: uuid.UUID) -> list[Part]:
    """Every batch of a round, in the order of release within its atom."""
    cells: dict[uuid.UUID, list[BatchCells]] = defaultdict(list)
    batches = session.scalars(select(Batch).where(Batch.round_id == round_id)).all()
    for cell in session.scalars(select(BatchCells).join(Batch).where(Batch.round_id == round_id)):
        cells[cell.batch_id].append(cell)
    order = sorted(batches, key=lambda b: (str(b.desk_id), str(b.agency_id), str(b.pool_id), b.grade, b.ordinal))
    return [Part(batch, tuple(cells[batch.id])) for batch in order]


def counted(instrument: Instrument, numbers: Sequence[int], levels: Sequence[tuple[int, ...]]) -> list[dict[str, Any]]:
    """Cells of one batch, one per stratum number, as columns of BatchCells."""
    items = tuple(item.id for item in instrument.scored_items())
    level = np.array(levels, dtype=np.int8).reshape(len(levels), len(items))
    domain = np.zeros(len(numbers), dtype=np.int64)
    made = analysis.Answers(items=items, stratum=np.array(numbers, dtype=np.int64), domain=domain, level=level)
    return [
        {
            "stratum_number": cell["stratum"],
            "n": cell["n"],
            "counts": {"counts": cell["counts"], "composite": cell["composite"]},
        }
        for cell in analysis.cells_of(analysis.with_composite(made, instrument)).to_rows()
    ]


def belongs(batch: Batch, under: Collection[uuid.UUID]) -> bool:
    """True if a batch is of these units: by its desk, its agency or the unit whose small desks it pools."""
    return any(unit is not None and unit in under for unit in (batch.desk_id, batch.agency_id, batch.pool_id))


@dataclass(frozen=True)
class Raw:
    """Answers as stored: number of the stratum, place of the batch, level per scored item."""

    stratum: NDArray[np.int64]
    place: NDArray[np.int64]
    level: NDArray[np.int8]


class Sample:
    """The batches of one unit and grade set, ready for `analysis.index_figures`.

    Items wait by the rule of their own counts; composites (factors, overall) take every item of a batch, but for
    factors that only some people are asked about, which wait as one (docs/method.md, L3 and L4).
    """

    def __init__(
        self,
        parts: Sequence[Part],
        instrument: Instrument,
        stratum_size: Mapping[int, int],
        neighbours: Sequence[Stratum] = (),
        *,
        flagged: bool = True,
    ) -> None:
        """`neighbours` are all strata of the unit: one without any answer joins the nearest of its desk.

        With `flagged` False answers are left out that rules flagged; the parts count the others (`flagged.without`).
        """
        self.parts = parts
        self.instrument = instrument
        self.items = tuple(item.id for item in instrument.scored_items())
        self._size = stratum_size
        self._flagged = flagged
        self._neighbours = neighbours
        self._pool_number = {part.batch.id: POOL_BASE + place for place, part in enumerate(parts)}
        own = [(item,) for item in self.items]
        filtered = {i.factor for i in instrument.scored_items() if i.ask_if is not None and i.factor}
        groups = {f.id: f.items for f in instrument.factors if f.id in filtered}
        scored = instrument.scored_items()
        together = [groups.get(item.factor or "", () if item.factor else (item.id,)) for item in scored]
        self.completed = {
            "items": np.array(_completed(parts, own), dtype=np.int64).reshape(len(own), len(parts)),
            "composites": np.array(_completed(parts, together), dtype=np.int64).reshape(len(own), len(parts)),
        }

    @property
    def n(self) -> int:
        """Answers in all parts."""
        return sum(part.n for part in self.parts)

    def load(self, session: Session, strata: Mapping[uuid.UUID, int]) -> Raw:
        """Read the answers of every batch once."""
        numbers: list[int] = []
        places: list[int] = []
        levels: list[tuple[int, ...]] = []
        for place, part in enumerate(self.parts):
            wanted = {cell.stratum_number for cell in part.cells}
            found = select(Response.stratum_id, Response.answers).where(Response.batch_id == part.batch.id)
            if not self._flagged:
                found = found.where(Response.flagged.is_not(True))
            for stratum_id, given in session.execute(found):
                own = -1 if stratum_id is None else strata.get(stratum_id, OTHER_CLASS)
                if own in wanted:
                    numbers.append(own if own >= 0 else self._pool_number[part.batch.id])
                    places.append(place)
                    levels.append(rule.levels(self.instrument, given))
        level = np.array(levels, dtype=np.int8).reshape(len(levels), len(self.items))
        return Raw(np.array(numbers, dtype=np.int64), np.array(places, dtype=np.int64), level)

    def answers(self, raw: Raw, kind: str, month: str | None = None) -> analysis.Answers:
        """Answers that may be counted in figures of a kind; with `month` only what that month's batches completed."""
        free = self.completed[kind] >= 0
        if month is not None:
            months = np.array([part.batch.release_month == month for part in self.parts], dtype=bool)
            free &= months[np.where(free, self.completed[kind], 0)]
        level = np.where(free.T[raw.place], raw.level, 0).astype(np.int8)
        made = analysis.Answers(
            items=self.items,
            stratum=raw.stratum,
            domain=np.zeros(len(raw.stratum), dtype=np.int64),
            level=level,
        )
        return analysis.with_composite(made, self.instrument)

    def verify(self, raw: Raw) -> None:
        """Compare the answers with the cells that the flush counted; CellsDisagreeError if anybody changed either."""
        domain = np.zeros(len(raw.stratum), dtype=np.int64)
        whole = analysis.Answers(items=self.items, stratum=raw.stratum, domain=domain, level=raw.level)
        if self.cells() != analysis.cells_of(analysis.with_composite(whole, self.instrument)):
            raise CellsDisagreeError(
                "The stored answers and the cells counted at their release differ: one of them was changed by hand. "
                "Nothing was computed; compare both with the last backup.",
            )

    def cells(self) -> analysis.Cells:
        """Cells of every batch as the flush counted them."""
        rows = [
            {
                "domain": 0,
                "stratum": cell.stratum_number if cell.stratum_number >= 0 else self._pool_number[part.batch.id],
                "n": cell.n,
                "counts": cell.counts["counts"],
                "composite": cell.counts["composite"],
            }
            for part in self.parts
            for cell in part.cells
        ]
        return analysis.Cells.from_rows(rows, self.items)

    def frame(self) -> dict[int, int]:
        """Dossiers returned by stratum; pooled answers stand for the strata that they were pooled from."""
        own: dict[int, int] = defaultdict(int)
        for part in self.parts:
            for cell in part.cells:
                number = cell.stratum_number
                own[number if number >= 0 else self._pool_number[part.batch.id]] += cell.n
        frame = {number: max(self._size.get(number, 0), n) for number, n in own.items() if number < POOL_BASE}
        pooled: set[int] = set()
        for strata, parts in self._pools().items():
            mixed = [s for s in strata if s not in frame]
            size, n = sum(self._size.get(s, 0) for s in mixed), sum(part.n for part in parts)
            for part in parts:  # batches that stand for the same strata share them
                number = self._pool_number[part.batch.id]
                if number in own:
                    frame[number] = max(own[number], round(size * part.n / n))
                    pooled.update(mixed)
        for silent in self._neighbours:
            if silent.number not in frame and silent.number not in pooled and self._size.get(silent.number):
                frame[_nearest(silent, self._neighbours, frame)] += self._size[silent.number]
        return frame

    def _pools(self) -> dict[tuple[int, ...], list[Part]]:
        """Batches by the strata that they mix."""
        found: dict[tuple[int, ...], list[Part]] = defaultdict(list)
        for part in self.parts:
            found[tuple(part.batch.pool_strata or ())].append(part)
        return found

    def months(self) -> list[str]:
        """Months with a release, in order."""
        return sorted({part.batch.release_month for part in self.parts})


def _nearest(silent: Stratum, strata: Sequence[Stratum], frame: Mapping[int, int]) -> int:
    """The answered stratum that a silent one joins: of its desk and agency, else of its desk, else by number."""
    desks = {s.number: (s.desk_id == silent.desk_id, s.agency_id == silent.agency_id) for s in strata}

    def distance(number: int) -> tuple[bool, bool, int, int]:
        same_desk, same_agency = desks.get(number, (False, False))
        return (not same_desk, not (same_desk and same_agency), abs(number - silent.number), number)

    return min(frame, key=distance)


def _completed(parts: Sequence[Part], groups: Sequence[tuple[str, ...]]) -> list[list[int]]:
    """For each group of items and batch: the place of the batch that completed it, within its own atom.

    An empty group never waits: its batch is complete at once.
    """
    atoms: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, part in enumerate(parts):
        b = part.batch
        atoms[b.desk_id, b.agency_id, b.pool_id, b.instrument_key, b.grade].append(place)
    completed = [list(range(len(parts))) for _ in groups]
    for j, group in enumerate(groups):
        if not group:
            continue
        for places in atoms.values():
            valid = [max(_valid(parts[place], item) for item in group) for place in places]
            bad = [sum(cell.n for cell in parts[place].cells) - v for place, v in zip(places, valid, strict=True)]
            for place, end in zip(places, analysis.released_groups(valid, bad), strict=True):
                completed[j][place] = places[end] if end >= 0 else -1
    return completed


def _valid(part: Part, item: str) -> int:
    """Answers of an item in a batch that have a level."""
    return sum(sum(cell.counts["counts"][item][:LEVELS]) for cell in part.cells)
