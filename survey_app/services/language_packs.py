"""Languages that an office has added: adding, taking away, and what is offered to citizens."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments import translation
from instruments.load import load_all, shipped
from instruments.model import Instrument
from survey_app.domain.kiosk_screens import PEOPLE
from survey_app.domain.language_packs import AUDIO, Pack
from survey_app.installation import Installation
from survey_app.language_folder import BusyError, Contents, with_pack
from survey_app.models import Round
from survey_app.services import audit, heard, pack_reading, screen_texts
from survey_app.services.errors import NotFoundError, RefusedError

RUNNING = ("frozen", "field")  # rounds whose wording must stay as it is


@dataclass(frozen=True)
class Standing:
    """How far a language is with a questionnaire: what is missing before it is offered."""

    instrument: str
    text_missing: tuple[str, ...]
    audio_missing: tuple[str, ...]
    offered: bool


@dataclass(frozen=True)
class Line:
    """A language as lists show it."""

    pack: Pack
    standings: tuple[Standing, ...]


def add(installation: Installation, folder: Path, actor: str = audit.COMMAND, *, in_field: bool = False) -> Pack:
    """Take a pack over; the same one again changes nothing, a changed one becomes a new version.

    RefusedError if it has faults, or if words change in which people are being asked (`in_field` allows that).
    """
    found = pack_reading.read(folder)
    if found.pack is None or found.refused:
        raise RefusedError("The pack has faults; `sipas languages check` lists them.")
    pack = found.pack
    try:
        with installation.languages.changing() as contents, installation.database.write() as session:
            before = contents.packs.get(pack.tag)
            if before == pack:
                return pack
            if before is not None and not in_field:
                _refuse_changes_in_field(session, before, pack)
            detail = f"version {pack.version}" + (f" after {before.version}" if before else "")
            audit.note(session, installation, "language added", pack.tag, detail, actor)
            session.flush()
            installation.languages.write(with_pack(contents, pack.tag, pack))
    except BusyError as error:
        raise RefusedError(str(error)) from None
    return pack


def remove(installation: Installation, tag: str, actor: str = audit.COMMAND) -> None:
    """Offer a language no more; its words are kept, since answers were given in them."""
    try:
        with installation.languages.changing() as contents, installation.database.write() as session:
            pack = contents.packs.get(tag)
            if pack is None:
                raise NotFoundError(f"No language {tag!r} was added; there are: {', '.join(contents.packs) or 'none'}.")
            audit.note(session, installation, "language removed", tag, f"version {pack.version}", actor)
            session.flush()
            installation.languages.write(with_pack(contents, tag, None))
    except BusyError as error:
        raise RefusedError(str(error)) from None


def lines(installation: Installation) -> list[Line]:
    """Every added language with every questionnaire."""
    contents = installation.languages.contents()
    return [
        Line(pack, tuple(standing(contents, pack, key) for key in load_all()))
        for _tag, pack in sorted(contents.packs.items())
    ]


def standing(contents: Contents, pack: Pack, key: str) -> Standing:
    """What a language lacks for a questionnaire, in words and in recordings."""
    words = pack.instruments.get(key, {})
    silent = tuple(heard.missing(contents, pack, shipped(key)))
    unwritten = (*screen_texts.unsaid(pack), *(f"{key}:{name}" for name in translation.missing(key, words)))
    return Standing(key, unwritten, silent, not (silent if pack.offered_as == AUDIO else unwritten))


def spoken(installation: Installation, key: str, planned: Collection[str] | None = None) -> Instrument:
    """Return the questionnaire with the words of every added language that is complete for it.

    `planned` are the languages that a round's plan names; None: all that there are.
    """
    found = _spoken(installation.languages.contents(), key)
    if planned is None:
        return found
    return replace(found, languages=tuple(code for code in found.languages if code in planned))


def screen_languages(installation: Installation) -> dict[str, str]:
    """Added languages in which every text of the screens is written, with their own names."""
    return dict(_screen_languages(installation.languages.contents()))


def kiosk_screens(installation: Installation, tags: Collection[str]) -> dict[str, dict[str, str]]:
    """Words of the kiosk's screens in added languages that have every one, by their names.

    Scripts know no doubled per cent sign.
    """
    contents = installation.languages.contents()
    whole = [contents.packs[tag] for tag, _name in _screen_languages(contents) if tag in tags]
    return {
        pack.tag: {name: said.replace("%%", "%") for name, text in PEOPLE.items() if (said := pack.said(text))}
        for pack in whole
    }


@lru_cache(maxsize=8)
def _screen_languages(contents: Contents) -> tuple[tuple[str, str], ...]:
    whole = [pack for _tag, pack in sorted(contents.packs.items()) if not screen_texts.unsaid(pack)]
    return tuple((pack.tag, pack.name) for pack in whole)


def known_languages(installation: Installation, key: str) -> frozenset[str]:
    """Languages in which somebody may have answered, also those that were taken away since."""
    return frozenset(shipped(key).languages) | installation.languages.contents().ever


def only_heard(installation: Installation, tag: str) -> bool:
    """Whether a language is offered in recordings, with the words of the default language on the screen."""
    pack = installation.languages.contents().packs.get(tag)
    return pack is not None and pack.offered_as == AUDIO


@lru_cache(maxsize=64)
def _spoken(contents: Contents, key: str) -> Instrument:
    instrument = shipped(key)
    added: dict[str, Mapping[str, str]] = {}
    for tag, pack in sorted(contents.packs.items()):
        if standing(contents, pack, instrument.key).offered:
            # Of a language that is only heard, the name alone is written: everything else falls back, and is recorded.
            words = {} if pack.offered_as == AUDIO else pack.instruments[instrument.key]
            added[tag] = MappingProxyType({**words, "language": pack.name})
    if not added:
        return instrument
    languages = (*instrument.languages, *(tag for tag in added if tag not in instrument.languages))
    return replace(instrument, words=MappingProxyType({**instrument.words, **added}), languages=languages)


def _refuse_changes_in_field(session: Session, before: Pack, after: Pack) -> None:
    """Words in which people are being asked stay as they are until the round is over."""
    running = session.scalars(select(Round.instrument_key).where(Round.state.in_(RUNNING)).distinct())
    for key in running:
        old, new = before.instruments.get(key, {}), after.instruments.get(key, {})
        changed = sorted(name for name, text in old.items() if new.get(name) != text)
        if changed:
            raise RefusedError(
                f"A round is asking with {key}; its words in {after.tag} would change ({', '.join(changed[:5])}). "
                "Wait for its close, or say --in-field: answers before and after were then given to different words."
            )
