"""Recordings and pictures that an office adds to the texts of questionnaires and screens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from instruments.load import load_all
from survey_app.domain import recordings as media
from survey_app.domain.access import Reader
from survey_app.domain.recordings import Clean, MediumError
from survey_app.domain.translators import noted as _
from survey_app.installation import Installation
from survey_app.language_folder import PICTURES, SCREENS, BusyError, Contents, Medium, with_media
from survey_app.services import audit, heard, units, words_in_field
from survey_app.services.errors import RefusedError

OURS: Final = ("vi", "en")
MAX_TOTAL_BYTES: Final = 60 * 1024 * 1024  # all that a kiosk has to store beside its program
MAX_FILES: Final = 2_000


class FullError(MediumError, RefusedError):
    """Together the files are more than a kiosk can store."""


@dataclass(frozen=True)
class Found:
    """A file of a folder that can be used: the text it belongs to, and its clean content."""

    scope: str
    key: str
    clean: Clean

    @property
    def name(self) -> str:
        """Place in the index."""
        return f"{self.scope}:{self.key}"


@dataclass(frozen=True)
class Fault:
    """A file that cannot be used, and why."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """A text with its recording, as lists show it."""

    scope: str
    key: str
    text: str
    language: str  # in which the text stands: the default one where the chosen language has no words
    medium: Medium | None
    outdated: bool  # recorded for other words than those of today
    picture: Medium | None


def read(folder: Path) -> tuple[list[Found], list[Fault]]:
    """Read a folder: screens/NAME.mp3 and ID/VERSION/TEXT.mp3 (or .wav, .png, .webp); every file is told about."""
    found: list[Found] = []
    faults: list[Fault] = []
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir() and not path.name.startswith("."))
    if len(paths) > MAX_FILES:
        return [], [
            Fault(str(folder), f"There are {len(paths)} files, more than {MAX_FILES}. Take out what is not needed.")
        ]
    for path in paths:
        place = path.relative_to(folder)
        try:
            found.append(_file(path, place.parent.as_posix(), path.name.removesuffix(path.suffix)))
        except (MediumError, OSError) as error:
            faults.append(Fault(place.as_posix(), str(error)))
    return found, faults


def clean(name: str, content: bytes) -> Clean:
    """Check a file: its name says only whether it is meant as a sound or as a picture."""
    suffix = Path(name).suffix.casefold()
    if suffix in media.SOUNDS:
        return media.recording(content)
    if suffix in media.PICTURES:
        return media.picture(content)
    known = ", ".join((*media.SOUNDS, *media.PICTURES))
    raise MediumError(_("Files of this kind are not taken. Save it as one of: %(known)s."), known=known)


def add(
    installation: Installation,
    language: str,
    files: Iterable[Found],
    actor: str = audit.COMMAND,
    *,
    placeholder: bool = False,
    in_field: str = "",
) -> int:
    """Take files over, all or none; a recording of the same text is replaced.

    RefusedError if people are being asked with one that is replaced, unless `in_field` says why.
    """
    files = list(files)
    try:
        with installation.languages.changing() as before, installation.database.write() as session:
            check_language(before, language)
            after = before
            sounds = [one for one in files if one.clean.suffix in media.SOUNDS]
            of = {language: sounds, PICTURES: [one for one in files if one not in sounds]}
            for tag, some in of.items():
                after = _added(installation, after, tag, some, placeholder=placeholder)
            _refuse_too_much(after)
            what = "placeholder recordings added" if placeholder else "recordings added"
            detail = _told({one.name: after.media[tag][one.name] for tag, some in of.items() for one in some})
            detail += words_in_field.guard(session, before, after, of, in_field)
            audit.note(session, installation, what, language, detail, actor)
            session.flush()
            installation.languages.write(after)
    except BusyError as error:
        raise RefusedError(str(error)) from None
    return len(files)


def remove(
    installation: Installation, language: str, names: Iterable[str], actor: str = audit.COMMAND, *, in_field: str = ""
) -> int:
    """Take recordings (or pictures, of the language `und`) away, by their places in the index.

    RefusedError if people are being asked with one of them, unless `in_field` says why.
    """
    names = set(names)
    try:
        with installation.languages.changing() as before, installation.database.write() as session:
            there = before.media.get(language, {})
            gone = {name: one for name, one in there.items() if name in names}
            after = with_media(before, language, {name: one for name, one in there.items() if name not in gone})
            detail = _told(gone) + words_in_field.guard(session, before, after, [language], in_field)
            audit.note(session, installation, "recordings removed", language, detail, actor)
            session.flush()
            installation.languages.write(after)
    except BusyError as error:
        raise RefusedError(str(error)) from None
    return len(gone)


def rows(installation: Installation, language: str, scope: str) -> list[Row]:
    """Every text that can be recorded, with what there is of it."""
    contents = installation.languages.contents()
    check_language(contents, language)
    found = []
    for key, text in heard.texts(contents, language, _scope(scope)).items():
        medium = contents.medium(language, scope, key)
        outdated = medium is not None and medium.words != heard.fingerprint(text)
        written = heard.written_in(contents, language, scope, key)
        found.append(Row(scope, key, text, written, medium, outdated, contents.medium(PICTURES, scope, key)))
    return found


def may_change(installation: Installation, reader: Reader) -> bool:
    """Whether an administrator oversees every unit: recordings are heard everywhere."""
    with installation.database.read() as session:
        today = installation.today()
        every = {unit.id for unit in units.all_units(session, today)}
        return every <= units.descendants(session, reader.unit_id, today)


def upload(
    installation: Installation, reader: Reader, language: str, place: tuple[str, str], name: str, content: bytes
) -> None:
    """Take one file for the text at (scope, key) over; MediumError if it cannot be used."""
    if not may_change(installation, reader):
        raise RefusedError("Only the administration of the whole province can change recordings.")
    add(installation, language, [found(*place, name, content)], reader.login)


def take_away(installation: Installation, reader: Reader, language: str, name: str) -> None:
    """Take one recording (or picture, of the language `und`) away."""
    if not may_change(installation, reader):
        raise RefusedError("Only the administration of the whole province can change recordings.")
    remove(installation, language, [name], reader.login)


def languages(installation: Installation) -> dict[str, str]:
    """Languages that can have recordings, with their names."""
    packs = installation.languages.contents().packs
    return {"vi": "Tiếng Việt", "en": "English"} | {tag: pack.name for tag, pack in packs.items()}


def scopes() -> list[str]:
    """What can be recorded: the screens, and each questionnaire."""
    return [SCREENS, *load_all()]


def check_language(contents: Contents, language: str) -> None:
    """RefusedError for a language that is neither ours nor added."""
    if language not in (*OURS, *contents.packs):
        known = ", ".join((*OURS, *contents.packs))
        raise RefusedError(f"There is no language {language!a}; there are {known}. `sipas languages add` adds one.")


def _refuse_too_much(contents: Contents) -> None:
    """FullError for more than a kiosk can store."""
    total = sum({one.file: one.bytes for kept in contents.media.values() for one in kept.values()}.values())
    if total > MAX_TOTAL_BYTES:
        raise FullError(
            _("Together they would have %(size)s MB, more than %(most)s. Save recordings as MP3, mono, 48 kbit/s."),
            size=total // 1024**2,
            most=MAX_TOTAL_BYTES // 1024**2,
        )


def _told(files: Mapping[str, Medium]) -> str:
    """Files for the audit log: how many, and some of them with the beginning of the hash of their content."""
    return f"{len(files)} files: " + words_in_field.named([f"{name} {one.file[:12]}" for name, one in files.items()])


def _added(
    installation: Installation, contents: Contents, tag: str, files: list[Found], *, placeholder: bool
) -> Contents:
    """Keep files of one language; nothing names them before the index is written."""
    if not files:
        return contents
    kept = dict(contents.media.get(tag, {}))
    for one in files:
        words = "" if tag == PICTURES else heard.fingerprint(heard.texts(contents, tag, one.scope)[one.key])
        name = installation.languages.keep_medium(one.clean.content, one.clean.suffix)
        kept[one.name] = Medium(name, len(one.clean.content), round(one.clean.seconds, 2), placeholder, words)
    return with_media(contents, tag, kept)


def _file(path: Path, scope: str, key: str) -> Found:
    limit = max(media.MAX_SOUND_BYTES, media.MAX_PICTURE_BYTES)
    with path.open("rb") as file:
        content = file.read(limit + 1)
    return found(scope, key, path.name, content)


def found(scope: str, key: str, name: str, content: bytes) -> Found:
    """A file for a text, checked; MediumError if there is no such text or the content is something else."""
    if scope not in scopes():
        raise MediumError(
            _("No part has this name. Put it into one of the folders: %(known)s."), known=", ".join(scopes())
        )
    if key not in heard.texts(Contents(), "vi", scope):
        raise MediumError(_("No text has this name. `sipas recordings list` shows the names."))
    return Found(scope, key, clean(name, content))


def _scope(scope: str) -> str:
    if scope not in scopes():
        raise RefusedError(f"There is nothing called {scope!a}; choose one of: {', '.join(scopes())}.")
    return scope
