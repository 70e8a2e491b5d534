"""The session of someone who has signed in: a signed cookie that ends with its login, its version or its day."""

import uuid
from datetime import UTC, datetime

from flask import Flask, abort, g, redirect, request, session, url_for
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.wrappers import Response
from wtforms import ValidationError

from survey_app.domain import access
from survey_app.domain.access import Reader
from survey_app.services import sign_in
from survey_app.web.current import installation
from survey_app.web.language import LANGUAGES, remember

SAFE = ("GET", "HEAD", "OPTIONS")


def install(app: Flask) -> None:
    """Set up the cookie: out of reach of scripts, of other sites' forms and, with TLS, of other hosts."""
    https = app.extensions["sipas"].settings.https
    app.config.update(
        SESSION_COOKIE_NAME="__Host-sipas-staff" if https else "sipas_staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=int(sign_in.SESSION_LIFE.total_seconds()),
        WTF_CSRF_SSL_STRICT=False,  # we send no referrer; the token alone decides
    )
    app.context_processor(_for_templates)


def _for_templates() -> dict[str, object]:
    """Who is signed in, and which kinds of page that role opens."""
    found: Reader | None = g.get("reader")
    return {
        "reader": found,
        "opens": lambda area: found is not None and access.opens(found.role, area),
        "csrf_token": generate_csrf,
    }


def begin(signed_in: sign_in.SignedIn) -> None:
    """Start a session from nothing: what an earlier visitor left in the cookie is gone."""
    chosen = session.get("language")
    session.clear()
    session["staff"] = signed_in.reader.id.hex
    session["version"] = signed_in.session_version
    session["at"] = installation().now().timestamp()
    session["language"] = chosen if chosen in LANGUAGES else signed_in.reader.language


def renew(version: int) -> None:
    """Go on in this browser after one's own password was changed."""
    session["version"] = version


def end() -> None:
    """Forget everything in this browser."""
    session.clear()


def current_reader() -> Reader | None:
    """Return who is signed in; None without a session that still holds."""
    if "reader" not in g:
        g.reader = _read()
    found: Reader | None = g.reader
    return found


def reader() -> Reader:
    """Return who is signed in, behind a guard."""
    found = current_reader()
    if found is None:
        raise RuntimeError("This page needs a guard.")
    return found


def public_guard() -> None:
    """Anyone may read; changing anything needs a form of ours."""
    _refuse_forged_forms()


def staff_guard() -> Response | None:
    """Anyone who has signed in."""
    return _guard(None)


def agency_guard() -> Response | None:
    """Readers whose role opens agency pages."""
    return _guard(access.AGENCY)


def province_guard() -> Response | None:
    """Readers whose role opens province pages."""
    return _guard(access.PROVINCE)


def admin_guard() -> Response | None:
    """Readers whose role opens administration pages."""
    return _guard(access.ADMIN)


def _guard(area: str | None) -> Response | None:
    """Send strangers to the sign-in page; what a role does not open does not exist for it."""
    found = current_reader()
    if found is None:
        wanted = request.full_path.rstrip("?") if request.method in SAFE else None
        return redirect(url_for("login.form", next=wanted))
    remember()
    if area is not None and not access.opens(found.role, area):
        abort(404)
    _refuse_forged_forms()
    return None


def _refuse_forged_forms() -> None:
    """Every change needs the token of our own form; a missing one is a wrong one."""
    if request.method in SAFE:
        return
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        abort(400, "csrf")


def _read() -> Reader | None:
    try:
        staff_id, version = uuid.UUID(hex=str(session["staff"])), int(session["version"])
        signed_in_at = datetime.fromtimestamp(float(session["at"]), UTC)
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return sign_in.reader_of(installation(), staff_id, version, signed_in_at)
