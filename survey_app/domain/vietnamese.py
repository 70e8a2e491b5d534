"""Vietnamese text as files bring it: composed, without invisible characters, and folded for comparing names."""

import re
import unicodedata
from functools import lru_cache

# Tone marks, written after the syllable when folded: Hoà and Hòa differ only in where the mark stands.
_TONES = {"\u0300": "`", "\u0301": "'", "\u0303": "~", "\u0309": "?", "\u0323": "."}
_LOOKALIKES = str.maketrans({"ð": "đ", "ɖ": "đ"})  # Icelandic and African letters typed for the Vietnamese one
_NOT_WORD = re.compile(r"[^\w\u0300-\u036f]+|_+")
_INVISIBLE = ("Cc", "Cf", "Co", "Cs")
_SPACES = ("Zs", "Zl", "Zp")


def clean(text: str) -> str:
    """Compose to NFC, turn every kind of blank into one space, and drop control and zero-width characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(_visible(character) for character in composed)
    return " ".join(composed.split())


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Reduce text to what identifies it: letter case, place of the tone mark, punctuation and 01/1 do not count."""
    words = _NOT_WORD.sub(" ", clean(text).casefold().translate(_LOOKALIKES)).split()
    return " ".join(_fold_word(word) for word in words)


def ascii_slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: Lào Cai becomes lao-cai."""
    bare = unicodedata.normalize("NFD", clean(text).casefold().translate(_LOOKALIKES).replace("đ", "d"))
    return "-".join(re.findall(r"[a-z0-9]+", "".join(c for c in bare if not unicodedata.combining(c))))


def _visible(character: str) -> str:
    if character.isspace() or unicodedata.category(character) in _SPACES:
        return " "
    return "" if unicodedata.category(character) in _INVISIBLE else character


def _fold_word(word: str) -> str:
    if word.isascii():
        return word.lstrip("0") or "0" if word.isdigit() else word
    letters: list[str] = []
    tones: list[str] = []
    for character in unicodedata.normalize("NFD", word):
        tone = _TONES.get(character)
        (letters if tone is None else tones).append(tone or character)
    return unicodedata.normalize("NFC", "".join(letters)) + "".join(tones)
