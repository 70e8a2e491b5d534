"""Words that a language pack brings for a shipped instrument: held against its structure like the shipped ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from instruments import words
from instruments.check import Examination, examine
from instruments.lockfile import SHIPPED
from instruments.problems import Problem
from instruments.reading import read_words

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Translation:
    """Texts of one language for one instrument, what is wrong with them, and which are still missing."""

    texts: Mapping[str, str]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]


def read(key: str, path: Path) -> Translation:
    """Read and check a file of words for the shipped instrument `key`."""
    found = _examined(key)
    document = read_words(path)
    if not document.usable:
        return Translation(_NOTHING, tuple(document.findings.problems), tuple(needed(key)))
    texts = words.texts(document.value, words.allowed(found.draft), document.findings, report_unknown=True)
    words.check_answers_differ(found.draft, texts, document.findings)
    problems = sorted(document.findings.problems, key=lambda one: one.line or 0)
    return Translation(texts, tuple(problems), tuple(missing(key, texts)))


def needed(key: str) -> tuple[str, ...]:
    """Keys of every text without which the shipped instrument cannot be asked, hints included."""
    return tuple(missing(key, _NOTHING))


def missing(key: str, texts: Mapping[str, str]) -> list[str]:
    """Keys of the texts that a language lacks for the shipped instrument."""
    found = _examined(key)
    return words.missing(found.draft, texts, found.words[found.draft.head["default_language"]])


@cache
def _examined(key: str) -> Examination:
    return examine(SHIPPED / key)
