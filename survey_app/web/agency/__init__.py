"""Pages of an agency: its own figures, for its own people and for those above it."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from survey_app.services import reading
from survey_app.web import language
from survey_app.web.agency import facts
from survey_app.web.current import installation
from survey_app.web.staff_session import agency_guard as guard
from survey_app.web.staff_session import reader
from survey_app.web.unit_view import unit_view

__all__ = ["blueprint", "guard"]

blueprint = Blueprint("agency", __name__, url_prefix="/agency")
facts.install(blueprint)


@blueprint.get("/")
def home() -> Response:
    """Lead to the page of the reader's own unit."""
    return redirect(url_for("agency.unit", slug=reading.home_slug(installation(), reader())))


@blueprint.get("/<slug>", defaults={"code": None})
@blueprint.get("/<slug>/<code>")
def unit(slug: str, code: str | None) -> str:
    """Show a unit's figures in a round, the newest one unless another is asked for."""
    opened, figures = reading.agency(installation(), reader(), slug, code, language.current())
    if figures is None or opened.round is None:
        return render_template("agency/no_round.html", opened=opened)
    return render_template("agency/unit.html", opened=opened, view=unit_view(figures, opened.round))
