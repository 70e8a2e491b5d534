"""What can be wrong with an instrument: one value per problem, with its place and its remedy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from instruments.messages import MESSAGES, WARNINGS

Path = tuple[str | int, ...]  # keys and list positions from the top of a file

SHOWN_CHARACTERS: Final = 60  # of a wrong value in a message: enough to find it, no flood of the terminal
_OUR_WORDS: Final = ("expects", "hint")  # details that are ours, shown as they are


class Severity(StrEnum):
    """Whether the instrument is refused, or loads with something left out or mended."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One fault of an instrument: where, what, and how to mend it."""

    code: str
    file: str
    path: str
    line: int | None
    message: str
    remedy: str
    severity: Severity = Severity.ERROR

    @property
    def place(self) -> str:
        """File, line (when known) and key path, such as 'instrument.yaml:31 items.q05.scale'."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line} {self.path}".strip()

    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.remedy}"


class InstrumentError(Exception):
    """An instrument is refused; carries all its problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def problem(code: str, file: str, path: str = "", line: int | None = None, /, **details: object) -> Problem:
    """Build a problem from its code, with the words of `messages`."""
    message, remedy = MESSAGES[code]
    severity = Severity.WARNING if code in WARNINGS else Severity.ERROR
    words = {key: value if key in _OUR_WORDS else _shown(value) for key, value in details.items()}
    return Problem(code, file, path, line, message.format(**words), remedy.format(**words), severity)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Only those problems for which an instrument is refused."""
    return [found for found in problems if found.severity is Severity.ERROR]


def inside(folder: str, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, their file named with its folder."""
    return [replace(found, file=f"{folder}/{found.file}") for found in problems]


@dataclass
class Findings:
    """Collects the problems of one file and knows the line of every key in it."""

    file: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    value: object = None
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, path: Path = (), /, **details: object) -> None:
        """Note a problem at a key path; the line is that of the path or of its nearest parent."""
        self.add_at(self._line(path), code, path, **details)

    def add_at(self, line: int | None, code: str, path: Path, /, **details: object) -> None:
        """Note a problem at a key path and a line that is known better."""
        self.problems.append(problem(code, self.file, self._label(path), line, **details))

    def _line(self, path: Path) -> int | None:
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None

    def _label(self, path: Path) -> str:
        """Key path in which list entries are named by their id, else counted from 1."""
        label = ""
        here = self.value
        for step in path:
            here = _child(here, step)
            name = step if isinstance(step, str) else _id_of(here)
            if name is None:
                label += f"[{int(step) + 1}]"
            else:
                label += f".{name}" if label else name
        return label


def _child(value: object, step: str | int) -> object:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, Sequence) and not isinstance(value, str) and isinstance(step, int):
        return value[step] if step < len(value) else None
    return None


def _id_of(entry: object) -> str | None:
    name = entry.get("id") if isinstance(entry, Mapping) else None
    return name if isinstance(name, str) and name.isprintable() and len(name) <= SHOWN_CHARACTERS else None


def _shown(value: object) -> str:
    """A value as it may stand in a message: names as they are, anything strange quoted and cut."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(part) for part in value)
    text = str(value)
    if len(text) > SHOWN_CHARACTERS:
        text = text[: SHOWN_CHARACTERS - 1] + "…"
    return text if text.isprintable() else ascii(text)
