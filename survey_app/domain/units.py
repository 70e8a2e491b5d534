"""Units: their kinds, and when two names or codes mean the same one."""

import re

from survey_app.domain import vietnamese

KINDS = ("country", "province", "district", "commune", "department", "service_centre", "desk")
NAME = "name"  # alias scheme of other names; every other scheme holds codes
SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")  # begins with a letter, so that no code looks like one
SCHEME = re.compile(r"[a-z][a-z0-9_]{0,19}")

# Words that stand before a name and say what kind of unit bears it.
TYPES: dict[str, frozenset[str]] = {
    "tỉnh": frozenset({"province"}),
    "thành phố": frozenset({"province", "district"}),
    "quận": frozenset({"district"}),
    "huyện": frozenset({"district"}),
    "thị xã": frozenset({"district"}),
    "thị trấn": frozenset({"commune"}),
    "phường": frozenset({"commune"}),
    "xã": frozenset({"commune"}),
    "đặc khu": frozenset({"commune"}),
}
_SHORT = {"tp": "thành phố", "tx": "thị xã", "tt": "thị trấn", "t": "tỉnh", "q": "quận", "h": "huyện", "p": "phường"}
_BY_FOLD = {vietnamese.fold(name): name for name in TYPES}
# One letter counts as short for a type only with its full stop: H'Neng is not huyện Neng.
_ABBREVIATION = re.compile(r"(?i)^(?:(tp|tx|tt)[. ]\s*|([tqhpx])\.\s*)(?=\w)")
_COMMITTEE = re.compile(r"(?i)^(?:ubnd|uỷ ban nhân dân|ủy ban nhân dân)\s+(?=\w)")


def split_type(name: str) -> tuple[str | None, str]:
    """Type word (in full) and folded rest of a name; no type where the name is nothing but one."""
    bare = _COMMITTEE.sub("", vietnamese.clean(name))
    if short := _ABBREVIATION.match(bare):
        key = (short[1] or short[2]).casefold()
        return ("xã" if key == "x" else _SHORT[key]), vietnamese.fold(bare[short.end() :])
    folded = vietnamese.fold(bare)
    for prefix, word in _BY_FOLD.items():
        if folded.startswith(prefix + " "):
            return word, folded[len(prefix) + 1 :]
    return None, folded


def fold(name: str) -> str:
    """What a name is found by: without its type word, letter case or the place of its tone mark."""
    return split_type(name)[1]


def fold_code(code: str) -> str:
    """What a code is found by: upper case without blanks; leading zeros count."""
    return vietnamese.clean(code).replace(" ", "").upper()


def fits_type(asked: str | None, name: str, kind: str) -> bool:
    """Whether a unit of this name and kind may be meant by a name with the type word `asked`."""
    if asked is None:
        return True
    own, _ = split_type(name)
    return own == asked if own else kind in TYPES[asked]
