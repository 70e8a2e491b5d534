"""What of the recordings and pictures a kiosk has to store: those of the questionnaires that it asks."""

from collections.abc import Collection
from typing import Any

from survey_app.installation import Installation
from survey_app.language_folder import PICTURES, SCREENS
from survey_app.services import heard, language_packs


def media(installation: Installation, rounds: list[dict[str, Any]], spoken: Collection[str]) -> dict[str, Any]:
    """Add to each round its recordings by language and its pictures, and tell of all of them together."""
    contents = installation.languages.contents()
    screens = {tag: heard.playable(contents, tag, SCREENS) for tag in sorted(spoken)}
    used = [one for found in screens.values() for one in found.values()]
    for one in rounds:
        key = one["instrument"]["key"]
        own = {tag: heard.playable(contents, tag, key) for tag in one["languages"]}
        pictures = heard.playable(contents, PICTURES, key)
        one["recordings"] = {tag: {name: m.file for name, m in found.items()} for tag, found in own.items() if found}
        one["pictures"] = {name: medium.file for name, medium in pictures.items()}
        used += [medium for found in (*own.values(), pictures) for medium in found.values()]
    return {
        "recordings": {tag: {name: m.file for name, m in found.items()} for tag, found in screens.items() if found},
        "media": sorted({medium.file for medium in used}),
        "placeholders": sorted({medium.file for medium in used if medium.placeholder}),
        "heard": sorted(tag for tag in spoken if language_packs.only_heard(installation, tag)),
    }
