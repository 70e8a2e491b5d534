"""The web application: this module only wires."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask

from survey_app.installation import Installation

MAX_REQUEST_BYTES = 64 * 1024 * 1024  # a year's dossiers of a unit as JSON; forms are far below


def create_app(installation: Installation) -> Flask:
    """Build the application around one opened installation."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=installation.settings.secret_key, MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES)
    app.extensions["sipas"] = installation
    return app


def _register(app: Flask, blueprint: Blueprint, *, guard: Callable[[], Any]) -> None:
    """Put a guard before every page of a blueprint; there is no other way in."""
    app.before_request_funcs.setdefault(blueprint.name, []).append(guard)
    app.register_blueprint(blueprint)
    app.extensions.setdefault("guards", {})[blueprint.name] = guard
