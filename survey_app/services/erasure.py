"""Erasure: on the day that citizens were promised everything that was said in a round goes, with its keys.

What was published stays: the ledger of shown figures, the plan with its steps and changes, the strata without their
people, and the audit log. Every step can be killed and run again.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, delete, exists, inspect, select, text, tuple_
from sqlalchemy.orm import Session, aliased

from survey_app.db import Base
from survey_app.installation import Installation
from survey_app.models import (
    Batch,
    BatchCells,
    Comment,
    Contact,
    Counter,
    DeadLetter,
    FactStatement,
    Frame,
    Inbox,
    Invitation,
    KioskRound,
    KioskWalkUp,
    LedgerEntry,
    PaperEntry,
    Quarantine,
    QuarantineRequest,
    Receipt,
    Release,
    Response,
    RollPacket,
    Round,
    RoundChange,
    RoundStep,
    RuleScore,
    SampleCell,
    SampleMember,
    SensitiveCount,
    Spent,
    Stratum,
    TraitCount,
    WaitingComment,
    WaitingSensitive,
)
from survey_app.services import audit, flush, inbox, rounds, units
from survey_app.services.errors import RefusedError
from survey_app.services.round_roles import COMMAND_LINE, Actor

CHUNK = 5_000  # rows in one transaction: citizens of other rounds wait no longer than that
OF_BATCH = (Response, BatchCells)  # found by the batches of the round, so they go before them
OF_STRATUM = (RollPacket,)
OF_ROUND = (
    Contact,
    Inbox,
    Spent,
    PaperEntry,
    Quarantine,
    QuarantineRequest,
    WaitingSensitive,
    WaitingComment,
    Comment,
    Receipt,
    SensitiveCount,
    TraitCount,
    Counter,
    Invitation,
    SampleMember,
    Batch,
)
# what was shown, how it was made, who did it
STAYS = (
    LedgerEntry,
    Release,
    RuleScore,
    Stratum,
    Frame,
    SampleCell,
    RoundStep,
    RoundChange,
    FactStatement,
    KioskRound,
    KioskWalkUp,
)
Progress = Callable[[int, int], None]


@dataclass
class Erased:
    """What one run has erased of a round."""

    round_code: str
    rows: dict[str, int] = field(default_factory=dict)  # by table
    keys_remain: str = ""  # why its key files could not be removed, if so


def due(installation: Installation) -> Sequence[str]:
    """Rounds whose erasure date has come and that are not erased yet."""
    with installation.database.read() as session:
        kept = select(Round.code).where(Round.erased_at.is_(None), Round.erasure_date <= installation.today())
        return session.scalars(kept.order_by(Round.erasure_date)).all()


def erase(
    installation: Installation, code: str, actor: Actor = COMMAND_LINE, progress: Progress | None = None
) -> Erased:
    """Erase a round on or after its erasure date; killed at any point it can run again, and once more does nothing."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        _refuse_too_early(row, installation.today())
    done = Erased(code)
    if row.erased_at is not None:
        return done
    try:
        installation.keys.destroy_round(code)  # first: contacts, drafts and addresses cannot be read from here on
    except PermissionError as error:
        done.keys_remain = str(error)
    steps = _steps(installation, row)
    for place, (table, condition) in enumerate(steps):
        number = _delete(installation, table, condition)
        if number:
            done.rows[table.__tablename__] = number
        if progress:
            progress(place + 1, len(steps))
    inbox.destroy_old_keys(installation, installation.today())
    if done.rows or not done.keys_remain:
        wipe(installation)
    _write_down(installation, row.id, done, actor)
    return done


def wipe(installation: Installation) -> None:
    """Have the database give up what the deleted rows left behind; PostgreSQL writes the tables anew."""
    if installation.database.sqlite:
        flush.wipe(installation)
        return
    tables = [table.__tablename__ for table in (*OF_BATCH, *OF_STRATUM, *OF_ROUND, DeadLetter)]
    with installation.database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            connection.execute(text(f'VACUUM FULL "{name}"'))


def _refuse_too_early(row: Round, today: date) -> None:
    if row.erasure_date > today:
        raise RefusedError(
            f"{row.code} is to be erased on {row.erasure_date:%d/%m/%Y}, not before. To bring the day forward: "
            f"`sipas round change {row.code} --erase DAY --reason TEXT`.",
        )


def _steps(installation: Installation, row: Round) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Tables in an order in which no row points to one that is gone, each with what of it belongs to the round."""
    batches = select(Batch.id).where(Batch.round_id == row.id)
    strata = select(Stratum.id).where(Stratum.round_id == row.id)
    found: list[tuple[type[Base], ColumnElement[bool]]] = []
    found += [(table, table.batch_id.in_(batches)) for table in OF_BATCH]
    found += [(table, table.stratum_id.in_(strata)) for table in OF_STRATUM]
    found += [(table, table.round_id == row.id) for table in OF_ROUND]
    with installation.database.read() as session:
        found.append((DeadLetter, _dead_letters(session, row, installation.today())))
    return found


def _dead_letters(session: Session, row: Round, today: date) -> ColumnElement[bool]:
    """What nobody could read may belong to any round of its desk: it goes with the last one that it may belong to."""
    under = units.descendants(session, row.unit_id, row.period_start)
    other = aliased(Round)
    still_kept = exists().where(
        other.unit_id == row.unit_id,
        other.id != row.id,
        other.erasure_date > today,
        other.field_start <= DeadLetter.day,
    )
    return DeadLetter.unit_id.in_(under) & (DeadLetter.day >= row.field_start) & ~still_kept


def _delete(installation: Installation, table: type[Base], condition: ColumnElement[bool]) -> int:
    """Delete rows in transactions of CHUNK; return how many went."""
    key = inspect(table).primary_key
    some = select(*key).where(condition).limit(CHUNK)
    total = 0
    while True:
        with installation.database.write() as session:
            gone = session.execute(
                delete(table).where(tuple_(*key).in_(some)).execution_options(synchronize_session=False)
            )
            number = int(getattr(gone, "rowcount", 0))
        total += number
        if number < CHUNK:
            return total


def _write_down(installation: Installation, round_id: uuid.UUID, done: Erased, actor: Actor) -> None:
    """Mark the round as erased, once its keys are gone too, and say so in the audit log."""
    with installation.database.write() as session:
        row = session.get_one(Round, round_id, with_for_update=True)
        if row.erased_at is not None:
            return
        if not done.keys_remain:
            row.erased_at = installation.now()
        rows = ", ".join(f"{name} {number}" for name, number in done.rows.items()) or "no rows"
        said = f"{rows}; keys remain: {done.keys_remain}" if done.keys_remain else f"{rows}; keys removed"
        if done.rows or not done.keys_remain:
            audit.note(session, installation, "round erase", row.code, said, actor.login)
