"""The order of the Vietnamese alphabet: Đ after D, Ơ after O, and tones only where the letters are alike."""

import unicodedata

_ALPHABET = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=100)}
_TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # ngang huyền hỏi ngã sắc nặng


def sort_key(name: str) -> tuple[list[tuple[int, int]], list[int], str]:
    """Key by which names stand as in a Vietnamese dictionary; numbers in them by value."""
    letters: list[tuple[int, int]] = []
    tones: list[int] = []
    digits = ""
    for character in unicodedata.normalize("NFC", name.casefold()):
        if character.isdecimal():
            digits += character
            continue
        if digits:
            letters.append((1, int(digits)))
            digits = ""
        base, tone = _split_tone(character)
        letters.append((2, _ALPHABET[base]) if base in _ALPHABET else (0 if base.isspace() else 3, ord(base)))
        tones.append(tone)
    if digits:
        letters.append((1, int(digits)))
    return letters, tones, name


def _split_tone(character: str) -> tuple[str, int]:
    """Letter without its tone, and the tone's place in the dictionary."""
    tone, kept = 0, ""
    for part in unicodedata.normalize("NFD", character):
        if part in _TONES:
            tone = _TONES[part]
        else:
            kept += part
    return unicodedata.normalize("NFC", kept)[:1] or character, tone
