"""Released responses as a Parquet file for the office's statistician: never a page, an API or a publication."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

import analysis
from instruments.load import shipped
from survey_app.domain import round_states
from survey_app.installation import Installation
from survey_app.models import Batch, Response, Round, Stratum, Unit
from survey_app.services import audit, publication, register, released, rounds
from survey_app.services.errors import RefusedError
from survey_app.services.released import POOL_BASE, Part, Sample

PRODUCTS = {product.name: product for product in (publication.ANNUAL, publication.LIVE)}
ROWS = 100_000  # of a row group, and at once in memory
LABELS = ("desk", "agency", "grade", "release_month")
DESIGN = "weights: weight\nweights_in_millionths: true\nstrata: stratum\nfpc: size\n"
Row = tuple[uuid.UUID | None, uuid.UUID, str]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Exported:
    """What was written."""

    responses: int
    design: Path


def export(
    installation: Installation, code: str, product_name: str, out: Path, progress: Progress | None = None
) -> Exported:
    """Write the released responses of a round, sorted by stratum and batch, with a design file beside them.

    Who, which round and how many is in the audit log before the first answer leaves the database.
    """
    if out.suffix != ".parquet":
        raise RefusedError(f"{out.name} does not end in .parquet; name the file so.")
    product = PRODUCTS[product_name]
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        if product is publication.ANNUAL and row.state not in round_states.ENDED:
            raise RefusedError(
                f"Round {code} is not closed; annual weights are fixed at its close (sipas round close)."
            )
        frame = _Frame(session, row, product.grades)
        _note(installation, row, frame, out)
        labels, places = frame.labels(session)
        items = [item.id for item in shipped(row.instrument_key).scored_items()]
        done = 0
        with analysis.ResponseFile(out, labels, items) as file:
            for rows in stream(session, row, product.grades):
                strata, batches, answers = zip(*rows, strict=True)
                numbers, batch_places = frame.columns(strata, batches)
                file.write(numbers, {name: places[name][batch_places] for name in LABELS}, answers)
                done += len(rows)
                if progress:
                    progress(done, frame.n)
    design = out.with_suffix(".design.yaml")
    design.write_text(DESIGN, encoding="utf-8")
    return Exported(done, design)


def stream(session: Session, row: Round, grades: Sequence[str]) -> Iterator[Sequence[Row]]:
    """Stratum, batch and answers (as JSON text) of every released response, sorted, `ROWS` at a time."""
    found = (
        select(Response.stratum_id, Response.batch_id, cast(Response.answers, Text))
        .join(Batch, Batch.id == Response.batch_id)
        .outerjoin(Stratum, Stratum.id == Response.stratum_id)
        .where(Batch.round_id == row.id, Batch.grade.in_(grades))
        .order_by(func.coalesce(Stratum.number, POOL_BASE), Response.batch_id)
        .execution_options(yield_per=ROWS)
    )
    yield from session.execute(found).partitions()


class _Frame:
    """Dossiers and answers by stratum, and what each batch is of."""

    def __init__(self, session: Session, row: Round, grades: Sequence[str]) -> None:
        # By identifier, as `stream` sorts: so the pseudo-strata of pools ascend too.
        everything = [part for part in released.parts_of(session, row.id) if part.batch.grade in grades]
        self.parts: list[Part] = sorted(everything, key=lambda part: part.batch.id)
        if not everything:
            raise RefusedError(f"Round {row.code} has no released answers of grade {' or '.join(grades)}.")
        self.n = sum(part.batch.n for part in self.parts)
        self._batches = {part.batch.id: place for place, part in enumerate(self.parts)}
        strata = session.scalars(select(Stratum).where(Stratum.round_id == row.id)).all()
        self._numbers = {stratum.id: stratum.number for stratum in strata}
        counts = register.load(session, row).by_stratum
        self._size = Sample(self.parts, shipped(row.instrument_key), counts, strata).frame()
        self._answers: Mapping[int, int] = self._count()

    def _count(self) -> Mapping[int, int]:
        answers: dict[int, int] = defaultdict(int)
        for place, part in enumerate(self.parts):
            for cell in part.cells:
                answers[cell.stratum_number if cell.stratum_number >= 0 else POOL_BASE + place] += cell.n
        return answers

    def columns(
        self, strata: Sequence[uuid.UUID | None], batches: Sequence[uuid.UUID]
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Stratum, size and weight of rows, and the place of their batches."""
        places = np.array([self._batches[batch] for batch in batches], dtype=np.int64)
        own = np.array([-1 if s is None else self._numbers[s] for s in strata], dtype=np.int64)
        stratum = np.where(own >= 0, own, POOL_BASE + places)
        known, row = np.unique(stratum, return_inverse=True)
        size = np.array([self._size[number] for number in known.tolist()], dtype=np.int64)
        answers = np.array([self._answers[number] for number in known.tolist()], dtype=np.int64)
        return {"stratum": stratum, "size": size[row], "weight": (size / answers)[row]}, places

    def labels(self, session: Session) -> tuple[dict[str, list[str]], dict[str, np.ndarray]]:
        """Values of each column of labels, and the place of every batch's among them."""
        units = session.execute(select(Unit.id, Unit.slug))
        slugs: dict[uuid.UUID | None, str] = {unit: slug for unit, slug in units}  # noqa: C416 - rows, not pairs
        texts: dict[str, list[str]] = {name: [] for name in LABELS}
        for part in self.parts:
            batch = part.batch
            pool = f"pool:{slugs.get(batch.pool_id, '')}"
            for name, text in zip(
                LABELS,
                (slugs.get(batch.desk_id, pool), slugs.get(batch.agency_id, pool), batch.grade, batch.release_month),
                strict=True,
            ):
                texts[name].append(text)
        values = {name: sorted(set(found)) for name, found in texts.items()}
        return values, {n: np.array([values[n].index(text) for text in found]) for n, found in texts.items()}


def _note(installation: Installation, row: Round, frame: _Frame, out: Path) -> None:
    with installation.database.write() as session:
        audit.note(session, installation, "responses exported", row.code, f"{frame.n} responses to {out}")
