"""Pages of the administration: logins, units, rounds, and what was done."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_app.services import administration, round_roles, staff
from survey_app.web import round_words, words
from survey_app.web.admin import kiosks, recordings
from survey_app.web.current import installation
from survey_app.web.language import gettext as _
from survey_app.web.staff_session import admin_guard as guard
from survey_app.web.staff_session import reader

__all__ = ["blueprint", "guard"]

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
kiosks.install(blueprint)
recordings.install(blueprint)


@blueprint.get("/")
def home() -> str:
    """Show the rounds, with the way to everything else."""
    lines = administration.rounds_within(installation(), reader())
    rounds = [(line, words.period(line), words.state_name(line.state)) for line in lines]
    return render_template("admin/home.html", rounds=rounds)


@blueprint.get("/staff")
def logins() -> str:
    """List the logins of the administrator's unit and of those under it."""
    lines = staff.every(installation(), reader().unit_id)
    return render_template("admin/staff.html", lines=lines, round_roles=round_words.roles())


@blueprint.get("/staff/<login>/roles")
def roles(login: str) -> str:
    """Show which roles a login has in rounds, to change them."""
    lines = staff.every(installation(), reader().unit_id)
    line = next((line for line in lines if line.login == login), None)
    if line is None:
        abort(404)
    return render_template("admin/roles.html", line=line, round_roles=round_words.roles())


@blueprint.post("/staff/<login>/roles")
def set_roles(login: str) -> Response:
    """Give a login the roles that were ticked, and no others."""
    round_roles.set_all(installation(), login, request.form.getlist("roles"), reader())
    flash(_("The roles of %(login)s were saved.", login=login))
    return redirect(url_for("admin.logins"))


@blueprint.post("/staff/<login>/disable")
def disable(login: str) -> Response:
    """Stop a login from signing in."""
    return _set_active(login, active=False)


@blueprint.post("/staff/<login>/enable")
def enable(login: str) -> Response:
    """Let a login sign in again."""
    return _set_active(login, active=True)


@blueprint.get("/units", defaults={"slug": None})
@blueprint.get("/units/<slug>")
def units(slug: str | None) -> str:
    """Show a unit with those above and under it."""
    return render_template("admin/units.html", branch=administration.branch(installation(), reader(), slug))


@blueprint.get("/audit")
def audit() -> str:
    """Show what staff and commands did."""
    return render_template("admin/audit.html", entries=administration.entries(installation(), reader()))


def _set_active(login: str, *, active: bool) -> Response:
    try:
        staff.set_active(installation(), login, active=active, by=reader())
    except staff.OwnLoginError:
        flash(_("You cannot disable the login that you are using."), "error")
    else:
        flash(_("%(login)s can sign in again.", login=login) if active else _("%(login)s was disabled.", login=login))
    return redirect(url_for("admin.logins"))
