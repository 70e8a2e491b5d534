"""The page on which a unit checks its counts before they are published: right, or an objection; never a score."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from survey_app.domain import facts
from survey_app.services import facts_check
from survey_app.services.errors import RefusedError
from survey_app.web import facts_words
from survey_app.web.current import installation
from survey_app.web.language import gettext as _
from survey_app.web.staff_session import reader

ADDRESS = "/<slug>/<code>/facts"


class WordForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What a unit says of its counts."""

    reason = TextAreaField(
        lazy_gettext("What is wrong, and how you know"),
        [Length(max=facts_check.LONGEST, message=lazy_gettext("Please write at most 400 characters."))],
        description=lazy_gettext("Which count, what it should be, and by which register. No names of citizens."),
    )


def install(blueprint: Blueprint) -> None:
    """Add the page to the agency's blueprint."""
    blueprint.add_url_rule(ADDRESS, view_func=show, methods=["GET"], endpoint="facts")
    blueprint.add_url_rule(ADDRESS, view_func=speak, methods=["POST"], endpoint="facts_speak")


def show(slug: str, code: str) -> str:
    """Show a unit's counts and what was said of them."""
    return _page(slug, code, WordForm(formdata=None))


def speak(slug: str, code: str) -> str | Response | tuple[str, int]:
    """Take a unit's word on its counts."""
    form, refused = WordForm(), ""
    opened, _found = facts_check.of_unit(installation(), reader(), slug, code)
    objects = request.form.get("verdict") == facts.OBJECTED
    if objects and len((form.reason.data or "").strip()) < facts_check.REASON:
        form.reason.errors = [_("Write what is wrong; without a reason nobody can mend it.")]
    elif form.validate_on_submit():
        try:
            facts_check.speak(installation(), reader(), slug, code, form.reason.data if objects else "")
        except RefusedError as error:
            refused = str(error)
        else:
            flash(_("Your objection was noted.") if objects else _("Your confirmation was noted."))
            return redirect(url_for("agency.facts", slug=opened.slug, code=code))
    return _page(slug, code, form, refused), 400


def _page(slug: str, code: str, form: WordForm, refused: str = "") -> str:
    opened, found = facts_check.of_unit(installation(), reader(), slug, code)
    return render_template(
        "agency/facts.html",
        opened=opened,
        found=found,
        counts=facts_words.counts(found.counts) if found.counts else (),
        left_out=facts_words.left_out(found.counts) if found.counts else (),
        statements=[(one, facts_words.verdict(one)) for one in reversed(found.statements)],
        form=form,
        refused=refused,
    )
