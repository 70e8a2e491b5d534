"""After sending: 'are my answers counted?' and taking answers back."""

from datetime import date

from flask import Response, request
from flask_babel import format_date

from survey_app.services import codes, collection
from survey_app.web.citizen.room import blueprint, show
from survey_app.web.current import installation
from survey_app.web.language import current


@blueprint.get("/r")
def receipt() -> Response:
    """Ask for a receipt code."""
    return _receipt_page()


@blueprint.post("/r")
def receipt_found() -> Response:
    """Say whether the answers of a receipt code are counted, and never what was answered."""
    typed = request.form.get("code", "")
    found, month = codes.receipt_status(installation(), typed)
    return _receipt_page(found=found, typed=typed, month=_month(month) if month else "")


@blueprint.get("/w")
def withdrawal() -> Response:
    """Ask for a withdrawal code."""
    return _withdrawal_page()


@blueprint.post("/w")
def withdraw() -> Response:
    """Say what is lost, once; then delete the answers.

    Needs no further token against forged forms: the code itself is one, known only to whoever sent the answers.
    """
    typed = request.form.get("code", "")
    if request.form.get("sure") != "yes":
        return _withdrawal_page(stage="confirm" if typed.strip() else "", typed=typed)
    gone = collection.withdraw(installation(), typed)
    return _withdrawal_page(stage="gone") if gone else _withdrawal_page(stage="unknown", typed=typed)


def _receipt_page(**context: object) -> Response:
    values = {"found": "", "typed": "", "month": "", "code_length": codes.CODE_LENGTH}
    return show("receipt.html", values | context)


def _withdrawal_page(**context: object) -> Response:
    values = {"stage": "", "typed": "", "code_length": codes.CODE_LENGTH}
    return show("withdrawal.html", values | context)


def _month(month: str) -> str:
    """Write a month as the language does: 03/2026, March 2026; an added language writes it as Vietnamese does."""
    first = date.fromisoformat(f"{month}-01")
    return str(format_date(first, "MMMM yyyy" if current() == "en" else "MM/yyyy", rebase=False))
