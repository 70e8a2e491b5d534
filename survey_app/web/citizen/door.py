"""The door: what an address or a typed code opens, and what a closed one says."""

import os
from dataclasses import replace

from flask import Response, g, request, url_for

from survey_app.domain import base32, tokens
from survey_app.domain.tokens import MistypedError
from survey_app.services import collection
from survey_app.services.collection import NONCE_BYTES, Address
from survey_app.services.errors import ClosedDoorError, OtherWayError
from survey_app.web.citizen import browser, sending
from survey_app.web.citizen import draft as drafts
from survey_app.web.citizen.draft import Draft
from survey_app.web.citizen.room import blueprint, lead_to, show
from survey_app.web.current import installation
from survey_app.web.language import gettext as _

LETTERS = base32.ALPHABET + "OIL"  # the last three are read as 0 and 1


@blueprint.get("/T/<token>")  # a QR code in alphanumeric mode knows capitals only
@blueprint.get("/t/<token>")
def door(token: str) -> Response:
    """Open a blank form, or go on with the draft that this browser has; nothing is stored by looking."""
    try:
        address = collection.open_address(installation(), token)
    except MistypedError:
        return code_page(status=404, mistake=_mistake(token), typed=token)
    except OtherWayError:
        return show("other_way.html", status=404)
    except ClosedDoorError:
        return _closed(tokens.parse(token).text)
    draft = browser.continued(address.token.text)
    if draft is not None and draft.state == drafts.OPEN and not draft.claim:
        return _to_questionnaire(draft)
    return _to_questionnaire(_begin(address, claim=False))


@blueprint.post("/T/<token>")
@blueprint.post("/t/<token>")
def claim(token: str) -> Response:
    """Open a blank form for somebody who says 'I have not answered'."""
    here = installation()
    try:
        address, refused = collection.open_address(here, token), False
    except MistypedError:
        return code_page(status=404, mistake=_mistake(token), typed=token)
    except OtherWayError:
        return show("other_way.html", status=404)
    except ClosedDoorError:
        try:
            address, refused = collection.open_claim(here, token), True
        except ClosedDoorError:
            return show("nowhere.html", status=404)
    draft = browser.continued(address.token.text)
    if draft is not None and draft.state == drafts.OPEN:
        return _to_questionnaire(replace(draft, claim=refused))
    return _to_questionnaire(_begin(address, claim=refused))


@blueprint.get("/q/code")
def code_again() -> Response:
    """Ask for a code; a link to another language leads here after a mistyped one."""
    return code_page()


@blueprint.post("/q/code")
def code() -> Response:
    """Lead from a typed code to its address."""
    typed = request.form.get("code", "")
    try:
        return lead_to(url_for("citizen.door", token=tokens.parse(typed).text, lang=g.language))
    except MistypedError:
        return code_page(status=422, mistake=_mistake(typed), typed=typed)


def code_page(*, status: int = 200, typed: str = "", mistake: str = "", notice: str = "") -> Response:
    """Ask for the code of a slip."""
    values = {"typed": typed, "mistake": mistake, "notice": notice, "code_length": tokens.LENGTH}
    return show("code.html", values, status=status)


def _closed(token: str) -> Response:
    """One and the same page whatever the reason, except for the browser that answered."""
    draft = browser.continued(token)
    if draft is not None and draft.state != drafts.OPEN:
        return sending.sent_page(draft)
    return show("closed.html", {"action": ""}, status=404)


def _begin(address: Address, *, claim: bool) -> Draft:
    asked = request.args.get("lang", "")
    return Draft(
        round_code=address.round_code,
        instrument_key=address.instrument.key,
        token=address.token.text,
        nonce=os.urandom(NONCE_BYTES),
        began=installation().now(),
        language=asked if asked in address.instrument.languages else address.instrument.default_language,
        claim=claim,
        offered=address.instrument.languages,
    )


def _to_questionnaire(draft: Draft) -> Response:
    """Lead to the form; a browser that has shown no cookie yet gets the blank form in the address too."""
    blank = None if browser.shows_cookie() else drafts.seal(installation().keys, draft, drafts.BLANK)
    response = lead_to(url_for("citizen.questionnaire", s=blank))
    browser.hold(response, draft)
    return response


def _mistake(typed: str) -> str:
    """Say what is likely wrong with a typed code; its check characters are no secret, so this tells nothing."""
    tidy = base32.tidy(typed)
    strange = sorted({letter for letter in tidy if letter not in LETTERS})
    if not tidy:
        return _("Please type the code of your slip.")
    if strange:
        return _("Codes have no “%(letter)s”. Please compare this place with the slip.", letter=strange[0])
    if len(tidy) != tokens.LENGTH:
        return _(
            "A code has %(wanted)d characters; %(typed)d were typed. Please compare group by group.",
            wanted=tokens.LENGTH,
            typed=len(tidy),
        )
    return _("One of the characters is not as printed. Please compare group by group.")
