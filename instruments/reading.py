"""Reads a small, strict part of YAML: no aliases, no tags, no duplicate keys, bounded in size and depth."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Never

import yaml

from instruments import problems

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 12
MAX_VALUES: Final = 20_000

# The core schema of YAML 1.2, decimal only: 'no' stays a word, 1e3, 0x1F and 2024-01-01 stay text.
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,8})\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,8})\.[0-9]{1,12}\Z")
_CONSTANTS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass
class Document:
    """One file as plain values, with what was found wrong while reading; `usable` if it could be read."""

    findings: problems.Findings
    value: object = None
    usable: bool = False


class _UnusableError(Exception):
    """The file cannot be read any further."""

    def __init__(self, code: str, line: int | None = None, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.details = details


def read_structure(path: Path) -> Document:
    """Read instrument.yaml: numbers, true/false and texts as YAML 1.2 has them."""
    return _read(path, _scalar)


def read_words(path: Path) -> Document:
    """Read a language file: every value is a text, also 'No' and 2012."""
    return _read(path, _text)


def _read(path: Path, plain: Callable[[yaml.ScalarEvent], object]) -> Document:
    document = Document(problems.Findings(path.name))
    try:
        text = _text_of(path)
        document.value = _parse(text, plain, document.findings)
        document.usable = True
    except _UnusableError as error:
        document.findings.add_at(error.line, error.code, (), **error.details)
    return document


def _parse(text: str, plain: Callable[[yaml.ScalarEvent], object], findings: problems.Findings) -> object:
    """Read the text's only document, with the parser's complaints in our words."""
    try:
        return _Reader(yaml.parse(text, Loader=yaml.SafeLoader), plain, findings).document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _UnusableError("not_yaml", line, reason=error.problem) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _UnusableError("not_yaml", line, reason=error.reason) from error


def _text_of(path: Path) -> str:
    """Read the file's text, bounded before it is parsed."""
    if not path.is_file():
        raise _UnusableError("unreadable", reason="it is no file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
            size = path.stat().st_size
    except OSError as error:
        raise _UnusableError("unreadable", reason=error.strerror) from error
    if len(data) > MAX_BYTES:
        raise _UnusableError("too_large", size=size, limit=MAX_BYTES)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _UnusableError("not_utf8", position=error.start + 1) from error


@dataclass
class _Reader:
    """Builds values from the parser's events, so that nothing is expanded before it is looked at."""

    events: Iterator[yaml.Event]
    plain: Callable[[yaml.ScalarEvent], object]
    findings: problems.Findings
    lines: dict[problems.Path, int] = field(default_factory=dict)
    doubles: list[tuple[problems.Path, int, int]] = field(default_factory=list)
    values: int = 0

    def document(self) -> object:
        """Return the value of the only document."""
        self.findings.lines = self.lines
        value: object = None
        seen = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise _UnusableError("several_documents", _line(event))
                seen = True
                value = self._value(next(self.events), ())
        self.findings.value = value
        for path, line, first in self.doubles:
            self.findings.add_at(line, "duplicate_key", path, key=path[-1], first=first)
        return value

    def _value(self, event: yaml.Event, path: problems.Path) -> object:
        line = _line(event)
        self.lines.setdefault(path, line)
        self._refuse_tricks(event, len(path), line)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        if isinstance(event, yaml.ScalarEvent):
            return self.plain(event)
        return _never(event)

    def _refuse_tricks(self, event: yaml.Event, depth: int, line: int) -> None:
        self.values += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _UnusableError("anchor", line)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _UnusableError("tag", line, tag=tag)
        if depth > MAX_DEPTH:
            raise _UnusableError("too_deep", line, limit=MAX_DEPTH)
        if self.values > MAX_VALUES:
            raise _UnusableError("too_many", line, limit=MAX_VALUES)

    def _mapping(self, path: problems.Path) -> dict[str, object]:
        mapping: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            self._refuse_tricks(event, len(path), line)
            if not isinstance(event, yaml.ScalarEvent):
                raise _UnusableError("complex_key", line)
            self._entry(mapping, (*path, event.value), event.value, line)
        return mapping

    def _entry(self, mapping: dict[str, object], path: problems.Path, key: str, line: int) -> None:
        """Read one value; of a key that stands twice the first value is kept."""
        first = self.lines.get(path) if key in mapping else None
        if first is None:
            self.lines[path] = line
            mapping[key] = self._value(next(self.events), path)
            return
        before = self.lines
        self.lines = {}
        self._value(next(self.events), path)
        self.lines = before
        self.doubles.append((path, line, first))

    def _sequence(self, path: problems.Path) -> list[object]:
        sequence: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            sequence.append(self._value(event, (*path, len(sequence))))
        return sequence


def _line(event: yaml.Event) -> int:
    """Line of an event, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


def _never(event: yaml.Event) -> Never:
    raise AssertionError(f"the parser of PyYAML gave {event!r} where a value belongs")


def _scalar(event: yaml.ScalarEvent) -> object:
    text = unicodedata.normalize("NFC", event.value)
    if event.style is not None:  # in quotes or as a block: always a text
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _DECIMAL.match(text) else text


def _text(event: yaml.ScalarEvent) -> object:
    return event.value
