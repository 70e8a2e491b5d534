"""Receipt and withdrawal codes: made from what only the citizen's browser knows, kept as hashes."""

import hmac
from datetime import date
from hashlib import sha256

from sqlalchemy import Select, select

from survey_app.domain import base32
from survey_app.installation import Installation
from survey_app.models import Inbox, Receipt, Round

CODE_LENGTH = 12  # 60 bits
MOVING = ("field", "closed")  # states in which waiting answers may still move; "closed" until the close has done


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
    """'counted' with the month of release, 'waiting', 'held' or 'unknown'; never what was answered.

    What still waits when the round is computed is held: it was too little for any batch and is in no figure.
    """
    with installation.database.read() as session:
        for row in session.scalars(rounds_kept(installation.today())):
            known = digest(installation.keys.round_keys(row.code).spent, "receipt", code)
            found = session.get(Receipt, (row.id, known))
            if found is not None:
                return "counted", found.release_month
            if session.scalar(select(Inbox.id).where(Inbox.receipt_hash == known)) is not None:
                return "waiting" if row.state in MOVING else "held", None
    return "unknown", None


def rounds_kept(today: date) -> Select[Round]:
    """Rounds of which answers can be looked up: the keys of a round past its erasure date may be gone."""
    return select(Round).where(Round.state != "plan", Round.erasure_date > today)
