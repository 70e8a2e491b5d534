"""Rules about filters: an item is asked after an earlier answer, on a later page, never in a circle."""

from instruments.draft import Draft, ItemRecord
from instruments.model import ItemKind
from instruments.problems import Findings, Path

_CANNOT_DECIDE = (ItemKind.COMMENT, ItemKind.NEEDS)


def check(draft: Draft, findings: Findings) -> None:
    """Report every fault of the filters."""
    positions = draft.positions()
    circles = _circles(draft, positions)
    for place, item in enumerate(draft.items):
        name = item.get("ask_if", {}).get("item")
        if name is None:
            continue
        path = ("items", place, "ask_if")
        if name not in positions:
            findings.add("filter_unknown_item", (*path, "item"), name=name)
            continue
        if place in circles:
            if place == min(circles[place]):
                findings.add("filter_cycle", (*path, "item"), names=_names(draft, circles[place]))
        else:
            _check_order(draft, place, positions[name], (*path, "item"), findings)
        _check_source(draft, place, draft.items[positions[name]], path, findings)


def _circles(draft: Draft, positions: dict[str, int]) -> dict[int, tuple[int, ...]]:
    """For each item whose filters lead back to itself, the items of that circle."""
    circles: dict[int, tuple[int, ...]] = {}
    for start in range(len(draft.items)):
        walk: list[int] = []
        here: int | None = start
        while here is not None and here not in walk:
            walk.append(here)
            here = positions.get(draft.items[here].get("ask_if", {}).get("item", ""))
        if here == start:
            circles[start] = tuple(walk)
    return circles


def _names(draft: Draft, circle: tuple[int, ...]) -> list[str]:
    return [draft.items[place].get("id", "?") for place in circle]


def _check_order(draft: Draft, place: int, source: int, path: Path, findings: Findings) -> None:
    name = draft.items[source].get("id", "?")
    if source > place:
        findings.add("filter_later", path, name=name)
    elif "page" in draft.items[place] and draft.items[source].get("page") == draft.items[place].get("page"):
        findings.add("filter_same_page", path, name=name)


def _check_source(draft: Draft, place: int, source: ItemRecord, path: Path, findings: Findings) -> None:
    """The item that decides has codes, and the filter names some of them."""
    name, kind = source.get("id", "?"), source.get("kind")
    if source.get("sensitive", False):
        findings.add("filter_on_sensitive", (*path, "item"), name=name)
    if kind in _CANNOT_DECIDE:
        findings.add("filter_wrong_kind", (*path, "item"), name=name, kind=kind)
        return
    known = _codes(draft, source)
    if not known:  # its scale or its options are faulty, which is reported there
        return
    for position, code in enumerate(draft.items[place]["ask_if"].get("any_of", [])):
        if code not in known:
            findings.add("filter_unknown_code", (*path, "any_of", position), code=code, name=name, known=known)


def _codes(draft: Draft, item: ItemRecord) -> list[str | int]:
    """Everything that may be answered to an item."""
    codes: list[str | int] = [*item.get("options", [])]
    scale = draft.scales.get(item.get("scale", ""), {})
    codes += scale.get("levels", [])
    if "not_applicable" in scale:
        codes.append(scale["not_applicable"])
    return codes
