"""Languages that an office has added: adding, taking away, and what is offered to citizens."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from instruments.load import load_all, shipped
from instruments.model import Instrument
from survey_app.domain.kiosk_screens import PEOPLE
from survey_app.domain.language_packs import AUDIO, Pack
from survey_app.installation import Installation
from survey_app.language_folder import BusyError, Contents, with_pack
from survey_app.services import audit, pack_reading, screen_texts, words_in_field
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.language_standing import Standing, standing


@dataclass(frozen=True)
class Line:
    """A language as lists show it."""

    pack: Pack
    standings: tuple[Standing, ...]


def add(installation: Installation, folder: Path, actor: str = audit.COMMAND, *, in_field: str = "") -> Pack:
    """Take a pack over; the same one again changes nothing, a changed one becomes a new version.

    RefusedError if it has faults, or if words change in which people are being asked (`in_field`, the reason why,
    allows that).
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
            after = with_pack(contents, pack.tag, pack)
            detail = f"version {pack.version}" + (f" after {before.version}" if before else "")
            detail += words_in_field.guard(
                session, _last_said(installation, contents, pack.tag), after, [pack.tag], in_field
            )
            audit.note(session, installation, "language added", pack.tag, detail, actor)
            session.flush()
            installation.languages.write(after)
    except BusyError as error:
        raise RefusedError(str(error)) from None
    return pack


def remove(installation: Installation, tag: str, actor: str = audit.COMMAND, *, in_field: str = "") -> None:
    """Offer a language no more; its words are kept, since answers were given in them.

    RefusedError while people are being asked in it, unless `in_field` says why.
    """
    try:
        with installation.languages.changing() as contents, installation.database.write() as session:
            pack = contents.packs.get(tag)
            if pack is None:
                raise NotFoundError(f"No language {tag!r} was added; there are: {', '.join(contents.packs) or 'none'}.")
            after = with_pack(contents, tag, None)
            detail = f"version {pack.version}" + words_in_field.guard(session, contents, after, [tag], in_field)
            audit.note(session, installation, "language removed", tag, detail, actor)
            session.flush()
            installation.languages.write(after)
    except BusyError as error:
        raise RefusedError(str(error)) from None


def _last_said(installation: Installation, contents: Contents, tag: str) -> Contents:
    """The same contents with the last version of a language that was taken away: people were asked in its words."""
    last = contents.last.get(tag)
    return with_pack(contents, tag, installation.languages.kept_pack(last)) if last else contents


def lines(installation: Installation) -> list[Line]:
    """Every added language with every questionnaire."""
    contents = installation.languages.contents()
    return [
        Line(pack, tuple(standing(contents, pack, key) for key in load_all()))
        for _tag, pack in sorted(contents.packs.items())
    ]


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
