"""Codes of slips in free text: scanned, pasted or typed there, they would lead from an answer to its dossier."""

import re

from survey_app.domain import tokens

# Slips hold their address in capitals (services/invitations.py). Its version makes a code begin with 8, 9 or A to F.
_ADDRESS = r"[hH][tT]{2}[pP][sS]?://\S{0,200}/[tT]/"
_ANY, _UPPER, _LOWER = "[0-9A-TV-Za-tv-z]", "[0-9A-TV-Z]", "[0-9a-tv-z]"
_WHOLE = re.compile(rf"(?:{_ADDRESS})?(?=([89A-Fa-f]{_ANY}{{3}}(?:[-–—.\s]?{_ANY}{{4}}){{9}}))")
_PART_OF_ADDRESS = rf"{_ADDRESS}[89A-F]{_UPPER}{{7,}}"
# Scanners and printers write in one case: words and the numbers of links, which mix both, are broken up by it.
_PARTS = [rf"(?:{_ADDRESS})?{one}{{4}}(?:[-–—.\s]?{one}{{4}}){{4,}}{one}{{0,3}}" for one in (_UPPER, _LOWER)]
_PART = re.compile("|".join([rf"(?P<address>{_PART_OF_ADDRESS})", *_PARTS]))
_TURN = re.compile(r"(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]")
_TURNS = 3  # between letters and digits: 20 characters of a code have 8 on average, a word with a number has one or two


def without_codes(text: str, instead: str = "") -> str:
    """Replace whole codes, their addresses, and what can only be a part of one: 20 letters and digits mixed, or more.

    Of an address 8 characters of the code are enough. The kiosk does the same (static/kiosk/slip.js).
    """
    kept, place = "", 0
    for match in _WHOLE.finditer(text):
        if match.start() >= place and _is_code(match[1]):
            kept += text[place : match.start()] + instead
            place = match.end(1)
    return _PART.sub(lambda part: instead if _can_only_be_a_code(part) else part[0], kept + text[place:])


def _is_code(text: str) -> bool:
    try:
        tokens.parse(text)
    except tokens.MistypedError:
        return False
    return True


def _can_only_be_a_code(part: re.Match[str]) -> bool:
    code = part[0].rpartition("/")[2]
    return part["address"] is not None or len(_TURN.findall(code)) >= _TURNS
