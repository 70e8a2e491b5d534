"""The language folder: packs, recordings and pictures that an office has added, named by their content."""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from survey_app import whole_files
from survey_app.domain.language_packs import Pack, of_content

INDEX: Final = "index.json"
LOCK: Final = "index.lock"
PICTURES: Final = "und"  # pictures are of no language (ISO 639: undetermined)
SCREENS: Final = "screens"  # scope of recordings that belong to no questionnaire
MEDIA: Final = re.compile(r"[0-9a-f]{64}\.(mp3|wav|png|webp)\Z")


class BusyError(Exception):
    """Somebody else is changing the folder."""


@dataclass(frozen=True)
class Medium:
    """A recording or a picture: its file, and the text that it was made for."""

    file: str
    bytes: int
    seconds: float = 0.0
    placeholder: bool = False  # made by a machine, to be replaced by a person's voice
    words: str = ""  # fingerprint of the text; when the text changes, the recording is not played any more


@dataclass(frozen=True, eq=False)
class Contents:
    """What the folder holds: packs and media by language; `ever` knows languages that were taken away, too.

    `last` has the version of each pack that was in force last, also of one that was taken away.

    Compared by identity, so that what is worked out from one state of the folder can be kept for it.
    """

    version: int = 0
    packs: Mapping[str, Pack] = field(default_factory=lambda: MappingProxyType({}))
    ever: frozenset[str] = frozenset()
    media: Mapping[str, Mapping[str, Medium]] = field(default_factory=lambda: MappingProxyType({}))
    last: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def medium(self, language: str, scope: str, key: str) -> Medium | None:
        """Recording (or picture) of a text of a questionnaire, or of the screens."""
        return self.media.get(language, {}).get(f"{scope}:{key}")


_NOTHING: Final = Contents()


class LanguageFolder:
    """Reads the index when it has changed, and writes it whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: tuple[tuple[int, int] | None, Contents] = (None, _NOTHING)

    def contents(self) -> Contents:
        """What the folder holds now; nothing if it does not exist."""
        try:
            found = (self.root / INDEX).stat()
        except FileNotFoundError:
            return _NOTHING
        state = (found.st_mtime_ns, found.st_ino)
        if self._known[0] != state:
            self._known = (state, self._read())
        return self._known[1]

    def media_file(self, name: str) -> Path | None:
        """Path of a file of this name that is in use; None for anything else."""
        used = {medium.file for media in self.contents().media.values() for medium in media.values()}
        return self.root / "media" / name if MEDIA.match(name) and name in used else None

    def kept_pack(self, version: str) -> Pack:
        """Read a version of a pack; earlier ones stay."""
        return of_content((self.root / "packs" / f"{version}.json").read_bytes())

    @contextmanager
    def changing(self) -> Iterator[Contents]:
        """Keep others from changing the folder while the block runs; BusyError if somebody does already."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o750)
        try:
            os.close(os.open(self.root / LOCK, os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise BusyError(
                f"Languages are being changed by somebody else. If no other command or page does, delete "
                f"{self.root / LOCK} and try again."
            ) from None
        try:
            yield self.contents()
        finally:
            (self.root / LOCK).unlink(missing_ok=True)

    def keep_medium(self, content: bytes, suffix: str) -> str:
        """Write a recording or picture under the name of its content."""
        name = hashlib.sha256(content).hexdigest() + suffix
        _write(self.root / "media" / name, content)
        return name

    def write(self, contents: Contents) -> None:
        """Write packs and index; files that nothing names any more are removed, earlier packs stay."""
        for pack in contents.packs.values():
            _write(self.root / "packs" / f"{pack.version}.json", pack.content())
        packs = {tag: pack.version for tag, pack in contents.packs.items()}
        record = {
            "version": contents.version + 1,
            "packs": packs,
            "last": {**contents.last, **packs},
            "ever": sorted({*contents.ever, *contents.packs}),
            "media": {tag: {k: asdict(one) for k, one in found.items()} for tag, found in contents.media.items()},
        }
        _write(self.root / INDEX, json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode(), anew=True)
        used = {medium.file for found in contents.media.values() for medium in found.values()}
        for path in (self.root / "media").glob("*"):
            if path.name not in used:
                with suppress(FileNotFoundError):
                    path.unlink()

    def _read(self) -> Contents:
        record = json.loads((self.root / INDEX).read_bytes())
        packs = MappingProxyType({tag: self.kept_pack(version) for tag, version in record["packs"].items()})
        media = {
            tag: MappingProxyType({key: Medium(**one) for key, one in found.items()})
            for tag, found in record["media"].items()
        }
        last = MappingProxyType(record.get("last", record["packs"]))
        return Contents(record["version"], packs, frozenset(record["ever"]), MappingProxyType(media), last)


def with_pack(contents: Contents, tag: str, pack: Pack | None) -> Contents:
    """The same contents with another pack of a language, or without it."""
    packs = {name: found for name, found in contents.packs.items() if name != tag} | ({tag: pack} if pack else {})
    return replace(contents, packs=MappingProxyType(packs))


def with_media(contents: Contents, tag: str, media: Mapping[str, Medium]) -> Contents:
    """The same contents with exactly these recordings (or pictures) of a language."""
    others = {name: found for name, found in contents.media.items() if name != tag}
    return replace(contents, media=MappingProxyType(others | ({tag: MappingProxyType(dict(media))} if media else {})))


def _write(path: Path, content: bytes, *, anew: bool = False) -> None:
    """Write a file so that it is whole or absent; a file named by its content is written once."""
    if path.exists() and not anew:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    whole_files.write(path, content, whole_files.PUBLIC)
