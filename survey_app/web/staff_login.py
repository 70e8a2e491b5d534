"""Sign in, sign out, change one's own password."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from survey_app.domain import access, passwords
from survey_app.domain.access import Reader
from survey_app.services import sign_in, staff
from survey_app.services.tries import WaitError
from survey_app.web import staff_session
from survey_app.web.current import installation
from survey_app.web.language import gettext as _
from survey_app.web.language import ngettext

blueprint = Blueprint("login", __name__)
account = Blueprint("account", __name__, url_prefix="/account")

HOME = {access.AGENCY: "agency.home", access.PROVINCE: "province.home", access.ADMIN: "admin.home"}


class LoginForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Login name and password."""

    login = StringField(
        lazy_gettext("Login name"),
        [InputRequired(lazy_gettext("Enter your login name.")), Length(max=passwords.MAX_LENGTH)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [InputRequired(lazy_gettext("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Old password, new password twice."""

    old = PasswordField(
        lazy_gettext("Password until now"),
        [InputRequired(lazy_gettext("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        lazy_gettext("New password"),
        [InputRequired(lazy_gettext("Enter a new password."))],
        description=lazy_gettext("At least 12 characters; a sentence is easy to remember."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        lazy_gettext("New password once more"),
        [EqualTo("new", lazy_gettext("The two new passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


@blueprint.get("/login")
def form() -> str | Response:
    """Show the form; who is signed in already goes home."""
    reader = staff_session.current_reader()
    if reader is not None:
        return redirect(url_for(HOME[reader.role]))
    return render_template("staff/login.html", form=LoginForm())


@blueprint.post("/login")
def sign_in_page() -> Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Check login and password; the answer to a wrong one says nothing about either."""
    given = LoginForm()
    if not given.validate_on_submit():
        return render_template("staff/login.html", form=given), 400
    try:
        signed_in = sign_in.authenticate(installation(), given.login.data, given.password.data)
    except sign_in.WrongPasswordError:
        given.password.errors = [_("Login name and password do not fit.")]
        return render_template("staff/login.html", form=given), 403
    except WaitError as error:
        given.password.errors = [_wait(error)]
        return render_template("staff/login.html", form=given), 429, {"Retry-After": str(error.seconds)}
    staff_session.begin(signed_in)
    return redirect(_next(signed_in.reader))


@account.post("/sign-out")
def sign_out() -> Response:
    """End every session of this login."""
    sign_in.sign_out(installation(), staff_session.reader())
    staff_session.end()
    return redirect(url_for("login.form"))


@account.route("/password", methods=["GET", "POST"])
def password() -> Response | str | tuple[str, int]:
    """Change one's own password; other sessions of the login end."""
    given = PasswordForm()
    if request.method == "GET":
        return render_template("staff/password.html", form=given)
    if not given.validate_on_submit():
        return render_template("staff/password.html", form=given), 400
    try:
        version = staff.change_password(installation(), staff_session.reader(), given.old.data, given.new.data)
    except sign_in.WrongPasswordError:
        given.old.errors = [_("This is not your password.")]
    except WaitError as error:
        given.old.errors = [_wait(error)]
    except staff.PasswordProblemError as error:
        given.new.errors = [_problem(code) for code in error.codes]
    else:
        staff_session.renew(version)
        flash(_("Your password was changed. Everyone else who used this login has been signed out."))
        return redirect(url_for("account.password"))
    return render_template("staff/password.html", form=given), 400


def _wait(error: WaitError) -> str:
    return ngettext(
        "Too many wrong tries. Please wait %(num)d second, then try again.",
        "Too many wrong tries. Please wait %(num)d seconds, then try again.",
        error.seconds,
    )


def _problem(code: str) -> str:
    """Say why a password is not taken."""
    return {
        "too_short": _("Use at least 12 characters."),
        "too_long": _("Use at most 200 characters."),
        "like_login": _("The password must not contain the login name."),
        "few_characters": _("Use at least five different characters."),
    }[code]


def _next(reader: Reader) -> str:
    """Page that was asked for before signing in, if it is one of ours; else the reader's home."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    ours = not parts.scheme and not parts.netloc and wanted.startswith("/") and wanted[1:2] not in ("/", "\\")
    if ours and wanted.isprintable() and "\\" not in wanted:
        return wanted
    return url_for(HOME[reader.role])
