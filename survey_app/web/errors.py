"""The one place that turns what went wrong into a page or into JSON, in the visitor's language."""

import logging
from http import HTTPStatus

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import lazy_gettext
from werkzeug.exceptions import HTTPException

from survey_app.keys import KeyMissingError
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError, NotFoundError, RefusedError
from survey_app.services.tries import WaitError
from survey_app.web.language import DEFAULT, LANGUAGES, current

log = logging.getLogger("sipas.web")

# The first that fits decides; what is not listed is a fault of ours.
STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ClosedDoorError, HTTPStatus.GONE),
    (AnswersNotValidError, HTTPStatus.BAD_REQUEST),
    (WaitError, HTTPStatus.TOO_MANY_REQUESTS),
    (RefusedError, HTTPStatus.CONFLICT),
    (KeyMissingError, HTTPStatus.SERVICE_UNAVAILABLE),
)

MACHINES = ("/api/", "/kiosk/enrol", "/kiosk/package", "/kiosk/sync")  # addresses that programs call
NO_PAGE = (
    lazy_gettext("There is no such page"),
    lazy_gettext("The address may have been mistyped, or the page has moved."),
)
NOT_UNDERSTOOD = lazy_gettext("This could not be understood"), lazy_gettext("Please go back and try again.")
OUR_FAULT = (
    lazy_gettext("Something went wrong on our side"),
    lazy_gettext("It has been noted and nothing was lost. Please try again in a few minutes."),
)
WORDS = {
    HTTPStatus.NOT_FOUND: NO_PAGE,
    HTTPStatus.GONE: NO_PAGE,
    HTTPStatus.METHOD_NOT_ALLOWED: (
        lazy_gettext("This address does not take what was sent"),
        lazy_gettext("Please go back and use the form on the page."),
    ),
    HTTPStatus.BAD_REQUEST: (
        lazy_gettext("The form could not be read"),
        lazy_gettext(
            "It may have been open for too long, or cookies are switched off. Please go back, reload the page and "
            "send it again.",
        ),
    ),
    HTTPStatus.FORBIDDEN: (
        lazy_gettext("This page is not open to you"),
        lazy_gettext("Please sign in with the login of your office."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        lazy_gettext("Too much was sent at once"),
        lazy_gettext("Please send less, in several parts if needed."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        lazy_gettext("Please wait a moment"),
        lazy_gettext("There were many tries in a short time. Please try again in a minute."),
    ),
    HTTPStatus.CONFLICT: (
        lazy_gettext("This cannot be done now"),
        lazy_gettext("Something has changed meanwhile. Please go back and reload the page."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        lazy_gettext("The service is being repaired"),
        lazy_gettext("Nothing was lost. Please try again in a few minutes."),
    ),
}


def install(app: Flask) -> None:
    """Answer every exception that no view has answered itself."""
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_ours)


def _of_http(error: HTTPException) -> Response | HTTPException:
    """Answer what the framework refuses: unknown address, wrong method, missing form token."""
    if error.response is not None or (error.code or 500) < HTTPStatus.BAD_REQUEST:
        return error  # an answer that somebody has made already, such as a redirect to the canonical address
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    known = code in {status.value for status in HTTPStatus}
    response = _answer(HTTPStatus(code) if known else HTTPStatus.BAD_REQUEST, "")
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _of_ours(error: Exception) -> Response:
    """Answer a named exception of the services; anything else goes to the log and shows no detail."""
    for kind, status in STATUS:
        if isinstance(error, kind):
            response = _answer(status, str(error))
            if isinstance(error, WaitError):
                response.headers["Retry-After"] = str(error.seconds)
            return response
    log.error("a page failed", exc_info=error)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "")


def _answer(status: HTTPStatus, message: str) -> Response:
    """JSON for programs, a page for people."""
    if request.path.startswith(MACHINES):
        response = jsonify({"error": status.phrase, "message": message or status.description})
        response.status_code = status
        return response
    if current() not in LANGUAGES:
        g.language = DEFAULT  # these sentences are in our own languages only
    title, sentence = _words(status)
    return Response(render_template("error.html", title=title, sentence=sentence), status, mimetype="text/html")


def _words(status: HTTPStatus) -> tuple[str, str]:
    """Title and sentence of a page: what happened, what to do."""
    other = NOT_UNDERSTOOD if status < HTTPStatus.INTERNAL_SERVER_ERROR else OUR_FAULT
    title, sentence = WORDS.get(status, other)
    return str(title), str(sentence)
