"""The words of an instrument: which texts it needs, which languages have them all, what a text may hold."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from instruments.draft import Draft, ItemRecord
from instruments.problems import Findings
from instruments.shape import hint

# Own name of the language; the citizen chooses by it.
LANGUAGE_NAME: Final = "language"

# The part of BCP 47 in use: language, script, region, each in its canonical case.
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\Z")
_MARKUP = re.compile(r"<[a-zA-Z/!?][^>]{0,30}>?|&(#[0-9xX][0-9a-fA-F]*|[a-zA-Z]{2,31});")
# Joiners are letters' business in some scripts; other format characters can turn a text round or hide it.
_JOINERS: Final = "\u200c\u200d"
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_LIMITS: Final[Mapping[str, int]] = {
    "language": 40,
    "title": 150,
    "intro": 500,
    "page": 150,
    "factor": 150,
    "item": 400,
    "scale": 60,
    "option": 200,
}


def is_language(tag: str) -> bool:
    """Whether a file name's stem is a language tag."""
    return _TAG.match(tag) is not None


def needed(draft: Draft) -> list[str]:
    """Keys of all texts without which the instrument cannot be asked, in the order of asking."""
    return [
        LANGUAGE_NAME,
        "title",
        "intro",
        *(f"page.{page}" for page in draft.head.get("pages", [])),
        *(f"factor.{factor['id']}" for factor in draft.factors if "id" in factor),
        *(key for name in draft.scales for key in _scale_keys(draft, name)),
        *(key for item in draft.items if "id" in item for key in (f"item.{item['id']}", *_option_keys(item))),
    ]


def _scale_keys(draft: Draft, name: str) -> Iterator[str]:
    scale = draft.scales[name]
    yield from (f"scale.{name}.{level}" for level in scale.get("levels", []))
    if "not_applicable" in scale:
        yield f"scale.{name}.not_applicable"


def _option_keys(item: ItemRecord) -> Iterator[str]:
    return (f"option.{item['id']}.{code}" for code in item.get("options", []))


def allowed(draft: Draft) -> dict[str, None]:
    """Needed keys, and the hints that an item may have."""
    hints = [f"item.{item['id']}.hint" for item in draft.items if "id" in item]
    return dict.fromkeys([*needed(draft), *hints])


def texts(value: object, known: Mapping[str, object], findings: Findings, *, report_unknown: bool) -> dict[str, str]:
    """Texts of one language, checked one by one and brought to normal form C; empty ones count as missing."""
    found: dict[str, str] = {}
    if not isinstance(value, dict):
        return found
    for key, text in value.items():
        if key not in known:
            if report_unknown:
                findings.add("text_unknown", (key,), key=key, hint=hint(key, known))
        elif not isinstance(text, str):
            findings.add("text_misfit", (key,), key=key)
        elif text.strip():
            _check_text(key, text, findings)
            found[key] = unicodedata.normalize("NFC", text)
    changed = [key for key, text in found.items() if value[key] != text]
    if changed:
        findings.add("text_not_nfc", (changed[0],), key=changed[0], count=len(changed))
    return found


def _check_text(key: str, text: str, findings: Findings) -> None:
    path = (key,)
    invisible = next((place for place, sign in enumerate(text) if _is_invisible(sign)), None)
    if invisible is not None:
        name = unicodedata.name(text[invisible], f"U+{ord(text[invisible]):04X}")
        findings.add("text_control", path, key=key, found=name, position=invisible + 1)
    elif text != text.strip():
        findings.add("text_edges", path, key=key)
    markup = _MARKUP.search(text)
    if markup:
        findings.add("text_markup", path, key=key, found=markup.group())
    limit = _LIMITS[key.split(".", 1)[0]]
    length = len(unicodedata.normalize("NFC", text))
    if length > limit:
        findings.add("text_too_long", path, key=key, length=length, limit=limit)


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) in _INVISIBLE and sign not in _JOINERS


def missing(draft: Draft, words: Mapping[str, str], default: Mapping[str, str]) -> list[str]:
    """Keys of the texts that a language lacks: the needed ones, and hints that the default language has."""
    hints = [key for key in default if key.endswith(".hint")]
    return [key for key in [*needed(draft), *hints] if key not in words]


def check_answers_differ(draft: Draft, words: Mapping[str, str], findings: Findings) -> None:
    """No two answers to one question read the same."""
    groups = [list(_scale_keys(draft, name)) for name in draft.scales]
    groups += [list(_option_keys(item)) for item in draft.items if "id" in item]
    for group in groups:
        first: dict[str, str] = {}
        for key in group:
            text = words.get(key, key).casefold()
            if text in first and key != first[text]:
                findings.add("text_twice", (key,), key=key, other=first[text])
            first.setdefault(text, key)
