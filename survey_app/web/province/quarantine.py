"""The province's page of answers that lie apart, where one person asks what becomes of a group and another decides."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField

from survey_app.services import quarantine_requests, round_view
from survey_app.services.errors import RefusedError
from survey_app.services.quarantine_requests import Wish
from survey_app.web import kiosk_words, quarantine_words
from survey_app.web.current import installation
from survey_app.web.staff_session import reader

ADDRESS = "/<slug>/-/rounds/<code>/quarantine"
SETTLING = {
    "withdraw": quarantine_requests.withdraw,
    "refuse": quarantine_requests.refuse,
    "agree": quarantine_requests.agree,
}


class AskForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What somebody wants done with a group."""

    group = HiddenField()  # reason and desk
    action = HiddenField()
    why = StringField()


class SettleForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What somebody says to a request."""

    request_id = HiddenField()
    say = HiddenField()


def install(blueprint: Blueprint) -> None:
    """Add the page to the province's blueprint."""
    blueprint.add_url_rule(ADDRESS, view_func=show, methods=["GET"], endpoint="quarantine")
    blueprint.add_url_rule(f"{ADDRESS}/ask", view_func=ask, methods=["POST"], endpoint="quarantine_ask")
    blueprint.add_url_rule(f"{ADDRESS}/settle", view_func=settle, methods=["POST"], endpoint="quarantine_settle")


def show(slug: str, code: str) -> str:
    """Show what lies apart, what was asked for and what became of it."""
    return _page(slug, code)


def ask(slug: str, code: str) -> Response | tuple[str, int]:
    """Ask for a whole group to be counted or deleted."""
    round_view.page(installation(), code, reader(), slug)
    form = AskForm()
    reason, _, desk = (form.group.data or "").partition(" ")
    wish = Wish(reason, desk, form.action.data or "", (form.why.data or "").strip())
    if not wish.action or len(wish.why) < quarantine_requests.REASON:
        return _page(slug, code, problem=quarantine_words.incomplete()), 400
    try:
        quarantine_requests.ask(installation(), code, wish, round_view.actor(installation(), reader()))
    except RefusedError as error:
        return _page(slug, code, str(error)), 400
    flash(quarantine_words.done("ask"))
    return redirect(url_for("province.quarantine", slug=slug, code=code))


def settle(slug: str, code: str) -> Response | tuple[str, int]:
    """Take a request back, refuse it, or agree to it."""
    round_view.page(installation(), code, reader(), slug)
    form = SettleForm()
    try:
        request_id, work = uuid.UUID(form.request_id.data or ""), SETTLING[form.say.data or ""]
    except (ValueError, KeyError):
        abort(404)
    try:
        work(installation(), code, request_id, round_view.actor(installation(), reader()))
    except RefusedError as error:
        return _page(slug, code, str(error)), 400
    flash(quarantine_words.done(form.say.data))
    return redirect(url_for("province.quarantine", slug=slug, code=code))


def _page(slug: str, code: str, refused: str = "", problem: str = "") -> str:
    page = round_view.page(installation(), code, reader(), slug)
    found = quarantine_requests.page(installation(), code, round_view.actor(installation(), reader()))
    return render_template(
        "province/quarantine.html",
        slug=slug,
        page=page,
        found=found,
        reasons=kiosk_words.apart_reasons(),
        actions=quarantine_words.actions(),
        meanings=quarantine_words.meanings(),
        state=quarantine_words.state,
        refused=refused,
        problem=problem,
    )
