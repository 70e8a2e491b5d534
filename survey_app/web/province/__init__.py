"""Pages of a province: all its agencies side by side, how many were asked and answered, which desks are silent."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_app.services import fieldwork, kiosk_overview, reading, rule_pages
from survey_app.web import kiosk_words, language
from survey_app.web.current import installation
from survey_app.web.fieldwork_view import fieldwork_view, unit_weeks_csv
from survey_app.web.province import facts, quarantine, rounds
from survey_app.web.province_view import province_view
from survey_app.web.rules_view import rules_view
from survey_app.web.staff_session import province_guard as guard
from survey_app.web.staff_session import reader

__all__ = ["blueprint", "guard"]

blueprint = Blueprint("province", __name__, url_prefix="/province")
rounds.install(blueprint)
facts.install(blueprint)
quarantine.install(blueprint)


@blueprint.get("/")
def home() -> Response:
    """Lead to the page of the reader's own unit."""
    return redirect(url_for("province.units", slug=reading.home_slug(installation(), reader())))


@blueprint.get("/<slug>", defaults={"code": None})
@blueprint.get("/<slug>/<code>")
def units(slug: str, code: str | None) -> str:
    """Show every agency under a unit in a round, the newest one unless another is asked for."""
    opened, figures = reading.province(installation(), reader(), slug, code, language.current())
    if figures is None or opened.round is None:
        return render_template("province/no_round.html", opened=opened)
    return render_template("province/units.html", opened=opened, view=province_view(figures, opened.round))


@blueprint.get("/<slug>/-/kiosks")
def kiosks(slug: str) -> str:
    """Show the devices under a unit, silent ones and those that are behind first."""
    opened = kiosk_overview.of_unit(installation(), reader(), slug)
    look, well = (
        [(line, kiosk_words.received(line), kiosk_words.persisted(line)) for line in lines]
        for lines in (opened.look, opened.well)
    )
    words = {"signs": kiosk_words.signs(), "reasons": kiosk_words.apart_reasons()}
    return render_template("province/kiosks.html", opened=opened, look=look, well=well, **words)


@blueprint.get("/<slug>/-/rules")
def rules(slug: str) -> str:
    """Show the scores of every agency under a unit by a legal rule set, the newest period unless one is asked for."""
    wanted = (request.args.get("rules"), request.args.get("period"))
    opened = rule_pages.page(installation(), reader(), slug, language.current(), *wanted)
    return render_template("province/rules.html", opened=opened, view=rules_view(opened))


@blueprint.get("/<slug>/<code>/fieldwork")
def field(slug: str, code: str) -> str:
    """Show how a round goes in the field: what became of the addresses, by unit and week."""
    opened, found = fieldwork.of_round(installation(), reader(), slug, code)
    if found is None or opened.round is None:
        abort(404)
    return render_template("province/fieldwork.html", opened=opened, view=fieldwork_view(found, opened.round))


@blueprint.get("/<slug>/<code>/fieldwork.csv")
def field_table(slug: str, code: str) -> Response:
    """Give the counts of every unit and whole week as a table."""
    _opened, found = fieldwork.of_round(installation(), reader(), slug, code)
    if found is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="fieldwork-{code}.csv"'}
    return Response("".join(unit_weeks_csv(found)), mimetype="text/csv", headers=headers)
