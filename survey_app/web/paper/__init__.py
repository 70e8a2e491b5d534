"""Keying in sheets of paper: twice each, and nothing is counted before both times agree."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from instruments.model import Instrument
from survey_app.domain import base32, paper
from survey_app.domain.answers import AnswerProblem
from survey_app.domain.tokens import MistypedError
from survey_app.services import paper as sheets
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError, LateError, OtherWayError
from survey_app.services.paper import Sheet
from survey_app.web.citizen import view
from survey_app.web.current import installation
from survey_app.web.language import LANGUAGES
from survey_app.web.language import gettext as _
from survey_app.web.staff_session import agency_guard as guard
from survey_app.web.staff_session import reader

__all__ = ["blueprint", "guard"]

blueprint = Blueprint("paper", __name__, url_prefix="/paper")
Page = str | tuple[str, int]
NUMBER_BYTES = 16  # of the number of a form
MARK_LENGTH = 20_000  # characters; the longest questionnaire's mark is shorter


@dataclass(frozen=True)
class Row:
    """One question as the typist sees it."""

    line: paper.Line
    words: str
    boxes: str  # "1 Very dissatisfied, 2 ..."
    typed: str
    first: str | None  # what was keyed the first time, where the two differ
    error: str


@blueprint.get("/")
def home(typed: str = "", mistake: str = "") -> str:
    """Ask for the code of a sheet."""
    waiting = sheets.waiting(installation(), reader())
    return render_template("paper/home.html", waiting=waiting, typed=typed, mistake=mistake)


@blueprint.post("/")
def open_sheet() -> Page:
    """Show the sheet with this code; the code stays out of addresses and logs."""
    code = request.form.get("code", "")
    try:
        sheet = sheets.open_sheet(installation(), reader(), code)
    except MistypedError:
        return home(code, _("This code is not as printed. Please compare it again.")), 400
    except ClosedDoorError as error:
        return home(code, _refusal(error)), 400
    return _form(sheet, {}, sheet.address.instrument.default_language)


@blueprint.post("/sheet")
def key_in() -> Page | Response:
    """Take what was keyed: keep it, show where it differs from the first time, or count it."""
    code = request.form.get("code", "")
    try:
        sheet = sheets.open_sheet(installation(), reader(), code)
    except (MistypedError, ClosedDoorError) as error:
        return home("", _refusal(error)), 400
    instrument = sheet.address.instrument
    given = {item.id: request.form.get(item.id, "") for item in instrument.items}
    chosen = request.form.get("sheet_language", "")
    language = chosen if chosen in instrument.languages else instrument.default_language
    raw, problems = paper.read(instrument, given)
    if problems:
        return _form(sheet, given, language, problems), 400
    sent = {name: request.form.get(name, "")[:MARK_LENGTH] for name in ("form", "shown")}
    try:
        keyed = sheets.key_in(installation(), reader(), code, raw, language, **sent)
    except AnswersNotValidError as error:
        return _form(sheet, given, language, error.problems), 400
    except ClosedDoorError as error:
        return home("", _refusal(error)), 400
    return _after(keyed, sheet, given, language)


@blueprint.post("/forget")
def forget() -> Response:
    """Begin again with a sheet."""
    try:
        sheets.forget(installation(), reader(), request.form.get("code", ""))
    except (MistypedError, ClosedDoorError) as error:
        flash(_refusal(error), "error")
    else:
        flash(_("The first entry of this sheet was deleted; key it in again."), "done")
    return redirect(url_for("paper.home"))


def _after(keyed: sheets.Keyed, sheet: Sheet, given: Mapping[str, str], language: str) -> Page | Response:
    """What the typist sees next."""
    if keyed.outcome == "differs":
        return _form(sheet, given, language, first=keyed), 409
    if keyed.outcome == "empty":
        return _form(sheet, given, language, empty=True), 400
    flash(_said(keyed), "error" if keyed.outcome == "quarantined" else "done")
    return redirect(url_for("paper.home"))


def _form(
    sheet: Sheet,
    given: Mapping[str, str],
    language: str,
    problems: list[AnswerProblem] | tuple[AnswerProblem, ...] = (),
    first: sheets.Keyed | None = None,
    *,
    empty: bool = False,
) -> str:
    # A form keeps its number until it is taken: what is sent twice, or mended and sent again, is one time of the two.
    number = request.form.get("form") or secrets.token_hex(NUMBER_BYTES)
    instrument = sheet.address.instrument
    before = paper.typed(instrument, first.first or {}) if first else {}
    differing = first.differing if first else ()
    faults = {problem.item: problem for problem in problems}
    rows = [
        Row(
            line=line,
            words=instrument.text(f"item.{line.item.id}", language).text,
            boxes=_boxes(instrument, line, language),
            typed=given.get(line.item.id, ""),
            first=before.get(line.item.id, "") if line.item.id in differing else None,
            error=_error(line, given, faults.get(line.item.id)),
        )
        for line in paper.lines(instrument)
    ]
    languages = [(code, LANGUAGES.get(code, code)) for code in instrument.languages]
    return render_template(
        "paper/sheet.html",
        sheet=sheet,
        code=base32.groups(sheet.address.token.text),
        rows=rows,
        sheet_languages=languages,
        sheet_language=language,
        first=first,
        number=number,
        empty=empty,
    )


def _boxes(instrument: Instrument, line: paper.Line, language: str) -> str:
    """Numbers and words of the boxes, as printed."""
    return " · ".join(f"{box.number} {instrument.text(box.key, language).text}" for box in line.boxes)


def _error(line: paper.Line, given: Mapping[str, str], problem: AnswerProblem | None) -> str:
    if problem is None:
        return ""
    if problem.code == "not_allowed" and line.boxes:
        return _("The boxes of this question have the numbers %(numbers)s.", numbers=problem.allowed)
    if problem.code == "not_one":
        return _("Only one box counts here. If two are crossed on the sheet, leave this question empty.")
    return view.sentence(line.item, given.get(line.item.id, "").split(), problem)


def _refusal(error: Exception) -> str:
    """Say why a sheet cannot be keyed in, and what to do with it."""
    if isinstance(error, OtherWayError):
        return _(
            "The plan of this round names no paper sheets, so none is keyed in. Please keep the sheet and tell the "
            "province: paper can be added to the plan with a reason."
        )
    if isinstance(error, LateError):
        return _late(error.reason)
    return _("This code opens no sheet here: it was counted already, belongs to another desk, or is none of ours.")


def _late(reason: str | None) -> str:
    if reason == "expired":
        return _("This sheet is too old: its time to answer is over. It enters no figure and need not be keyed in.")
    return _("The round takes no answers today: this sheet enters no figure and need not be keyed in.")


def _said(keyed: sheets.Keyed) -> str:
    if keyed.outcome == "kept":
        return _("Kept. The sheet has to be keyed in a second time, best by somebody else, before it counts.")
    if keyed.outcome == "quarantined":
        return _late(keyed.reason)
    return _("Both times agree: the sheet is counted. Please file or destroy the paper as your office has decided.")
