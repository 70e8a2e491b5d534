"""Pages of a province's rounds: the list, one plan with its state line, the form, the steps."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from survey_app.domain import round_plan, round_states
from survey_app.domain.round_plan import Plan, Problem
from survey_app.services import round_plans, round_view, rounds
from survey_app.services.errors import RefusedError
from survey_app.services.round_plans import PlanRefusedError
from survey_app.web import round_words, words
from survey_app.web.current import installation
from survey_app.web.language import gettext as _
from survey_app.web.province import round_forms
from survey_app.web.province.round_forms import DayField, PlanForm, ReasonForm, StricterForm
from survey_app.web.staff_session import reader

USUAL_INSTRUMENT = "sipas-2017/1"
DAYS = ("period_start", "period_end", "field_start", "field_end", "erasure_date", "approval_date")


class StepForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A step that is to be taken."""

    reason = StringField(lazy_gettext("Reason"))


class FreezeForm(StepForm):
    """The past register that the strata are made from."""

    register_start = DayField(lazy_gettext("Register from"), [InputRequired(round_forms.NEEDED)])
    register_end = DayField(lazy_gettext("Register until"), [InputRequired(round_forms.NEEDED)])


class SendBackForm(StepForm):
    """Why the figures have to be computed again."""

    reason = StringField(lazy_gettext("Reason"), [InputRequired(lazy_gettext("Enter the reason; it is kept."))])


def install(blueprint: Blueprint) -> None:
    """Add the pages to the province's blueprint."""
    base = "/<slug>/-/rounds"
    blueprint.add_url_rule(base, view_func=every, methods=["GET"], endpoint="rounds")
    blueprint.add_url_rule("/<slug>/-/plan", view_func=new, methods=["GET", "POST"], endpoint="round_new")
    blueprint.add_url_rule(f"{base}/<code>", view_func=one, methods=["GET"], endpoint="round")
    blueprint.add_url_rule(f"{base}/<code>/change", view_func=change, methods=["GET", "POST"], endpoint="round_change")
    blueprint.add_url_rule(f"{base}/<code>/step", view_func=step, methods=["GET", "POST"], endpoint="round_step")


def every(slug: str) -> str:
    """List the rounds of a unit with what is announced."""
    found = round_view.of_unit(installation(), reader(), slug)
    lines = [(line, words.period(line), words.state_name(line.state)) for line in found.rounds]
    return render_template("province/rounds.html", slug=slug, unit=found, lines=lines)


def one(slug: str, code: str) -> str:
    """Show a plan, who did what and when, and what can be done next."""
    page = round_view.page(installation(), code, reader(), slug)
    names = round_words.fields()
    plan = [(names[name], round_words.value(name, getattr(page.plan, name))) for name in names]
    changes = [(c, names[c.field], _shown(c.field, c.before), _shown(c.field, c.after)) for c in page.changes]
    return render_template(
        "province/round.html",
        slug=slug,
        page=page,
        plan=plan,
        changes=changes,
        states=round_states.STATES,
        steps=round_words.steps(),
        actions=round_words.actions(),
        roles=round_words.roles(),
        who=round_words.who,
        role_of={s: round_states.role_for(page.state, s) for s in round_states.STATES[1:]},
        upcoming=round_states.after(page.state),
        commands=_commands(page.plan),
        goes_back=round_states.goes_back,
    )


def new(slug: str) -> str | Response | tuple[str, int]:
    """Write down a plan."""
    round_view.of_unit(installation(), reader(), slug)
    form = _choices(PlanForm(data=None if request.method == "POST" else _usual()))
    if request.method == "GET":
        return render_template("province/round_form.html", slug=slug, form=form, page=None)
    if form.validate_on_submit():
        fields = form.changes(_zone()) | {"design": form.design(round_plan.DESIGN)}
        try:
            rounds.create(installation(), Plan(code=form.code.data.strip(), unit_slug=slug, **fields), _actor())
        except PlanRefusedError as error:
            _place(form, error.problems)
        except PermissionError:
            form.code.errors = [_("The web server may not make keys here; use `sipas round create`.")]
        except rounds.TakenError:
            _place(form, (Problem("code", "taken", ""),))
        else:
            flash(_("The round is planned."))
            return redirect(url_for("province.round", slug=slug, code=form.code.data.strip()))
    return render_template("province/round_form.html", slug=slug, form=form, page=None), 400


def change(slug: str, code: str) -> str | Response | tuple[str, int]:
    """Change a plan: all of it while it is planned, afterwards what makes it stricter, with a reason."""
    page = round_view.page(installation(), code, reader(), slug)
    planned = page.state == round_states.PLAN
    given = round_forms.filled(page.plan, _zone())
    form: StricterForm = _choices(PlanForm(data=given)) if planned else ReasonForm(data=given)
    if request.method == "POST" and form.validate_on_submit():
        fields = form.changes(_zone())
        if isinstance(form, PlanForm):
            fields |= {"design": form.design(dict(page.plan.design))}
        reason = form.reason.data if isinstance(form, ReasonForm) else ""
        try:
            changed = rounds.amend(installation(), code, fields, _actor(), reason)
        except PlanRefusedError as error:
            _place(form, error.problems)
        else:
            flash(_("The plan was changed.") if changed else _("Nothing is different."))
            return redirect(url_for("province.round", slug=slug, code=code))
    status = 400 if request.method == "POST" else 200
    return render_template("province/round_form.html", slug=slug, form=form, page=page), status


def step(slug: str, code: str) -> str | Response | tuple[str, int]:
    """Ask once, then take a step."""
    page = round_view.page(installation(), code, reader(), slug)
    to = request.args.get("to", "")
    if to not in page.may or (to in _commands(page.plan) and not round_states.goes_back(page.state, to)):
        abort(404)
    form = {round_states.FROZEN: FreezeForm, round_states.CLOSED: SendBackForm}.get(to, StepForm)()
    refused = ""
    if form.validate_on_submit():
        try:
            _take(code, to, form)
        except RefusedError as error:
            refused = str(error)
        else:
            flash(_("Done: %(step)s.", step=round_words.steps()[to]))
            return redirect(url_for("province.round", slug=slug, code=code))
    status = 400 if request.method == "POST" else 200
    return (
        render_template(
            "province/round_step.html",
            slug=slug,
            page=page,
            to=to,
            form=form,
            action=round_words.actions()[to],
            meaning=round_words.meanings()[to],
            refused=refused,
        ),
        status,
    )


def _take(code: str, to: str, form: StepForm) -> None:
    if isinstance(form, FreezeForm):
        rounds.freeze(installation(), code, form.register_start.data, form.register_end.data, _actor())
    else:
        rounds.move(installation(), code, to, _actor(), form.reason.data or "")


def _commands(plan: Plan) -> dict[str, str]:
    """Steps that are taken on the server: they read keys that the web process must not, or take long."""
    found = {
        round_states.CLOSED: f"sipas round close {plan.code}",
        **{state: f"sipas release {verb} {plan.code}" for state, verb in round_states.RELEASE_STEPS.items()},
    }
    if round_plan.is_closed(plan.design):
        found[round_states.FROZEN] = f"sipas frame freeze {plan.code}"
    return found


def _actor() -> rounds.Actor:
    return round_view.actor(installation(), reader())


def _zone() -> ZoneInfo:
    return installation().settings.zone


def _shown(name: str, given: object) -> str:
    """A value of the log of changes, where days stand as text."""
    if isinstance(given, str) and name in DAYS:
        return round_words.value(name, date.fromisoformat(given))
    return round_words.value(name, given)


def _usual() -> dict[str, object]:
    """What a new plan starts from."""
    return {
        "minimum_n": round_plan.MINIMUM_N,
        "instrument_key": USUAL_INSTRUMENT,
        "draw_percent": 100,
        "token_life_days": 90,
        "collectors": list(round_plan.COLLECTORS[:2]),
        "mode": round_plan.MODES[0],
        "stages": "1",
    }


def _choices(form: PlanForm) -> PlanForm:
    """Fill in what can be chosen from."""
    form.instrument_key.choices = [(key, key) for key in round_plans.countable_keys()]
    form.collectors.choices = list(round_words.collectors().items())
    form.mode.choices = list(round_words.modes().items())
    form.stages.choices = list(round_words.stages().items())
    return form


def _place(form: StricterForm, problems: tuple[Problem, ...]) -> None:
    """Put each problem of a plan beside the field that it belongs to."""
    for found in problems:
        name = found.field if found.field in form else round_forms.PLACE.get(found.field, "title")
        field = form[name if name in form else "title"]
        field.errors = [*field.errors, round_words.problem(found)]
