"""Figures without the answers that rules flagged: which batches tell them apart, and what is left of these."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.model import Instrument
from survey_app.domain import answers as rule
from survey_app.domain.batching import BATCH
from survey_app.models import Batch, BatchCells, Response
from survey_app.services import released
from survey_app.services.released import CellsDisagreeError, Part

PERIOD = "all:flagged=no"  # of the ledger: the whole round without flagged answers


def told_apart(session: Session, round_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Batches of a round with answers that are known to be flagged."""
    found = select(Response.batch_id).join(Batch, Batch.id == Response.batch_id)
    found = found.where(Batch.round_id == round_id, Batch.flagged >= BATCH, Response.flagged.is_(True))
    return frozenset(session.scalars(found.distinct()))


def without(
    session: Session, parts: Sequence[Part], apart: frozenset[uuid.UUID], instrument: Instrument,
    strata: Mapping[uuid.UUID, int],
) -> list[Part]:  # fmt: skip
    """Return the parts, those that tell flagged answers apart with cells of the others only."""
    return [_rest(session, part, instrument, strata) if part.batch.id in apart else part for part in parts]


def _rest(session: Session, part: Part, instrument: Instrument, strata: Mapping[uuid.UUID, int]) -> Part:
    """One part without its flagged answers; CellsDisagreeError if they are not as many as at the release."""
    found = select(Response.stratum_id, Response.answers, Response.flagged).where(Response.batch_id == part.batch.id)
    rows = session.execute(found).all()
    if Counter(row.flagged for row in rows)[True] != part.batch.flagged:
        raise CellsDisagreeError(
            "The flags of the stored answers and their number at the release differ: one of them was changed by hand. "
            "Nothing was computed; compare both with the last backup.",
        )
    kept = [row for row in rows if not row.flagged]
    numbers = [-1 if row.stratum_id is None else strata[row.stratum_id] for row in kept]
    levels = [rule.levels(instrument, row.answers) for row in kept]
    cells = released.counted(instrument, numbers, levels) if kept else []
    return Part(part.batch, tuple(BatchCells(batch_id=part.batch.id, **cell) for cell in cells))
