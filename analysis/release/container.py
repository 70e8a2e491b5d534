"""A bundle as one zip file or as a folder: written the same way each time, read without trusting it."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from analysis.release.findings import BundleError, Finding

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
MAX_FILES = 400
MAX_FILE, MAX_ALL = 512 * 1024**2, 1024**3
MAX_RATIO, SMALL = 200, 1024**2  # tables pack 5 to 30 times, bombs a thousand times
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}(/[A-Za-z0-9][A-Za-z0-9._-]{0,79}){0,2}")
UNIX, PLAIN_FILE = 3, 0o100644
LOCAL_HEADING, HEADING, ENDING = 30, 46, 22  # bytes of a zip beside names and content (APPNOTE 4.3.7, 4.3.12, 4.3.16)
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
    struct.error,
)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip whose bytes depend on nothing but them.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by path; written in the order of the mapping with a fixed time and fixed rights.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, data in files.items():
            info = zipfile.ZipInfo(path, FIXED_TIME)
            info.create_system, info.external_attr = UNIX, PLAIN_FILE << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)
    return content.getvalue()


def opened(bundle: Path) -> dict[str, bytes]:
    """Read every file of a bundle, a .zip or a folder, into memory.

    Raises
    ------
    BundleError
        If it is neither, cannot be read, is larger than a bundle can be, or holds names, links or doubled files that
        no bundle has; every reason is listed.
    """
    if bundle.is_symlink() or not bundle.exists():
        raise BundleError([Finding(bundle.name, "is not there, or a link", "Give the path of a .zip or folder.")])
    files = dict(_folder(bundle) if bundle.is_dir() else _zip(bundle))
    if not files:
        raise BundleError([Finding(bundle.name, "is empty")])
    return files


def parts(name: str, content: bytes) -> dict[str, bytes]:
    """Files of a zip that lies inside a bundle, such as a workbook; BundleError if it cannot be unpacked."""
    return dict(_unpacked(name, io.BytesIO(content), inside=True))


def _zip(bundle: Path) -> Iterator[tuple[str, bytes]]:
    """Files of a bundle that is a zip."""
    try:
        with bundle.open("rb") as file:
            yield from _unpacked(bundle.name, file, inside=False)
    except OSError as error:
        raise BundleError([Finding(bundle.name, f"cannot be read: {error}")]) from None


def _unpacked(name: str, source: IO[bytes], *, inside: bool) -> Iterator[tuple[str, bytes]]:
    """Files of a zip, none unpacked beyond the limits whatever its headings say."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            own = [] if inside else [*_names(m.filename for m in members), *_strays(name, source, archive)]
            _refuse([*own, *_kinds(members), *_sizes(members)])
            for member in members:
                with archive.open(member) as file:
                    content = file.read(member.file_size + 1)
                if len(content) != member.file_size:
                    _refuse([Finding(member.filename, "is longer than the zip says")])
                yield member.filename, content
    except UNREADABLE as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError([Finding(name, f"cannot be unpacked: {error}")]) from None


def _strays(name: str, source: IO[bytes], archive: zipfile.ZipFile) -> Iterator[Finding]:
    """Refuse bytes before, between and behind the files: no signature covers them, and other programs may read them."""
    place = 0
    for member in archive.infolist():
        if member.header_offset != place or member.extra or member.comment or member.orig_filename != member.filename:
            yield Finding(name, f"holds bytes that belong to no file, at {member.filename[:80]}")
            return
        place += LOCAL_HEADING + len(member.filename.encode()) + member.compress_size
    directory = sum(HEADING + len(member.filename.encode()) for member in archive.infolist())
    if (archive.start_dir, source.seek(0, io.SEEK_END)) != (place, place + directory + ENDING):
        yield Finding(name, "holds bytes that belong to no file, behind the last one")


def _kinds(members: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    """Refuse whatever is not a plain file without a password."""
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or member.is_dir():
            yield Finding(member.filename, "is a link, folder or device, not a plain file")
        if member.flag_bits & 1:
            yield Finding(member.filename, "is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield Finding(member.filename, "is packed in another way than bundles are")


def _sizes(members: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    """Refuse bombs by the sizes that the zip declares."""
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > MAX_FILE or (member.file_size > SMALL and ratio > MAX_RATIO):
            yield Finding(member.filename, f"would unpack to {member.file_size} bytes, more than a bundle needs")
    if sum(member.file_size for member in members) > MAX_ALL:
        yield Finding("the zip", f"would unpack to more than {MAX_ALL} bytes")


def _folder(bundle: Path) -> Iterator[tuple[str, bytes]]:
    """Files under a folder, links never followed."""
    paths, size = [], 0
    for path in sorted(bundle.rglob("*")):
        name = path.relative_to(bundle).as_posix()
        mode = path.lstat()
        if stat.S_ISDIR(mode.st_mode):
            continue
        if not stat.S_ISREG(mode.st_mode):
            _refuse([Finding(name, "is a link or device, not a plain file")])
        size += mode.st_size
        paths.append((name, path))
        if size > MAX_ALL or mode.st_size > MAX_FILE or len(paths) > MAX_FILES:
            _refuse([Finding(name, f"the folder holds more than a bundle: {MAX_FILES} files, {MAX_ALL} bytes")])
    _refuse(list(_names(name for name, _path in paths)))
    for name, path in paths:
        yield name, path.read_bytes()


def _names(names: Iterator[str]) -> Iterator[Finding]:
    """Refuse names that lead elsewhere, differ in case only, or stand twice."""
    seen: set[str] = set()
    for count, name in enumerate(names):
        if not NAME.fullmatch(name) or ".." in name:
            yield Finding(name[:80], "is no name of a file of a bundle")
        if name.lower() in seen:
            yield Finding(name, "stands twice")
        seen.add(name.lower())
        if count >= MAX_FILES:
            yield Finding("the bundle", f"has more than {MAX_FILES} files")
            return


def _refuse(findings: list[Finding]) -> None:
    """Raise if there is anything to say."""
    if findings:
        raise BundleError(findings)
