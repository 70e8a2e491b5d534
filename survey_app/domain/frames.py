"""The frozen frame: one line per dossier to be asked, in one form that anybody can make again from the register.

A line has the dossier code, the desk and the agency (their slugs), outcome, on-time class, field, channel and day of
return, in this order, parted by tabs, `unknown` where the register is silent; NFC, every run of blanks one blank. The
hash is SHA-256 over the lines, sorted as bytes, each ended by a line feed (docs/method.md, D4).
"""

import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

UNKNOWN = "unknown"


class FrameError(ValueError):
    """A line that is no line of a frame."""


class Line(NamedTuple):
    """What the frame says of one dossier; every part is a text."""

    code: str
    desk: str
    agency: str
    outcome: str
    on_time: str
    field: str
    channel: str
    returned: str  # ISO day

    @property
    def text(self) -> str:
        """The canonical form."""
        return "\t".join(_tidy(part) for part in self)


@dataclass(frozen=True)
class Change:
    """How the register of today differs from the frozen frame."""

    gone: tuple[str, ...]  # codes
    new: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether it differs at all."""
        return bool(self.gone or self.new or self.changed)


def parse(text: str) -> Line:
    """Read a canonical line; FrameError if it has not eight parts."""
    parts = text.split("\t")
    if len(parts) != len(Line._fields) or not all(parts):
        raise FrameError(f"A line of a frame has {len(Line._fields)} parts; this one has {len(parts)}: {text[:60]!r}")
    return Line(*parts)


def pack(lines: Iterable[str]) -> bytes:
    """Store a frame: its sorted lines, compressed."""
    return zlib.compress("".join(f"{line}\n" for line in sorted(lines, key=str.encode)).encode(), 6)


def unpack(packed: bytes) -> list[str]:
    """Lines of a stored frame, sorted."""
    return zlib.decompress(packed).decode().split("\n")[:-1]


def compare(frozen: Sequence[str], today: Sequence[str]) -> Change:
    """What has been added to, has gone from or was changed in the register since the freeze."""
    before, now = _by_code(frozen), _by_code(today)
    return Change(
        gone=tuple(sorted(before.keys() - now.keys())),
        new=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(code for code in before.keys() & now.keys() if before[code] != now[code])),
    )


def _by_code(lines: Iterable[str]) -> Mapping[str, str]:
    return {line.split("\t", 1)[0]: line for line in lines}


def _tidy(part: str) -> str:
    return " ".join(unicodedata.normalize("NFC", part).split()) or UNKNOWN
