"""Recordings and pictures as citizens meet them: only those that were made for the words of today."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from instruments.load import shipped
from instruments.model import Instrument
from survey_app.domain.answers import choices
from survey_app.domain.kiosk_screens import PEOPLE, SPOKEN
from survey_app.domain.language_packs import Pack
from survey_app.installation import Installation
from survey_app.language_folder import PICTURES, SCREENS, Contents, Medium
from survey_app.services import screen_texts

VIETNAMESE: Final = "vi"  # screens stand in it where a language has no words


def texts(contents: Contents, language: str, scope: str) -> dict[str, str]:
    """Every text of a questionnaire (or of the screens) that may be recorded, as it stands in a language.

    What the language has no words for stands in the default language: that is what a speaker translates.
    """
    if scope == SCREENS:
        pack = contents.packs.get(language)
        return {name: _screen(pack, language, PEOPLE[name]) for name in SPOKEN}
    instrument = shipped(scope)
    words = _words(contents, language, instrument)
    default = instrument.words[instrument.default_language]
    return {key: words.get(key) or default[key] for key in recordable(instrument)}


def written_in(contents: Contents, language: str, scope: str, key: str) -> str:
    """Language in which a text really stands."""
    if scope == SCREENS:
        pack = contents.packs.get(language)
        return language if pack is None or pack.said(PEOPLE[key]) else VIETNAMESE
    instrument = shipped(scope)
    return language if _words(contents, language, instrument).get(key) else instrument.default_language


def recordable(instrument: Instrument) -> Iterator[str]:
    """Keys of the texts that are read out: introduction, questions, hints, answers."""
    known = instrument.words[instrument.default_language]
    seen: dict[str, None] = {"intro": None}
    for item in instrument.items:
        keys = [f"item.{item.id}", f"item.{item.id}.hint", *(key for _value, key, _apart in choices(instrument, item))]
        seen |= dict.fromkeys(key for key in keys if key in known)
    yield from seen


def fingerprint(text: str) -> str:
    """Mark of a text, kept beside its recording."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def playable(contents: Contents, language: str, scope: str) -> Mapping[str, Medium]:
    """Recordings of today's texts, by key; pictures are asked for as of the language `und`."""
    kept = contents.media.get(language, {})
    if not kept:
        return {}
    today = texts(contents, language, scope)
    found = {}
    for key, text in today.items():
        medium = kept.get(f"{scope}:{key}")
        if medium is not None and (language == PICTURES or medium.words == fingerprint(text)):
            found[key] = medium
    return found


def of_page(installation: Installation, language: str, key: str) -> dict[str, Mapping[str, Medium]]:
    """Recordings and pictures that the pages of a questionnaire show, by the keys of its texts."""
    contents = installation.languages.contents()
    return {"sounds": playable(contents, language, key), "pictures": playable(contents, PICTURES, key)}


def missing(contents: Contents, pack: Pack, instrument: Instrument) -> Iterator[str]:
    """Texts of a questionnaire and of the screens that nobody has recorded in a language, or that changed since."""
    for scope in (SCREENS, instrument.key):
        there = playable(contents, pack.tag, scope)
        yield from (f"{scope}:{key}" for key in texts(contents, pack.tag, scope) if key not in there)


def _words(contents: Contents, language: str, instrument: Instrument) -> Mapping[str, str]:
    """Words of a questionnaire in a language, as far as there are any."""
    pack = contents.packs.get(language)
    return pack.instruments.get(instrument.key, {}) if pack else instrument.words.get(language, {})


def _screen(pack: Pack | None, language: str, english: str) -> str:
    if language == "en":
        return english
    return (pack.said(english) if pack else None) or screen_texts.needed()[english].vietnamese
