"""Sheets of paper: printed as packets of a roll, keyed in twice, and counted with grade G4 once both agree."""

import hmac
import json
import secrets
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
from survey_app.models import Counter, PaperEntry, Round, Spent, Unit
from survey_app.services import audit, collection, counters, rounds, units
from survey_app.services.collection import Address, Submission
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError, LateError, RefusedError

SHEETS = (tokens.Kind.SHEET, tokens.Kind.ROLL)  # sheets printed by earlier versions are slips of a roll
PURPOSE, SHOWN = b"paper entry", b"paper difference shown"
LANGUAGE = "sheet_language"  # among what differs, beside the items
UNKNOWN = "This code opens no sheet of yours."


@dataclass(frozen=True)
class Sheet:
    """A sheet that may be keyed in."""

    address: Address
    keyed_once: bool


@dataclass(frozen=True)
class Keyed:
    """What became of a sheet that was keyed in."""

    outcome: str  # empty | kept (for the second time) | differs | stored | already_received | quarantined
    reason: str | None = None  # of the quarantine
    first: Mapping[str, Any] | None = None  # answers of the first time, where the two differ
    first_language: str | None = None
    differing: tuple[str, ...] = ()  # items, in the questionnaire's order
    shown: str = ""  # mark of a page that shows this difference; what is sent with it settles it


def open_sheet(installation: Installation, reader: Reader, code: str) -> Sheet:
    """Look at a sheet; ClosedDoorError for whatever opens none here, MistypedError for a mistyped code.

    OtherWayError for every sheet of a round whose plan names no paper, LateError for one that is taken no more.

    Only sheets of a roll are taken: nobody can use up a citizen's own address by keying it in.
    """
    address = _address(installation, reader, code)
    if address.used:
        _delete(installation, address)  # what a crash between counting and forgetting left behind
        raise ClosedDoorError(UNKNOWN)
    reason = collection.why_late(installation, address)
    if reason is not None:
        raise LateError(reason)
    with installation.database.read() as session:
        return Sheet(address, session.get(PaperEntry, _key(installation, address)) is not None)


def key_in(
    installation: Installation,
    reader: Reader,
    code: str,
    raw: Mapping[str, Any],
    language: str,
    *,
    form: str,
    shown: str = "",
) -> Keyed:
    """Keep a sheet the first time; the second time compare, and count it if both agree.

    `form` is the number of the form on the screen: the same form sent again is still the first time. `shown` is the
    mark of the page that showed where the two differ. Raises as `open_sheet`, and AnswersNotValidError.
    """
    address = open_sheet(installation, reader, code).address
    checked = rule.check(address.instrument, raw, pages=())  # nobody can be asked again for what a sheet leaves empty
    if not checked.valid:
        raise AnswersNotValidError(checked.problems)
    if not checked.answers:
        return Keyed("empty")
    content = {"answers": _plain(checked.answers), "language": language}
    first = _first(installation, address, content, form)
    if first["form"] == form:
        return Keyed("kept")
    differing = _differing(first, content)
    if differing - _seen(installation, address, first, shown):
        items = tuple(item.id for item in address.instrument.items if item.id in differing)
        mark = _mark(installation, address, first, differing)
        return Keyed("differs", None, first["answers"], first["language"], items, mark)
    return _count(installation, address, content, first["nonce"])


def forget(installation: Installation, reader: Reader, code: str) -> None:
    """Throw the first entry of a sheet away, so that it can be keyed in from the beginning; raises as `open_sheet`."""
    _delete(installation, open_sheet(installation, reader, code).address)


def waiting(installation: Installation, reader: Reader) -> int:
    """How many sheets of the reader's desks were keyed in once only, in rounds that still take them."""
    with installation.database.read() as session:
        mine = units.descendants(session, reader.unit_id, installation.today())
        open_now = select(Round.id).where(Round.state == "field")
        found = select(func.count()).where(PaperEntry.desk_id.in_(mine), PaperEntry.round_id.in_(open_now))
        return session.scalar(found) or 0


def keyed_once(session: Session, round_id: uuid.UUID) -> dict[str, int]:
    """How many sheets of each desk, by its slug, were keyed in once only."""
    found = select(Unit.slug, func.count()).join(PaperEntry, PaperEntry.desk_id == Unit.id).group_by(Unit.slug)
    mine = found.where(PaperEntry.round_id == round_id).order_by(Unit.slug)
    return dict(session.execute(mine).all())


def handed_out(installation: Installation, round_code: str, unit_slug: str, number: int) -> None:
    """Write down how many of its sheets a desk handed out: counted apart from slips, since no rate speaks of sheets."""
    with installation.database.write() as session:
        row = rounds.by_code(session, round_code)
        unit = units.unit_by_slug(session, unit_slug)
        session.refresh(unit, with_for_update={"key_share": True})  # two reports at once wait for each other
        mine = (Counter.round_id == row.id, Counter.unit_id == unit.id)
        sums = select(Counter.name, func.sum(Counter.value)).where(*mine).group_by(Counter.name)
        found = {name: int(n) for name, n in session.execute(sums)}
        printed, before = found.get("sheets_printed", 0), found.get("sheets_handed_out", 0)
        if number < 0 or before + number > printed:
            told = f"{unit_slug} had {printed} sheets printed and reported {before} as handed out"
            raise RefusedError(f"{told}; {number} more is too many.")
        counters.count(session, row.id, unit.id, installation.today(), "sheets_handed_out", number)
        audit.note(session, installation, "paper handed-out", unit_slug, str(number))


def _address(installation: Installation, reader: Reader, code: str) -> Address:
    address = collection.open_claim(installation, code, grades.PAPER)
    with installation.database.read() as session:
        mine = units.descendants(session, reader.unit_id, installation.today())
    if address.kind not in SHEETS or address.desk_id not in mine:
        raise ClosedDoorError(UNKNOWN)
    return address


def _first(installation: Installation, address: Address, content: Mapping[str, Any], form: str) -> dict[str, Any]:
    """The first entry of a sheet: this one if there was none; as it is sent now if this very form made it."""
    # The nonce is drawn, not derived: with keys and code alone nobody can try answers against what is kept of a
    # counted sheet (docs/adr/0003). It waits here so that the same sheet, sent twice at once, is known again.
    mine = {**content, "form": form, "nonce": secrets.token_hex(collection.NONCE_BYTES)}
    key = _key(installation, address)
    named = {"round_id": key[0], "sheet_hash": key[1], "desk_id": address.desk_id}
    with installation.database.write() as session:
        if counters.insert_new(session, PaperEntry, **named, sealed=_seal(installation, address, mine)):
            if _is_spent(session, installation, address):  # counted since it was opened
                raise ClosedDoorError(UNKNOWN)
            return mine
        entry = session.get(PaperEntry, key, with_for_update=True)
        if entry is None:
            raise ClosedDoorError(UNKNOWN)
        first: dict[str, Any] = json.loads(sealing.unseal(_seal_key(installation, address), entry.sealed, PURPOSE))
        first = {"form": "", "nonce": mine["nonce"]} | first  # entries of earlier versions have neither
        if first["form"] == form:
            first |= content
            entry.sealed = _seal(installation, address, first)
        return first


def _count(installation: Installation, address: Address, content: Mapping[str, Any], nonce: str) -> Keyed:
    """Take the answer and forget the first entry, in this order: a crash in between loses and doubles nothing."""
    submission = Submission(
        token_text=address.token.text,
        nonce=bytes.fromhex(nonce),
        raw=content["answers"],
        language=content["language"],
        device=grades.PAPER,
        partial=not rule.check(address.instrument, content["answers"]).valid,
    )
    taken = collection.submit(installation, submission)
    _delete(installation, address)
    return Keyed(taken.outcome, taken.reason)


def _delete(installation: Installation, address: Address) -> None:
    round_id, sheet_hash = _key(installation, address)
    with installation.database.write() as session:
        session.execute(delete(PaperEntry).where(PaperEntry.round_id == round_id, PaperEntry.sheet_hash == sheet_hash))


def _is_spent(session: Session, installation: Installation, address: Address) -> bool:
    key = installation.keys.round_keys(address.round_code).spent
    return session.get(Spent, (address.round_id, tokens.spent_hash(key, address.token))) is not None


def _differing(first: Mapping[str, Any], content: Mapping[str, Any]) -> set[str]:
    """Items that were not keyed alike, and LANGUAGE."""
    before, now = first["answers"], content["answers"]
    found = {item for item in {*before, *now} if before.get(item) != now.get(item)}
    return found if first["language"] == content["language"] else found | {LANGUAGE}


def _mark(installation: Installation, address: Address, first: Mapping[str, Any], differing: set[str]) -> str:
    """What only a page that showed these differences from this first entry can send back."""
    plain = json.dumps({"first": _digest(first), "differing": sorted(differing)}).encode()
    return sealing.seal(_seal_key(installation, address), plain, SHOWN).hex()


def _seen(installation: Installation, address: Address, first: Mapping[str, Any], shown: str) -> set[str]:
    """Differences from this first entry that the typist was shown."""
    try:
        mark = json.loads(sealing.unseal(_seal_key(installation, address), bytes.fromhex(shown), SHOWN))
    except (ValueError, sealing.SealError):
        return set()
    return set(mark["differing"]) if mark["first"] == _digest(first) else set()


def _digest(first: Mapping[str, Any]) -> str:
    return sha256(json.dumps(first, sort_keys=True).encode()).hexdigest()


def _seal(installation: Installation, address: Address, entry: Mapping[str, Any]) -> bytes:
    plain = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()
    plain += b" " * (-len(plain) % sealing.PAD_BYTES)  # length tells nothing
    return sealing.seal(_seal_key(installation, address), plain, PURPOSE)


def _key(installation: Installation, address: Address) -> tuple[uuid.UUID, bytes]:
    """Primary key of a sheet's first entry."""
    key = installation.keys.round_keys(address.round_code).spent
    return address.round_id, hmac.digest(key, b"paper" + address.token.signed, sha256)


def _seal_key(installation: Installation, address: Address) -> bytes:
    """Key of one sheet: needs both the round's key and the code that stands on the paper."""
    key = installation.keys.round_keys(address.round_code).draft
    return hmac.digest(key, b"paper" + address.token.signed + address.token.mac, sha256)


def _plain(answers: Mapping[str, rule.Value]) -> dict[str, Any]:
    """Answers as JSON gives them back, so that two of them compare."""
    return {item: list(value) if isinstance(value, tuple) else value for item, value in answers.items()}
