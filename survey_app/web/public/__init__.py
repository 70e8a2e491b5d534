"""Pages for anyone: published figures, and how they come about. No cookie, no login."""

from flask import Blueprint, Response, g, redirect, render_template, url_for
from werkzeug import Response as Redirect

from survey_app.services import release_list, release_reading
from survey_app.web import language, staff_session
from survey_app.web.current import installation
from survey_app.web.public import releases
from survey_app.web.release_view import headlines_chart

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
def published_round(code: str) -> Redirect:
    """Lead to the release of a round: its newest version, or what is left of it."""
    line = release_list.of_round(installation(), code)
    return redirect(url_for("public.release", name=line.name, version=line.version))


@blueprint.get("/rounds/<code>/<slug>")
def published_unit(code: str, slug: str) -> Redirect:
    """Lead to a unit in the release of a round."""
    line = release_list.of_round(installation(), code)
    return redirect(url_for("public.release_unit", name=line.name, version=line.version, slug=slug))
