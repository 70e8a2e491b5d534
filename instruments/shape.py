"""Which keys instrument.yaml knows and what may stand in them; everything else is reported."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, cast

from instruments.draft import Draft, FactorRecord, FilterRecord, HeadRecord, ItemRecord, RecipeRecord, ScaleRecord
from instruments.model import ItemKind
from instruments.problems import Findings, Path

FORMAT: Final = 1  # of instrument.yaml; a later format gets the next number
LEAST_MINIMUM_N: Final = 10  # below this many answers a score could be traced to people
OVERALL: Final = ("general_question", "factor_mean", "weighted", "pooled", "respondent")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")
_INSTRUMENT_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


@dataclass(frozen=True)
class Form:
    """What may stand in a key: in words, and as a test."""

    expects: str
    fits: Callable[[object], bool]
    required: bool = True
    choices: tuple[str, ...] = ()


def _whole(value: object) -> bool:
    return type(value) is int


def _name(value: object) -> bool:
    return isinstance(value, str) and _NAME.match(value) is not None


def _list_of(fits: Callable[[object], bool], least: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and len(value) >= least and all(fits(part) for part in value)


def _choice(*choices: str, required: bool = True) -> Form:
    return Form(f"one of: {', '.join(choices)}", lambda value: value in choices, required, choices)


def _number(low: int, high: int, *, required: bool = True) -> Form:
    expects = f"a whole number from {low} to {high}"
    return Form(expects, lambda value: _whole(value) and low <= cast("int", value) <= high, required)


def _names(least: int, *, required: bool = True) -> Form:
    expects = f"a list of at least {least} names" if least else "a list of names"
    return Form(f"{expects}, each {_NAME_RULE}", _list_of(_name, least), required)


_NAME_RULE: Final = "1 to 32 small letters, digits and _, a letter first"
_A_NAME: Final = Form(f"a name of {_NAME_RULE}", _name)
# Whether the name exists is for the rules to say: a faulty name is told once, where it is given.
_REFERENCE: Final = Form("the name of one that is defined", lambda value: isinstance(value, str))
_KEYS: Final = Form("keys with values", lambda value: isinstance(value, dict))
_LIST: Final = Form("a list", lambda value: isinstance(value, list))
_LEVELS: Final = "a list of at least {} whole numbers from -99 to 99"
_LEVEL: Final = _number(-99, 99)
_FLAG: Final = Form("true or false", lambda value: type(value) is bool, required=False)

TOP: Final[Mapping[str, Form]] = {
    "schema": Form(f"the number {FORMAT}", lambda value: _whole(value) and value == FORMAT),
    "id": Form(
        "small letters, digits and single hyphens, at most 40, a letter first, such as sipas-2017",
        lambda value: isinstance(value, str) and len(value) <= 40 and bool(_INSTRUMENT_ID.match(value)),
    ),
    "version": _number(1, 9999),
    "legal_basis": Form(
        "one line of at most 300 characters",
        lambda value: isinstance(value, str) and 0 < len(value) <= 300 and value.isprintable(),
    ),
    "default_language": Form("the tag of a language, such as vi", lambda value: isinstance(value, str)),
    "scales": _KEYS,
    "factors": _LIST,
    "pages": _names(1),
    "items": Form("a list of at least one item", _list_of(lambda _: True, 1)),
    "recipe": _KEYS,
}
SCALE: Final[Mapping[str, Form]] = {
    "levels": Form(_LEVELS.format(2), _list_of(_LEVEL.fits, 2)),
    "not_applicable": _number(-99, 99, required=False),
}
FACTOR: Final[Mapping[str, Form]] = {
    "id": _A_NAME,
    "items": Form("a list of at least one item id", _list_of(lambda part: isinstance(part, str), 1)),
}
FILTER: Final[Mapping[str, Form]] = {
    "item": _REFERENCE,
    "any_of": Form(
        "a list of at least one option code or level", _list_of(lambda part: _name(part) or _LEVEL.fits(part), 1)
    ),
}
ITEM: Final[Mapping[str, Form]] = {
    "id": _A_NAME,
    "kind": _choice(*ItemKind),
    "page": _REFERENCE,
    "scale": replace(_REFERENCE, required=False),
    "options": _names(2, required=False),
    "choose": _number(1, 20, required=False),
    "required": _FLAG,
    "max_length": _number(1, 2000, required=False),
    "sensitive": _FLAG,
    "ask_if": Form("the keys item and any_of", _KEYS.fits, required=False),
    "wording_status": _choice("verified", "seen", "unverified"),
}
_WEIGHTS: Final = Form("ids with numbers", _KEYS.fits, required=False)
RECIPE: Final[Mapping[str, Form]] = {
    "of": _choice("share", "score"),
    "satisfied": Form(_LEVELS.format(1), _list_of(_LEVEL.fits, 1)),
    "not_applicable": _choice("exclude", "not_satisfied"),
    "factor": _choice("pooled", "item_mean", "weighted"),
    "overall": _choice(*OVERALL),
    "factor_weights": _WEIGHTS,
    "item_weights": _WEIGHTS,
    "empty_factor": Form(  # null without quotes is the empty value of YAML, and means the same here
        "one of: null, reweight", lambda value: value in (None, "null", "reweight"), choices=("null", "reweight")
    ),
    "minimum_n": _number(LEAST_MINIMUM_N, 1000),
    "decimals": _number(0, 4),
    "robustness": Form(
        f"a list of: {', '.join(OVERALL)}", _list_of(lambda part: part in OVERALL, 0), required=False, choices=OVERALL
    ),
}


class Section(StrEnum):
    """The sections of instrument.yaml, as the documentation and schema.json name them."""

    TOP = "instrument"
    SCALE = "scale"
    FACTOR = "factor"
    ITEM = "item"
    FILTER = "filter"
    RECIPE = "recipe"


SECTIONS: Final[Mapping[Section, Mapping[str, Form]]] = {
    Section.TOP: TOP,
    Section.SCALE: SCALE,
    Section.FACTOR: FACTOR,
    Section.ITEM: ITEM,
    Section.FILTER: FILTER,
    Section.RECIPE: RECIPE,
}


def draft(value: object, findings: Findings) -> Draft:
    """Take over everything that is well formed and report the rest."""
    top = _fields(value, (), TOP, findings)
    return Draft(
        head=cast("HeadRecord", top),
        scales={key: cast("ScaleRecord", part) for key, part in _scales(top, findings).items()},
        factors=[cast("FactorRecord", part) for part in _entries(top, "factors", FACTOR, findings)],
        items=[_item(part, place, findings) for place, part in enumerate(_entries(top, "items", ITEM, findings))],
        recipe=cast("RecipeRecord", _fields(top["recipe"], ("recipe",), RECIPE, findings) if "recipe" in top else {}),
    )


def _scales(top: Mapping[str, object], findings: Findings) -> dict[str, dict[str, object]]:
    scales = cast("dict[str, object]", top.get("scales", {}))
    for key in scales:
        if not _name(key):
            findings.add("misfit", ("scales", key), value=key, expects=_A_NAME.expects)
    return {key: _fields(part, ("scales", key), SCALE, findings) for key, part in scales.items()}


def _entries(
    top: Mapping[str, object], key: str, section: Mapping[str, Form], findings: Findings
) -> list[dict[str, object]]:
    listed = cast("list[object]", top.get(key, []))
    return [_fields(part, (key, place), section, findings) for place, part in enumerate(listed)]


def _item(fields: dict[str, object], place: int, findings: Findings) -> ItemRecord:
    """Give the kind its type, and read the filter, which has keys of its own."""
    if "kind" in fields:
        fields["kind"] = ItemKind(cast("str", fields["kind"]))
    if "ask_if" in fields:
        path = ("items", place, "ask_if")
        fields["ask_if"] = cast("FilterRecord", _fields(fields["ask_if"], path, FILTER, findings))
    return cast("ItemRecord", fields)


def _fields(value: object, path: Path, section: Mapping[str, Form], findings: Findings) -> dict[str, object]:
    """Well-formed values of one section; unknown, missing and misfitting keys are reported."""
    if not isinstance(value, dict):
        findings.add("misfit", path, value=_worded(value), expects=f"the keys {', '.join(section)}")
        return {}
    for key in value:
        if key not in section:
            findings.add("unknown_key", (*path, key), key=key, hint=hint(key, section))
    for key, form in section.items():
        if key not in value and form.required:
            findings.add("missing_key", (*path, key), key=key, expects=form.expects)
        elif key in value and not form.fits(value[key]):
            findings.add("misfit", (*path, key), value=_worded(value[key]), expects=form.expects)
    return {key: part for key, part in value.items() if key in section and section[key].fits(part)}


def hint(key: str, known: Mapping[str, object]) -> str:
    """What to do about an unknown key: the nearest known one, else to remove it."""
    near = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean {near[0]}? Otherwise remove it." if near else "Remove it, or look for a typing error."


def _worded(value: object) -> str:
    """A wrong value as the author wrote it, roughly."""
    if value is None:
        return "An empty value"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "A group of keys"
    if isinstance(value, list):
        return f"The list [{', '.join(str(part) for part in value)}]"
    return f"'{value}'" if isinstance(value, str) else str(value)
