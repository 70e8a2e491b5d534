"""The web application: this module only wires."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask

from survey_app.installation import Installation
from survey_app.web import (
    admin,
    agency,
    api,
    citizen,
    compression,
    device,
    errors,
    headers,
    kiosk,
    language,
    paper,
    province,
    public,
    staff_login,
    staff_session,
)
from survey_app.web.api import responses

MAX_REQUEST_BYTES = 64 * 1024 * 1024  # a year's dossiers of a unit as JSON; forms are far below


def create_app(installation: Installation) -> Flask:
    """Build the application around one opened installation."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=installation.settings.secret_key, MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES)
    app.extensions["sipas"] = installation
    language.install(app)
    headers.install(app)
    errors.install(app)
    staff_session.install(app)
    _register(app, citizen.blueprint, guard=citizen.guard)
    _register(app, responses.blueprint, guard=responses.guard)
    _register(app, api.blueprint, guard=api.api_key_guard)
    _register(app, device.blueprint, guard=device.guard)
    _register(app, kiosk.blueprint, guard=kiosk.guard)
    _register(app, public.blueprint, guard=public.guard)
    _register(app, staff_login.blueprint, guard=staff_session.public_guard)
    _register(app, staff_login.account, guard=staff_session.staff_guard)
    _register(app, agency.blueprint, guard=agency.guard)
    _register(app, province.blueprint, guard=province.guard)
    _register(app, paper.blueprint, guard=paper.guard)
    _register(app, admin.blueprint, guard=admin.guard)
    app.wsgi_app = compression.compressing(app.wsgi_app)  # type: ignore[assignment, method-assign]  # Flask's own way to wrap
    return app


def _register(app: Flask, blueprint: Blueprint, *, guard: Callable[[], Any]) -> None:
    """Put a guard before every page of a blueprint; there is no other way in."""
    app.before_request_funcs.setdefault(blueprint.name, []).append(guard)
    app.register_blueprint(blueprint)
    app.extensions.setdefault("guards", {})[blueprint.name] = guard
