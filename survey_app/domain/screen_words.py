"""One rule for the words of the screens: what a translation may hold, and what must stand in it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

ROOM: Final = 3  # times the length of the English text ...
MORE_ROOM: Final = 60  # ... and so many characters more: buttons must stay buttons
NUMBER: Final = "%(num)d"  # the number on which a plural depends
_PERCENT = re.compile(r"%(?:(?P<sign>%)|\((?P<name>\w+)\)(?P<kind>[sd]))?")  # read as Python reads it, from the left
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(#[0-9xX]|[a-zA-Z]{2,31};)")
_JOINERS: Final = "\u200c\u200d"
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@dataclass(frozen=True)
class ScreenText:
    """A text of the screens: English singular, English plural if it depends on a number, and the Vietnamese."""

    text: str
    plural: str = ""
    vietnamese: str = ""

    @property
    def values(self) -> frozenset[str]:
        """Values that are put into it, as they are written: %(text)s, %(num)d."""
        return _values(self.text) | _values(self.plural)


def fits(source: ScreenText, form: str) -> bool:
    """Whether a form can be shown with the values of its source: nothing else is asked of them, and no % is bare."""
    return _values(form) <= source.values and not _bare(form)


def faults(source: ScreenText, form: str, *, one_number: bool = False) -> Iterator[tuple[str, str]]:
    """What is wrong with one form of a translation: message and remedy.

    A form that stands for `one_number` alone ("one answer") may do without the number.
    """
    if form != unicodedata.normalize("NFC", form):
        yield "The text is not in Unicode normal form C.", "Save the file in NFC."
    if form != form.strip():
        yield "The text begins or ends with a space.", "Remove the space."
    if any(unicodedata.category(sign) in _INVISIBLE and sign not in _JOINERS for sign in form):
        yield "The text holds an invisible character or a line break.", "Delete it; a text is one line."
    if _MARKUP.search(form):
        yield "The text holds markup.", "Write plain text; markup would be shown as it stands."
    limit = ROOM * max(len(source.text), len(source.plural)) + MORE_ROOM
    if len(form) > limit:
        yield f"The text has {len(form)} characters, more than {limit}.", "Shorten it; it must fit on the screen."
    yield from _value_faults(source, form, frozenset({NUMBER} if one_number else ()))


def _value_faults(source: ScreenText, form: str, spared: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The same values stand in it, in the same way of writing, and nothing else is taken for one."""
    given = _values(form)
    if not source.values - spared <= given <= source.values:
        wanted = ", ".join(sorted(source.values)) or "none"
        yield f"The values in the text are not those of the English one ({wanted}).", "Put each of them in, as written."
    elif _bare(form):
        yield "A bare % stands in the text.", "Write %% for a per cent sign."


@lru_cache(4096)
def _values(text: str) -> frozenset[str]:
    return frozenset(found[0] for found in _PERCENT.finditer(text) if found["name"])


@lru_cache(4096)
def _bare(text: str) -> bool:
    return any(found[0] == "%" for found in _PERCENT.finditer(text))
