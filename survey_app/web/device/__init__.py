"""Addresses that enrolled kiosks call: JSON, signed by the device's own key, no cookie (docs/adr/0009)."""

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from survey_app.domain import kiosk_sealing
from survey_app.services import kiosk_package, kiosk_sync, kiosks
from survey_app.services.kiosk_items import Device
from survey_app.services.kiosk_sync import RevokedError, ShapeError, UnknownDeviceError
from survey_app.services.kiosks import CodeRefusedError
from survey_app.web.current import installation

log = logging.getLogger("sipas.kiosk")
MAX_BYTES = 2 * 1024 * 1024

blueprint = Blueprint("device", __name__, url_prefix="/kiosk")


def guard() -> tuple[Response, int] | None:
    """Let in who signs with the key of a device in use; only enrolment is open, since it makes that key known."""
    request.max_content_length = MAX_BYTES
    if request.method == "POST" and request.mimetype != "application/json":
        return _refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "", "Send Content-Type: application/json.")
    if request.endpoint == f"{blueprint.name}.enrol":
        return None
    message = f"{request.method} {request.path}\n".encode() + request.get_data()
    device, signature = (request.headers.get(name, "") for name in ("X-Device", "X-Signature"))
    try:
        g.device = kiosk_sync.authenticate(installation(), device, signature, message)
    except UnknownDeviceError as error:
        return _refusal(HTTPStatus.UNAUTHORIZED, "", str(error))
    except RevokedError:
        return jsonify({"revoked": True}), HTTPStatus.FORBIDDEN
    return None


@blueprint.post("/enrol")
def enrol() -> tuple[Response, int]:
    """Make a device of who brings a code: 201; 403 for a code that opens nothing, 429 after many of them."""
    try:
        code, point, version = _enrolment(_object())
    except kiosk_sealing.KeyShapeError as error:
        return _refusal(HTTPStatus.BAD_REQUEST, "public_key", str(error))
    except ShapeError as error:
        return _refusal(HTTPStatus.BAD_REQUEST, error.field, str(error))
    try:
        made = kiosks.enrol(installation(), code, point, version, request.remote_addr or "")
    except CodeRefusedError as error:
        return _refusal(HTTPStatus.FORBIDDEN, "code", str(error))
    told = {"device": str(made.id), "number": made.number, "name": made.name, "desk": made.desk}
    return jsonify({**told, "province": made.province}), HTTPStatus.CREATED


@blueprint.get("/package")
def package() -> BaseResponse:
    """Everything that the device needs without a network; 304 if it has this very version."""
    content = kiosk_package.package(installation(), _device().id)
    response = jsonify({**content, "server_time": installation().now().isoformat(timespec="seconds")})
    response.set_etag(content["version"])
    return response.make_conditional(request)


@blueprint.post("/sync")
def sync() -> tuple[Response, int] | Response:
    """Take items, each answered by itself: 200; 400 if the body as a whole is something else, 503 to try again."""
    try:
        items, heartbeat = kiosk_sync.read_body(_object())
    except ShapeError as error:
        return _refusal(HTTPStatus.BAD_REQUEST, error.field, str(error))
    told = kiosk_sync.receive(installation(), _device(), items, heartbeat)
    return jsonify({**told, "package": _package_version()})


def _package_version() -> str | None:
    """Version of what the device should know; None if it cannot be made: no answer may be held up by that."""
    try:
        return str(kiosk_package.package(installation(), _device().id)["version"])
    except Exception:
        log.exception("the package of device %s cannot be made: it goes on with the one that it has", _device().id)
        return None


@blueprint.errorhandler(SQLAlchemyError)
def not_stored(_error_below: SQLAlchemyError) -> tuple[Response, int]:
    """Say plainly that the device must keep what was not answered."""
    return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "", "Keep everything that was not answered and send it again.")


def _device() -> Device:
    found: Device = g.device
    return found


def _enrolment(body: dict[str, Any]) -> tuple[str, bytes, str]:
    """Code, public key and version of an enrolment."""
    if set(body) != {"code", "public_key", "version"}:
        raise ShapeError("", "Send an object with code, public_key and version.")
    code, version = body["code"], body["version"]
    if not isinstance(code, str) or not isinstance(version, str) or not version.isprintable():
        raise ShapeError("code", "Send code and version as text.")
    return code, kiosk_sealing.point_of_jwk(body["public_key"]), version


def _object() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise ShapeError("", "The body is not JSON in UTF-8.") from error
    if not isinstance(body, dict):
        raise ShapeError("", "The body must be one JSON object.")
    return body


def _refusal(status: HTTPStatus, field: str, message: str) -> tuple[Response, int]:
    """One shape for every refusal: what, where, and what to do."""
    return jsonify({"error": status.phrase, "field": field, "message": message}), status
