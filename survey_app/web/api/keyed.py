"""Addresses that a unit's one-stop software opens with the key of its unit."""

from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify, request

from survey_app.services import api_keys
from survey_app.services.dossier_intake import Sender
from survey_app.web.current import installation

SCHEME = "bearer"

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


def api_key_guard() -> tuple[Response, int] | None:
    """Let in who sends `Authorization: Bearer KEY` with a key in use, and JSON only."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = api_keys.sender_of(installation(), key.strip()) if scheme.casefold() == SCHEME else None
    if found is None:
        response, status = refusal(HTTPStatus.UNAUTHORIZED, "Send 'Authorization: Bearer KEY' with a key in use.")
        response.headers["WWW-Authenticate"] = 'Bearer realm="sipas"'
        return response, status
    if request.method not in {"GET", "HEAD"} and request.mimetype != "application/json":
        return refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json.")
    g.sender = found
    return None


def sender() -> Sender:
    """Whose key opened this request."""
    found: Sender = g.sender
    return found


def refusal(status: HTTPStatus, message: str) -> tuple[Response, int]:
    """One shape for every refusal: what, and what to do."""
    return jsonify({"error": status.phrase, "message": message}), status
