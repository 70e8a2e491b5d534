"""Pages for what goes wrong below: the citizen's answers stay on the page, and no detail of ours shows."""

import logging

from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from survey_app.keys import KeyMissingError
from survey_app.web.citizen.room import blueprint, show

RETRY_SECONDS = "30"
_log = logging.getLogger(__name__)


@blueprint.errorhandler(SQLAlchemyError)
@blueprint.errorhandler(KeyMissingError)
@blueprint.errorhandler(OSError)
def not_stored(error: Exception) -> Response:
    """Database, key folder or disk fail: give everything that was sent back, ready to be sent again."""
    _log.error("a citizen's page could not be served", exc_info=error)
    fields = list(request.form.items(multi=True)) if request.method == "POST" else []
    answers = request.endpoint == "citizen.answer" and fields  # other forms hold a code, and none of the answers
    values = {"fields": fields, "answers": answers, "action": request.path}
    response = show("failed.html", values, status=503, draft=g.get("draft"))
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


@blueprint.errorhandler(RequestEntityTooLarge)
@blueprint.errorhandler(UnsupportedMediaType)
def not_a_form(error: RequestEntityTooLarge | UnsupportedMediaType) -> Response:
    """Refuse what none of our forms sends."""
    return show("refused.html", status=error.code or 400)
