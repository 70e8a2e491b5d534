"""Enrolment codes and PINs of kiosks: short enough to type, checked before they are tried."""

import secrets
from hashlib import pbkdf2_hmac

from survey_app.domain import base32

RANDOM_CHARACTERS = 7  # 35 bits, good for fifteen minutes and one try that succeeds
LENGTH = RANDOM_CHARACTERS + 1
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1: multiplication in the field of 32 elements
PIN_DIGITS = 6
PIN_SALT_BYTES = 16
PIN_ROUNDS = 600_000  # PBKDF2-HMAC-SHA256 as OWASP advises; browsers have nothing slower


def new_code() -> str:
    """Make a code: seven random characters and one that checks them."""
    values = [secrets.randbelow(32) for _ in range(RANDOM_CHARACTERS)]
    return "".join(base32.ALPHABET[value] for value in [*values, _check(values)])


def read_code(text: str) -> str | None:
    """Code as it was made, however it was typed; None if it cannot be one."""
    tidy = base32.tidy(text[:60])
    if len(tidy) != LENGTH:
        return None
    try:
        number = base32.decode(tidy)
    except base32.NotBase32Error:
        return None
    values = [number >> 5 * place & 31 for place in reversed(range(LENGTH))]
    return base32.encode(number, LENGTH) if _check(values[:-1]) == values[-1] else None


def new_pin() -> str:
    """Make a PIN with which staff leave the kiosk's questionnaire."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


def pin_verifier(pin: str, salt: bytes) -> bytes:
    """What a kiosk compares a typed PIN with, also offline."""
    return pbkdf2_hmac("sha256", pin.encode(), salt, PIN_ROUNDS)


def _check(values: list[int]) -> int:
    """Sum of 2^place times value in the field of 32 elements: finds any one wrong character and any swap."""
    total, weight = 0, 1
    for value in values:
        weight = _times(weight, 2)
        total ^= _times(weight, value)
    return total


def _times(left: int, right: int) -> int:
    product = 0
    for place in range(5):
        if right >> place & 1:
            product ^= left << place
    for place in reversed(range(5, 9)):
        if product >> place & 1:
            product ^= _POLYNOMIAL << (place - 5)
    return product
