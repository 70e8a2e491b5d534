"""The province's page of what its units have said of their counts, where objections are answered."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from survey_app.services import facts_check, round_view
from survey_app.services.errors import RefusedError
from survey_app.web import facts_words
from survey_app.web.current import installation
from survey_app.web.language import gettext as _
from survey_app.web.staff_session import reader

ADDRESS = "/<slug>/-/rounds/<code>/facts"


class AnswerForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """An answer to an objection."""

    statement = HiddenField()
    answer = TextAreaField(lazy_gettext("What was found, and what was done"))


def install(blueprint: Blueprint) -> None:
    """Add the page to the province's blueprint."""
    blueprint.add_url_rule(ADDRESS, view_func=show, methods=["GET"], endpoint="facts")
    blueprint.add_url_rule(ADDRESS, view_func=answer, methods=["POST"], endpoint="facts_answer")


def show(slug: str, code: str) -> str:
    """Show what every unit has said."""
    return _page(slug, code)


def answer(slug: str, code: str) -> str | Response | tuple[str, int]:
    """Answer one objection."""
    round_view.page(installation(), code, reader(), slug)
    form = AnswerForm()
    try:
        statement = uuid.UUID(form.statement.data or "")
    except ValueError:
        abort(404)
    try:
        actor = round_view.actor(installation(), reader())
        facts_check.answer(installation(), code, statement, form.answer.data or "", actor)
    except RefusedError as error:
        return _page(slug, code, str(error)), 400
    flash(_("The answer was noted."))
    return redirect(url_for("province.facts", slug=slug, code=code))


def _page(slug: str, code: str, refused: str = "") -> str:
    page = round_view.page(installation(), code, reader(), slug)
    found = facts_check.of_round(installation(), code, round_view.actor(installation(), reader()))
    return render_template(
        "province/facts.html",
        slug=slug,
        page=page,
        found=found,
        verdict=facts_words.verdict,
        silent=[unit for unit in found.units if unit.silent and not unit.open],
        form=AnswerForm(formdata=None),
        refused=refused,
    )
