"""The installation that the running application was built around."""

from typing import cast

from flask import current_app

from survey_app.installation import Installation


def installation() -> Installation:
    """Return settings, database, keys and clock of this application."""
    return cast("Installation", current_app.extensions["sipas"])
