"""Pages for anyone: published figures, and how they come about. No cookie, no login."""

from flask import Blueprint, Response, g, render_template

from survey_app.services import indices, release_reading
from survey_app.web import language, staff_session
from survey_app.web.current import installation
from survey_app.web.province_view import province_view
from survey_app.web.public import releases
from survey_app.web.release_view import headlines_chart
from survey_app.web.unit_view import unit_view

CACHE_SECONDS = 300

blueprint = Blueprint("public", __name__)
releases.install(blueprint)


def guard() -> None:
    """Anyone may read; the language comes from the address or the browser, never from a cookie."""
    staff_session.public_guard()
    g.language = language.asked() or language.preferred()


@blueprint.url_defaults
def keep_language(_endpoint: str, values: dict[str, object]) -> None:
    """Carry a language that the address asks for on to the next public page."""
    if language.asked():
        values.setdefault("lang", language.asked())


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    """Published figures do not change from one minute to the next."""
    if response.status_code == 200:
        response.cache_control.public = True
        response.cache_control.max_age = CACHE_SECONDS
        response.vary.add("Accept-Language")
    return response


@blueprint.get("/")
def home() -> str:
    """What the releases that stand say, as a picture and as links."""
    found = release_reading.headlines(installation(), language.current())
    return render_template("public/home.html", headlines=found, drawn=headlines_chart(found))


@blueprint.get("/method")
def method() -> str:
    """Say how figures come about and what they do not say."""
    return render_template("public/method.html")


@blueprint.get("/accessibility")
def accessibility() -> str:
    """Say what was tested, what was not, and what to do where something stands in the way."""
    return render_template("public/accessibility.html")


@blueprint.get("/rounds/<code>")
def published_round(code: str) -> str:
    """Show every unit of a published round."""
    found = indices.public_round(installation(), code, language.current())
    return render_template("public/round.html", view=province_view(found.province, found.round))


@blueprint.get("/rounds/<code>/<slug>")
def published_unit(code: str, slug: str) -> str:
    """Show one unit of a published round."""
    found = indices.public_round(installation(), code, language.current())
    figures = indices.public_unit(installation(), code, slug, language.current())
    return render_template("public/unit.html", view=unit_view(figures, found.round))
