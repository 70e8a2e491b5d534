"""Every message about a faulty instrument, in one place: code, what is wrong, how to mend it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# These do not stop an instrument from loading: a language is not offered, or a text is mended while reading.
WARNINGS: Final = frozenset({"no_words_translation", "text_missing_translation", "text_not_nfc"})

_FILES: Final = {
    "not_found": (
        "There is no instrument.yaml here.",
        "Name a folder that holds instrument.yaml, such as instruments/sipas-2017/1.",
    ),
    "unreadable": ("The file cannot be read ({reason}).", "Make it a plain file that you may read."),
    "too_large": (
        "The file has {size} bytes, more than {limit}.",
        "Take out what does not belong here; an instrument needs a few thousand bytes.",
    ),
    "not_utf8": ("Byte {position} is not UTF-8.", "Save the file with the encoding UTF-8."),
    "not_yaml": (
        "The file is not YAML: {reason}.",
        "Mend this line; a text that holds ': ' or ' #', or begins with a sign, stands in double quotes.",
    ),
    "anchor": (
        "Anchors and aliases (& and *) are not read.",
        "Write the value out where it is needed.",
    ),
    "tag": ("The YAML tag {tag} is not read.", "Remove the tag; write the plain value."),
    "too_deep": ("Values are nested deeper than {limit}.", "Flatten the file; no key needs that depth."),
    "too_many": ("The file holds more than {limit} values.", "Split the instrument; nobody answers this much."),
    "complex_key": ("A key is itself a list or a mapping.", "Write a plain word as the key."),
    "several_documents": ("A second document begins here.", "Keep one document per file; remove the '---'."),
    "duplicate_key": (
        "The key {key} stands here a second time (first in line {first}).",
        "Keep one of the two.",
    ),
    "wrong_suffix": ("{name} would not be read.", "Rename it: the name must end in .yaml."),
}

_SHAPE: Final = {
    "unknown_key": ("The key {key} is not known.", "{hint}"),
    "missing_key": ("The key {key} is missing.", "Add it: {expects}."),
    "misfit": ("{value} does not fit here.", "Write {expects}."),
    "duplicate_id": ("{name} stands here a second time.", "Give each one a name of its own."),
    "reserved_id": (
        "The item {name} has the name of a factor or of the overall index.",
        "Give the item another id, such as q01; both would be columns of the same table.",
    ),
}

_ITEMS: Final = {
    "key_not_for_kind": (
        "An item of kind {kind} has no {key}.",
        "Remove the key, or choose another kind.",
    ),
    "key_missing_for_kind": ("The key {key} is missing: an item of kind {kind} must have it.", "Add it."),
    "unknown_scale": ("The scale {name} is not defined.", "Choose one of: {known}; or define it in scales."),
    "unused_scale": ("No item uses the scale {name}.", "Use it or remove it."),
    "levels_order": (
        "The levels do not rise from the worst to the best.",
        "List each level once, the lowest number first; the lowest is the worst.",
    ),
    "not_applicable_is_level": (
        "The code {code} for 'not applicable' is also a level.",
        "Choose a number that is no level, such as 9.",
    ),
    "unknown_page": ("The page {name} is not in pages.", "Choose one of: {known}; or add it to pages."),
    "unused_page": ("No item stands on the page {name}.", "Put an item there or remove the page."),
    "page_order": (
        "The item {name} stands after an item of a later page.",
        "List the items in the order in which they are asked, page by page.",
    ),
    "choose_too_many": (
        "One may choose {choose} of only {options} options.",
        "Lower choose to at most the number of options.",
    ),
    "second_of_kind": (
        "{name} is a second item of kind {kind}.",
        "Keep one: there is one general question and one comment at most.",
    ),
    "not_sensitive": (
        "The item {name} is not marked as sensitive.",
        "Add 'sensitive: true': answers about ethnicity and disability are kept apart from the unit.",
    ),
}

_FACTORS: Final = {
    "factor_unknown_item": ("The item {name} does not exist.", "Name items by their id, or add the item."),
    "factor_wrong_kind": (
        "The item {name} is of kind {kind}.",
        "A factor holds items of kind satisfaction only.",
    ),
    "item_in_two_factors": (
        "The item {name} is already in the factor {first}.",
        "Keep it in one factor; it would count twice in the overall index.",
    ),
    "item_without_factor": (
        "The satisfaction item {name} is in no factor.",
        "Add it to the items of a factor; it would be asked and never counted.",
    ),
    "factor_order": (
        "The items of the factor {name} are not in the order in which they are asked.",
        "List them in the order of items.",
    ),
    "mixed_scales": (
        "The factor {name} mixes the scales {scales}.",
        "Give all items of a factor one scale; different scales are never pooled.",
    ),
    "mixed_levels": (
        "The factors have different levels, but the recipe combines them ({how}).",
        "Give all factors the same levels, or take overall: general_question without robustness.",
    ),
}

_FILTERS: Final = {
    "filter_unknown_item": ("The item {name} does not exist.", "Name an item that is asked before this one."),
    "filter_cycle": (
        "The filters go round in a circle: {names}.",
        "Remove one of them; nobody would ever be asked.",
    ),
    "filter_later": (
        "The item {name} is asked later than this one.",
        "Put {name} on an earlier page, or filter on an item that comes before.",
    ),
    "filter_same_page": (
        "The item {name} is on the same page.",
        "Put this item on a later page; a page without scripts cannot show it after the answer.",
    ),
    "filter_unknown_code": (
        "{code} is no answer to the item {name}.",
        "Choose among: {known}.",
    ),
    "filter_wrong_kind": (
        "The item {name} of kind {kind} cannot decide what is asked next.",
        "Filter on an item with levels or options.",
    ),
    "filter_on_sensitive": (
        "The item {name} is sensitive.",
        "Do not filter on it: who was asked would give the answer away.",
    ),
}

_RECIPE: Final = {
    "satisfied_not_level": (
        "{level} is not a level of the scale {scale}.",
        "Name levels of the scale: {known}.",
    ),
    "satisfied_not_top": (
        "The satisfied levels are not the upper end of the scale {scale}.",
        "Name the best level and those next to it, and leave at least one level out.",
    ),
    "share_needed": (
        "'not_satisfied' has a meaning for shares only, and the recipe is of scores.",
        "Write not_applicable: exclude, or of: share.",
    ),
    "general_missing": (
        "The recipe takes the general question, but there is none.",
        "Add an item of kind general, or choose another overall.",
    ),
    "factors_missing": ("The recipe {how} combines factors, but there are none.", "Define factors."),
    "robustness_repeats": (
        "{how} is already the overall or stands here twice.",
        "List each other recipe once.",
    ),
    "weight_unknown": ("A weight is given for {name}, which is no {what}.", "Use the ids of: {known}."),
    "weight_negative": ("The weight {value} is not a number from 0 up to {limit}.", "Write such a number."),
    "weight_missing": ("{name} has no weight.", "Give every {what} its weight (0 leaves it out)."),
    "weights_zero": ("The weights of {name} add up to 0.", "Give at least one a weight above 0."),
    "weights_unused": (
        "The recipe does not use these weights.",
        "Remove them, or choose {how}.",
    ),
}

_WORDS: Final = {
    "bad_language": (
        "{name} is not the tag of a language.",
        "Write it by BCP 47, such as vi, en, hmn-Latn-VN; a file of words is called so, with .yaml.",
    ),
    "default_language_missing": (
        "There is no file {name} with the words of the default language.",
        "Add it, or change default_language.",
    ),
    "no_words": ("The file holds no texts.", "Write one line per text: 'key: text'."),
    "no_words_translation": (
        "The file holds no texts, so {language} is not offered.",
        "Write one line per text, 'key: text', to offer the language.",
    ),
    "text_unknown": ("No text has the key {key}.", "{hint}"),
    "text_missing": ("The text {key} is missing.", "Add it: without it nobody can be asked."),
    "text_missing_translation": (
        "The text {key} is missing, so {language} is not offered.",
        "Add it to offer the language.",
    ),
    "text_misfit": ("{key} is not a text.", "Write one line of text."),
    "text_markup": (
        "{key} holds markup: {found}.",
        "Write plain text; markup would be shown as it stands (a bare < wants a space after it).",
    ),
    "text_control": (
        "{key} holds the invisible character {found} at position {position}.",
        "Delete it; a text is one line. For long texts use '>-'.",
    ),
    "text_edges": ("{key} begins or ends with a space.", "Remove the space."),
    "text_not_nfc": (
        "{count} texts are not in Unicode normal form C; the first is {key}.",
        "They are read as if they were; save the file in NFC so that searching finds them.",
    ),
    "text_too_long": ("{key} has {length} characters, more than {limit}.", "Shorten it."),
    "text_twice": (
        "{key} reads the same as {other}.",
        "Word them differently; a citizen could not tell the answers apart.",
    ),
}

_LOCK: Final = {
    "lock_changed": (
        "{key} is in use and locked, but its {part} was changed.",
        "Undo the change, or make it a new version: copy the folder to {id}/<next number>.",
    ),
    "lock_words_missing": (
        "{key} is in use and locked with the language {language}, which is now missing.",
        "Put {language}.yaml back: answers were given in it.",
    ),
    "lock_instrument_missing": (
        "{key} is locked, but its folder is missing.",
        "Put the folder back: answers refer to it.",
    ),
    "lock_line": ("The line is not understood.", "Restore the file; only 'sipas instruments lock' writes it."),
    "folder_mismatch": (
        "The folder {folder} holds {key}.",
        "Name the folder by id and version: {key}.",
    ),
}

MESSAGES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {**_FILES, **_SHAPE, **_ITEMS, **_FACTORS, **_FILTERS, **_RECIPE, **_WORDS, **_LOCK}
)
