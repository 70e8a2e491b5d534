"""Cells that a spreadsheet would run as a formula are written so that it does not, and can be read back."""

import re
from typing import TypeVar

T = TypeVar("T")

MARK = "'"
# Full-width forms are read as their ASCII twins by some programs; a leading apostrophe is doubled so that it survives.
_DANGEROUS = re.compile(r"^[\s\u00a0]*[=+\-@\t\r＝＋－＠']")
_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)*$")


def neutral(value: T) -> T | str:
    """Put an apostrophe before text that begins like a formula; numbers stay numbers, also negative ones."""
    if isinstance(value, str) and _DANGEROUS.match(value) and not _NUMBER.match(value):
        return MARK + value
    return value


def restored(text: str) -> str:
    """Undo `neutral` for a cell that is read back."""
    inner = text.removeprefix(MARK)
    return inner if inner != text and _DANGEROUS.match(inner) and not _NUMBER.match(inner) else text
