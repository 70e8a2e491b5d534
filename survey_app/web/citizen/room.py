"""The blueprint of the citizen's pages, its guard and its headers."""

import base64
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, g, render_template, request

from survey_app.web import language as ui
from survey_app.web.citizen.draft import Draft

MAX_FORM_BYTES = 64 * 1024  # the longest page with the longest comment is far below
FORM_TYPE = "application/x-www-form-urlencoded"
SHEET = Path(__file__).parents[2] / "templates" / "citizen" / "sheet.css"

_NOTHING: Mapping[str, object] = {}

blueprint = Blueprint("citizen", __name__)


def guard() -> None:
    """Let in whoever sends a plain form: the address itself, and the sealed draft in the form, are the permission."""
    # Vietnamese unless asked otherwise: many phones are set to English whose owners do not read it.
    g.language = asked() or ui.DEFAULT
    request.max_content_length = MAX_FORM_BYTES
    # A cross-site script can send text/plain without asking first, and nobody else does.
    if request.method == "POST" and request.mimetype != FORM_TYPE:
        abort(415)
    if request.method == "POST" and not asked():  # for pages that know no draft; a draft's own language goes before it
        g.language = ui_language(request.form.get("_language", ""))


@blueprint.after_request
def add_headers(response: Response) -> Response:
    """Keep every page out of caches, referrers and search engines; no script, no source but the sheet in the page."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{_sheet_hash()}'; img-src 'self' data:; media-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def show(
    template: str, values: Mapping[str, object] = _NOTHING, *, status: int = 200, draft: Draft | None = None
) -> Response:
    """Render a page in the language and text size of a draft, else in those of the request."""
    if draft is not None and not asked():
        g.language = ui_language(draft.language)
    frame = {"size": draft.size if draft else 0, "languages": ui.for_citizens().items(), "language": g.language}
    return Response(render_template(f"citizen/{template}", **{**frame, **values}), status)


def lead_to(location: str) -> Response:
    """Lead to another page of ours by a plain GET, with an empty body: no address is repeated in it."""
    return Response(status=303, headers={"Location": location})


def ui_language(language: str) -> str:
    """Language of buttons and notes: a questionnaire may have more languages than the pages around it."""
    return language if language in ui.for_citizens() else ui.DEFAULT


def asked() -> str:
    """Language that the address asks for; empty if these pages are not in it."""
    wanted = request.args.get("lang", "")
    return wanted if wanted in ui.for_citizens() else ""


@cache
def _sheet_hash() -> str:
    """Hash of the style sheet as it stands in the page (a template drops its last line break)."""
    text = SHEET.read_text(encoding="utf-8").removesuffix("\n")
    return base64.b64encode(sha256(text.encode()).digest()).decode()
