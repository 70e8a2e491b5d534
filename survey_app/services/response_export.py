"""Released responses as a Parquet file for the office's statistician: never a page, an API or a publication."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
AT_ONCE = 500  # strata of batches fetched together
Group = tuple[int, str, int, str]
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
        # One part is written while the next comes from the database: neither needs Python for most of its time.
        with analysis.ResponseFile(out, labels, items) as file, ThreadPoolExecutor(max_workers=1) as beside:
            writing: Future[None] | None = None
            for strata, batches, counts, answers in stream(session, row, product.grades):
                numbers, batch_places = frame.columns(strata, batches)
                repeated = {name: np.repeat(values, counts) for name, values in numbers.items()}
                repeated_places = {name: np.repeat(places[name][batch_places], counts) for name in LABELS}
                if writing:
                    writing.result()
                writing = beside.submit(file.write, repeated, repeated_places, answers)
                done += sum(counts)
                if progress:
                    progress(done, frame.n)
            if writing:
                writing.result()
    design = out.with_suffix(".design.yaml")
    design.write_text(DESIGN, encoding="utf-8")
    return Exported(done, design)


def stream(session: Session, row: Round, grades: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """Released responses, sorted, about `ROWS` at a time: strata, batches, numbers of answers, answers as JSON lines.

    The database joins the answers of a stratum and batch: a row of Python for each would take longer than all else.
    """
    response, batch, stratum = Response.__table__.c, Batch.__table__.c, Stratum.__table__.c
    number = func.coalesce(stratum.number, POOL_BASE)
    lines = func.aggregate_strings(cast(response.answers, Text), "\n")
    found = (
        select(number, cast(response.batch_id, Text), func.count(), lines)
        .join(Batch, batch.id == response.batch_id)
        .outerjoin(Stratum, stratum.id == response.stratum_id)
        .where(batch.round_id == row.id, batch.grade.in_(grades))
        .group_by(number, response.batch_id)
        .order_by(number, response.batch_id)
    )
    reading = session.connection().execute(found, execution_options={"stream_results": True, "max_row_buffer": AT_ONCE})
    waiting: list[Group] = []
    size = 0
    for groups in reading.partitions(AT_ONCE):
        waiting += [tuple(group) for group in groups]
        size += sum(group[2] for group in groups)
        if size >= ROWS:
            yield tuple(zip(*waiting, strict=True))
            waiting, size = [], 0
    if waiting:
        yield tuple(zip(*waiting, strict=True))


class _Frame:
    """Dossiers and answers by stratum, and what each batch is of."""

    def __init__(self, session: Session, row: Round, grades: Sequence[str]) -> None:
        # By identifier, as `stream` sorts: so the pseudo-strata of pools ascend too.
        everything = [part for part in released.parts_of(session, row.id) if part.batch.grade in grades]
        self.parts: list[Part] = sorted(everything, key=lambda part: part.batch.id)
        if not everything:
            raise RefusedError(f"Round {row.code} has no released answers of grade {' or '.join(grades)}.")
        self.n = sum(part.batch.n for part in self.parts)
        # As text identifiers have hyphens in PostgreSQL and none in SQLite.
        self._batches = {name: k for k, p in enumerate(self.parts) for name in (str(p.batch.id), p.batch.id.hex)}
        strata = session.scalars(select(Stratum).where(Stratum.round_id == row.id)).all()
        counts = register.load(session, row).by_stratum
        self._size = Sample(self.parts, shipped(row.instrument_key), counts, strata).frame()
        self._answers: Mapping[int, int] = self._count()

    def _count(self) -> Mapping[int, int]:
        answers: dict[int, int] = defaultdict(int)
        for place, part in enumerate(self.parts):
            for cell in part.cells:
                answers[cell.stratum_number if cell.stratum_number >= 0 else POOL_BASE + place] += cell.n
        return answers

    def columns(self, strata: Sequence[int], batches: Sequence[str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Stratum, size and weight of groups of answers, and the place of their batches."""
        places = np.array([self._batches[batch] for batch in batches], dtype=np.int64)
        numbers = np.array(strata, dtype=np.int64)
        stratum = np.where(numbers < POOL_BASE, numbers, POOL_BASE + places)
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
