"""Crockford's base 32: digits and capital letters without I, L, O, U, forgiving when read back."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


class NotBase32Error(ValueError):
    """The text has a character that the alphabet does not know."""


def encode(number: int, length: int) -> str:
    """Write a number in exactly `length` characters."""
    if number < 0 or number >> (5 * length):
        raise ValueError(f"{number} does not fit {length} characters.")
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(length)))


def decode(text: str) -> int:
    """Read a number back; blanks, dashes, small letters and O, I, L are forgiven."""
    number = 0
    for letter in tidy(text):
        if letter not in _VALUE:
            raise NotBase32Error(f"{letter!r} is not used in codes.")
        number = number << 5 | _VALUE[letter]
    return number


def tidy(text: str) -> str:
    """Drop what people and scanners add between groups."""
    return "".join(letter for letter in text.upper() if letter not in " -–—.\t\r\n")


def groups(text: str, size: int = 4) -> str:
    """Put a dash between groups of four, as on a slip."""
    return "-".join(text[start : start + size] for start in range(0, len(text), size))
