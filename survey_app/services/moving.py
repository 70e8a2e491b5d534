"""Moving one batch: responses, cells and receipts in, inbox rows out, all or nothing."""

import itertools
import json
import random
import uuid
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from instruments.load import shipped
from instruments.model import Instrument, ItemKind
from survey_app.db import random_key
from survey_app.domain import answers as rule
from survey_app.domain import flags, periods, sealing
from survey_app.domain.batching import BATCH, Move
from survey_app.installation import Installation
from survey_app.keys import COMMENTS
from survey_app.models import (
    Batch,
    BatchCells,
    Inbox,
    Receipt,
    Response,
    Round,
    Stratum,
    TraitCount,
    WaitingComment,
    WaitingSensitive,
)
from survey_app.services import counters, released
from survey_app.services.inbox import Waiting
from survey_app.services.room import strata_of_desk
from survey_app.services.taking import NO_STRATUM

POOLED = -1  # stratum number of answers whose own stratum is unknown or would leave too few dossiers
BY_SLIP, HELD = "by_slip", "held"  # a trait of grades that walk-ups and sheets of paper share with slips
BY_SLIP_ALONE = {"G1", "G2"}  # their batches count how their answers ended
TRAITS = ("language", "device", "duration", "assisted")


class OvertakenError(Exception):
    """An answer was withdrawn, or moved by another flush, since it was read: plan again."""


def move(
    installation: Installation,
    row: Round,
    strata: Mapping[int, Stratum],
    step: Move[Waiting],
    own_stratum: Callable[[int], bool],
) -> None:
    """Carry out one move in one transaction; `own_stratum` says which strata an answer may keep."""
    today = installation.today()
    with installation.database.write() as session:
        gone = session.execute(delete(Inbox).where(Inbox.id.in_([a.id for a in step.answers])))
        if gone.rowcount != len(step.answers):  # type: ignore[attr-defined]  # a cursor result for DELETE
            raise OvertakenError
        instrument = shipped(step.atom.instrument)
        keeps = {n: own_stratum(n) and step.pool is None for n in {a.stratum for a in step.answers}}
        mixed = {s for a in step.answers if not keeps[a.stratum] for s in _strata_of(row, strata, a)}
        batch = _batch(row, instrument, step, sorted(mixed), today)
        batch.ordinal = _next_ordinal(session, batch)
        session.add(batch)
        session.flush()
        unit = batch.pool_id or batch.desk_id or row.unit_id
        _responses(session, batch.id, strata, step.answers, keeps, instrument)
        _cells(session, batch.id, step.answers, keeps, instrument)
        _side_tables(session, installation, row, unit, step.answers, instrument, today)


def _batch(
    row: Round,
    instrument: Instrument,
    step: Move[Waiting],
    mixed: list[int],
    today: date,
) -> Batch:
    ends = Tally(rule.enough(instrument, _read_back(a.answers)) for a in step.answers)
    return Batch(
        id=random_key(),
        round_id=row.id,
        desk_id=uuid.UUID(step.atom.desk) if step.atom.desk else None,
        agency_id=uuid.UUID(step.atom.agency) if step.atom.agency else None,
        pool_id=uuid.UUID(step.pool) if step.pool else None,
        instrument_key=step.atom.instrument,
        grade=step.atom.grade,
        release_month=periods.month(today),
        n=len(step.answers),
        complete=ends["complete"],
        partial=ends["partial"],
        flagged=sum(_flagged(instrument, a) for a in step.answers),
        pool_strata=mixed or None,
    )


def _flagged(instrument: Instrument, answer: Waiting) -> bool:
    """Whether people may want to look at an answer: it was given too quickly, or is one straight line."""
    given = [level for level in rule.levels(instrument, answer.answers) if 0 < level <= released.LEVELS]
    return answer.quick or flags.is_straight_line(given)


def _strata_of(row: Round, strata: Mapping[int, Stratum], answer: Waiting) -> tuple[int, ...]:
    return strata_of_desk(row, strata, answer.desk) if answer.stratum == NO_STRATUM else (answer.stratum,)


def _kept_stratum(answer: Waiting, keeps: Mapping[int, bool]) -> int:
    return answer.stratum if keeps[answer.stratum] else POOLED


def _next_ordinal(session: Session, batch: Batch) -> int:
    """How many batches of this atom there are, and this one."""
    same = (Batch.round_id, Batch.desk_id, Batch.agency_id, Batch.pool_id, Batch.instrument_key, Batch.grade)
    where = [column.is_not_distinct_from(getattr(batch, column.key)) for column in same]
    return 1 + (session.scalar(select(func.count()).select_from(Batch).where(*where)) or 0)


def _responses(
    session: Session,
    batch_id: uuid.UUID,
    strata: Mapping[int, Stratum],
    answers: Sequence[Waiting],
    keeps: Mapping[int, bool],
    instrument: Instrument,
) -> None:
    """Insert the answers in an order of their own, without what is kept elsewhere."""
    apart = {i.id for i in instrument.items if i.kind is ItemKind.COMMENT or i.sensitive}
    kept = kept_traits(answers)
    flagged = {a.id: _flagged(instrument, a) for a in answers}
    told = flags.may_stay((_kept_stratum(a, keeps), flagged[a.id]) for a in answers)
    order = sorted(random_key() for _ in answers)  # random keys, so this is a shuffle of its own
    rows = [
        {
            "id": key,
            "batch_id": batch_id,
            "stratum_id": strata[a.stratum].id if keeps[a.stratum] else None,
            "answers": {item: value for item, value in a.answers.items() if item not in apart},
            **{trait: a.traits[trait] if trait in kept else None for trait in TRAITS},
            "flagged": flagged[a.id] if told else None,
        }
        for key, a in zip(order, random.SystemRandom().sample(answers, len(answers)), strict=True)
    ]
    session.execute(insert(Response), rows)


def kept_traits(answers: Sequence[Waiting]) -> set[str]:
    """Traits of which every class in the batch has at least 10: a smaller class would point at somebody."""
    kept = set()
    for trait in TRAITS:
        if min(Tally(a.traits[trait] for a in answers).values()) >= BATCH:
            kept.add(trait)
    return kept


def _cells(
    session: Session,
    batch_id: uuid.UUID,
    answers: Sequence[Waiting],
    keeps: Mapping[int, bool],
    instrument: Instrument,
) -> None:
    numbers = [_kept_stratum(a, keeps) for a in answers]
    for cell in released.counted(instrument, numbers, [rule.levels(instrument, a.answers) for a in answers]):
        session.add(BatchCells(batch_id=batch_id, **cell))


def _side_tables(
    session: Session,
    installation: Installation,
    row: Round,
    unit: uuid.UUID,
    answers: Sequence[Waiting],
    instrument: Instrument,
    today: date,
) -> None:
    """Receipts, counters, and the pools that are sealed again; each shuffled by itself."""
    month = periods.month(today)
    public = installation.keys.public(COMMENTS)
    shuffled = list(answers)
    random.SystemRandom().shuffle(shuffled)
    for answer in sorted(shuffled, key=lambda a: a.receipt_hash):
        session.add(Receipt(round_id=row.id, receipt_hash=answer.receipt_hash, release_month=month))
    apart = [item for item in instrument.items if item.kind is ItemKind.COMMENT or item.sensitive]
    for item, answer in itertools.product(apart, shuffled):
        value = answer.answers.get(item.id)
        if value is None:
            continue
        sealed = sealing.seal_to(public, json.dumps({"item": item.id, "value": value}).encode())
        if item.kind is ItemKind.COMMENT:
            session.add(WaitingComment(round_id=row.id, unit_id=unit, sealed=sealed))
        else:
            session.add(WaitingSensitive(round_id=row.id, sealed=sealed))
    for (trait, value), n in sorted(_tallies(answers, instrument).items()):
        counters.add(
            session,
            TraitCount,
            n,
            "n",
            round_id=row.id,
            unit_id=unit,
            month=month,
            trait=trait,
            value=value,
        )


def _tallies(answers: Sequence[Waiting], instrument: Instrument) -> Tally[tuple[str, str]]:
    """How many answers of a batch have each trait."""
    tallies = Tally((trait, a.traits[trait]) for a in answers for trait in TRAITS)
    tallies.update(("partial", "yes") for a in answers if a.partial)
    if {a.grade for a in answers}.isdisjoint(BY_SLIP_ALONE):
        slips = [a for a in answers if a.by_slip]
        tallies.update((BY_SLIP, rule.enough(instrument, _read_back(a.answers))) for a in slips)
    tallies.update(("shown", language) for a in answers for language in a.shown)
    return tallies


def _read_back(answers: Mapping[str, object]) -> dict[str, rule.Value]:
    """Lists that JSON made of tuples become tuples again."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in answers.items()}  # type: ignore[misc]  # values as checked
