"""A language pack: the words of the screens and of questionnaires in one more language, as a frozen value."""

import gettext
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from survey_app.domain.screen_words import ScreenText, fits

TEXT, AUDIO = "text", "audio"  # how a language is offered: in words, or only to be heard
ETHNIC_LISTS: Final = ("1979", "2008")  # the two official orders of the 54 ethnic groups
ONE_FORM: Final = "0"  # plural rule of a language whose nouns do not change
TRIED: Final = range(201)  # numbers for which a plural rule must hold: every rule in use repeats after a hundred


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Pack:
    """Everything of one language; `screens` has the forms of each English text, singular first."""

    tag: str
    name: str  # the language's own name, for the switch
    offered_as: str  # TEXT or AUDIO
    ethnic_groups: str = ""  # list to which names of ethnic groups belong
    plural: str = ONE_FORM  # rule as in a .po file, such as n != 1
    screens: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    instruments: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _NOTHING)  # key -> text key -> text

    def record(self) -> dict[str, Any]:
        """Plain values, as they are kept."""
        return {
            "tag": self.tag,
            "name": self.name,
            "offered_as": self.offered_as,
            "ethnic_groups": self.ethnic_groups,
            "plural": self.plural,
            "screens": {text: list(forms) for text, forms in self.screens.items()},
            "instruments": {key: dict(words) for key, words in self.instruments.items()},
        }

    def content(self) -> bytes:
        """The kept file: the same bytes for the same content."""
        return json.dumps(self.record(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def version(self) -> str:
        """Fingerprint of the content, SHA-256 in hex."""
        return hashlib.sha256(self.content()).hexdigest()

    def has(self, source: ScreenText) -> bool:
        """Whether every form of a text is there and can be shown; packs of an older version may hold other ones."""
        forms = self.screens.get(source.text, ())
        ruled = not source.plural or is_rule(self.plural, len(forms))
        return bool(forms) and ruled and all(fits(source, form) for form in forms)

    def said(self, text: str) -> str | None:
        """Translation of a text of the screens; None if the pack has none that can be shown."""
        return self.screens[text][0] if self.has(ScreenText(text)) else None

    def counted(self, text: str, plural: str, number: int) -> str | None:
        """Translation of a text that depends on a number; None if the pack has none that can be shown."""
        if not self.has(ScreenText(text, plural)):
            return None
        place, forms = _rule(self.plural)(number), self.screens[text]
        return forms[place] if 0 <= place < len(forms) else None


def of_content(content: bytes) -> Pack:
    """Read a kept pack back."""
    found = json.loads(content)
    screens = {text: tuple(forms) for text, forms in found["screens"].items()}
    instruments = {key: MappingProxyType(words) for key, words in found["instruments"].items()}
    return Pack(**found | {"screens": MappingProxyType(screens), "instruments": MappingProxyType(instruments)})


@cache
def _rule(plural: str) -> Callable[[int], int]:
    """Compile the rule by the library that reads .po files: it knows numbers and operators, no names."""
    rule: Callable[[int], int] = gettext.c2py(plural)
    return rule


@cache
def places(plural: str) -> tuple[int, ...]:
    """Form that a plural rule gives for each number of TRIED; none if it cannot be read, or fails for one of them."""
    try:
        return tuple(_rule(plural)(number) for number in TRIED)
    except (ValueError, RecursionError, ArithmeticError):
        return ()


def is_rule(plural: str, forms: int) -> bool:
    """Whether a plural rule names one of so many forms for every number."""
    return bool(found := places(plural)) and 0 <= min(found) <= max(found) < forms
