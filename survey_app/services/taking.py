"""One sent answer inside its transaction: `spent` and the sealed inbox row together, or the visible quarantine."""

import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments.model import Instrument
from survey_app.domain import collectors, flags, grades, sealing
from survey_app.domain.slip_traces import without_codes
from survey_app.installation import Installation
from survey_app.keys import QUARANTINE
from survey_app.models import Inbox, Quarantine, Spent
from survey_app.services import codes, counters

MAX_APART = 10_000  # kept per round, unit and reason from anybody, so that nobody fills the disk with one slip
FROM_ANYBODY = (grades.OWN_DEVICE, collectors.API)  # ways that ask for neither an enrolled device nor a login
NO_STRATUM = -1  # of an answer without a slip: it could be of any stratum of its desk
GONE = b""  # content of an entry of the quarantine that was stored after all, accepted or discarded


@dataclass(frozen=True)
class Taken:
    """What became of an answer: stored | already_received | quarantined, with the codes of a stored one."""

    outcome: str
    receipt: str | None = None
    withdrawal: str | None = None
    reason: str | None = None
    known: bool = False  # this very answer lay in the quarantine before


@dataclass(frozen=True)
class Origin:
    """Where an answer comes from: all of it from a token or an enrolled device, nothing from what was sent."""

    round_id: uuid.UUID
    round_code: str
    instrument: Instrument
    unit_id: uuid.UUID | None  # whose quarantine and counters; None: unknown
    identity: bytes  # what tells this answer from others: the signed part of a token, or a device's own key
    spent_hash: bytes
    stratum: int
    grade: str
    sheet: bool = False  # its token stands on a questionnaire of paper: counted apart from slips
    desk: uuid.UUID | None = None  # of an answer without a slip


@dataclass(frozen=True)
class Circumstances:
    """How an answer was given."""

    nonce: bytes  # made when the form was opened, known to its sender only
    language: str
    shown_languages: tuple[str, ...]  # differs from (language,) where a text fell back
    device: str
    assisted: bool = False
    seconds: float | None = None
    partial: bool = False  # the kiosk's time ran out, and the round keeps what was answered
    instrument: str | None = None  # what the sender says that it asked; None: what the round asks
    apart: uuid.UUID | None = None  # where a device's answer lies when it is kept apart; None: by its content


class Form:
    """One sent form inside its transaction."""

    def __init__(
        self,
        installation: Installation,
        session: Session,
        origin: Origin,
        circumstances: Circumstances,
        answers: Mapping[str, Any],
    ) -> None:
        self.installation, self.session, self.origin = installation, session, origin
        self.keys = installation.keys.round_keys(origin.round_code)
        self.day = installation.today()
        self.device = circumstances.device
        self.content = _content(origin, circumstances, answers)
        content = json.dumps(answers, ensure_ascii=False, sort_keys=True).encode()
        # Tells the same form sent again from another one; keyed with what only that browser knows.
        self.mac = hmac.digest(circumstances.nonce, origin.identity + content, sha256)
        self.apart = circumstances.apart or uuid.UUID(bytes=self.mac[:16])
        self.receipt, self.withdrawal = codes.make(self.keys.spent, circumstances.nonce, self.mac)

    @property
    def spent(self) -> bool:
        """Whether this answer's address was used before, be it by this very answer."""
        return self.session.get(Spent, (self.origin.round_id, self.origin.spent_hash)) is not None

    def store(self) -> Taken:
        """Spend the address and put the sealed answer into the inbox, or say what happened before.

        An answer that lay apart till now leaves there an empty entry; one that was accepted or discarded is not stored.
        """
        # The entry is locked before `spent` is written, as by whoever accepts it.
        entry = self.session.get(Quarantine, self.apart, with_for_update=True)
        key = {"round_id": self.origin.round_id, "token_hash": self.origin.spent_hash}
        if entry is not None and entry.sealed == GONE:
            spent = self.session.get(Spent, tuple(key.values()))
            if spent is not None and hmac.compare_digest(spent.content_mac, self.mac):
                return Taken("already_received", self.receipt, self.withdrawal)
            return Taken("quarantined", reason=entry.reason, known=True)  # whichever: it was dealt with as kept apart
        if not counters.insert_new(self.session, Spent, **key, content_mac=self.mac):
            spent = self.session.get_one(Spent, tuple(key.values()))
            if hmac.compare_digest(spent.content_mac, self.mac):
                return Taken("already_received", self.receipt, self.withdrawal)
            return self.quarantine("second_answer")
        if entry is not None:
            entry.sealed = GONE
        if self.origin.unit_id is not None and self.origin.stratum != NO_STRATUM:
            name = "sheets_answered" if self.origin.sheet else "answered"
            counters.count(self.session, self.origin.round_id, self.origin.unit_id, self.day, name)
        self.session.add(
            Inbox(
                round_id=self.origin.round_id,
                day=self.day,
                sealed=sealing.seal_to(self.installation.keys.public(self.day.isoformat()), packed(self.content)),
                receipt_hash=codes.digest(self.keys.spent, "receipt", self.receipt),
                withdrawal_hash=codes.digest(self.keys.spent, "withdrawal", self.withdrawal),
            ),
        )
        return Taken("stored", self.receipt, self.withdrawal, known=entry is not None)

    def quarantine(self, reason: str) -> Taken:
        """Keep an answer that enters no figure, once however often it is sent.

        What anybody can send is kept up to MAX_APART; beyond it the sender is told the same. What enrolled devices and
        staff send is always kept.
        """
        if self.device in FROM_ANYBODY and self._is_full(reason):
            return Taken("quarantined", reason=reason)
        # Whoever accepts it spends what it would have spent: a dossier counts once.
        spends = {"spent": self.origin.spent_hash.hex()} if self.origin.stratum == NO_STRATUM else {}
        new = counters.insert_new(
            self.session,
            Quarantine,
            id=self.apart,
            round_id=self.origin.round_id,
            unit_id=self.origin.unit_id,
            reason=reason,
            day=self.day,
            sealed=sealing.seal_to(self.installation.keys.public(QUARANTINE), packed(self._kept_apart() | spends)),
        )
        if new and self.origin.unit_id is not None:
            counters.count(self.session, self.origin.round_id, self.origin.unit_id, self.day, reason)
        return Taken("quarantined", reason=reason, known=not new)

    def _kept_apart(self) -> dict[str, Any]:
        """The content without codes of slips: the rule for answers takes them out of what is counted only."""
        answers = self.content["answers"].items()
        clean = {name: without_codes(value) if isinstance(value, str) else value for name, value in answers}
        return self.content | {"answers": clean}

    def _is_full(self, reason: str) -> bool:
        same = (Quarantine.round_id == self.origin.round_id, Quarantine.reason == reason)
        of_unit = Quarantine.unit_id.is_not_distinct_from(self.origin.unit_id)
        kept = self.session.scalar(select(func.count()).select_from(Quarantine).where(*same, of_unit))
        return int(kept or 0) >= MAX_APART


def packed(content: Mapping[str, Any]) -> bytes:
    """What is sealed of a content."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _content(origin: Origin, circumstances: Circumstances, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What is counted of an answer: nothing that leads back to the dossier or to one device."""
    scored = len([item for item in origin.instrument.scored_items() if item.id in answers])
    seconds = circumstances.seconds
    return {
        "stratum": origin.stratum,
        "desk": origin.desk.hex if origin.desk else None,
        "grade": origin.grade,
        "instrument": circumstances.instrument or origin.instrument.key,
        "answers": answers,
        "language": circumstances.language,
        "shown": sorted(set(circumstances.shown_languages) or {circumstances.language}),
        "device": circumstances.device,
        "assisted": circumstances.assisted,
        "duration": duration_band(seconds),
        "flagged": flags.is_quick(seconds, scored),  # the straight line is looked for when the answer moves
        "partial": circumstances.partial,
        "sheet": origin.sheet,
    }


def duration_band(seconds: float | None) -> str:
    """Coarse class of the time taken."""
    if seconds is None:
        return "unknown"
    for limit, name in ((60, "<1min"), (180, "1-3min"), (600, "3-10min")):
        if seconds < limit:
            return name
    return ">10min"
