"""The kiosk's program as files: anyone may load it, and it holds nothing; the signed calls are `web/device`."""

import json

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from survey_app.web.current import installation
from survey_app.web.kiosk.shell import Shell, load

SCOPE = "/kiosk"
ONE_YEAR = 31_536_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

MEDIA_TYPES = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".png": "image/png", ".webp": "image/webp"}

blueprint = Blueprint("kiosk", __name__)


def guard() -> None:
    """Let anyone load the program: without a device's key it can neither fetch nor send anything."""


@blueprint.after_request
def add_headers(response: Response) -> Response:
    """Let the page speak to this server alone, and use the camera to read slips."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return response


@blueprint.get("/kiosk")
def page() -> Response:
    """Give the one page; nobody's answers are in it, and no browser keeps it when it was left."""
    return Response(program().page, mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.get("/kiosk/sw.js")
def worker() -> Response:
    """Give the service worker with the list of what it keeps; any change of a file changes it."""
    here = program()
    listed = json.dumps({"version": here.version, "hashes": here.hashes}, sort_keys=True)
    headers = {"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    return Response(f"const SHELL = {listed};\n{here.worker}", mimetype="text/javascript", headers=headers)


@blueprint.get("/kiosk/files/<version>/<name>")
def file(version: str, name: str) -> Response:
    """Give one file of this version; an older page finds its own files in its browser."""
    here = program()
    if version != here.version or name not in here.files:
        abort(404)
    headers = {"Cache-Control": f"public, max-age={ONE_YEAR}, immutable"}
    return Response(here.files[name].content, mimetype=here.files[name].mimetype, headers=headers)


@blueprint.get("/media/<name>")
def media(name: str) -> BaseResponse:
    """Give a recording or picture to kiosk and phone; its name is its content, so it never changes."""
    path = installation().languages.media_file(name)
    if path is None or not path.exists():
        abort(404)
    content = path.read_bytes()
    headers = {
        "Cache-Control": f"public, max-age={ONE_YEAR}, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    response = Response(content, mimetype=MEDIA_TYPES[path.suffix], headers=headers)
    return response.make_conditional(request, accept_ranges=True, complete_length=len(content))  # phones ask for parts


def program() -> Shell:
    """Give the program, put together once per application."""
    found = current_app.extensions.get("kiosk_shell")
    if found is None:
        found = current_app.extensions["kiosk_shell"] = load()
    assert isinstance(found, Shell)  # noqa: S101 - tells the type checker what the line above put there
    return found
