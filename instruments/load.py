"""Loads instruments from their folders into frozen values; an instrument with errors is refused whole."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from instruments.check import STRUCTURE_FILE, Examination, examine
from instruments.draft import Draft, ItemRecord
from instruments.fingerprint import Fingerprints
from instruments.lockfile import SHIPPED
from instruments.model import Factor, Filter, Instrument, Item, ItemKind, Recipe, Scale
from instruments.problems import InstrumentError, Problem, errors, inside, problem


class UnknownInstrumentError(LookupError):
    """No shipped instrument has this name."""


def load(path: Path) -> Instrument:
    """Load the instrument of a folder (or of its instrument.yaml); InstrumentError carries all problems."""
    found = examine(path)
    if errors(found.problems):
        raise InstrumentError(found.problems)
    return _instrument(found)


def load_all(root: Path | None = None) -> Mapping[str, Instrument]:
    """Load every instrument below a folder (the shipped ones by default), by 'id/version'; read once."""
    return _load_all(root or SHIPPED)


@cache
def _load_all(root: Path) -> Mapping[str, Instrument]:
    instruments: dict[str, Instrument] = {}
    faults: list[Problem] = []
    for path in sorted(root.glob(f"*/*/{STRUCTURE_FILE}")):
        folder = f"{path.parent.parent.name}/{path.parent.name}"
        found = examine(path)
        problems = list(found.problems)
        if not errors(problems) and found.key != folder:
            problems.append(problem("folder_mismatch", STRUCTURE_FILE, "id", folder=folder, key=found.key))
        if errors(problems):
            faults += inside(folder, problems)
        else:
            instruments[folder] = _instrument(found)
    if faults:
        raise InstrumentError(faults)
    return MappingProxyType(instruments)


def shipped(key: str) -> Instrument:
    """Return the shipped instrument 'id/version'; UnknownInstrumentError names those there are."""
    try:
        return load_all()[key]
    except KeyError:
        raise UnknownInstrumentError(_unknown(key)) from None


def newest(instrument_id: str, root: Path | None = None) -> Instrument:
    """Return the newest version of an id, for a first look; what is kept names its version."""
    versions = [one for one in load_all(root).values() if one.id == instrument_id]
    if not versions:
        raise UnknownInstrumentError(_unknown(instrument_id))
    return max(versions, key=lambda one: int(one.version))


def _unknown(name: str) -> str:
    return f"There is no instrument {name!r}. Choose one of: {', '.join(load_all())}."


def _instrument(found: Examination) -> Instrument:
    draft, head = found.draft, found.draft.head
    prints = cast("Fingerprints", found.fingerprints)
    return Instrument(
        id=head["id"],
        version=str(head["version"]),
        legal_basis=head["legal_basis"],
        scales=MappingProxyType(_scales(draft)),
        factors=tuple(Factor(factor["id"], tuple(factor["items"])) for factor in draft.factors),
        pages=tuple(head["pages"]),
        items=tuple(_item(record, draft) for record in draft.items),
        recipe=_recipe(draft),
        default_language=head["default_language"],
        words=MappingProxyType({code: MappingProxyType(dict(found.words[code])) for code in found.words}),
        languages=found.languages,
        content_hash=prints.content,
        structure_hash=prints.structure,
        word_hashes=MappingProxyType(dict(prints.words)),
    )


def _scales(draft: Draft) -> dict[str, Scale]:
    return {
        key: Scale(key, tuple(record["levels"]), record.get("not_applicable")) for key, record in draft.scales.items()
    }


def _item(record: ItemRecord, draft: Draft) -> Item:
    ask_if = record.get("ask_if")
    return Item(
        id=record["id"],
        kind=record["kind"],
        page=record["page"],
        factor=_factor_of(record, draft),
        scale=record.get("scale"),
        options=tuple(record.get("options", ())),
        choose=record.get("choose", 1),
        required=record.get("required", False),
        max_length=record.get("max_length", 0),
        sensitive=record.get("sensitive", False),
        ask_if=Filter(ask_if["item"], tuple(ask_if["any_of"])) if ask_if else None,
        wording_status=record["wording_status"],
    )


def _factor_of(record: ItemRecord, draft: Draft) -> str | None:
    if record["kind"] is not ItemKind.SATISFACTION:
        return None
    return next(factor["id"] for factor in draft.factors if record["id"] in factor["items"])


def _recipe(draft: Draft) -> Recipe:
    record = draft.recipe
    return Recipe(
        of=record["of"],
        satisfied=tuple(sorted(record["satisfied"])),
        not_applicable=record["not_applicable"],
        factor=record["factor"],
        overall=record["overall"],
        factor_weights=_weights(record.get("factor_weights", {})),
        item_weights=_weights(record.get("item_weights", {})),
        empty_factor=record["empty_factor"] or "null",
        minimum_n=record["minimum_n"],
        decimals=record["decimals"],
        robustness=tuple(record.get("robustness", ())),
    )


def _weights(record: Mapping[str, object]) -> Mapping[str, float]:
    return MappingProxyType({name: float(cast("float", value)) for name, value in record.items()})
