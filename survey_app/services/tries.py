"""Wrong tries with a name: counted before they are checked, so that a hundred at once are not all checked."""

import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey_app.domain import passwords
from survey_app.installation import Installation
from survey_app.models import LoginFailure
from survey_app.services import counters
from survey_app.services.errors import RefusedError


class WaitError(RefusedError):
    """Too many wrong tries with this name; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"Too many wrong tries; wait {seconds} seconds.")


def key(installation: Installation, purpose: str, name: str) -> bytes:
    """What stands in the table instead of the name: some people type their password there."""
    message = f"{purpose} {name}".encode()
    return hmac.digest(installation.settings.secret_key.encode(), message, hashlib.sha256)


def count(installation: Installation, name_key: bytes) -> None:
    """Count a try before it is checked; WaitError if it comes too soon after others."""
    now = installation.now()
    with installation.database.write() as session:
        forgotten = now - timedelta(seconds=passwords.FORGOTTEN_AFTER)
        session.execute(delete(LoginFailure).where(LoginFailure.last_at < forgotten))
        counters.insert_new(session, LoginFailure, login_hash=name_key, failures=0, last_at=now)
        row = session.get(LoginFailure, name_key, with_for_update=True)
        if row is None:  # somebody succeeded with this name at this very moment, which ended the counting
            return
        wait = passwords.wait_seconds(row.failures, (now - row.last_at).total_seconds())
        if wait:
            raise WaitError(wait)
        row.failures += 1
        row.last_at = now


def forget(session: Session, name_key: bytes) -> None:
    """End the counting after a right try, in its transaction."""
    session.execute(delete(LoginFailure).where(LoginFailure.login_hash == name_key))
