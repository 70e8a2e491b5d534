"""Every text that a citizen can meet outside the questionnaire, read from the sources themselves."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from survey_app.domain.kiosk_screens import PEOPLE
from survey_app.domain.language_packs import Pack
from survey_app.domain.screen_words import ScreenText

ROOT: Final = Path(__file__).resolve().parents[1]
PLACES: Final = ("templates/citizen", "web/citizen")
METHODS: Final = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS: Final = {"_": None, "ngettext": (1, 2)}


@cache
def needed() -> Mapping[str, ScreenText]:
    """Texts of the citizen's pages and of the kiosk's screens, by their English words."""
    plurals: dict[str, str] = dict.fromkeys(PEOPLE.values(), "")
    for place in PLACES:
        for _file, _line, text, _comments, _context in extract_from_dir(ROOT / place, METHODS, keywords=KEYWORDS):
            one, more = text if isinstance(text, tuple) else (text, "")
            plurals[one] = more
    known = _vietnamese()
    return MappingProxyType({one: ScreenText(one, more, known.get(one, "")) for one, more in plurals.items()})


def unsaid(pack: Pack) -> tuple[str, ...]:
    """Texts of the screens that a pack lacks, or has in a form that cannot be shown."""
    return tuple(text for text, source in needed().items() if not pack.has(source))


def _vietnamese() -> dict[str, str]:
    with (ROOT / "translations/vi/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="vi")
    found = {}
    for message in catalogue:
        one = message.id[0] if isinstance(message.id, tuple) else message.id
        found[one] = message.string[0] if isinstance(message.string, tuple) else message.string
    return {one: text for one, text in found.items() if isinstance(one, str) and isinstance(text, str)}
