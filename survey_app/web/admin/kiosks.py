"""Pages of an administration's devices: enrol, rename, new PIN, replace, revoke."""

import io
from base64 import b64encode

import segno
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from survey_app.domain import base32
from survey_app.services import kiosk_overview, kiosks
from survey_app.web import kiosk_words
from survey_app.web.current import installation
from survey_app.web.language import gettext as _
from survey_app.web.staff_session import reader


class NameForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Name of a device."""

    name = StringField(
        lazy_gettext("Name of the device"),
        [
            DataRequired(lazy_gettext("Enter a name, such as where the device stands.")),
            Length(max=kiosks.MAX_NAME, message=lazy_gettext("Use at most 80 characters.")),
        ],
        description=lazy_gettext("Such as where it stands. Never the name of a person."),
        render_kw={"autocomplete": "off", "maxlength": kiosks.MAX_NAME},
    )


class CodeForm(NameForm):
    """Desk and name of a device that is to be enrolled."""

    desk = SelectField(lazy_gettext("Desk"), [InputRequired(lazy_gettext("Choose a desk."))])


def install(blueprint: Blueprint) -> None:
    """Add the pages to the administration's blueprint."""
    blueprint.add_url_rule("/kiosks", view_func=every, methods=["GET"], endpoint="kiosks")
    blueprint.add_url_rule("/kiosks", view_func=make_code, methods=["POST"], endpoint="kiosk_code")
    blueprint.add_url_rule("/kiosks/<int:number>", view_func=one, methods=["GET"], endpoint="kiosk")
    for name, view in (("rename", rename), ("pin", pin), ("replace", replace), ("revoke", revoke)):
        rule = f"/kiosks/<int:number>/{name}"
        blueprint.add_url_rule(rule, view_func=view, methods=["POST"], endpoint=f"kiosk_{name}")


def every() -> str:
    """List the devices, with the form that enrols another."""
    return _list(_code_form())


def make_code() -> str | tuple[str, int]:
    """Show a code, its QR and a PIN, this once."""
    form = _code_form()
    if not form.validate_on_submit():
        return _list(form), 400
    return _code(kiosks.make_code(installation(), reader(), form.desk.data, form.name.data))


def one(number: int) -> str:
    """Show a device with everything that can be done with it."""
    return _page(number, _name_form(number))


def rename(number: int) -> Response | tuple[str, int]:
    """Give a device another name."""
    form = _name_form(number)
    if not form.validate_on_submit():
        return _page(number, form), 400
    kiosks.rename(installation(), reader(), number, form.name.data)
    flash(_("The device has its new name."))
    return redirect(url_for("admin.kiosk", number=number))


def pin(number: int) -> str:
    """Show a new PIN, this once."""
    made = kiosks.new_pin(installation(), reader(), number)
    return render_template("admin/kiosk_pin.html", number=number, pin=made)


def replace(number: int) -> str:
    """Show a code for the device that takes the place of this one."""
    row = kiosks.by_number(installation(), reader(), number)
    line = _line(number)
    return _code(kiosks.make_code(installation(), reader(), line.desk_slug, row.name, number))


def revoke(number: int) -> Response:
    """Let a device send nothing any more."""
    kiosks.revoke(installation(), number, reader())
    flash(_("Kiosk %(number)s sends nothing any more.", number=number))
    return redirect(url_for("admin.kiosks"))


def _code_form() -> CodeForm:
    form = CodeForm()
    form.desk.choices = [(unit.slug, unit.name) for unit in kiosks.desks(installation(), reader())]
    return form


def _name_form(number: int) -> NameForm:
    return NameForm(name=kiosks.by_number(installation(), reader(), number).name)


def _list(form: CodeForm) -> str:
    lines = kiosk_overview.lines(installation(), reader().unit_id)
    return render_template("admin/kiosks.html", lines=lines, form=form, signs=kiosk_words.signs())


def _page(number: int, form: NameForm) -> str:
    line = _line(number)
    received, kept = kiosk_words.received(line), kiosk_words.persisted(line)
    return render_template("admin/kiosk.html", line=line, form=form, received=received, kept=kept)


def _line(number: int) -> kiosk_overview.KioskLine:
    """The device as lists show it; NotFoundError outside the reader's unit."""
    kiosks.by_number(installation(), reader(), number)
    return next(line for line in kiosk_overview.lines(installation(), reader().unit_id) if line.number == number)


def _code(made: kiosks.MadeCode) -> str:
    address = f"{installation().settings.public_url.rstrip('/')}/kiosk?code={made.code}"
    buffer = io.BytesIO()
    segno.make_qr(address, error="m").save(buffer, kind="svg", xmldecl=False, border=4, scale=6)
    picture = "data:image/svg+xml;base64," + b64encode(buffer.getvalue()).decode()
    return render_template("admin/kiosk_code.html", made=made, typed=base32.groups(made.code), qr=picture, site=address)
