"""The web application: this module only wires."""

from flask import Flask

from survey_app.installation import Installation


def create_app(installation: Installation) -> Flask:
    """Build the application around one opened installation."""
    app = Flask(__name__)
    app.extensions["sipas"] = installation
    return app
