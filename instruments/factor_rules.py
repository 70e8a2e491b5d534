"""Rules about factors: which items they hold, each once, in order, on one scale."""

from instruments.draft import Draft, FactorRecord
from instruments.model import ItemKind
from instruments.problems import Findings


def check(draft: Draft, findings: Findings) -> None:
    """Report every fault of the factors."""
    for rule in (_references, _membership, _order, _scales):
        rule(draft, findings)


def _references(draft: Draft, findings: Findings) -> None:
    positions = draft.positions()
    for place, factor in enumerate(draft.factors):
        for position, name in enumerate(factor.get("items", [])):
            path = ("factors", place, "items", position)
            if name not in positions:
                findings.add("factor_unknown_item", path, name=name)
                continue
            kind = draft.items[positions[name]].get("kind")
            if kind not in (None, ItemKind.SATISFACTION):
                findings.add("factor_wrong_kind", path, name=name, kind=kind)


def _membership(draft: Draft, findings: Findings) -> None:
    """Every satisfaction item is in exactly one factor, and once in it."""
    home: dict[str, str] = {}
    for place, factor in enumerate(draft.factors):
        for position, name in enumerate(factor.get("items", [])):
            if name in home:
                path = ("factors", place, "items", position)
                findings.add("item_in_two_factors", path, name=name, first=home[name])
            home.setdefault(name, factor.get("id", "?"))
    for place, item in enumerate(draft.items):
        if item.get("kind") is ItemKind.SATISFACTION and "id" in item and item["id"] not in home:
            findings.add("item_without_factor", ("items", place), name=item["id"])


def _order(draft: Draft, findings: Findings) -> None:
    positions = draft.positions()
    for place, factor in enumerate(draft.factors):
        asked = [positions[name] for name in factor.get("items", []) if name in positions]
        if asked != sorted(asked):
            findings.add("factor_order", ("factors", place, "items"), name=factor.get("id", "?"))


def _scales(draft: Draft, findings: Findings) -> None:
    for place, factor in enumerate(draft.factors):
        used = scales_of(draft, factor)
        if len(used) > 1:
            findings.add("mixed_scales", ("factors", place), name=factor.get("id", "?"), scales=used)


def scales_of(draft: Draft, factor: FactorRecord) -> list[str]:
    """Names of the scales of a factor's items, each once, in the order of the items."""
    positions = draft.positions()
    items = [draft.items[positions[name]] for name in factor.get("items", []) if name in positions]
    return list(dict.fromkeys(item["scale"] for item in items if "scale" in item))
