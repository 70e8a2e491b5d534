"""Bundles in the release folder: written whole or not at all, found by the hash of their content."""

import os
import secrets
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from survey_app.installation import Installation
from survey_app.services.errors import RefusedError


def store(installation: Installation, content: bytes) -> str:
    """Write a bundle under its hash and return the hash; a copy that is there already is kept."""
    digest = sha256(content).hexdigest()
    path = _path(installation, digest)
    if not path.exists() or sha256(path.read_bytes()).hexdigest() != digest:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_whole(path, content)
    return digest


def copy(installation: Installation, digest: str, out: Path) -> None:
    """Copy a bundle to another place, whole or not at all."""
    if not out.parent.is_dir():
        raise RefusedError(f"{out.parent} is no folder; make it first.")
    _write_whole(out, load(installation, digest))


def _write_whole(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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
    """Remove what no release names: left by a build that was broken off; return how many files."""
    folder = installation.settings.release_folder
    gone = [path for path in folder.glob("*") if path.is_file() and path.stem not in known]
    for path in gone:
        path.unlink()
    return len(gone)


def _path(installation: Installation, digest: str) -> Path:
    return installation.settings.release_folder / f"{digest}.zip"
