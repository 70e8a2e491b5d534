"""The language of a page: asked for in the address, chosen before, or what the browser prefers; Vietnamese first."""

import tempfile
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, format_date
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext
from markupsafe import escape

from survey_app.domain.language_packs import Pack
from survey_app.services import language_packs
from survey_app.web.current import installation

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}  # of staff and public pages; a questionnaire has its own
DEFAULT = "vi"
FOLDER = Path(__file__).resolve().parents[1] / "translations"


def install(app: Flask) -> None:
    """Compile the words where needed, and choose a language for every request."""
    compile_words(FOLDER)
    Babel(
        app,
        default_locale=DEFAULT,
        default_translation_directories=str(FOLDER),
        default_timezone=app.extensions["sipas"].settings.timezone,
        locale_selector=_locale,
    )
    # The words of added languages come from an office, so they are escaped where they enter a page.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension of Flask-Babel
        lambda text: _of_pack(text) or _gettext(text),
        lambda one, more, num: _of_pack(one, more, num) or _ngettext(one, more, num),
        newstyle=True,
    )
    app.jinja_env.filters.update(day=day, moment=moment, stamp=stamp)
    app.context_processor(
        lambda: {"language": current(), "languages": LANGUAGES, "in_language": in_language, "address": _address()}
    )


def current() -> str:
    """Language of this request; `g.language`, where a view has set it, goes before everything else."""
    if not has_request_context():
        return DEFAULT
    if "language" not in g:
        chosen = asked() or session.get("language", "")
        g.language = chosen if chosen in LANGUAGES else preferred()
    return str(g.language)


def asked() -> str:
    """Language that the address asks for; empty if it asks for none of ours."""
    wanted = request.args.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


def for_citizens() -> dict[str, str]:
    """Languages of the citizen's pages by tag: ours, and added ones that have every word of the screens."""
    return LANGUAGES | language_packs.screen_languages(installation())


def preferred() -> str:
    """Language that the browser prefers; Vietnamese if it prefers none of ours."""
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT


def gettext(message: str, **values: object) -> str:
    """Translate a text; values stand in it as %(name)s."""
    pack = _pack()
    said = pack.said(message) if pack else None
    if said is None:
        return str(_gettext(message, **values))
    return said % values


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Translate a text that depends on a number, which stands in it as %(num)d."""
    pack = _pack()
    said = pack.counted(one, many, num) if pack else None
    if said is None:
        return str(_ngettext(one, many, num, **values))
    return said % {"num": num, **values}


def _pack() -> Pack | None:
    """Words of the added language in which this request is answered, if it is in one."""
    if current() in LANGUAGES:
        return None
    return installation().languages.contents().packs.get(current())


def _of_pack(message: str, many: str = "", num: int = 1) -> str | None:
    pack = _pack()
    said = (pack.counted(message, many, num) if many else pack.said(message)) if pack else None
    return None if said is None else str(escape(said))


def _locale() -> str:
    """Words and dates of the interface are in one of our languages, whatever the questionnaire is in."""
    return current() if current() in LANGUAGES else DEFAULT


def in_language(code: str) -> str:
    """Address of this page in another language; relative, so that it can lead nowhere else."""
    return "?" + urlencode({**request.args.to_dict(), "lang": code})


def _address() -> str:
    """Fixed public address of this page, for the source line on paper."""
    return installation().settings.public_url.rstrip("/") + request.path if has_request_context() else ""


def remember() -> None:
    """Keep a language that the address asks for, so that the next page has it too (staff pages only)."""
    if asked():
        session["language"] = asked()


def day(value: date) -> str:
    """Write a day as the language does: 09/03/2026, 9 Mar 2026."""
    return str(format_date(value, "d MMM yyyy" if current() == "en" else "dd/MM/yyyy", rebase=False))


def moment(value: datetime) -> str:
    """Write a moment with its weekday, in the office's time zone."""
    local = value.astimezone(installation().settings.zone)
    weekday = str(format_date(local.date(), "EEEE", rebase=False))
    return f"{weekday} {day(local.date())} {local:%H:%M}"


def weekday(number: int) -> str:
    """Name a day of the week, 0 = Monday."""
    return str(format_date(date(2024, 1, 1 + number), "EEEE", rebase=False))


def stamp(value: datetime) -> str:
    """Write a moment shortly, in the office's time zone."""
    local = value.astimezone(installation().settings.zone)
    return f"{day(local.date())} {local:%H:%M}"


def compile_words(folder: Path) -> None:
    """Write the .mo beside each .po that is newer; a reader never sees half a file."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        with tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as made:
            write_mo(made, catalogue)
        Path(made.name).chmod(0o644)
        Path(made.name).replace(target)
