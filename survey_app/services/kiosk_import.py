"""The worst case: answers that a device's staff carried here in a file take the same way as those sent by network."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_app.installation import Installation
from survey_app.services import audit, kiosk_sync
from survey_app.services.errors import RefusedError
from survey_app.services.kiosk_items import Device

FORMAT = "sipas kiosk export 1"
SIGNED_PATH = b"POST /kiosk/sync\n"
MAX_BYTES = 200 * 1024 * 1024
REMEDY = "Nothing was taken. Export the file again on the kiosk's staff page."


@dataclass
class Imported:
    """How many items were taken, known already, and refused."""

    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    left: int = 0  # not answered: import the file again


def take(installation: Installation, file: Path, *, revoked_too: bool = False) -> Imported:
    """Take a file of waiting answers; importing it twice takes nothing twice.

    Every part is checked before the first is taken. `revoked_too` takes what a device sealed that was revoked since.
    """
    if file.stat().st_size > MAX_BYTES:
        raise RefusedError(f"{file} is larger than any export. {REMEDY}")
    try:
        device, calls = _read(json.loads(file.read_text(encoding="utf-8")))
        parts = [_checked(installation, device, call, revoked_too=revoked_too) for call in calls]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RefusedError(f"{file} is not a file of waiting answers of a kiosk. {REMEDY}") from error
    done = Imported()
    for sender, items in parts:
        told = kiosk_sync.receive(installation, sender, items, None)["items"]
        for one in told:
            setattr(done, one["outcome"], getattr(done, one["outcome"]) + 1)
        done.left += len(items) - len(told)
    with installation.database.write() as session:
        detail = f"{done.stored} stored, {done.duplicate} known, {done.rejected} refused"
        audit.note(session, installation, "kiosk import", device, detail + (", revoked device" if revoked_too else ""))
    return done


def _read(content: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Device and signed parts of a file; ValueError for another format."""
    if content["format"] != FORMAT or not isinstance(content["device"], str):
        raise ValueError("another format")
    return content["device"], content["calls"]


def _checked(
    installation: Installation,
    device: str,
    call: dict[str, Any],
    *,
    revoked_too: bool,
) -> tuple[Device, list[kiosk_sync.Item]]:
    """Sender and items of one part, if its signature holds."""
    message = SIGNED_PATH + call["body"].encode()
    try:
        sender = kiosk_sync.authenticate(installation, device, call["signature"], message, revoked_too=revoked_too)
    except kiosk_sync.RevokedError as error:
        remedy = "--revoked takes it all the same, if you know that the answers were given before."
        raise RefusedError(f"{error} Nothing was taken. {remedy}") from None
    except kiosk_sync.UnknownDeviceError:
        raise RefusedError(f"The file is not signed by a device of ours, or was changed. {REMEDY}") from None
    return sender, kiosk_sync.read_body(json.loads(call["body"]))[0]
