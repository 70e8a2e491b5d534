"""The frame of a closed round: every dossier of the period that is to be asked, frozen once with a hash."""

import uuid
from collections import Counter as Tally
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

import analysis
from survey_app.domain import eligibility, frames, round_plan, round_states
from survey_app.domain.eligibility import Candidate, Exclusion, Scope
from survey_app.domain.frames import Change, Line
from survey_app.installation import Installation
from survey_app.models import Dossier, Frame, Round, Unit
from survey_app.services import audit, rounds, strata, units
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.round_roles import COMMAND_LINE, Actor

WANTED = (Dossier.dossier_code, Dossier.origin_dossier_code, Dossier.procedure_code, *strata.COLUMNS)


@dataclass(frozen=True)
class Taken:
    """The register as a frame: canonical lines, dossiers left out by reason and desk, returned by desk and agency."""

    lines: list[str]
    excluded: dict[str, dict[str, int]]
    returned: dict[tuple[str, str], int]

    @property
    def hash(self) -> str:
        """SHA-256 of the lines (D4)."""
        return analysis.frame_hash(self.lines)


@dataclass(frozen=True)
class Shown:
    """A frame in numbers; `frozen` is False for what the register of today would give."""

    hash: str
    size: int
    excluded: dict[Exclusion, int]
    frozen: bool
    seed_commitment: str  # SHA-256 of the seed's bytes, written down with the plan


def freeze(installation: Installation, code: str, actor: Actor = COMMAND_LINE) -> Shown:
    """Freeze the frame after the period; RefusedError says what is not ready."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        _may_freeze(installation, row)
        taken = take(session, row)
        if not taken.lines:
            raise RefusedError(f"The register holds no closed dossier for {row.period_start} to {row.period_end}.")
        rounds.advance(session, installation, row, round_states.FROZEN, actor, f"SHA-256 {taken.hash}")
        session.add(
            Frame(
                round_id=row.id,
                frozen_at=installation.now(),
                hash=taken.hash,
                size=len(taken.lines),
                lines=frames.pack(taken.lines),
                excluded=taken.excluded,
                returned=[[desk, agency, n] for (desk, agency), n in sorted(taken.returned.items())],
            )
        )
        left_out = sum(sum(desks.values()) for desks in taken.excluded.values())
        detail = f"{len(taken.lines)} dossiers, {left_out} left out, SHA-256 {taken.hash}"
        audit.note(session, installation, "frame freeze", code, detail, actor.login)
        return _shown(row, taken.hash, len(taken.lines), taken.excluded, frozen=True)


def show(installation: Installation, code: str) -> Shown:
    """The frozen frame in numbers, or what the register of today would give."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        frame = session.get(Frame, row.id)
        if frame is not None:
            return _shown(row, frame.hash, frame.size, frame.excluded, frozen=True)
        taken = take(session, row)
        digest = taken.hash if taken.lines else ""
        return _shown(row, digest, len(taken.lines), taken.excluded, frozen=False)


def verify(installation: Installation, code: str) -> Change:
    """Compare the register of today with the frozen frame; RefusedError if the stored frame does not have its hash."""
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        frame = of_round(session, row)
        lines = lines_of(frame, code)
        return frames.compare(lines, take(session, row).lines)


def open_seed(installation: Installation, code: str, actor: Actor = COMMAND_LINE) -> str:
    """The seed in hexadecimal digits, once no answer is taken any more; whoever has it can draw the sample again."""
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        if row.state not in round_states.ENDED:
            raise RefusedError(
                f"Round {code} is {row.state}; its seed is opened after the close, when nobody can use it."
            )
        audit.note(session, installation, "frame seed", code, "opened", actor.login)
        return installation.keys.seed(code).hex()


def of_round(session: Session, row: Round) -> Frame:
    """The frozen frame; NotFoundError before the freeze."""
    frame = session.get(Frame, row.id)
    if frame is None:
        raise NotFoundError(f"The frame of {row.code} is not frozen yet; `sipas frame freeze {row.code}` does it.")
    return frame


def lines_of(frame: Frame, code: str) -> list[str]:
    """Lines of a frozen frame; RefusedError if somebody changed them by hand."""
    lines = frames.unpack(frame.lines)
    if analysis.frame_hash(lines) != frame.hash:
        raise RefusedError(
            f"The stored frame of {code} no longer has the hash it was frozen with; use the last backup."
        )
    return lines


def take(session: Session, row: Round) -> Taken:
    """Make the frame from the register as it stands."""
    slugs: dict[uuid.UUID, str] = dict(session.execute(select(Unit.id, Unit.slug)).all())
    under = units.descendants(session, row.unit_id, row.period_start)
    lines: dict[str, tuple[str, str, Line]] = {}
    candidates = []
    statement = select(*WANTED).where(_of_period(row)).execution_options(yield_per=10_000)
    for code, origin, procedure, *columns in session.execute(statement):
        if columns[0] not in under:
            continue
        key = strata.key_of(*columns)
        returned = columns[6].astimezone(strata.ZONE).date() if columns[6] else None
        desk, agency = slugs[columns[0]], slugs[columns[1]]
        candidates.append(Candidate(code, origin, columns[2], returned, desk, columns[7], procedure))
        day = returned.isoformat() if returned else frames.UNKNOWN
        line = Line(code, desk, agency, key.outcome, key.on_time, key.field, key.channel, day)
        lines[code] = (key.desk, key.agency, line)
    kept, left_out = eligibility.classify(candidates, _scope(session, row, slugs), _asked_before(session, row))
    excluded: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, reason in left_out.items():
        excluded[reason.value][lines[code][2].desk] += 1
    return Taken(
        lines=sorted(lines[candidate.code][2].text for candidate in kept),
        excluded={reason: dict(sorted(desks.items())) for reason, desks in sorted(excluded.items())},
        returned=dict(Tally(lines[candidate.code][:2] for candidate in kept)),
    )


def _may_freeze(installation: Installation, row: Round) -> None:
    if not round_plan.is_closed(row.design):
        raise RefusedError(f"Round {row.code} draws at the return (rolling); `sipas round freeze` fixes its strata.")
    if row.state != round_states.PLAN:
        raise RefusedError(f"The frame of {row.code} is frozen (state: {row.state}); it never changes afterwards.")
    if installation.today() <= row.period_end:
        raise RefusedError(
            f"The period of {row.code} runs until {row.period_end:%d/%m/%Y}; import its last dossiers, then freeze."
        )


def _of_period(row: Round) -> ColumnElement[bool]:
    """Dossiers that ended in the period, by their day of return; without one, by the day they were finished."""
    start, end = strata.moment(row.period_start), strata.moment(row.period_end + timedelta(days=1))
    returned = and_(Dossier.returned_at >= start, Dossier.returned_at < end)
    finished = and_(Dossier.returned_at.is_(None), Dossier.finished_at >= start, Dossier.finished_at < end)
    return or_(returned, finished)


def _asked_before(session: Session, row: Round) -> set[str]:
    """Closed dossiers from before the period that dossiers of the period are linked to."""
    origin = aliased(Dossier)
    linked = select(origin.dossier_code).join(Dossier, Dossier.origin_dossier_code == origin.dossier_code)
    earlier = (origin.returned_at < strata.moment(row.period_start), origin.outcome.in_(strata.ASKED))
    return set(session.scalars(linked.where(_of_period(row), *earlier)))


def _scope(session: Session, row: Round, slugs: dict[uuid.UUID, str]) -> Scope:
    """What the plan asks about, with every desk beneath the units that it names."""
    inside = None
    if row.units is not None:
        named = [units.unit_by_slug(session, slug).id for slug in row.units]
        beneath = [units.descendants(session, unit_id, row.period_start) for unit_id in named]
        inside = {slugs[unit_id] for found in beneath for unit_id in found}
    fields = None if row.fields is None else set(row.fields)
    return Scope(inside, fields, None if row.procedures is None else set(row.procedures))


def _shown(row: Round, digest: str, size: int, excluded: dict[str, dict[str, int]], *, frozen: bool) -> Shown:
    counts = {Exclusion(reason): sum(desks.values()) for reason, desks in excluded.items()}
    return Shown(digest, size, counts, frozen, row.seed_commitment)
