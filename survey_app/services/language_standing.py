"""How far an added language is with a questionnaire, in words and in recordings."""

from dataclasses import dataclass

from instruments import translation
from instruments.load import shipped
from survey_app.domain.language_packs import AUDIO, Pack
from survey_app.language_folder import Contents
from survey_app.services import heard, screen_texts


@dataclass(frozen=True)
class Standing:
    """How far a language is with a questionnaire: what is missing before it is offered."""

    instrument: str
    text_missing: tuple[str, ...]
    audio_missing: tuple[str, ...]
    offered: bool


def standing(contents: Contents, pack: Pack, key: str) -> Standing:
    """What a language lacks for a questionnaire, in words and in recordings."""
    words = pack.instruments.get(key, {})
    silent = tuple(heard.missing(contents, pack, shipped(key)))
    unwritten = (*screen_texts.unsaid(pack), *(f"{key}:{name}" for name in translation.missing(key, words)))
    return Standing(key, unwritten, silent, not (silent if pack.offered_as == AUDIO else unwritten))
