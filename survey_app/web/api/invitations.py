"""POST /api/v1/survey-urls: the address of a dossier's questionnaire, again and again the same."""

from http import HTTPStatus

from flask import Response, jsonify, request

from survey_app.services import invitations
from survey_app.services.errors import RefusedError
from survey_app.web.api.keyed import blueprint, refusal, sender
from survey_app.web.current import installation

MAX_CODES = 500
SHAPE = 'Send {"round": "CODE", "dossier_codes": ["...", ...]} with at most 500 codes.'


@blueprint.post("/survey-urls")
def survey_urls() -> tuple[Response, int]:
    """Make addresses for dossiers of the key's unit: 200 one answer per code, 400 wrong shape, 409 no open round."""
    body = request.get_json(silent=True)
    wanted = {"round", "dossier_codes"}
    if not isinstance(body, dict) or set(body) != wanted or not isinstance(body["round"], str):
        return refusal(HTTPStatus.BAD_REQUEST, SHAPE)
    codes = body["dossier_codes"]
    if not isinstance(codes, list) or len(codes) > MAX_CODES or not all(isinstance(code, str) for code in codes):
        return refusal(HTTPStatus.BAD_REQUEST, SHAPE)
    try:
        issued = invitations.issue(installation(), body["round"], dict.fromkeys(codes), beneath=sender().unit_id)
    except RefusedError as error:
        return refusal(HTTPStatus.CONFLICT, str(error))
    told = {
        "survey_urls": [{"dossier_code": slip.dossier_code, "survey_url": slip.url} for slip in issued.slips],
        "refused": [{"dossier_code": code, "reason": reason} for code, reason in issued.refused],
    }
    return jsonify(told), HTTPStatus.OK
