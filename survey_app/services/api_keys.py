"""Keys of the one-stop software of units: shown once, kept as hashes, revoked at any time."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from survey_app.installation import Installation
from survey_app.models import ApiKey, Unit
from survey_app.services import audit, units
from survey_app.services.dossier_intake import Sender
from survey_app.services.errors import NotFoundError, RefusedError

PREFIX = "sipas_"  # lets scanners for leaked keys know ours
MAX_LENGTH = 200


@dataclass(frozen=True)
class KeyLine:
    """A key as lists show it."""

    name: str
    unit_slug: str
    created_at: datetime
    revoked_at: datetime | None


def make(installation: Installation, unit_slug: str, name: str) -> str:
    """Make a key for a unit and everything beneath it; the key itself is kept nowhere."""
    key = PREFIX + secrets.token_urlsafe(32)
    if not name.strip() or len(name) > 120:
        raise RefusedError("A key needs a name of at most 120 characters, such as that of the software that uses it.")
    with installation.database.write() as session:
        unit = units.unit_by_slug(session, unit_slug)
        taken = select(ApiKey.id).where(ApiKey.name == name, ApiKey.revoked_at.is_(None))
        if session.scalar(taken) is not None:
            raise RefusedError(f"There is a key {name!r} in use; choose another name or revoke it first.")
        row = ApiKey(unit_id=unit.id, name=name, key_hash=_digest(key), created_at=installation.now())
        session.add(row)
        audit.note(session, installation, "api-keys make", name, unit_slug)
    return key


def revoke(installation: Installation, name: str) -> None:
    """Let a key open nothing from now on."""
    with installation.database.write() as session:
        row = session.scalar(select(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None)))
        if row is None:
            raise NotFoundError(f"There is no key {name!r} in use; `sipas api-keys list` shows all.")
        row.revoked_at = installation.now()
        audit.note(session, installation, "api-keys revoke", name)


def every(installation: Installation) -> list[KeyLine]:
    """All keys, also revoked ones."""
    with installation.database.read() as session:
        rows = session.execute(select(ApiKey, Unit.slug).join(Unit, Unit.id == ApiKey.unit_id).order_by(ApiKey.name))
        return [KeyLine(key.name, slug, key.created_at, key.revoked_at) for key, slug in rows]


def sender_of(installation: Installation, key: str) -> Sender | None:
    """Whose key this is; None for a key that opens nothing, without saying why."""
    if not key.startswith(PREFIX) or len(key) > MAX_LENGTH:
        return None
    with installation.database.read() as session:
        # Found by the hash of a random key of 256 bits: the time that takes tells nothing about the key.
        row = session.scalar(select(ApiKey).where(ApiKey.key_hash == _digest(key), ApiKey.revoked_at.is_(None)))
        if row is None:
            return None
        kind = _kind(installation, row.unit_id)
        return Sender(row.name, row.unit_id, kind) if kind else None


def _kind(installation: Installation, unit_id: uuid.UUID) -> str | None:
    """Kind of a unit today; None once it has ended, and its keys with it."""
    with installation.database.read() as session:
        try:
            return units.unit_on(session, unit_id, installation.today()).kind
        except units.UnitNotFoundError:
            return None


def _digest(key: str) -> bytes:
    return sha256(key.encode()).digest()
