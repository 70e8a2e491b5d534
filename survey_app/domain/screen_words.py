"""One rule for the words of the screens: what a translation may hold, and what must stand in it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ROOM: Final = 3  # times the length of the English text ...
MORE_ROOM: Final = 60  # ... and so many characters more: buttons must stay buttons
_VALUES = re.compile(r"%\((\w+)\)[sd]")
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
    def values(self) -> set[str]:
        """Names of the values that are put into it."""
        return set(_VALUES.findall(self.text)) | set(_VALUES.findall(self.plural))


def faults(source: ScreenText, form: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one form of a translation: message and remedy."""
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
    yield from _value_faults(source, form)


def _value_faults(source: ScreenText, form: str) -> Iterator[tuple[str, str]]:
    """The same values stand in it, and nothing else is taken for one."""
    given = set(_VALUES.findall(form))
    if source.plural:
        given |= {"num"} & source.values  # a form for one may do without the number
    if given != source.values:
        wanted = ", ".join(f"%({name})s" for name in sorted(source.values)) or "none"
        yield f"The values in the text are not those of the English one ({wanted}).", "Put each of them in, as written."
    elif "%" in _VALUES.sub("", form).replace("%%", ""):
        yield "A bare % stands in the text.", "Write %% for a per cent sign."
