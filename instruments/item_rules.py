"""Rules about scales, pages and items: what each kind of item needs, and what it may refer to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from instruments.draft import Draft, ItemRecord
from instruments.model import ItemKind
from instruments.problems import Findings

_EVERY: Final = frozenset({"id", "kind", "page", "wording_status", "ask_if"})
_ONCE: Final = (ItemKind.GENERAL, ItemKind.COMMENT)
_ALWAYS_SENSITIVE: Final = ("ethnicity", "disability")


@dataclass(frozen=True)
class _Keys:
    """The keys of a kind of item beside those that every item has."""

    needs: frozenset[str]
    may: frozenset[str] = frozenset()


KEYS_OF_KIND: Final[Mapping[ItemKind, _Keys]] = {
    ItemKind.SATISFACTION: _Keys(frozenset({"scale"}), frozenset({"required"})),
    ItemKind.GENERAL: _Keys(frozenset({"scale"}), frozenset({"required"})),
    ItemKind.PERCEPTION: _Keys(frozenset({"options"}), frozenset({"required"})),
    ItemKind.NEEDS: _Keys(frozenset({"options", "choose"}), frozenset({"required"})),
    # Nobody has to say who he is, or to write: neither kind can be made required.
    ItemKind.BACKGROUND: _Keys(frozenset({"options"}), frozenset({"sensitive"})),
    ItemKind.COMMENT: _Keys(frozenset({"max_length"})),
}


def check(draft: Draft, findings: Findings) -> None:
    """Report every fault of scales, pages and items."""
    for rule in (_scales, _unused_scales, _pages, _ids, _kinds, _options, _single_kinds, _sensitive):
        rule(draft, findings)


def _scales(draft: Draft, findings: Findings) -> None:
    for key, scale in draft.scales.items():
        levels = scale.get("levels", [])
        if any(later <= earlier for earlier, later in pairwise(levels)):
            findings.add("levels_order", ("scales", key, "levels"))
        code = scale.get("not_applicable")
        if code in levels:
            findings.add("not_applicable_is_level", ("scales", key, "not_applicable"), code=code)
    for place, item in enumerate(draft.items):
        if "scale" in item and item["scale"] not in draft.scales:
            known = list(draft.scales)
            findings.add("unknown_scale", ("items", place, "scale"), name=item["scale"], known=known)


def _unused_scales(draft: Draft, findings: Findings) -> None:
    used = {item["scale"] for item in draft.items if "scale" in item}
    for key in draft.scales:
        if key not in used and used <= draft.scales.keys():  # else a misspelt name is the likelier fault
            findings.add("unused_scale", ("scales", key), name=key)


def _pages(draft: Draft, findings: Findings) -> None:
    """Every page is used, and the items go from page to page without turning back."""
    pages = draft.head.get("pages")
    if pages is None:
        return
    furthest = 0
    for place, item in enumerate(draft.items):
        page = item.get("page")
        if page is None:
            continue
        if page not in pages:
            findings.add("unknown_page", ("items", place, "page"), name=page, known=pages)
        elif pages.index(page) < furthest:
            findings.add("page_order", ("items", place, "page"), name=item.get("id", "?"))
        else:
            furthest = pages.index(page)
    used = {item.get("page") for item in draft.items}
    for place, page in enumerate(pages):
        if page not in used and page not in pages[:place] and used <= set(pages):
            findings.add("unused_page", ("pages", place), name=page)


def _ids(draft: Draft, findings: Findings) -> None:
    """Ids are unique among their like; no item is called as a factor or the overall index is."""
    pages = [(("pages", place), page) for place, page in enumerate(draft.head.get("pages", []))]
    factors = [(("factors", place, "id"), part.get("id")) for place, part in enumerate(draft.factors)]
    items = [(("items", place, "id"), part.get("id")) for place, part in enumerate(draft.items)]
    for named in (pages, factors, items):
        seen: set[str | None] = {None}
        for path, name in named:
            if name in seen and name is not None:
                findings.add("duplicate_id", path, name=name)
            seen.add(name)
    reserved = {name for _, name in factors if name} | {"overall"}
    for path, name in items:
        if name in reserved:
            findings.add("reserved_id", path, name=name)


def _kinds(draft: Draft, findings: Findings) -> None:
    """An item has the keys that its kind needs and no other."""
    for place, item in enumerate(draft.items):
        if "kind" not in item:
            continue
        keys = KEYS_OF_KIND[item["kind"]]
        written = _written(findings.value, place)
        for key in sorted(written - _EVERY - keys.needs - keys.may):
            findings.add("key_not_for_kind", ("items", place, key), kind=item["kind"], key=key)
        for key in sorted(keys.needs - written):
            findings.add("key_missing_for_kind", ("items", place, key), kind=item["kind"], key=key)


def _written(value: object, place: int) -> frozenset[str]:
    """Item keys that stand in the file, well formed or not."""
    if not isinstance(value, dict):
        return frozenset()
    return frozenset(value["items"][place]) & frozenset(ItemRecord.__annotations__)


def _options(draft: Draft, findings: Findings) -> None:
    for place, item in enumerate(draft.items):
        options = item.get("options", [])
        for position, code in enumerate(options):
            if code in options[:position]:
                findings.add("duplicate_id", ("items", place, "options", position), name=code)
        choose = item.get("choose", 1)
        if options and choose > len(options):
            path = ("items", place, "choose")
            findings.add("choose_too_many", path, choose=choose, options=len(options))


def _single_kinds(draft: Draft, findings: Findings) -> None:
    for kind in _ONCE:
        for place, item in list(_of_kind(draft, kind))[1:]:
            findings.add("second_of_kind", ("items", place), name=item.get("id", "?"), kind=kind)


def _of_kind(draft: Draft, kind: ItemKind) -> Iterator[tuple[int, ItemRecord]]:
    return ((place, item) for place, item in enumerate(draft.items) if item.get("kind") is kind)


def _sensitive(draft: Draft, findings: Findings) -> None:
    for place, item in _of_kind(draft, ItemKind.BACKGROUND):
        if item.get("id") in _ALWAYS_SENSITIVE and not item.get("sensitive", False):
            findings.add("not_sensitive", ("items", place), name=item.get("id"))
