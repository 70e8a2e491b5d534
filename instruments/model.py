"""A questionnaire as frozen values: items, factors, scale, index recipe and words per language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class ItemKind(StrEnum):
    """What an item is for; decides how it is asked, checked and counted."""

    SATISFACTION = "satisfaction"  # five levels, belongs to a factor
    GENERAL = "general"  # five levels, the one question on the whole service
    PERCEPTION = "perception"  # one option
    NEEDS = "needs"  # up to `choose` options
    BACKGROUND = "background"  # one option, optional
    COMMENT = "comment"  # free text, optional


@dataclass(frozen=True)
class Scale:
    """Ordered levels, first = worst; `not_applicable` is a code that is an answer but no level."""

    id: str
    levels: tuple[int, ...]
    not_applicable: int | None = None


@dataclass(frozen=True)
class Filter:
    """Ask the item only if `item` was answered with one of `any_of`."""

    item: str
    any_of: tuple[str | int, ...]


@dataclass(frozen=True)
class Item:
    """One question. `options` are codes in their fixed order (empty for scale items and comments)."""

    id: str
    kind: ItemKind
    page: str
    factor: str | None = None
    scale: str | None = None
    options: tuple[str, ...] = ()
    choose: int = 1
    required: bool = False
    max_length: int = 0
    sensitive: bool = False  # ethnicity, disability: kept only in a pool without unit
    ask_if: Filter | None = None
    wording_status: str = "unverified"  # verified | seen | unverified


@dataclass(frozen=True)
class Factor:
    """A group of satisfaction items, in the order in which they are asked."""

    id: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """How answers become indices (docs/instruments.md)."""

    of: str  # share | score
    satisfied: tuple[int, ...]  # levels that count as satisfied
    not_applicable: str  # exclude | not_satisfied
    factor: str  # pooled | item_mean | weighted
    overall: str  # general_question | factor_mean | weighted | pooled | respondent
    factor_weights: Mapping[str, float]  # by factor id; empty: equal
    item_weights: Mapping[str, float]  # by item id; empty: equal
    empty_factor: str  # null | reweight
    minimum_n: int  # answers below which a score is not shown
    decimals: int  # display only, half-up
    robustness: tuple[str, ...] = ()  # other overall recipes reported beside


@dataclass(frozen=True)
class Shown:
    """A text and the language it is really in (differs from the asked one after a fallback)."""

    text: str
    language: str


@dataclass(frozen=True)
class Instrument:
    """One version of a questionnaire, with the words of every language found beside it."""

    id: str
    version: str
    legal_basis: str
    scales: Mapping[str, Scale]
    factors: tuple[Factor, ...]
    pages: tuple[str, ...]
    items: tuple[Item, ...]
    recipe: Recipe
    default_language: str
    words: Mapping[str, Mapping[str, str]]  # language -> text key -> text
    languages: tuple[str, ...]  # complete ones only, default first
    content_hash: str  # SHA-256 over instrument.yaml and word files, hex; a new language changes it
    structure_hash: str = ""  # over instrument.yaml alone: what was asked
    word_hashes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # by language

    @property
    def key(self) -> str:
        """Identity that an answer keeps, such as 'sipas-2017/1'."""
        return f"{self.id}/{self.version}"

    def item(self, item_id: str) -> Item:
        """Return the item with this id; KeyError if there is none."""
        return next_or_key_error(self.items, item_id)

    def scored_items(self) -> tuple[Item, ...]:
        """Items with five levels (satisfaction and general), in order: the columns of every answer matrix."""
        return tuple(i for i in self.items if i.kind in (ItemKind.SATISFACTION, ItemKind.GENERAL))

    def text(self, key: str, language: str) -> Shown:
        """Text for `key` in `language`, else in the default language; KeyError if in neither."""
        for code in (language, self.default_language):
            found = self.words.get(code, {}).get(key)
            if found:
                return Shown(found, code)
        raise KeyError(key)


def next_or_key_error(items: tuple[Item, ...], item_id: str) -> Item:
    """Find an item by id."""
    for item in items:
        if item.id == item_id:
            return item
    raise KeyError(item_id)
