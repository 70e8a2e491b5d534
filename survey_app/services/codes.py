"""Receipt and withdrawal codes: made from what only the citizen's browser knows, kept as hashes."""

import hmac
from hashlib import sha256

from sqlalchemy import select

from survey_app.domain import base32
from survey_app.installation import Installation
from survey_app.models import Inbox, Receipt, Round

CODE_LENGTH = 12  # 60 bits


def make(key: bytes, nonce: bytes, mac: bytes) -> tuple[str, str]:
    """Receipt and withdrawal code of one sent form; the same form sent again gets the same."""
    made = []
    for purpose in (b"receipt", b"withdrawal"):
        number = int.from_bytes(hmac.digest(key, purpose + nonce + mac, sha256), "big") >> (256 - 5 * CODE_LENGTH)
        made.append(base32.groups(base32.encode(number, CODE_LENGTH)))
    return made[0], made[1]


def digest(key: bytes, purpose: str, code: str) -> bytes:
    """What is kept of a code."""
    try:
        number = base32.decode(code[:60])
    except base32.NotBase32Error:
        number = 0
    return hmac.digest(key, f"{purpose} code {number}".encode(), sha256)


def receipt_status(installation: Installation, code: str) -> tuple[str, str | None]:
    """'counted' with the month of release, 'waiting', or 'unknown'; never what was answered."""
    with installation.database.read() as session:
        # The keys of a round past its erasure date may be gone: nothing of it can be looked up any more.
        kept = select(Round).where(Round.state != "plan", Round.erasure_date > installation.today())
        for row in session.scalars(kept):
            known = digest(installation.keys.round_keys(row.code).spent, "receipt", code)
            found = session.get(Receipt, (row.id, known))
            if found is not None:
                return "counted", found.release_month
            if session.scalar(select(Inbox.id).where(Inbox.receipt_hash == known)) is not None:
                return "waiting", None
    return "unknown", None
