"""A language pack: the words of the screens and of questionnaires in one more language, as a frozen value."""

import gettext
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final

TEXT, AUDIO = "text", "audio"  # how a language is offered: in words, or only to be heard
ETHNIC_LISTS: Final = ("1979", "2008")  # the two official orders of the 54 ethnic groups
ONE_FORM: Final = "0"  # plural rule of a language whose nouns do not change


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

    def said(self, text: str) -> str | None:
        """Translation of a text of the screens; None if the pack has none."""
        forms = self.screens.get(text)
        return forms[0] if forms else None

    def counted(self, text: str, number: int) -> str | None:
        """Translation of a text that depends on a number."""
        forms = self.screens.get(text)
        return forms[min(_rule(self.plural)(number), len(forms) - 1)] if forms else None


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


def is_rule(plural: str) -> bool:
    """Whether a plural rule can be read."""
    try:
        return 0 <= _rule(plural)(1) <= 5
    except (ValueError, RecursionError, ArithmeticError):
        return False
