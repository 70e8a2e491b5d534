"""Devices of the office: enrolled by a short code, renamed, given a new PIN, replaced, revoked."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.domain import enrolment
from survey_app.domain.access import Reader
from survey_app.installation import Installation
from survey_app.models import Kiosk, KioskCode, KioskWalkUp
from survey_app.services import audit, counters, tries, unit_tree, units
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.units import UnitOn

CODE_LIFE = timedelta(minutes=15)
MAX_NAME, MAX_VERSION = 80, 40
COPIED = ("unit_id", "name", "pin_salt", "pin_hash", "replaces_id")  # what a device takes over from its code
PLACES = ("desk", "service_centre")  # kinds of unit that a device can stand at


class CodeRefusedError(RefusedError):
    """An enrolment code that is wrong, used or too old: never says which."""


@dataclass(frozen=True)
class MadeCode:
    """What an administrator is shown once."""

    code: str
    pin: str
    desk: str
    name: str
    expires_at: datetime


@dataclass(frozen=True)
class Enrolled:
    """What a device learns about itself."""

    id: uuid.UUID
    number: int
    name: str
    desk: str
    province: str


def desks(installation: Installation, reader: Reader) -> tuple[UnitOn, ...]:
    """Places within a reader's unit at which a device can stand, by name."""
    today = installation.today()
    with installation.database.read() as session:
        inside = units.descendants(session, reader.unit_id, today)
        found = [u for u in units.all_units(session, today) if u.id in inside and u.kind in PLACES]
    return tuple(sorted(found, key=lambda unit: unit.name))


def make_code(
    installation: Installation, reader: Reader, slug: str, name: str, replaces: int | None = None
) -> MadeCode:
    """Make a code for a device at a desk; NotFoundError for a desk that is not the reader's."""
    installation.keys.kiosks()  # without the key no device could seal an answer: say so now
    code, pin, salt = enrolment.new_code(), enrolment.new_pin(), secrets.token_bytes(enrolment.PIN_SALT_BYTES)
    now = installation.now()
    with installation.database.write() as session:
        session.execute(delete(KioskCode).where(KioskCode.expires_at < now))
        desk = _desk(session, installation, reader, slug)
        old = None if replaces is None else _in_scope(session, installation, reader, replaces)
        made = KioskCode(
            code_hash=_code_hash(installation, code),
            unit_id=desk.id,
            name=_name(name),
            pin_salt=salt,
            pin_hash=enrolment.pin_verifier(pin, salt),
            replaces_id=old.id if old else None,
            made_by=reader.login,
            expires_at=now + CODE_LIFE,
        )
        session.add(made)
        detail = f"{made.name}, in place of kiosk {old.number}" if old else made.name
        audit.note(session, installation, "kiosk code", slug, detail, reader.login)
    return MadeCode(code, pin, desk.name, made.name, made.expires_at)


def enrol(installation: Installation, code: str, public_key: bytes, version: str, sender: str) -> Enrolled:
    """Make a device of who brings a code; the same device asking again gets the same answer.

    `sender` is what wrong tries are counted by. Raises CodeRefusedError or WaitError.
    """
    tried = tries.key(installation, "enrolment", sender)
    tries.count(installation, tried)
    read = enrolment.read_code(code)
    with installation.database.write() as session:
        held = session.get(KioskCode, _code_hash(installation, read or ""), with_for_update=True)
        if held is None or held.expires_at < installation.now():
            raise CodeRefusedError("This code opens nothing. Ask for a new one; it is good for 15 minutes.")
        if held.kiosk_id is None:
            _enrol(session, installation, held, public_key, version[:MAX_VERSION])
        row = session.get_one(Kiosk, held.kiosk_id)
        if row.public_key != public_key:
            raise CodeRefusedError("This code opens nothing. Ask for a new one; it is good for 15 minutes.")
        tries.forget(session, tried)
        return describe(session, installation, row)


def describe(session: Session, installation: Installation, row: Kiosk) -> Enrolled:
    """Number, name and place of a device, with the unit at the top of its tree."""
    today = installation.today()
    top = [row.unit_id, *units.ancestors(session, row.unit_id, today)][-1]
    desk, province = (unit_tree.name_of(session, unit, today) for unit in (row.unit_id, top))
    return Enrolled(row.id, row.number, row.name, desk, province)


def by_number(installation: Installation, reader: Reader, number: int) -> Kiosk:
    """A device within the reader's unit; NotFoundError for any other."""
    with installation.database.read() as session:
        return _in_scope(session, installation, reader, number)


def rename(installation: Installation, reader: Reader, number: int, name: str) -> None:
    """Give a device another name."""
    with installation.database.write() as session:
        row = _in_scope(session, installation, reader, number)
        audit.note(session, installation, "kiosk rename", f"kiosk {number}", f"{row.name} -> {name}", reader.login)
        row.name = _name(name)


def new_pin(installation: Installation, reader: Reader, number: int) -> str:
    """Give a device another PIN; it takes effect when the device next fetches its package."""
    pin = enrolment.new_pin()
    with installation.database.write() as session:
        row = _in_scope(session, installation, reader, number)
        row.pin_salt = secrets.token_bytes(enrolment.PIN_SALT_BYTES)
        row.pin_hash = enrolment.pin_verifier(pin, row.pin_salt)
        audit.note(session, installation, "kiosk pin", f"kiosk {number}", actor=reader.login)
    return pin


def revoke(installation: Installation, number: int, by: Reader | None = None) -> None:
    """Let a device send nothing any more; twice is harmless."""
    with installation.database.write() as session:
        row = _in_scope(session, installation, by, number)
        _revoke(session, installation, row, by.login if by else audit.COMMAND)


def _enrol(session: Session, installation: Installation, held: KioskCode, public_key: bytes, version: str) -> None:
    """Insert the device under the next free number, and revoke the one that it replaces."""
    key, new = uuid.uuid4(), False
    while not new:  # two codes used at the same moment want the same number
        number = (session.scalar(select(func.max(Kiosk.number))) or 0) + 1
        values = {column: getattr(held, column) for column in COPIED}
        counts = {"answers": 0, "rejected": 0, "reused": 0, "enrolled_at": installation.now()}
        own = {"id": key, "number": number, "public_key": public_key, "version": version}
        new = counters.insert_new(session, Kiosk, **own, **values, **counts)
    held.kiosk_id = key
    if held.replaces_id is not None:
        _revoke(session, installation, session.get_one(Kiosk, held.replaces_id), held.made_by)
        chosen = session.get(KioskWalkUp, held.replaces_id)
        if chosen is not None:  # the new device asks people without a slip what the old one asked
            session.add(KioskWalkUp(kiosk_id=key, round_id=chosen.round_id))
    audit.note(session, installation, "kiosk enrol", f"kiosk {number}", held.name, held.made_by)


def _revoke(session: Session, installation: Installation, row: Kiosk, actor: str) -> None:
    if row.revoked_at is None:
        row.revoked_at = installation.now()
        audit.note(session, installation, "kiosk revoke", f"kiosk {row.number}", row.name, actor)


def _in_scope(session: Session, installation: Installation, reader: Reader | None, number: int) -> Kiosk:
    row = session.scalar(select(Kiosk).where(Kiosk.number == number))
    inside = row is not None and (
        reader is None or row.unit_id in units.descendants(session, reader.unit_id, installation.today())
    )
    if row is None or not inside:
        raise NotFoundError(f"There is no kiosk {number}; `sipas kiosk list` shows all.")
    return row


def _desk(session: Session, installation: Installation, reader: Reader, slug: str) -> UnitOn:
    today = installation.today()
    unit = units.unit_by_slug(session, slug)
    if unit.id not in units.descendants(session, reader.unit_id, today):
        raise NotFoundError(f"There is no unit {slug!r}.")
    desk = units.unit_on(session, unit.id, today)
    if desk.kind not in PLACES:
        raise RefusedError(f"{slug} is no desk: a device stands at a desk or in a service centre.")
    return desk


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise RefusedError(f"A device needs a name of at most {MAX_NAME} characters, such as where it stands.")
    return name


def _code_hash(installation: Installation, code: str) -> bytes:
    """What is kept of a code; keyed, since 35 bits could be tried out."""
    return tries.key(installation, "enrolment code", code)
