"""The questionnaire: one page at a time, forth and back without loss, sent once."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from instruments.model import Instrument
from survey_app.domain.answers import AnswerProblem
from survey_app.services import collection, heard, language_packs
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError
from survey_app.web.citizen import browser, flow, sending, view
from survey_app.web.citizen import draft as drafts
from survey_app.web.citizen.door import code_page
from survey_app.web.citizen.draft import Draft, UnreadableError
from survey_app.web.citizen.room import blueprint, lead_to, show, ui_language
from survey_app.web.current import installation
from survey_app.web.language import gettext as _


@blueprint.get("/q")
def questionnaire() -> Response:
    """Show the page where this browser stands; without a draft, ask for the code of a slip."""
    draft = browser.held()
    if draft is not None and draft.state != drafts.OPEN:
        return sending.sent_page(draft)
    if draft is None and "s" in request.args:
        try:
            draft = browser.from_address()
        except UnreadableError:
            return code_page(notice=_("The page stood open too long. Please open the code of your slip again."))
    if draft is None:
        return code_page()
    return _page(draft, request.args.get("p"))


@blueprint.post("/q")
def answer() -> Response:
    """Take over what a page sent, and lead on."""
    try:
        draft = browser.posted()
    except (UnreadableError, browser.OtherBrowserError):
        return show("stale.html", status=409)
    g.draft = draft
    if draft.state != drafts.OPEN:
        return sending.sent_page(draft)
    instrument = language_packs.spoken(installation(), draft.instrument_key, draft.offered)
    page = flow.page_to_show(instrument, draft, request.form.get("_page"))
    if page != request.form.get("_page"):  # not asked, or not reached yet
        return _lead(instrument, draft, page)
    return _turn(instrument, draft, page, request.form.get("_go", "next"))


def _turn(instrument: Instrument, draft: Draft, page: str, go: str) -> Response:
    """Take over the answers of a page, whichever button was pressed: nothing that was chosen is lost."""
    sent = request.form.to_dict(flat=False)
    shown = set(draft.shown) | view.languages_of(instrument, page, draft.language, draft.answers)
    shown.add(ui_language(draft.language))
    turned = flow.turn(instrument, draft, page, sent, leaving=go in ("next", "send"))
    after = _count(replace(_chosen(instrument, turned.draft, go), shown=tuple(sorted(shown))))
    if turned.problems:
        return faulty(instrument, after, page, turned.problems)
    if go == "send" and flow.neighbour(instrument, after, page, 1) == page:
        try:
            return sending.send(after)
        except AnswersNotValidError as error:
            fault = flow.first_fault(instrument, error.problems) or page
            return faulty(instrument, after, fault, error.problems)
    step = {"next": 1, "send": 1, "back": -1}.get(go, 0)
    return _lead(instrument, after, flow.neighbour(instrument, after, page, step))


def faulty(instrument: Instrument, draft: Draft, page: str, problems: Sequence[AnswerProblem]) -> Response:
    """Show a page again with what has to be mended; the valid part of it is kept already."""
    return _kept(_render(instrument, replace(draft, page=page), problems), draft)


def _chosen(instrument: Instrument, draft: Draft, go: str) -> Draft:
    """Change language or text size, as the button says."""
    what, _colon, value = go.partition(":")
    if what == "language" and value in instrument.languages:
        return replace(draft, language=value)
    if what == "size" and value in map(str, drafts.SIZES):
        return replace(draft, size=int(value))
    return draft


def _count(draft: Draft) -> Draft:
    """Count once per browser that somebody began; a link preview only looks, so looking is not counted."""
    if draft.counted or draft.claim:
        return draft
    try:
        address = collection.open_address(installation(), draft.token)
        collection.count_opened(installation(), address)
    except ClosedDoorError:
        return draft
    except SQLAlchemyError:  # a counter that fails must not stop a citizen; the next page tries again
        return draft
    return replace(draft, counted=True)


def _lead(instrument: Instrument, draft: Draft, page: str) -> Response:
    """Go to a page: by redirect where a cookie holds the draft, else directly with the draft in the form."""
    draft = replace(draft, page=page)
    if draft.bound and browser.fits_cookie(draft) and not browser.is_sent(draft):
        response = lead_to(url_for("citizen.questionnaire", p=page))
        browser.hold(response, draft)
        return response
    return _kept(_render(instrument, replace(draft, bound=False)), draft)


def _kept(response: Response, draft: Draft) -> Response:
    """Keep the draft in the cookie where it lives there and fits; a form carries it otherwise."""
    if not draft.bound or browser.is_sent(draft):
        return response
    if browser.fits_cookie(draft):
        browser.hold(response, draft)
    else:
        browser.drop(response)
    return response


def _page(draft: Draft, wanted: str | None) -> Response:
    instrument = language_packs.spoken(installation(), draft.instrument_key, draft.offered)
    return _render(instrument, replace(draft, page=flow.page_to_show(instrument, draft, wanted)))


def _render(instrument: Instrument, draft: Draft, problems: Sequence[AnswerProblem] = ()) -> Response:
    """Render the page where a draft stands."""
    g.language = ui_language(draft.language)
    if draft.bound and not browser.fits_cookie(draft):
        draft = replace(draft, bound=False)
    pages, words = flow.asked_pages(instrument, draft.answers), draft.language
    last = draft.page == pages[-1]
    values = {
        "form": browser.form_field(draft, last=last),
        "page": draft.page,
        "number": pages.index(draft.page) + 1,
        "count": len(pages),
        "last": last,
        "title": instrument.text("title", words),
        "intro": instrument.text("intro", words),
        "heading": instrument.text(f"page.{draft.page}", words),
        "questions": view.questions(
            instrument, draft.page, words, draft.answers, problems, request.form.to_dict(flat=False)
        ),
        "problems": problems,
        "claim": draft.claim,
        "words_language": words,
        "languages": [(code, instrument.text("language", code).text) for code in instrument.languages],
        "sizes": drafts.SIZES,
        **heard.of_page(installation(), words, instrument.key),
    }
    return show("page.html", values, status=422 if problems else 200, draft=draft)
