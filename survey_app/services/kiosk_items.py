"""One item that a kiosk sends: opened, held against the one rule, and taken, kept apart or refused, each by itself."""

import hmac
import json
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from instruments.load import shipped
from survey_app.domain import answers as rule
from survey_app.domain import collectors, grades, kiosk_sealing, sealing, tokens
from survey_app.installation import Installation
from survey_app.keys import QUARANTINE
from survey_app.models import DeadLetter, Round
from survey_app.services import collection, counters, kiosk_package, language_packs, rounds
from survey_app.services.collection import Submission
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError
from survey_app.services.taking import NO_STRATUM, Circumstances, Form, Origin, Taken

MAX_SEALED = 32 * 1024
MAX_SECONDS = 24 * 3600
ROUND = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
UNDETERMINED = "und"  # language of an answer in a language that the questionnaire does not have
STORED, DUPLICATE, REJECTED = "stored", "duplicate", "rejected"


class DamagedError(ValueError):
    """What a kiosk sent cannot be opened or read."""


@dataclass(frozen=True)
class Device:
    """The enrolled device that sends: everything about an answer's place comes from here."""

    id: uuid.UUID
    unit_id: uuid.UUID


@dataclass(frozen=True)
class Answer:
    """What was sealed on the device."""

    round: str
    instrument: str
    token: str | None  # None: started without a slip
    answers: Mapping[str, Any]
    language: str
    shown: tuple[str, ...]
    assisted: bool
    seconds: float | None
    partial: bool


@dataclass(frozen=True)
class Result:
    """What a device is told of one item."""

    outcome: str
    reason: str | None = None
    known: bool = False  # stored now, and kept apart before


def opened(installation: Installation, device: Device, key: uuid.UUID, sealed: bytes) -> Answer:
    """Open an item; DamagedError if that cannot be done."""
    try:
        if len(sealed) > MAX_SEALED:
            raise DamagedError("too long")
        private = installation.keys.kiosk_key(kiosk_sealing.named_key(sealed))
        plain = kiosk_sealing.open_answer(private, sealed, device.id, key)
        content = json.loads(plain)
        json.dumps(content, ensure_ascii=False).encode()  # half characters, which JSON can spell, fit no store
        return _read(content)
    except (sealing.SealError, ValueError, RecursionError) as error:
        raise DamagedError(str(error)) from error


def measuring(installation: Installation, device: Device) -> frozenset[uuid.UUID]:
    """Rounds that measure the desk of a device; looked up once for all items of a call."""
    with installation.database.read() as session:
        return frozenset(row.id for row in kiosk_package.rounds_of_desk(session, installation, device.unit_id))


def take(
    installation: Installation, device: Device, key: uuid.UUID, answer: Answer, measured_by: Collection[uuid.UUID]
) -> Result | None:
    """Take an answer in one transaction of its own; None if its round is not known, or not asked on devices.

    `measured_by` are the rounds of the device's desk; a slip of another round leads to its own desk, if it is genuine.
    """
    with installation.database.read() as session:
        row = session.scalar(select(Round).where(Round.code == answer.round))
        if row is None or row.state in ("plan", "frozen") or not collectors.takes(row.collectors, grades.DESK_DEVICE):
            return None
        if row.id not in measured_by and _slip(installation, row, answer) is None:
            return None
        if row.erasure_date <= installation.today():
            return Result(REJECTED, "erased")
        if answer.partial and kiosk_package.on_timeout_of(session, row.id) != kiosk_package.KEEP_PARTIAL:
            return Result(REJECTED, "partial")
    return _Item(installation, device, key, answer, row).take()


def _slip(installation: Installation, row: Round, answer: Answer) -> tokens.Token | None:
    """The genuine slip of this round that an answer was given with."""
    try:
        token = tokens.parse(answer.token or "")
    except tokens.MistypedError:
        return None
    own = token.round_number == row.number and tokens.kind_of(installation.keys.round_keys(row.code).token, token)
    return token if own else None


def letter_id(device: Device, key: str, sealed: bytes) -> uuid.UUID:
    """Where an item lies that nobody can read, the same however often it is sent."""
    identity = device.id.bytes + key.encode(errors="backslashreplace") + sealed
    return uuid.UUID(bytes=sha256(identity).digest()[:16])


def bury(installation: Installation, device: Device, key: str, sealed: bytes, reason: str) -> None:
    """Keep what nobody can read, once however often it is sent."""
    content = {"device": str(device.id), "key": key, "sealed": kiosk_sealing.to_base64(sealed[:MAX_SEALED])}
    public = installation.keys.public(QUARANTINE)
    with installation.database.write() as session:
        counters.insert_new(
            session,
            DeadLetter,
            id=letter_id(device, key, sealed),
            unit_id=device.unit_id,
            reason=reason,
            day=installation.today(),
            sealed=sealing.seal_to(public, json.dumps(content).encode()),
        )


class _Item:
    """An opened answer of a known round that still takes something."""

    def __init__(self, installation: Installation, device: Device, key: uuid.UUID, answer: Answer, row: Round) -> None:
        self.installation, self.device, self.key, self.answer, self.row = installation, device, key, answer, row
        self.instrument = shipped(row.instrument_key)

    def take(self) -> Result:
        if self.answer.instrument != self.row.instrument_key:
            return self._apart("not_valid")
        if self.answer.token is None:
            return self._without_slip()
        try:
            if tokens.parse(self.answer.token).round_number != self.row.number:
                return self._apart("unknown_address")
            return _told(collection.submit(self.installation, self._submission(self.answer.token)))
        except (tokens.MistypedError, ClosedDoorError):
            return self._apart("unknown_address")
        except AnswersNotValidError:
            return self._apart("not_valid")

    def _submission(self, token: str) -> Submission:
        how = self._circumstances
        return Submission(
            token_text=token,
            nonce=how.nonce,
            raw=self.answer.answers,
            language=how.language,
            shown_languages=how.shown_languages,
            device=how.device,
            assisted=how.assisted,
            seconds=how.seconds,
            partial=how.partial,
            apart=how.apart,
        )

    def _without_slip(self) -> Result:
        pages = () if self.answer.partial else None
        checked = rule.check(self.instrument, self.answer.answers, pages=pages)
        if not checked.valid or not checked.answers:
            return self._apart("not_valid")
        with self.installation.database.write() as session:
            row = rounds.hold_open(session, self.row.id)
            outside = collection.outside_field(row, self.installation.today())
            form = Form(self.installation, session, self._origin, self._circumstances, checked.answers)
            return _told(form.quarantine(outside) if outside and not form.spent else form.store())

    def _apart(self, reason: str) -> Result:
        """Keep an answer in the visible quarantine as it was sent."""
        with self.installation.database.write() as session:
            form = Form(self.installation, session, self._origin, self._circumstances, self.answer.answers)
            taken = form.quarantine(reason)
        return Result(REJECTED, reason) if reason == "not_valid" else _told(taken)

    @property
    def _identity(self) -> bytes:
        return b"kiosk" + self.device.id.bytes + self.key.bytes

    @property
    def _lies_apart(self) -> uuid.UUID:
        """Where this answer lies when it is kept apart, by what was sent: with or without its slip, valid or not."""
        sent = json.dumps(self.answer.answers, ensure_ascii=False, sort_keys=True).encode()
        return uuid.UUID(bytes=hmac.digest(self.key.bytes, self._identity + sent, sha256)[:16])

    @property
    def _origin(self) -> Origin:
        """An answer of this device, whatever it says of itself; a genuine slip is what it would spend."""
        spent_key = self.installation.keys.round_keys(self.row.code).spent
        slip = _slip(self.installation, self.row, self.answer)
        own = hmac.digest(spent_key, self._identity, sha256)
        return Origin(
            round_id=self.row.id,
            round_code=self.row.code,
            instrument=self.instrument,
            unit_id=self.device.unit_id,
            identity=self._identity,
            spent_hash=tokens.spent_hash(spent_key, slip) if slip else own,
            stratum=NO_STRATUM,
            grade=grades.without_token(staff=False, assisted=self.answer.assisted),
            desk=self.device.unit_id,
        )

    @property
    def _circumstances(self) -> Circumstances:
        known = language_packs.known_languages(self.installation, self.instrument.key)
        language, *shown = (
            code if code in known else UNDETERMINED for code in (self.answer.language, *self.answer.shown)
        )
        return Circumstances(
            nonce=self.key.bytes,
            language=language,
            shown_languages=tuple(shown),
            device=grades.DESK_DEVICE,
            assisted=self.answer.assisted,
            seconds=self.answer.seconds,
            partial=self.answer.partial,
            instrument=self.answer.instrument,
            apart=self._lies_apart,
        )


def _told(taken: Taken) -> Result:
    """A quarantined answer is durably held like a counted one: the device is not told which slips were used."""
    if taken.outcome == "stored":
        return Result(STORED, known=taken.known)
    return Result(DUPLICATE if taken.outcome == "already_received" or taken.known else STORED)


def _read(content: object) -> Answer:
    """Check the shape of what was sealed; DamagedError names the field."""
    names = ("round", "instrument", "token", "answers", "language", "shown", "assisted", "seconds", "partial")
    if not isinstance(content, dict) or set(content) != {*names, "started_without_slip"}:
        raise DamagedError("The fields are not those of an answer.")
    found = Answer(**{name: content[name] for name in names} | {"shown": _languages(content["shown"])})
    texts = (found.round, found.instrument, found.language)
    flags = (found.assisted, found.partial, content["started_without_slip"])
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(flag, bool) for flag in flags):
        raise DamagedError("A text or a yes or no is something else.")
    if not isinstance(found.token, str | None) or (found.token is None) != content["started_without_slip"]:
        raise DamagedError("token: a text, or null when it was started without a slip.")
    if not isinstance(found.answers, dict) or not LANGUAGE.match(found.language) or not ROUND.match(found.round):
        raise DamagedError("answers: an object; language: a code such as vi; round: the code of one.")
    seconds = found.seconds
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | None):
        raise DamagedError("seconds: a number or null.")
    if seconds is not None and not 0 <= seconds <= MAX_SECONDS:
        raise DamagedError("seconds: from 0 to those of a day.")
    return found


def _languages(shown: object) -> tuple[str, ...]:
    if not isinstance(shown, list) or not all(isinstance(code, str) and LANGUAGE.match(code) for code in shown):
        raise DamagedError("shown: a list of codes such as vi.")
    return tuple(shown[:20])
