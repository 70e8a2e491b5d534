"""The parts of instrument.yaml as far as they are well formed: what the rules look at."""

from dataclasses import dataclass, field
from typing import TypedDict

from instruments.model import ItemKind


class ScaleRecord(TypedDict, total=False):
    """A scale as written."""

    levels: list[int]
    not_applicable: int


class FactorRecord(TypedDict, total=False):
    """A factor as written."""

    id: str
    items: list[str]


class FilterRecord(TypedDict, total=False):
    """A filter as written."""

    item: str
    any_of: list[str | int]


class ItemRecord(TypedDict, total=False):
    """An item as written; a key that is absent is missing in the file or was not well formed."""

    id: str
    kind: ItemKind
    page: str
    scale: str
    options: list[str]
    choose: int
    required: bool
    max_length: int
    sensitive: bool
    ask_if: FilterRecord
    wording_status: str


class RecipeRecord(TypedDict, total=False):
    """An index recipe as written."""

    of: str
    satisfied: list[int]
    not_applicable: str
    factor: str
    overall: str
    factor_weights: dict[str, object]
    item_weights: dict[str, object]
    empty_factor: str
    minimum_n: int
    decimals: int
    robustness: list[str]


class HeadRecord(TypedDict, total=False):
    """The single values at the top of the file."""

    id: str
    version: int
    legal_basis: str
    default_language: str
    pages: list[str]


@dataclass(frozen=True)
class Draft:
    """An instrument as written; lists keep the positions they have in the file."""

    head: HeadRecord = field(default_factory=HeadRecord)
    scales: dict[str, ScaleRecord] = field(default_factory=dict)
    factors: list[FactorRecord] = field(default_factory=list)
    items: list[ItemRecord] = field(default_factory=list)
    recipe: RecipeRecord = field(default_factory=RecipeRecord)

    def positions(self) -> dict[str, int]:
        """Place in `items` of each item id; the first one of a doubled id."""
        found: dict[str, int] = {}
        for place, item in enumerate(self.items):
            if "id" in item:
                found.setdefault(item["id"], place)
        return found
