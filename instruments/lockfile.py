"""The file published.lock: fingerprints of versions in use, which may not change any more."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from instruments.fingerprint import Fingerprints
from instruments.problems import InstrumentError, Problem, problem

SHIPPED: Final = Path(__file__).parent  # the folder of the instruments that come with the platform
LOCK_NAME: Final = "published.lock"
STRUCTURE: Final = "structure"
WORDS: Final = "words/"

_LINE = re.compile(r"(?P<key>[a-z0-9-]+/[1-9][0-9]*) (?P<part>structure|words/[A-Za-z0-9-]+) (?P<hash>[0-9a-f]{64})\Z")
_HEAD: Final = "# Written by 'sipas instruments lock'. What stands here is in use and may not change.\n"

Locked = Mapping[tuple[str, str], str]  # (instrument key, part) -> fingerprint


def read(root: Path) -> Locked:
    """Read what is locked below a folder of instruments; nothing if it has no lock."""
    path = root / LOCK_NAME
    if not path.exists():
        return MappingProxyType({})
    locked: dict[tuple[str, str], str] = {}
    faults: list[Problem] = []
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
        if line.startswith("#"):
            continue
        found = _LINE.match(line)
        if found is None or (found["key"], found["part"]) in locked:
            faults.append(problem("lock_line", LOCK_NAME, "", number))
        else:
            locked[found["key"], found["part"]] = found["hash"]
    if faults:
        raise InstrumentError(faults)
    return MappingProxyType(locked)


def write(root: Path, locked: Locked) -> None:
    """Write the lock whole or not at all."""
    lines = [f"{key} {part} {locked[key, part]}\n" for key, part in sorted(locked)]
    unfinished = root / f".{LOCK_NAME}.{os.getpid()}"
    with unfinished.open("w", encoding="utf-8") as file:
        file.writelines([_HEAD, *lines])
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(root / LOCK_NAME)


def parts(found: Fingerprints) -> dict[str, str]:
    """Everything of an instrument that can be locked, with its fingerprint."""
    return {STRUCTURE: found.structure, **{f"{WORDS}{code}": digest for code, digest in found.words.items()}}


def differences(key: str, found: Fingerprints, locked: Locked) -> Iterator[Problem]:
    """Report what is locked of this version and is not what it was."""
    now = parts(found)
    for part in sorted(part for locked_key, part in locked if locked_key == key):
        if now.get(part) == locked[key, part]:
            continue
        language = part.removeprefix(WORDS)
        file = "instrument.yaml" if part == STRUCTURE else f"{language}.yaml"
        if part not in now:
            yield problem("lock_words_missing", file, key=key, language=language)
        else:
            yield problem("lock_changed", file, key=key, part=part, id=key.partition("/")[0])
