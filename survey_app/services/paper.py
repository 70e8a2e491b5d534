"""Sheets of paper: printed as packets of a roll, keyed in twice, and counted with grade G4 once both agree."""

import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.domain import answers as rule
from survey_app.domain import grades, sealing, tokens
from survey_app.domain.access import Reader
from survey_app.installation import Installation
from survey_app.models import PaperEntry
from survey_app.services import collection, units
from survey_app.services.collection import Address, Submission
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError

PURPOSE = b"paper entry"
UNKNOWN = "This code opens no sheet of yours."


@dataclass(frozen=True)
class Sheet:
    """A sheet that may be keyed in."""

    address: Address
    keyed_once: bool


@dataclass(frozen=True)
class Keyed:
    """What became of a sheet: kept (for the second time) | differs | stored | already_received | quarantined."""

    outcome: str
    first: Mapping[str, Any] | None = None  # answers of the first time, where the two differ
    first_language: str | None = None
    differing: tuple[str, ...] = ()  # items, in the questionnaire's order


def open_sheet(installation: Installation, reader: Reader, code: str) -> Sheet:
    """Look at a sheet; ClosedDoorError for whatever opens none here, MistypedError for a mistyped code.

    OtherWayError for every sheet of a round whose plan names no paper.

    Only sheets of a roll are taken: nobody can use up a citizen's own address by keying it in.
    """
    address = collection.open_claim(installation, code, grades.PAPER)
    with installation.database.read() as session:
        mine = units.descendants(session, reader.unit_id, installation.today())
        if address.kind is not tokens.Kind.ROLL or address.desk_id not in mine:
            raise ClosedDoorError(UNKNOWN)
        keyed_once = _entry(session, installation, address) is not None
    if address.used:
        forget(installation, reader, address)  # what a crash between counting and forgetting left behind
        raise ClosedDoorError(UNKNOWN)
    return Sheet(address, keyed_once)


def key_in(
    installation: Installation,
    reader: Reader,
    code: str,
    raw: Mapping[str, Any],
    language: str,
    *,
    settled: bool = False,
) -> Keyed:
    """Keep a sheet the first time; the second time compare, and count it if both agree.

    `settled` says that the typist has seen where they differ and looked at the sheet again. Raises as `open_sheet`,
    and AnswersNotValidError.
    """
    address = open_sheet(installation, reader, code).address
    checked = rule.check(address.instrument, raw)
    if not checked.valid:
        raise AnswersNotValidError(checked.problems)
    answers = _plain(checked.answers)
    content = {"answers": answers, "language": language}
    with installation.database.write() as session:
        entry = _entry(session, installation, address)
        if entry is None:
            session.add(_new_entry(installation, address, content))
            return Keyed("kept")
        first = json.loads(sealing.unseal(_seal_key(installation, address), entry.sealed, PURPOSE))
    if first != content and not settled:
        differing = [i.id for i in address.instrument.items if _of(first, i.id) != _of(content, i.id)]
        return Keyed("differs", first["answers"], first["language"], tuple(differing))
    # Taking the answer and forgetting the entry are two steps: after a crash between them the same sheet is keyed
    # once more and is told 'already received', since its nonce is the sheet's own.
    submission = Submission(
        token_text=address.token.text,
        nonce=_seal_key(installation, address)[: collection.NONCE_BYTES],
        raw=answers,
        language=language,
        device=grades.PAPER,
    )
    taken = collection.submit(installation, submission)
    forget(installation, reader, address)
    return Keyed(taken.outcome)


def forget(installation: Installation, reader: Reader, address: Address) -> None:
    """Throw the first entry of a sheet away, so that it can be keyed in from the beginning."""
    with installation.database.write() as session:
        mine = units.descendants(session, reader.unit_id, installation.today())
        known = (PaperEntry.round_id == address.round_id, PaperEntry.sheet_hash == _hash(installation, address))
        session.execute(delete(PaperEntry).where(*known, PaperEntry.desk_id.in_(mine)))


def waiting(installation: Installation, reader: Reader) -> int:
    """How many sheets of the reader's desks were keyed in once only."""
    with installation.database.read() as session:
        mine = units.descendants(session, reader.unit_id, installation.today())
        return session.scalar(select(func.count()).select_from(PaperEntry).where(PaperEntry.desk_id.in_(mine))) or 0


def _entry(session: Session, installation: Installation, address: Address) -> PaperEntry | None:
    return session.get(PaperEntry, (address.round_id, _hash(installation, address)))


def _new_entry(installation: Installation, address: Address, content: Mapping[str, Any]) -> PaperEntry:
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    plain += b" " * (-len(plain) % sealing.PAD_BYTES)  # length tells nothing
    desk: uuid.UUID = address.desk_id  # type: ignore[assignment]  # a sheet of a roll always names its desk
    return PaperEntry(
        round_id=address.round_id,
        sheet_hash=_hash(installation, address),
        desk_id=desk,
        sealed=sealing.seal(_seal_key(installation, address), plain, PURPOSE),
    )


def _hash(installation: Installation, address: Address) -> bytes:
    key = installation.keys.round_keys(address.round_code).spent
    return hmac.digest(key, b"paper" + address.token.signed, sha256)


def _seal_key(installation: Installation, address: Address) -> bytes:
    """Key of one sheet: needs both the round's key and the code that stands on the paper."""
    key = installation.keys.round_keys(address.round_code).draft
    return hmac.digest(key, b"paper" + address.token.signed + address.token.mac, sha256)


def _plain(answers: Mapping[str, rule.Value]) -> dict[str, Any]:
    """Answers as JSON gives them back, so that two of them compare."""
    return {item: list(value) if isinstance(value, tuple) else value for item, value in answers.items()}


def _of(content: Mapping[str, Any], item: str) -> object:
    return content["answers"].get(item)
