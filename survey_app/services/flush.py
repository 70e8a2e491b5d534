"""The flush: at a fixed hour, sealed answers move in shuffled batches; killed at any point it can run again."""

import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from survey_app.domain import batching, periods
from survey_app.domain.batching import Atom, Move
from survey_app.installation import Installation
from survey_app.models import Batch, BatchCells, Round, Stratum, TraitCount
from survey_app.services import inbox, moving, paper, pools, rounds, unit_tree
from survey_app.services.errors import RefusedError
from survey_app.services.inbox import Waiting
from survey_app.services.moving import OvertakenError
from survey_app.services.room import Room
from survey_app.services.rounds import Actor
from survey_app.services.taking import NO_STRATUM

MAX_REPLANS = 100  # a withdrawal between plan and move makes us plan again; it cannot happen for ever
DAILY_IF = 10  # answers on each of the last 20 flushed days
Progress = Callable[[int, int], None]


class ReleaseStoppedError(RefusedError):
    """A stratum has more answers than addresses: somebody made addresses outside the program."""


@dataclass
class Report:
    """What one flush of one round did."""

    round_code: str
    batches: int = 0
    answers: int = 0
    waiting: int = 0
    comments: int = 0
    held: dict[str, int] = field(default_factory=dict)  # grade -> answers too few for any batch of the whole round
    held_slips: dict[str, int] = field(default_factory=dict)  # of these, answers by slip, by desk
    sheets: dict[str, int] = field(default_factory=dict)  # desk -> sheets of paper keyed in once only at the close


def next_flush(row: Round, now: datetime) -> datetime:
    """When the answers of a round move next."""
    return periods.next_hour(now, row.flush_weekday, row.flush_hour)


def due(installation: Installation) -> list[str]:
    """Rounds in the field whose hour has come since their last flush; keys of the days ahead are made first."""
    installation.keys.prepare_days(installation.today())
    now = installation.now()
    with installation.database.read() as session:
        in_field = select(Round).where(Round.state == "field", Round.erasure_date > installation.today())
        rows = session.scalars(in_field).all()
        return [row.code for row in rows if _hour_has_come(installation, row, now)]


def flush_round(installation: Installation, code: str, progress: Progress | None = None) -> Report:
    """Move what may move now."""
    report = _move_all(installation, code, progress, closing=False)
    _finish(installation, code, report)
    return report


def close(
    installation: Installation, code: str, progress: Progress | None = None, actor: Actor = rounds.COMMAND_LINE
) -> Report:
    """End the field time: every answer moves, small units pooled; no address opens anything afterwards."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        rounds.refuse_erased(row, installation.today())
        if row.state not in ("field", "closed"):
            raise RefusedError(f"Round {code} is {row.state}; only a round in the field can be closed.")
        if row.state == "field":
            rounds.advance(session, installation, row, "closed", actor)
    report = _move_all(installation, code, progress, closing=True)
    _note_held(installation, code, report)
    _finish(installation, code, report)
    return report


def _note_held(installation: Installation, code: str, report: Report) -> None:
    """Keep count of answers that no batch takes, so that rates still know them, and of sheets keyed in once only."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        of_round = {"round_id": row.id, "trait": moving.BY_SLIP, "value": moving.HELD}
        session.execute(delete(TraitCount).filter_by(**of_round))  # a close that was killed runs again
        month = periods.month(installation.today())
        for desk, n in report.held_slips.items():
            if n:
                session.add(TraitCount(**of_round, unit_id=uuid.UUID(desk), month=month, n=n))
        report.sheets = paper.keyed_once(session, row.id)


def _hour_has_come(installation: Installation, row: Round, now: datetime) -> bool:
    last = row.last_flush or datetime.combine(row.field_start, datetime.min.time(), tzinfo=installation.settings.zone)
    return next_flush(row, last.astimezone(installation.settings.zone)) <= now


def _move_all(installation: Installation, code: str, progress: Progress | None, *, closing: bool) -> Report:
    """Plan, move batch by batch, and plan again whenever something changed in between."""
    report = Report(code)
    for _attempt in range(MAX_REPLANS):
        plan = _Plan(installation, code, closing=closing)
        report.waiting, report.held, report.held_slips = plan.staying, plan.held, plan.held_slips
        try:
            for place, step in enumerate(plan.moves):
                moving.move(installation, plan.row, plan.strata, step, plan.own_stratum)
                report.batches += 1
                report.answers += len(step.answers)
                if progress:
                    progress(place + 1, len(plan.moves))
        except OvertakenError:
            continue
        return report
    raise RefusedError(f"Answers of {code} kept changing while they were moved; run `sipas flush` again.")


class _Plan:
    """What moves in one flush of one round."""

    def __init__(self, installation: Installation, code: str, *, closing: bool) -> None:
        with installation.database.read() as session:
            self.row = rounds.by_code(session, code)
            found = session.scalars(select(Stratum).where(Stratum.round_id == self.row.id))
            self.strata = {stratum.number: stratum for stratum in found}
            waiting = inbox.open_all(installation, session, self.row.id)
            _stop_if_over_issued(session, self.row, self.strata, waiting)
            since = None if closing else installation.today() - timedelta(days=self.row.token_life_days + 31)
            self._room = Room(session, self.row, self.strata, since)
            parents = unit_tree.parents(session, installation.today())
            may_move = [a for a in waiting if closing or self._free(a)]
            self.moves: list[Move[Waiting]] = []
            self.held: dict[str, int] = defaultdict(int)
            self.held_slips: dict[str, int] = defaultdict(int)
            self._plan_moves(may_move, lambda u: _hex(parents.get(uuid.UUID(u))), closing=closing)
        self.staying = len(waiting) - sum(len(m.answers) for m in self.moves)

    def _plan_moves(self, may_move: Sequence[Waiting], parent: Callable[[str], str | None], *, closing: bool) -> None:
        chance = random.SystemRandom()
        atoms: dict[Atom, list[Waiting]] = defaultdict(list)
        for answer in may_move:
            atoms[self._atom(answer)].append(answer)
        if closing:
            self.moves, held = batching.last(atoms, parent, self._room.of, chance)
            for atom, answers in held.items():
                self.held[atom.grade] += len(answers)
                self.held_slips[atom.desk] += sum(answer.by_slip for answer in answers)
        else:
            self.moves = batching.due(atoms, chance)

    def own_stratum(self, number: int) -> bool:
        """Whether answers of a stratum may say so: enough dossiers share it."""
        return number != NO_STRATUM and self._room.least(number) >= batching.ROOM

    def _atom(self, answer: Waiting) -> Atom:
        if answer.stratum == NO_STRATUM:
            return Atom(answer.desk, "", answer.instrument, answer.grade)
        stratum = self.strata[answer.stratum]
        return Atom(stratum.desk_id.hex, _hex(stratum.agency_id) or "", answer.instrument, answer.grade)

    def _free(self, answer: Waiting) -> bool:
        """False for an answer that must wait for the close: its stratum alone would leave too few dossiers."""
        if answer.stratum == NO_STRATUM:
            return self._room.of_desk(answer.desk) >= batching.ROOM
        return self.own_stratum(answer.stratum) and not self.strata[answer.stratum].only_at_close


def _stop_if_over_issued(
    session: Session,
    row: Round,
    strata: dict[int, Stratum],
    waiting: Sequence[Waiting],
) -> None:
    """Redeemed must never exceed issued in any stratum."""
    counted = inbox.strata_of(waiting)
    moved = (
        select(BatchCells.stratum_number, func.sum(BatchCells.n))
        .join(Batch, Batch.id == BatchCells.batch_id)
        .where(Batch.round_id == row.id, BatchCells.stratum_number >= 0)
        .group_by(BatchCells.stratum_number)
    )
    for number, n in session.execute(moved):
        counted[number] = counted.get(number, 0) + int(n)
    for number, n in sorted(counted.items()):
        if n > strata[number].issued:
            raise ReleaseStoppedError(
                f"Stratum {number} of round {row.code} has {n} answers but only {strata[number].issued} addresses were "
                "made. Nothing was moved. Somebody else may hold the round's token key: see docs/security.md.",
            )


def _finish(installation: Installation, code: str, report: Report) -> None:
    """Move full pools, remember the hour, destroy keys that are no longer needed, clean what deleting left behind."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        row.last_flush = installation.now()
    inbox.reseal(installation, row.id)
    report.comments = pools.move_comments(installation, code)
    pools.move_sensitive(installation, code)
    inbox.destroy_old_keys(installation, installation.today())
    installation.keys.prepare_days(installation.today())
    wipe(installation)


def wipe(installation: Installation) -> None:
    """Have the database drop the rows that were deleted: free pages, write-ahead log, dead versions."""
    engine = installation.database.writer
    if installation.database.sqlite:
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None and not raw.in_transaction:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("inbox", "waiting_comment", "waiting_sensitive"):
            connection.execute(text(f"VACUUM {table}"))


def _hex(unit: uuid.UUID | None) -> str | None:
    return unit.hex if unit else None
