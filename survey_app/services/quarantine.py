"""What lies apart: counted for the office, opened by the machine alone, accepted or discarded as a whole group.

No person reads a quarantined answer, and nobody chooses one: a decision takes a round, a reason and a desk together
(docs/adr/0013; `quarantine_requests` asks two people). An entry that was dealt with stays as an empty row, so that the
same answer sent again is known; an accepted one spends its slip, so that its dossier counts once.
"""

import json
import random
import secrets
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from instruments.load import shipped
from survey_app.domain import answers as rule
from survey_app.domain import kiosk_sealing, sealing
from survey_app.domain.quarantine import FEWEST
from survey_app.installation import Installation
from survey_app.keys import QUARANTINE
from survey_app.models import DeadLetter, Inbox, Quarantine, Round, Spent, Unit
from survey_app.services import audit, counters, kiosk_items, rounds, units
from survey_app.services.kiosk_items import DUPLICATE, STORED, DamagedError, Device
from survey_app.services.taking import GONE, NO_STRATUM, packed

FITS, AGAINST_THE_RULE, NOT_HERE = "fits", "against_the_rule", "not_here"


@dataclass(frozen=True)
class Group:
    """Entries of one round, reason and desk."""

    round: str  # empty for dead letters, of which nobody knows the round
    reason: str
    desk: str  # slug; empty where no unit is known
    number: int


@dataclass(frozen=True)
class Opened:
    """What the machine found in a group: how many fit the one rule today, are against it, or cannot count here."""

    group: Group
    found: Counter[str]


@dataclass(frozen=True)
class Judged:
    """What the machine says of one entry, what of it would be counted, and what counting it would spend."""

    verdict: str
    counted: Mapping[str, Any] = field(default_factory=dict)
    spends: bytes = b""


def groups(installation: Installation) -> list[Group]:
    """Everything that lies apart, counted by round, reason and desk."""
    kept = select(Round.code, Quarantine.reason, Quarantine.unit_id, func.count()).join(Round)
    kept = kept.where(Quarantine.sealed != GONE).group_by(Round.code, Quarantine.reason, Quarantine.unit_id)
    letters = select(DeadLetter.reason, DeadLetter.unit_id, func.count())
    letters = letters.group_by(DeadLetter.reason, DeadLetter.unit_id)
    with installation.database.read() as session:
        slugs: dict[uuid.UUID | None, str] = {unit.id: unit.slug for unit in session.scalars(select(Unit))}
        found = [Group(code, why, slugs.get(unit, ""), n) for code, why, unit, n in session.execute(kept)]
        found += [Group("", why, slugs.get(unit, ""), n) for why, unit, n in session.execute(letters)]
    return sorted(found, key=lambda group: (group.round, group.reason, group.desk))


def opened(installation: Installation, code: str) -> list[Opened]:
    """Let the machine hold every entry of a round against the rule; no answer leaves it, small groups tell nothing."""
    private = installation.keys.private(QUARANTINE)
    large = [group for group in groups(installation) if group.round == code and group.number >= FEWEST]
    with installation.database.write() as session:  # before anything is opened, so that no opening goes unnoted
        audit.note(session, installation, "quarantine open", code, f"{len(large)} groups of at least {FEWEST}")
    done = []
    for group in large:
        with installation.database.read() as session:
            row = rounds.by_code(session, code)
            entries = session.scalars(_entries(session, row, group.reason, group.desk))
            done.append(Opened(group, Counter(_judged(session, row, entry, private).verdict for entry in entries)))
    return done


def accept(session: Session, installation: Installation, row: Round, reason: str, desk: str) -> tuple[int, int]:
    """Put what fits the rule into the inbox, as answers without a slip; returns how many went and how many stayed.

    What came meanwhile with the same slip, or is the same answer, was counted: then the entry stays.
    """
    private = installation.keys.private(QUARANTINE)
    public = installation.keys.public(installation.today().isoformat())
    entries = list(session.scalars(_entries(session, row, reason, desk).with_for_update()))
    random.SystemRandom().shuffle(entries)
    went = 0
    for entry in entries:
        found = _judged(session, row, entry, private)
        if found.verdict == FITS and _spent_now(session, row, found.spends):
            session.add(_moved(row, installation, sealing.seal_to(public, packed(found.counted))))
            entry.sealed = GONE
            went += 1
    return went, len(entries) - went


def discard(session: Session, row: Round, reason: str, desk: str) -> int:
    """Delete the content of a group; returns how many. The counters of its unit keep their numbers."""
    entries = session.scalars(_entries(session, row, reason, desk).with_for_update()).all()
    for entry in entries:
        entry.sealed = GONE
    return len(entries)


def retry_letters(installation: Installation) -> Counter[str]:
    """Try once more to open and take what devices sent and nobody could read; counts stored, duplicate and left.

    Needs no decision: what opens now goes the same way as everything that a device sends.
    """
    private = installation.keys.private(QUARANTINE)
    done: Counter[str] = Counter()
    with installation.database.read() as session:
        letters = session.scalars(select(DeadLetter)).all()
    for letter in letters:
        outcome = _tried(installation, letter, json.loads(sealing.open_with(private, letter.sealed)))
        done[outcome] += 1
        if outcome in (STORED, DUPLICATE):
            with installation.database.write() as session:
                session.execute(delete(DeadLetter).where(DeadLetter.id == letter.id))
    with installation.database.write() as session:
        audit.note(session, installation, "quarantine retry", "dead letters", f"{dict(done)}")
    return done


def _tried(installation: Installation, letter: DeadLetter, content: dict[str, Any]) -> str:
    """What becomes of a letter when it is sent again: stored, duplicate or left."""
    device = Device(uuid.UUID(content["device"]), letter.unit_id)
    try:
        key = uuid.UUID(content["key"])
        answer = kiosk_items.opened(installation, device, key, kiosk_sealing.from_base64(content["sealed"]))
    except (DamagedError, ValueError):
        return "left"
    taken = kiosk_items.take(installation, device, key, answer, kiosk_items.measuring(installation, device))
    return taken.outcome if taken and taken.outcome in (STORED, DUPLICATE) else "left"


def _entries(session: Session, row: Round, reason: str, desk: str) -> Select[Quarantine]:
    unit = Quarantine.unit_id.is_(None) if not desk else Quarantine.unit_id == units.unit_by_slug(session, desk).id
    same = (Quarantine.round_id == row.id, Quarantine.reason == reason, Quarantine.sealed != GONE)
    return select(Quarantine).where(*same, unit).order_by(Quarantine.id)


def _judged(session: Session, row: Round, entry: Quarantine, private: bytes) -> Judged:
    """Whether an entry could count as an answer without a slip at its desk today, and what would be counted."""
    content = json.loads(sealing.open_with(private, entry.sealed))
    spends = bytes.fromhex(content.pop("spent", ""))
    if content["stratum"] != NO_STRATUM or content["instrument"] != row.instrument_key or content["desk"] is None:
        return Judged(NOT_HERE)
    if session.get(Spent, (row.id, spends)) is not None:
        return Judged(NOT_HERE)
    checked = rule.check(shipped(row.instrument_key), content["answers"], pages=() if content["partial"] else None)
    if not checked.valid or not checked.answers:
        return Judged(AGAINST_THE_RULE)
    return Judged(FITS, content | {"answers": checked.answers}, spends)


def _spent_now(session: Session, row: Round, spends: bytes) -> bool:
    """Spend what an entry would have spent; False if it was spent before. Entries of earlier versions name nothing."""
    mac = secrets.token_bytes(32)  # of no form: the emptied entry knows its own answer, any other one is a second one
    return not spends or counters.insert_new(session, Spent, round_id=row.id, token_hash=spends, content_mac=mac)


def _moved(row: Round, installation: Installation, sealed: bytes) -> Inbox:
    """A waiting answer whose codes nobody holds."""
    codes = {name: secrets.token_bytes(32) for name in ("receipt_hash", "withdrawal_hash")}
    return Inbox(round_id=row.id, day=installation.today(), sealed=sealed, **codes)
