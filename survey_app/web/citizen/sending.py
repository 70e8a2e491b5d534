"""Sending: the answers are handed over once, and the citizen is told what became of them."""

from dataclasses import replace

from flask import Response, url_for

from survey_app.services import codes, collection
from survey_app.services.collection import Submission
from survey_app.services.errors import ClosedDoorError
from survey_app.services.taking import Taken
from survey_app.web.citizen import browser
from survey_app.web.citizen import draft as drafts
from survey_app.web.citizen.draft import Draft
from survey_app.web.citizen.room import show
from survey_app.web.current import installation

TAKEN_BACK = "unknown"


def send(draft: Draft) -> Response:
    """Hand the answers over; thanks are said only after they are stored for good.

    Raises AnswersNotValidError if something has to be mended on any page.
    """
    here = installation()
    submission = Submission(
        token_text=draft.token,
        nonce=draft.nonce,
        raw=draft.answers,
        language=draft.language,
        shown_languages=draft.shown,
        seconds=(here.now() - draft.began).total_seconds(),
        says_not_answered=draft.claim,
    )
    try:
        taken = collection.submit(here, submission)
    except ClosedDoorError:
        return show("closed.html", {"action": url_for("citizen.claim", token=draft.token)}, status=404, draft=draft)
    return _told(draft, taken)


def _told(draft: Draft, taken: Taken) -> Response:
    """Say what became of the answers, and leave a mark without answers in the browser."""
    if taken.outcome == "quarantined":
        reason = "claim" if draft.claim else taken.reason  # all claims are told alike, whatever their address was
        response = show("kept.html", {"reason": reason}, status=409, draft=draft)
        before = browser.continued(draft.token)
        if draft.bound and (before is None or before.state != drafts.STORED):
            browser.hold(response, _sent(draft, drafts.KEPT, ""))
        return response
    again = taken.outcome == "already_received"
    if again and _status(taken.receipt or "") == TAKEN_BACK:
        return show("withdrawal.html", {"stage": "gone"}, draft=draft)
    response = show(
        "thanks.html", {"receipt": taken.receipt, "withdrawal": taken.withdrawal, "again": again}, draft=draft
    )
    if draft.bound:
        browser.hold(response, _sent(draft, drafts.STORED, taken.receipt or ""))
    return response


def _sent(draft: Draft, state: str, receipt: str) -> Draft:
    return replace(draft, state=state, receipt=receipt, answers={}, passed=(), shown=(), page="")


def sent_page(draft: Draft) -> Response:
    """What the browser that sent the answers sees later: the receipt code, never the withdrawal code."""
    if draft.state == drafts.KEPT:
        return show("kept.html", {"reason": "said"}, draft=draft)
    found = _status(draft.receipt)
    if found == TAKEN_BACK:
        return show("withdrawal.html", {"stage": "gone"}, draft=draft)
    return show("done.html", {"receipt": draft.receipt, "in_inbox": found in ("waiting", "held")}, draft=draft)


def _status(receipt: str) -> str:
    """What became of stored answers; a receipt that was given and is not known was taken back."""
    return codes.receipt_status(installation(), receipt)[0]
