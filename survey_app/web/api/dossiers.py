"""POST /api/v1/dossiers: a unit's one-stop software sends what it returned; every row gets its answer."""

from http import HTTPStatus

from flask import Response, jsonify, request

from survey_app.domain import dossier_messages
from survey_app.services import dossier_intake
from survey_app.services.dossiers import ImportReport
from survey_app.services.tables import TableError
from survey_app.services.tables.json_file import loads, objects
from survey_app.web.api.keyed import blueprint, refusal, sender
from survey_app.web.current import installation

MAX_BYTES = 2 * 1024 * 1024


@blueprint.post("/dossiers")
def take() -> tuple[Response, int]:
    """Take dossiers: 200 all taken, 422 some to be mended (the others went in), 400 no list, 413 too many."""
    request.max_content_length = MAX_BYTES
    try:
        rows = objects(loads(request.get_data(), "The body"), "The body")
        report = dossier_intake.receive(installation(), rows, sender())
    except TableError as error:
        return refusal(HTTPStatus.BAD_REQUEST, str(error))
    except dossier_intake.TooManyRowsError as error:
        return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error))
    return jsonify(_told(report)), HTTPStatus.UNPROCESSABLE_ENTITY if report.rejected else HTTPStatus.OK


def _told(report: ImportReport) -> dict[str, object]:
    """What happened, row by row where something must be mended, in the language that the sender prefers."""
    language = request.accept_languages.best_match(dossier_messages.LANGUAGES) or dossier_messages.LANGUAGES[0]
    return {
        "new": report.stored.new,
        "changed": report.stored.changed,
        "same": report.stored.same + report.repeated,
        "rejected": report.rejected,
        "dropped": [*report.personal, *report.unknown],
        "errors": [
            {"row": row, "field": p.field, "value": p.value, "code": p.code, "remedy": p.remedy(language)}
            for row, p in sorted(report.problems, key=lambda pair: pair[0])
        ],
    }
