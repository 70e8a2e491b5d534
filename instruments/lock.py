"""Locks versions in use: their structure and every language in which they were offered."""

from pathlib import Path

from instruments import lockfile
from instruments.check import STRUCTURE_FILE, examine
from instruments.lockfile import SHIPPED, STRUCTURE, WORDS
from instruments.model import Instrument
from instruments.problems import Problem, inside, problem


def verify(root: Path = SHIPPED) -> list[Problem]:
    """Everything that is locked below `root` and is changed or gone; empty if all is as it was."""
    locked = lockfile.read(root)
    problems: list[Problem] = []
    for key in sorted({key for key, _ in locked}):
        folder = root / key
        if not (folder / STRUCTURE_FILE).exists():
            problems.append(problem("lock_instrument_missing", f"{key}/{STRUCTURE_FILE}", key=key))
            continue
        found = examine(folder)
        if found.fingerprints is None:  # not even readable
            problems += inside(key, found.problems)
        else:
            problems += inside(key, lockfile.differences(key, found.fingerprints, locked))
    return problems


def unlocked(instrument: Instrument, root: Path = SHIPPED) -> dict[str, str]:
    """Parts that can be asked and are not locked yet: the structure and offered languages, by fingerprint."""
    locked = lockfile.read(root)
    parts = {STRUCTURE: instrument.structure_hash}
    parts |= {f"{WORDS}{code}": instrument.word_hashes[code] for code in instrument.languages}
    return {part: digest for part, digest in parts.items() if (instrument.key, part) not in locked}


def lock(instrument: Instrument, root: Path = SHIPPED) -> list[str]:
    """Lock what is not locked yet and return its names; what is locked already stays as it is."""
    new = unlocked(instrument, root)
    if new:
        added = {(instrument.key, part): digest for part, digest in new.items()}
        lockfile.write(root, {**lockfile.read(root), **added})
    return list(new)
