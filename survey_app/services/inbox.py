"""Opening the inbox: only the flush does, since only it reads the private day keys."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain import sealing
from survey_app.installation import Installation
from survey_app.models import Inbox
from survey_app.services.taking import NO_STRATUM

CHUNK = 500  # answers sealed again in one transaction: citizens' answers wait no longer than that


@dataclass(frozen=True)
class Waiting:
    """One opened answer, in memory only."""

    id: uuid.UUID
    receipt_hash: bytes
    stratum: int  # NO_STRATUM: without a slip
    desk: str  # of an answer without a slip; else empty
    grade: str
    instrument: str
    answers: dict[str, Any]
    traits: dict[str, str]  # language, device, duration, assisted
    shown: tuple[str, ...]
    quick: bool
    partial: bool
    sheet: bool

    @property
    def by_slip(self) -> bool:
        """True for an answer of somebody who was offered an address: no walk-up, and no sheet of paper."""
        return self.stratum != NO_STRATUM and not self.sheet


def open_all(installation: Installation, session: Session, round_id: uuid.UUID) -> list[Waiting]:
    """Open every waiting answer of a round; KeyMissingError if a day's key is not there."""
    private: dict[date, bytes] = {}
    rows = session.scalars(select(Inbox).where(Inbox.round_id == round_id).order_by(Inbox.id))
    return [_open(row, _key(installation, private, row.day)) for row in rows]


def _key(installation: Installation, private: dict[date, bytes], day: date) -> bytes:
    if day not in private:
        private[day] = installation.keys.private(day.isoformat())
    return private[day]


def _open(row: Inbox, private: bytes) -> Waiting:
    content = json.loads(sealing.open_with(private, row.sealed))
    return Waiting(
        id=row.id,
        receipt_hash=row.receipt_hash,
        stratum=content["stratum"],
        desk=content.get("desk") or "",
        grade=content["grade"],
        instrument=content["instrument"],
        answers=content["answers"],
        traits={
            "language": content["language"],
            "device": content["device"],
            "duration": content["duration"],
            "assisted": "yes" if content["assisted"] else "no",
        },
        shown=tuple(content["shown"]),
        quick=content["flagged"],
        partial=content.get("partial", False),
        sheet=content.get("sheet", False),
    )


def reseal(installation: Installation, round_id: uuid.UUID) -> int:
    """Seal what stays behind to the key of today, so that the keys of past days can go; return how many.

    Without it one answer that waits for the close would keep its day's key, and whoever came by that key could read
    every other answer of the day in an old copy of the database.
    """
    today = installation.today()
    public = installation.keys.public(today.isoformat())
    private: dict[date, bytes] = {}
    old = select(Inbox).where(Inbox.round_id == round_id, Inbox.day < today).order_by(Inbox.id)
    done = 0
    while True:
        with installation.database.write() as session:
            rows = session.scalars(old.limit(CHUNK).with_for_update()).all()
            for row in rows:
                plain = sealing.open_with(_key(installation, private, row.day), row.sealed)
                row.sealed = sealing.seal_to(public, plain)
                row.day = today
        done += len(rows)
        if len(rows) < CHUNK:
            return done


def destroy_old_keys(installation: Installation, today: date) -> list[date]:
    """Destroy the private keys of past days that no waiting answer needs; yesterday's stays for posts under way."""
    with installation.database.read() as session:
        needed = set(session.scalars(select(Inbox.day).distinct()))
    old = [day for day in installation.keys.days() if (today - day).days > 1 and day not in needed]
    for day in old:
        installation.keys.destroy_day(day)
    return old


def strata_of(waiting: Iterable[Waiting]) -> dict[int, int]:
    """How many waiting answers each stratum has; those without a slip are in none."""
    counts: dict[int, int] = {}
    for answer in waiting:
        if answer.stratum == NO_STRATUM:
            continue
        counts[answer.stratum] = counts.get(answer.stratum, 0) + 1
    return counts
