"""What enrolled devices send: each item answered by itself, each number counted, nothing twice and nothing lost."""

import logging
import random
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from survey_app.domain import kiosk_sealing, number_ranges
from survey_app.domain.number_ranges import Range
from survey_app.installation import Installation
from survey_app.keys import KeyMissingError
from survey_app.models import DeadLetter, Kiosk, KioskDay, KioskRange
from survey_app.services import counters, kiosk_items, kiosk_package
from survey_app.services.errors import RefusedError
from survey_app.services.kiosk_items import REJECTED, STORED, Answer, DamagedError, Device, Result

MAX_ITEMS = 100
MAX_NUMBER = 2**31 - 1
SHOWN_RANGES = 100
ITEM_FIELDS = ({"seq", "key", "sealed"}, {"seq", "key", "void"})
log = logging.getLogger("sipas.kiosk")


class UnknownDeviceError(RefusedError):
    """No such device, or not its signature: never says which."""


class RevokedError(RefusedError):
    """A device that may send nothing any more; told only to who holds its key."""


class ShapeError(RefusedError):
    """A body that is not what devices send; names the field."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True)
class Heartbeat:
    """What a device tells about itself."""

    waiting: int
    version: str
    persisted: bool | None
    battery: float | None
    clock: datetime | None


@dataclass(frozen=True)
class Item:
    """One item as sent; `seq` and `key` are echoed as they came."""

    seq: Any
    key: Any
    sealed: bytes | None  # None: a number without an answer, or a shape that cannot be read
    void: bool = False

    @property
    def number(self) -> int | None:
        """Running number, if it is one."""
        whole = isinstance(self.seq, int) and not isinstance(self.seq, bool)
        return self.seq if whole and 1 <= self.seq <= MAX_NUMBER else None


def authenticate(
    installation: Installation, device: str, signature: str, message: bytes, *, revoked_too: bool = False
) -> Device:
    """The device that signed a message; UnknownDeviceError or RevokedError."""
    try:
        key, raw = uuid.UUID(device), kiosk_sealing.from_base64(signature)
    except ValueError:
        raise UnknownDeviceError("No device of ours signed this.") from None
    with installation.database.read() as session:
        row = session.get(Kiosk, key)
    if row is None or not kiosk_sealing.signed_by(row.public_key, raw, message):
        raise UnknownDeviceError("No device of ours signed this.")
    if row.revoked_at is not None and not revoked_too:
        raise RevokedError(f"Kiosk {row.number} was revoked.")
    return Device(row.id, row.unit_id)


def receive(
    installation: Installation, device: Device, items: Sequence[Item], heartbeat: Heartbeat | None
) -> dict[str, Any]:
    """Take items one by one, then note their numbers; what was not answered is to be sent again.

    The numbers are noted in a transaction of their own, so that no row of an answer is written together with one of
    a device; a crash between the two is mended when the device sends again.
    """
    with installation.database.read() as session:
        known = ranges_of(session, device.id)
    results = _take_all(installation, device, items)
    with installation.database.write() as session:
        ranges = _note(session, installation, device, results, known)
        if heartbeat is not None:
            _heard(session, installation, device, heartbeat)
        erase = _erased(session, installation, device)
    return {
        "items": [
            {"seq": item.seq, "key": item.key, "outcome": result.outcome, "reason": result.reason}
            for item, result in results
        ],
        "received": ranges[:SHOWN_RANGES],
        "missing": number_ranges.missing(ranges)[:SHOWN_RANGES],
        "server_time": installation.now().isoformat(timespec="seconds"),
        "erase": erase,
    }


def ranges_of(session: Session, kiosk_id: uuid.UUID) -> list[Range]:
    """Numbers of a device that have arrived."""
    found = select(KioskRange.first, KioskRange.last).where(KioskRange.kiosk_id == kiosk_id).order_by(KioskRange.first)
    return [(first, last) for first, last in session.execute(found)]


def _take_all(installation: Installation, device: Device, items: Sequence[Item]) -> list[tuple[Item, Result]]:
    """Take every item, in an order that tells nothing, but for answers with the same slip: the first one counts."""
    ready = [(item, _opened(installation, device, item)) for item in items]
    measured_by = kiosk_items.measuring(installation, device) if items else frozenset()
    slips: dict[str, bytes] = {}

    def place(pair: tuple[Item, Answer | None]) -> tuple[bytes, int]:
        token = pair[1].token if pair[1] else None
        own = secrets.token_bytes(8)
        return (slips.setdefault(token, own) if token else own), pair[0].number or 0

    done = []
    for item, answer in sorted(ready, key=place):
        try:
            done.append((item, _take(installation, device, item, answer, measured_by)))
        except (OperationalError, InterfaceError, KeyMissingError):
            raise  # nothing can be taken now: the device sends everything again
        except Exception:  # one item must not hold up the others; it stays on the device and shows there
            log.exception("an item of device %s could not be taken", device.id)
    random.SystemRandom().shuffle(done)
    return done


def _opened(installation: Installation, device: Device, item: Item) -> Answer | None:
    if item.sealed is None or item.number is None:
        return None
    try:
        return kiosk_items.opened(installation, device, uuid.UUID(item.key), item.sealed)
    except DamagedError:
        return None


def _take(
    installation: Installation, device: Device, item: Item, answer: Answer | None, measured_by: Collection[uuid.UUID]
) -> Result:
    if item.void and item.number is not None:
        return Result(STORED)
    if answer:
        taken = kiosk_items.take(installation, device, uuid.UUID(item.key), answer, measured_by)
        if taken is not None:
            return taken
    reason = "unknown_round" if answer else "damaged"
    kiosk_items.bury(installation, device, _letter_key(item), item.sealed or b"", reason)
    return Result(REJECTED, "damaged")


def _letter_key(item: Item) -> str:
    return str(item.key)[:40]


def _note(
    session: Session,
    installation: Installation,
    device: Device,
    results: Sequence[tuple[Item, Result]],
    known: Sequence[Range],
) -> list[Range]:
    """Add the numbers of answered items to the device's ranges, and count what is new.

    `known` are the ranges before the items were taken: a new answer with one of those numbers shows a copied store. A
    number noted since may come from the same call, given up by a slow line and sent again. An answer that could not be
    read or counted at first comes again with its own number.
    """
    # The row is locked first, so that two calls of one device do not overwrite each other's ranges.
    row = session.get_one(Kiosk, device.id, with_for_update=True)
    before = ranges_of(session, device.id)
    new: set[int] = set()
    counted = dict.fromkeys(("answers", "rejected", "reused"), 0)
    for item, result in results:
        number = item.number
        if number is None:
            continue
        again = number in new or number_ranges.contains(before, number)
        new.add(number)
        if again:
            fresh = result.outcome == STORED and not result.known and not item.void
            if fresh and number_ranges.contains(known, number) and not _dug_up(session, device, item):
                counted["reused"] += 1
        elif result.outcome == REJECTED:
            counted["rejected"] += 1
        else:
            counted["answers"] += not item.void
    for name, amount in counted.items():
        if amount:
            setattr(row, name, getattr(row, name) + amount)
            counters.add(session, KioskDay, amount, name, kiosk_id=device.id, day=installation.today())
    after = number_ranges.merged(before, new)
    if after != before:
        session.execute(delete(KioskRange).where(KioskRange.kiosk_id == device.id))
        session.add_all(KioskRange(kiosk_id=device.id, first=first, last=last) for first, last in after)
    return after


def _dug_up(session: Session, device: Device, item: Item) -> bool:
    """Whether an item that was taken now had been a dead letter, which is not needed any more."""
    letter = session.get(DeadLetter, kiosk_items.letter_id(device, _letter_key(item), item.sealed or b""))
    if letter is not None:
        session.delete(letter)
    return letter is not None


def _heard(session: Session, installation: Installation, device: Device, heartbeat: Heartbeat) -> None:
    """Keep what a device told last; a clock that goes wrong is noted and shuts nobody out."""
    row = session.get_one(Kiosk, device.id)
    now = installation.now()
    row.last_seen = now.replace(second=0, microsecond=0)
    row.waiting, row.version = heartbeat.waiting, heartbeat.version
    row.persisted, row.battery = heartbeat.persisted, heartbeat.battery
    ahead = (heartbeat.clock - now).total_seconds() if heartbeat.clock else None
    row.drift = None if ahead is None else round(max(-MAX_NUMBER, min(ahead, MAX_NUMBER)))


def _erased(session: Session, installation: Installation, device: Device) -> list[str]:
    """Rounds of which the device must keep nothing any more."""
    found = kiosk_package.rounds_of_desk(session, installation, device.unit_id)
    return [row.code for row in found if row.erasure_date <= installation.today()]


def read_body(body: object) -> tuple[list[Item], Heartbeat]:
    """Items and heartbeat of a body; ShapeError if it is something else as a whole."""
    if not isinstance(body, dict) or set(body) != {"items", "heartbeat"}:
        raise ShapeError("", "Send an object with items and heartbeat.")
    items = body["items"]
    if not isinstance(items, list) or len(items) > MAX_ITEMS or not all(isinstance(item, dict) for item in items):
        raise ShapeError("items", f"Send a list of at most {MAX_ITEMS} objects.")
    return [_item(item) for item in items], _heartbeat(body["heartbeat"])


def _item(given: Mapping[str, Any]) -> Item:
    """One item, or what is left of it: a damaged one is answered like any other."""
    seq, key = given.get("seq"), given.get("key")
    try:
        uuid.UUID(key)  # whatever was sent: anything but the text of a UUID raises
        sound = set(given) in ITEM_FIELDS and given.get("void", True) is True
        sealed = kiosk_sealing.from_base64(given["sealed"]) if sound and "sealed" in given else None
    except (ValueError, TypeError, AttributeError):
        return Item(seq, key, None)
    return Item(seq, key, sealed, void=sound and "void" in given)


def _heartbeat(given: object) -> Heartbeat:
    """What a device tells about itself; ShapeError names the field."""
    fields = ("waiting", "version", "persisted", "battery", "clock")
    if not isinstance(given, dict) or set(given) != set(fields):
        raise ShapeError("heartbeat", f"Send an object with {', '.join(fields)}.")
    waiting, version, persisted, battery, clock = (given[name] for name in fields)
    if not isinstance(waiting, int) or isinstance(waiting, bool) or not 0 <= waiting <= MAX_NUMBER:
        raise ShapeError("heartbeat.waiting", "Send how many items wait.")
    if not isinstance(version, str) or not version.isprintable() or len(version) > 40:
        raise ShapeError("heartbeat.version", "Send a text of at most 40 characters.")
    if not isinstance(persisted, bool | None):
        raise ShapeError("heartbeat.persisted", "Send true, false or null.")
    if isinstance(battery, bool) or not isinstance(battery, int | float | None):
        raise ShapeError("heartbeat.battery", "Send a number from 0 to 1, or null.")
    if battery is not None and not 0 <= battery <= 1:
        raise ShapeError("heartbeat.battery", "Send a number from 0 to 1, or null.")
    return Heartbeat(waiting, version, persisted, battery, _clock(clock))


def _clock(given: object) -> datetime | None:
    """Clock of a device; None where it cannot be read, since a wrong clock must not cost an answer."""
    try:
        found = datetime.fromisoformat(str(given))
    except ValueError:
        return None
    return found if found.tzinfo else None
