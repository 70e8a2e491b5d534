"""Examines one instrument and reports all its problems, each with place and remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from instruments import factor_rules, filter_rules, item_rules, lockfile, recipe_rules, shape, words
from instruments.draft import Draft
from instruments.fingerprint import Fingerprints, fingerprints
from instruments.problems import InstrumentError, Problem, problem
from instruments.reading import Document, read_structure, read_words

STRUCTURE_FILE: Final = "instrument.yaml"
_RULES: Final = (item_rules.check, factor_rules.check, filter_rules.check, recipe_rules.check)
_HOLES: Final = frozenset({"misfit", "missing_key"})  # after these some ids may be unknown


@dataclass
class Examination:
    """An instrument's folder as read, with everything that is wrong with it."""

    folder: Path
    draft: Draft = field(default_factory=Draft)
    words: dict[str, Mapping[str, str]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    fingerprints: Fingerprints | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Id and version as written; '?' for what is not well formed."""
        return f"{self.draft.head.get('id', '?')}/{self.draft.head.get('version', '?')}"


def check(path: Path) -> list[Problem]:
    """All problems of the instrument in a folder (or of its instrument.yaml), in the order of the files."""
    return examine(path).problems


def examine(path: Path) -> Examination:
    """Read and check an instrument."""
    folder = path.parent if path.name == STRUCTURE_FILE else path
    found = Examination(folder)
    if not (folder / STRUCTURE_FILE).exists():
        found.problems.append(problem("not_found", path.name))
        return found
    structure = read_structure(folder / STRUCTURE_FILE)
    if structure.usable:
        found.draft = shape.draft(structure.value, structure.findings)
        for rule in _RULES:
            rule(found.draft, structure.findings)
    languages = {path.stem: read_words(path) for path in _language_files(found)}
    _read_texts(found, structure, languages)
    if structure.usable:
        _decide_languages(found, structure, languages)
        found.fingerprints = fingerprints(structure.value, found.words)
    for document in (structure, *languages.values()):
        found.problems += sorted(document.findings.problems, key=lambda one: one.line or 0)
    found.problems += _lock_problems(found)
    return found


def _language_files(found: Examination) -> list[Path]:
    """Word files of the folder, in the order of their names; a name that would be overlooked is reported."""
    files: list[Path] = []
    for path in sorted(found.folder.iterdir()):
        if path.name == STRUCTURE_FILE or path.name.startswith("."):
            continue
        if path.suffix == ".yaml" and words.is_language(path.stem):
            files.append(path)
        elif path.suffix == ".yaml":
            found.problems.append(problem("bad_language", path.name, name=path.stem))
        elif path.suffix.casefold() in {".yml", ".yaml"}:
            found.problems.append(problem("wrong_suffix", path.name, name=path.name))
    return files


def _read_texts(found: Examination, structure: Document, languages: Mapping[str, Document]) -> None:
    """Take over the texts of every language that can be read."""
    known = words.allowed(found.draft)
    holes = not structure.usable or any(one.code in _HOLES for one in structure.findings.problems)
    for language, document in languages.items():
        if document.usable:
            texts = words.texts(document.value, known, document.findings, report_unknown=not holes)
            words.check_answers_differ(found.draft, texts, document.findings)
            found.words[language] = texts


def _decide_languages(found: Examination, structure: Document, languages: Mapping[str, Document]) -> None:
    """Offer the languages that have every text; the default language has to."""
    default = found.draft.head.get("default_language")
    if default is None:
        return
    path = ("default_language",)
    if not words.is_language(default):
        structure.findings.add("bad_language", path, name=default)
    elif default not in languages:
        structure.findings.add("default_language_missing", path, name=f"{default}.yaml")
    complete: list[str] = []
    for language, texts in found.words.items():
        lacking = words.missing(found.draft, texts, found.words.get(default, {}))
        _report_missing(lacking, languages[language], language if language != default else None)
        complete += [] if lacking else [language]
    found.languages = tuple(sorted(complete, key=lambda language: (language != default, language)))


def _report_missing(lacking: list[str], document: Document, translation: str | None) -> None:
    """Report the texts that a language lacks; of a file without any text only that."""
    suffix = "_translation" if translation else ""
    if not isinstance(document.value, dict):
        document.findings.add(f"no_words{suffix}", language=translation)
        return
    for key in lacking:
        if isinstance(document.value.get(key, ""), str):  # anything else was reported as no text
            document.findings.add(f"text_missing{suffix}", (key,), key=key, language=translation)


def _lock_problems(found: Examination) -> list[Problem]:
    """Report changes of what is locked, by the lock of the instrument's own root and by the shipped one."""
    if found.fingerprints is None:
        return []
    root = found.folder.absolute().parent.parent
    try:
        locked = {**lockfile.read(root), **lockfile.read(lockfile.SHIPPED)}
    except InstrumentError as error:
        return list(error.problems)
    return list(lockfile.differences(found.key, found.fingerprints, locked))
