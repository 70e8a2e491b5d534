"""Signing in: one message and one amount of work for every wrong try; waiting grows, nobody is locked out."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from survey_app.domain import passwords
from survey_app.domain.access import Reader
from survey_app.installation import Installation
from survey_app.models import Staff
from survey_app.services import audit, tries
from survey_app.services.errors import RefusedError

# OWASP's figures for argon2id on a small server: 19 MiB, two passes, one lane
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = HASHER.hash(secrets.token_hex(16))  # what an unknown login is checked against, at the same cost
SESSION_LIFE = timedelta(hours=8)


class WrongPasswordError(RefusedError):
    """Login and password do not fit, or the login may not sign in: never says which."""


@dataclass(frozen=True)
class SignedIn:
    """A reader, and what the session must carry to be known again."""

    reader: Reader
    session_version: int


def authenticate(installation: Installation, login: str, password: str) -> SignedIn:
    """Check login and password; raises WrongPasswordError or WaitError, alike for known and unknown names."""
    login = passwords.fold_login(login)
    key = tries.key(installation, "login", login)
    tries.count(installation, key)
    with installation.database.read() as session:
        row = session.scalar(select(Staff).where(Staff.login == login))
    fits = verify(row.password_hash if row else _NOBODY, password)
    if row is None or not fits or not row.active:
        raise WrongPasswordError("Login and password do not fit.")
    with installation.database.write() as session:
        tries.forget(session, key)
        audit.note(session, installation, "sign in", login, actor=login)
    return SignedIn(_reader(row), row.session_version)


def reader_of(
    installation: Installation, staff_id: uuid.UUID, session_version: int, signed_in_at: datetime
) -> Reader | None:
    """Reader of a running session; None if it is too old, was ended, or its login is disabled."""
    age = installation.now() - signed_in_at
    if not timedelta(0) <= age < SESSION_LIFE:
        return None
    with installation.database.read() as session:
        row = session.get(Staff, staff_id)
    if row is None or not row.active or row.session_version != session_version:
        return None
    return _reader(row)


def sign_out(installation: Installation, reader: Reader) -> None:
    """End every session of a login: a copied cookie is worth nothing afterwards."""
    with installation.database.write() as session:
        row = session.get_one(Staff, reader.id)
        row.session_version += 1
        audit.note(session, installation, "sign out", row.login, actor=row.login)


def verify(hashed: str, password: str) -> bool:
    """Whether a password fits its hash; costs the same whatever the answer."""
    try:
        return HASHER.verify(hashed, passwords.normal(password[: passwords.MAX_LENGTH + 1]))
    except (VerificationError, InvalidHashError):
        return False


def _reader(row: Staff) -> Reader:
    return Reader(row.id, row.login, row.name, row.role, row.unit_id, row.language)
