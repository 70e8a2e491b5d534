"""Reads the folder of a language pack and reports everything that is wrong or missing, each with place and remedy."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from instruments import translation
from instruments import words as instrument_words
from instruments.load import load_all
from instruments.problems import Problem, Severity, inside
from instruments.reading import MAX_BYTES, read_words
from survey_app.domain import screen_words
from survey_app.domain.language_packs import AUDIO, ETHNIC_LISTS, ONE_FORM, TEXT, Pack, is_rule, places
from survey_app.domain.screen_words import ScreenText
from survey_app.services import screen_texts

HEAD: Final = "language.yaml"
SCREENS: Final = "screens.po"
INSTRUMENTS: Final = "instruments"
OURS: Final = ("vi", "en")
MOST_PLURALS: Final = 6
KEYS: Final[Mapping[str, str]] = {
    "tag": "the language's tag, such as hmn-Latn-VN; a private one for trials is qps",
    "name": "the language's own name, at most 40 characters",
    "offered_as": f"{TEXT} or {AUDIO}",
}


@dataclass
class Reading:
    """A pack as far as it can be read, and what was found: errors refuse it, warnings only tell."""

    pack: Pack | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether anything must be mended before the pack can be added."""
        return self.pack is None or any(one.severity is Severity.ERROR for one in self.problems)

    def error(self, file: str, path: str, message: str, remedy: str, line: int | None = None) -> None:
        """Note what refuses the pack."""
        self.problems.append(Problem("pack", file, path, line, message, remedy))

    def warning(self, file: str, path: str, message: str, remedy: str, line: int | None = None) -> None:
        """Note what the office should know."""
        self.problems.append(Problem("pack", file, path, line, message, remedy, Severity.WARNING))


def read(folder: Path) -> Reading:
    """Read and check a pack."""
    found = Reading()
    head = _head(found, folder)
    plural, screens = _screens(found, folder / SCREENS)
    instruments = _instruments(found, folder / INSTRUMENTS)
    _strangers(found, folder)
    if head is not None:
        name = head["name"]
        instruments = {key: {**words, instrument_words.LANGUAGE_NAME: name} for key, words in instruments.items()}
        found.pack = Pack(**head, plural=plural, screens=screens, instruments=instruments)
    return found


def _head(found: Reading, folder: Path) -> dict[str, str] | None:
    """Read language.yaml; None if the pack has no usable one."""
    if not (folder / HEAD).is_file():
        found.error(
            HEAD, "", "There is no language.yaml here.", "`sipas languages template` makes the files to fill in."
        )
        return None
    document = read_words(folder / HEAD)
    found.problems += document.findings.problems
    values = cast("dict[str, Any]", document.value) if isinstance(document.value, dict) else {}
    before = len(found.problems)
    for key in sorted({*values} - {*KEYS, "ethnic_groups"}):
        found.error(HEAD, key, f"The key {key[:60]!a} is not known.", "Remove it, or look for a typing error.")
    for key, expects in KEYS.items():
        if not isinstance(values.get(key), str) or not values[key].strip():
            found.error(HEAD, key, f"The key {key} is missing or empty.", f"Write {expects}.")
    if len(found.problems) > before:
        return None
    _head_values(found, values)
    return (
        None
        if len(found.problems) > before
        else {key: values[key] for key in (*KEYS, "ethnic_groups") if key in values}
    )


def _head_values(found: Reading, values: Mapping[str, Any]) -> None:
    if not instrument_words.is_language(values["tag"]) or values["tag"] in (*OURS, "und", "mul", "zxx"):
        found.error(
            HEAD, "tag", f"{values['tag'][:60]!a} cannot be added.", f"Write {KEYS['tag']}; vi and en are there."
        )
    if values["offered_as"] not in (TEXT, AUDIO):
        found.error(HEAD, "offered_as", "This is neither text nor audio.", f"Write {KEYS['offered_as']}.")
    if values.get("ethnic_groups", ETHNIC_LISTS[0]) not in ETHNIC_LISTS:
        found.error(
            HEAD, "ethnic_groups", "This list of ethnic groups is not known.", "Write 1979 or 2008, or remove it."
        )
    for message, remedy in screen_words.faults(ScreenText("x" * 5), values["name"]):
        found.error(HEAD, "name", message, remedy)
    if len(values["name"]) > 40:
        found.error(HEAD, "name", "The name is longer than 40 characters.", "Shorten it.")


def _screens(found: Reading, path: Path) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Plural rule and words of the screens; none if the pack has no such file."""
    if not path.is_file():
        return ONE_FORM, {}
    if path.stat().st_size > MAX_BYTES:
        found.error(SCREENS, "", f"The file has more than {MAX_BYTES} bytes.", "Take out what does not belong here.")
        return ONE_FORM, {}
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, charset="utf-8", abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        found.error(SCREENS, "", f"The file cannot be read: {error}.", "Save it as a .po file in UTF-8.")
        return ONE_FORM, {}
    return _plural(found, catalogue), _messages(found, catalogue)


def _plural(found: Reading, catalogue: Catalog) -> str:
    """Rule for plurals, as the library understood the head of the file."""
    forms = catalogue.num_plurals
    if not 1 <= forms <= MOST_PLURALS or not is_rule(catalogue.plural_expr, forms):
        found.error(
            SCREENS,
            "Plural-Forms",
            f"The rule for plurals cannot be read, or does not name one of the {forms} forms for every number.",
            "Write the rule of the language, or nplurals=1; plural=0; if its nouns do not change.",
        )
        return ONE_FORM
    return catalogue.plural_expr


def _messages(found: Reading, catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    needed, screens = screen_texts.needed(), dict[str, tuple[str, ...]]()
    for message in catalogue:
        if not message.id:
            continue
        one = message.id if isinstance(message.id, str) else message.id[0]
        source = needed.get(one)
        if source is None:
            found.warning(SCREENS, one, "No screen has this text any more.", "Remove it.", message.lineno)
        elif bool(source.plural) != isinstance(message.id, tuple):
            found.error(
                SCREENS, one, "Singular and plural are not those of the template.", "Copy msgid anew.", message.lineno
            )
        elif forms := _forms(found, catalogue, message, source):
            screens[one] = forms
    return screens


def _forms(found: Reading, catalogue: Catalog, message: Message, source: ScreenText) -> tuple[str, ...]:
    """Forms of a translation; none if it is missing or marked as unsure."""
    given = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    forms, one = tuple(str(form) for form in given), source.text
    if not all(forms):
        return ()
    if message.fuzzy:
        found.error(
            SCREENS, one, "The translation is marked as fuzzy.", "Look at it and take the mark away.", message.lineno
        )
    if source.plural and len(forms) != catalogue.num_plurals:
        found.error(SCREENS, one, f"{catalogue.num_plurals} forms belong here.", "Write each of them.", message.lineno)
    numbers = Counter(places(catalogue.plural_expr))
    for place, form in enumerate(forms):
        for what, remedy in screen_words.faults(source, form, one_number=bool(source.plural) and numbers[place] == 1):
            found.error(SCREENS, one, what, remedy, message.lineno)
    return forms


def _instruments(found: Reading, folder: Path) -> dict[str, dict[str, str]]:
    """Words of each questionnaire that the pack speaks."""
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_dir():
            continue
        name = path.relative_to(folder.parent).as_posix()
        key = path.relative_to(folder).with_suffix("").as_posix()
        if path.suffix != ".yaml" or key not in load_all():
            known = ", ".join(f"{one}.yaml" for one in load_all())
            found.error(name, "", "No questionnaire has this name.", f"Name it as one of: {known}.")
            continue
        words = translation.read(key, path)
        found.problems += inside(name.rpartition("/")[0], _as_errors(words.problems))
        texts[key] = dict(words.texts)
    return texts


def _as_errors(problems: tuple[Problem, ...]) -> list[Problem]:
    """A pack is kept as it is written, so what a shipped file gets away with is mended first."""
    return [replace(one, severity=Severity.ERROR) for one in problems]


def _strangers(found: Reading, folder: Path) -> None:
    """What would be overlooked is said."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in (HEAD, SCREENS, INSTRUMENTS) and not path.name.startswith("."):
            found.warning(path.name, "", "This file is no part of a pack.", "Remove it, or rename it.")


@dataclass(frozen=True)
class Gap:
    """Texts that a file of a pack still lacks."""

    place: str
    missing: tuple[str, ...]


def gaps(pack: Pack) -> list[Gap]:
    """What is missing in each part of a pack; a questionnaire that it does not speak at all is not named."""
    unsaid = screen_texts.unsaid(pack)
    found = [Gap(SCREENS, unsaid)] if unsaid else []
    for key, words in pack.instruments.items():
        missing = tuple(translation.missing(key, words))
        found += [Gap(f"{INSTRUMENTS}/{key}.yaml", missing)] if missing else []
    return found
