"""Files that are whole or absent: written under a passing name, forced to the disk, then given their own."""

import os
import secrets
from pathlib import Path

SECRET = 0o600
PUBLIC = 0o644


def write(path: Path, content: bytes, mode: int = SECRET) -> None:
    """Write a file, in place of one that may be there; the mode is the one given, whatever the umask.

    What root writes belongs to the user of the folder.
    """
    _unfinished(path, content, mode).replace(path)


def write_new(path: Path, content: bytes, mode: int = SECRET) -> bool:
    """Write a file unless one is there, which then stands; of two that write at once one is told False."""
    unfinished = _unfinished(path, content, mode)
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink()
    return True


def make_folder(path: Path) -> None:
    """Make a folder with those above it, for one user alone."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    _give(path, path.parent)


def _give(path: Path, like: Path) -> None:
    """What root makes in a folder belongs to the user of the folder, who must read it."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _unfinished(path: Path, content: bytes, mode: int) -> Path:
    """The content beside its place, readable by nobody else meanwhile."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        _give(unfinished, path.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished
