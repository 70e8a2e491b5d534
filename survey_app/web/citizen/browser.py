"""What a browser holds of a draft: a cookie, or a hidden field where cookies are off or too small."""

from dataclasses import replace
from datetime import timedelta

from flask import Response, request

from survey_app.keys import KeyMissingError
from survey_app.web.citizen import draft as drafts
from survey_app.web.citizen.draft import Draft, UnreadableError
from survey_app.web.current import installation

MAX_COOKIE = 3_800  # browsers keep 4,096 bytes with name and attributes
DONE_LIFE = timedelta(days=30)
KEY = "key"  # a hidden field that only names the cookie's draft


class OtherBrowserError(Exception):
    """The form belongs to a browser that does not hold its draft, or no longer."""


def held() -> Draft | None:
    """Return the draft (or the mark of a sent one) in this browser's cookie; None if there is none that can be read."""
    here = installation()
    try:
        draft = drafts.unseal(here.keys, request.cookies.get(_name(), ""), drafts.COOKIE, here.now(), DONE_LIFE)
    except (UnreadableError, KeyMissingError):
        return None
    too_old = draft.state == drafts.OPEN and here.now() - draft.began > drafts.DRAFT_LIFE
    return None if too_old else draft


def shows_cookie() -> bool:
    """Whether this browser has sent our cookie, so that the draft need not travel in the address."""
    return _name() in request.cookies


def from_address() -> Draft:
    """Return the blank form that an address line carries for browsers without cookies; UnreadableError if too old."""
    here = installation()
    blank = drafts.unseal(here.keys, request.args.get("s", ""), drafts.BLANK, here.now(), drafts.BLANK_LIFE)
    return replace(blank, bound=False)


def continued(token: str) -> Draft | None:
    """Return the draft in the cookie if it is of this token."""
    draft = held()
    return draft if draft is not None and draft.token == token else None


def posted() -> Draft:
    """Return the draft that a sent form continues.

    Raises UnreadableError (not our form, or too old) or OtherBrowserError (its cookie is missing or of another token).
    """
    here = installation()
    form = drafts.unseal(here.keys, request.form.get("_form", ""), drafts.FORM, here.now())
    if not form.bound:
        return form
    cookie = held()
    if cookie is None or cookie.nonce != form.nonce:
        raise OtherBrowserError
    if cookie.state == drafts.OPEN:
        return cookie  # it knows what other tabs have sent meanwhile
    # Sent from here already: only the whole form sent again is looked at, to tell a repeated post from another one.
    return form if form.state != KEY and request.form.get("_go") == "send" else cookie


def form_field(draft: Draft, *, last: bool) -> str:
    """Return the hidden field of a form: a key to the cookie's draft, or the draft itself.

    The last page carries the whole draft, so that the same form sent again after it was stored can be told from
    another one. Each call seals with a new random number: the field never looks the same, whoever measures lengths.
    """
    whole = last or not draft.bound
    return drafts.seal(installation().keys, draft if whole else replace(draft, answers={}, state=KEY), drafts.FORM)


def fits_cookie(draft: Draft) -> bool:
    """Whether a browser would keep this draft in a cookie."""
    return len(drafts.seal(installation().keys, draft, drafts.COOKIE)) <= MAX_COOKIE


def is_sent(draft: Draft) -> bool:
    """Whether this browser holds the mark that this very form was sent; no unfinished draft may replace it."""
    mark = held()
    return mark is not None and mark.state != drafts.OPEN and mark.nonce == draft.nonce


def hold(response: Response, draft: Draft) -> None:
    """Put a draft, or the mark of a sent one, into the browser's cookie."""
    life = drafts.DRAFT_LIFE if draft.state == drafts.OPEN else DONE_LIFE
    response.set_cookie(
        _name(),
        drafts.seal(installation().keys, draft, drafts.COOKIE),
        max_age=int(life.total_seconds()),
        path="/",
        secure=installation().settings.https,
        httponly=True,
        samesite="Lax",  # Strict would not come along on the first redirect from a scanner
    )


def drop(response: Response) -> None:
    """Take the draft out of the cookie."""
    response.delete_cookie(_name(), path="/", secure=installation().settings.https, httponly=True, samesite="Lax")


def _name() -> str:
    """With TLS the name itself forbids that a neighbouring host sets it."""
    return "__Host-sipas" if installation().settings.https else "sipas"
