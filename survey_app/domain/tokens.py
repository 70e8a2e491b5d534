"""Tokens: an address that opens one blank questionnaire once, and is stored nowhere.

Layout (200 bits, 40 characters, ten groups of four), see docs/security.md:
version 2 | month 5 | round 9 | stratum 14 | identifier 80 | MAC 80 | CRC 10.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from survey_app.domain import base32

VERSION = 1
LENGTH = 40
IDENTIFIER_BYTES = 10  # 80 bits
MAC_BYTES = 10  # 80 bits: guessing one takes 2^80 tries
MAX_ROUND, MAX_STRATUM, MAX_MONTH = 511, 16383, 31
_CRC_POLYNOMIAL = 0x233  # CRC-10/ATM: finds every wrong character and every swapped pair


class MistypedError(ValueError):
    """The text cannot be a token: wrong length, wrong character or wrong check characters."""


class Kind(StrEnum):
    """How a token came to be. It hides in the MAC, so that drawn and undrawn slips look alike."""

    DRAWN = "drawn"
    UNDRAWN = "undrawn"
    ROLL = "roll"
    SHEET = "sheet"  # printed on a questionnaire of paper


@dataclass(frozen=True)
class Token:
    """The fields of a token whose check characters are right; only `kind_of` says whether it is ours."""

    month: int  # months from the round's first field month to the invitation
    round_number: int
    stratum_number: int
    identifier: bytes
    mac: bytes

    @property
    def signed(self) -> bytes:
        """Everything that the MAC covers."""
        head = VERSION << 28 | self.month << 23 | self.round_number << 14 | self.stratum_number
        return head.to_bytes(4, "big") + self.identifier

    @property
    def text(self) -> str:
        """The 40 characters."""
        body = int.from_bytes(self.signed[:4], "big") << 160 | int.from_bytes(self.identifier + self.mac, "big")
        return base32.encode(body << 10 | _crc10(body), LENGTH)


def identifier(issuing_key: bytes, round_code: str, dossier_code: str) -> bytes:
    """Turn a dossier code into 80 bits; the same each time, and nobody without the key can tell which dossier."""
    message = f"{round_code}\n{dossier_code}".encode()
    return hmac.digest(issuing_key, message, sha256)[:IDENTIFIER_BYTES]


def is_drawn(seed: bytes, dossier_code: str, fraction: float) -> bool:
    """Decide by the committed seed whether a dossier belongs to the sample."""
    draw = int.from_bytes(hmac.digest(seed, dossier_code.encode(), sha256)[:8], "big")
    return draw < fraction * 2**64


def issue(key: bytes, round_number: int, stratum_number: int, month: int, identity: bytes, kind: Kind) -> Token:
    """Make a token; ValueError if a field does not fit."""
    if not (0 <= round_number <= MAX_ROUND and 0 <= stratum_number <= MAX_STRATUM and 0 <= month <= MAX_MONTH):
        raise ValueError(f"Round {round_number}, stratum {stratum_number} or month {month} does not fit a token.")
    if len(identity) != IDENTIFIER_BYTES:
        raise ValueError("An identifier has 80 bits.")
    blank = Token(month, round_number, stratum_number, identity, bytes(MAC_BYTES))
    return Token(month, round_number, stratum_number, identity, _mac(key, blank, kind))


def parse(text: str) -> Token:
    """Read a token as typed, or as scanned with the address before it; MistypedError if its check does not fit."""
    tidy = base32.tidy(text.upper().rpartition("/T/")[2])
    if len(tidy) != LENGTH:
        raise MistypedError(f"A code has {LENGTH} characters, not {len(tidy)}.")
    try:
        number = base32.decode(tidy)
    except base32.NotBase32Error as error:
        raise MistypedError(str(error)) from error
    body, check = number >> 10, number & 0x3FF
    head = body >> 160
    if _crc10(body) != check or head >> 28 != VERSION:
        raise MistypedError("One of the characters is not as printed.")
    rest = (body & (1 << 160) - 1).to_bytes(20, "big")
    return Token(
        month=head >> 23 & MAX_MONTH,
        round_number=head >> 14 & MAX_ROUND,
        stratum_number=head & MAX_STRATUM,
        identifier=rest[:IDENTIFIER_BYTES],
        mac=rest[IDENTIFIER_BYTES:],
    )


def kind_of(key: bytes, token: Token) -> Kind | None:
    """Say how a token came to be, or None if it is forged; takes the same time whatever the answer."""
    found: Kind | None = None
    for kind in Kind:
        if hmac.compare_digest(_mac(key, token, kind), token.mac):
            found = kind
    return found


def spent_hash(spent_key: bytes, token: Token) -> bytes:
    """What is kept of a used token."""
    return hmac.digest(spent_key, b"token" + token.signed, sha256)


def _mac(key: bytes, token: Token, kind: Kind) -> bytes:
    return hmac.digest(key, kind.encode() + b"\n" + token.signed, sha256)[:MAC_BYTES]


def _crc10(number: int) -> int:
    """CRC-10 over 190 bits, most significant first."""
    crc = 0
    for place in reversed(range(190)):
        top = (crc >> 9 & 1) ^ (number >> place & 1)
        crc = (crc << 1 & 0x3FF) ^ (_CRC_POLYNOMIAL if top else 0)
    return crc
