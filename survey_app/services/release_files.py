"""Bundles in the release folder: written whole or not at all, found by the hash of their content."""

import re
from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from survey_app import whole_files
from survey_app.installation import Installation
from survey_app.services.errors import RefusedError

KEPT_DAYS: Final = 1
OURS: Final = re.compile(r"[0-9a-f]{64}\.zip|\.[0-9a-f]{64}\.zip\.[0-9a-f]{8}\.tmp")


def store(installation: Installation, content: bytes) -> str:
    """Write a bundle under its hash and return the hash; a copy that is there already is kept."""
    digest = sha256(content).hexdigest()
    path = _path(installation, digest)
    if not path.exists() or sha256(path.read_bytes()).hexdigest() != digest:
        whole_files.make_folder(path.parent)
        whole_files.write(path, content)
    return digest


def copy(installation: Installation, digest: str, out: Path) -> None:
    """Copy a bundle to another place, whole or not at all."""
    if not out.parent.is_dir():
        raise RefusedError(f"{out.parent} is no folder; make it first.")
    whole_files.write(out, load(installation, digest))


def load(installation: Installation, digest: str) -> bytes:
    """A bundle by its hash; RefusedError if it is gone or was changed."""
    path = _path(installation, digest)
    if not path.is_file():
        raise RefusedError(f"The bundle {path} is gone; bring it back from a copy (its name is its SHA-256).")
    content = path.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise RefusedError(f"The bundle {path} was changed on the disk; bring back the copy whose SHA-256 is its name.")
    return content


def path_of(installation: Installation, digest: str) -> Path:
    """Where a bundle lies, after looking that it is the one."""
    load(installation, digest)
    return _path(installation, digest)


def sweep(installation: Installation, known: Collection[str]) -> int:
    """Remove bundles that no release names: left days ago by a build that was broken off; return how many.

    Younger ones may be of another process that is about to name them; files of other names are not ours.
    """
    oldest = installation.now() - timedelta(days=KEPT_DAYS)
    found = [path for path in installation.settings.release_folder.glob("*") if OURS.fullmatch(path.name)]
    gone = [p for p in found if p.stem not in known and p.stat().st_mtime < oldest.timestamp()]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _path(installation: Installation, digest: str) -> Path:
    return installation.settings.release_folder / f"{digest}.zip"
