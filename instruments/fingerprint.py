"""Fingerprints of an instrument's content: the same for the same content, however the files are laid out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fingerprints:
    """SHA-256, in hex, of the structure and of the words of each language."""

    structure: str
    words: Mapping[str, str]

    @property
    def content(self) -> str:
        """One fingerprint over structure and all languages."""
        return _digest("content", [self.structure, dict(self.words)])


def fingerprints(structure: object, words: Mapping[str, Mapping[str, str]]) -> Fingerprints:
    """Fingerprints of instrument.yaml's values and of the words of each language."""
    by_language = {language: _digest("words", dict(found)) for language, found in words.items()}
    return Fingerprints(_digest("structure", _without_status(structure)), by_language)


def _without_status(structure: object) -> object:
    """Leave out wording_status: comparing a text with its official source changes no question."""
    if isinstance(structure, dict):
        return {key: _without_status(value) for key, value in structure.items() if key != "wording_status"}
    return [_without_status(part) for part in structure] if isinstance(structure, list) else structure


def _digest(what: str, value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"sipas instrument {what} 1\n{canonical}".encode()).hexdigest()
