"""POST /api/v1/responses: answers from another program, by the same rule and the same one commit as the page.

No key is asked for: the token is the permission. Whoever sends says nothing about unit, channel or device: they come
from the token, and an answer by this door never gets the grade of one given on the citizen's own device here.
"""

import json
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from survey_app.domain import collectors
from survey_app.domain.tokens import MistypedError
from survey_app.services import collection
from survey_app.services.collection import Submission
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError, OtherWayError
from survey_app.web.current import installation

MAX_BYTES = 64 * 1024
DEVICE = collectors.API  # we cannot see whose device it is
FIELDS = {"token": True, "client_key": True, "answers": True, "language": False}  # name: needed
STATUS = {
    "stored": HTTPStatus.CREATED,
    "already_received": HTTPStatus.OK,
    "quarantined": HTTPStatus.CONFLICT,
}

blueprint = Blueprint("responses_api", __name__, url_prefix="/api/v1")


class BadRequestError(ValueError):
    """The body is not what this address takes; names the field and the remedy."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def guard() -> tuple[Response, int] | None:
    """Take JSON only: a page of another site cannot send that without asking first, and is never allowed to."""
    request.max_content_length = MAX_BYTES
    if request.method == "POST" and request.mimetype != "application/json":
        return _error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "", "Send Content-Type: application/json.")
    return None


@blueprint.post("/responses")
def take() -> tuple[Response, int]:
    """Take one answer: 201 stored, 200 received before, 409 kept apart, 422 to be mended, 404 opens nothing.

    403 where the plan of the round names no way that another program could belong to: nothing is stored.
    """
    try:
        body = _body()
        taken = collection.submit(installation(), _submission(body))
    except BadRequestError as error:
        return _error(HTTPStatus.BAD_REQUEST, error.field, str(error))
    except MistypedError as error:
        return _error(HTTPStatus.BAD_REQUEST, "token", f"{error} Compare it with the slip.")
    except OtherWayError as error:
        return _error(HTTPStatus.FORBIDDEN, "token", str(error))
    except ClosedDoorError as error:
        return _error(HTTPStatus.NOT_FOUND, "token", str(error))
    except AnswersNotValidError as error:
        problems = [{"item": p.item, "code": p.code, "allowed": p.allowed} for p in error.problems]
        return jsonify({"outcome": "not_valid", "problems": problems}), HTTPStatus.UNPROCESSABLE_ENTITY
    told = {"outcome": taken.outcome, "receipt": taken.receipt, "withdrawal": taken.withdrawal}
    return jsonify({name: value for name, value in told.items() if value}), STATUS[taken.outcome]


@blueprint.errorhandler(SQLAlchemyError)
def not_stored(_error_below: SQLAlchemyError) -> tuple[Response, int]:
    """Say plainly that nothing was taken, so that the sender keeps it and tries again with the same client key."""
    return _error(HTTPStatus.SERVICE_UNAVAILABLE, "", "Nothing was stored. Send the same body again in 30 seconds.")


def _body() -> Mapping[str, Any]:
    """Read the JSON object and its fields; every surplus one is refused by name."""
    try:
        body = json.loads(request.get_data(), object_pairs_hook=_once)
    except BadRequestError:
        raise
    except (ValueError, RecursionError) as error:
        raise BadRequestError("", "The body is not JSON in UTF-8.") from error
    if not isinstance(body, dict):
        raise BadRequestError("", "The body must be one JSON object.")
    for name in body:
        if name not in FIELDS:
            raise BadRequestError(str(name)[:40], f"This field is not taken; take it out. Known: {', '.join(FIELDS)}.")
    for name, needed in FIELDS.items():
        if needed and name not in body:
            raise BadRequestError(name, "This field is missing.")
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: nobody can say which of the values was meant."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadRequestError(name[:40], "This field stands twice; send it once.")
        found[name] = value
    return found


def _submission(body: Mapping[str, Any]) -> Submission:
    token = body["token"]
    if not isinstance(token, str):
        raise BadRequestError("token", "Send the token as text.")
    try:
        key = uuid.UUID(body["client_key"]) if isinstance(body["client_key"], str) else None
    except ValueError:
        key = None
    if key is None:
        raise BadRequestError("client_key", "Send a random UUID as text, and the same one when you send again.")
    if not isinstance(body["answers"], dict):
        raise BadRequestError("answers", "Send an object: item id to answer.")
    address = collection.open_claim(installation(), token, DEVICE)
    language = body.get("language", address.instrument.default_language)
    if language not in address.instrument.languages:
        raise BadRequestError("language", f"Send one of: {', '.join(address.instrument.languages)}.")
    return Submission(token_text=token, nonce=key.bytes, raw=body["answers"], language=language, device=DEVICE)


def _error(status: HTTPStatus, field: str, message: str) -> tuple[Response, int]:
    """One shape for every refusal: what, where, and what to do."""
    return jsonify({"error": status.phrase, "field": field, "message": message}), status
