"""How a command gets its installation: opened on first use, so that --help needs no settings."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import click

from survey_app.installation import Installation
from survey_app.log import configure
from survey_app.services.errors import RefusedError
from survey_app.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


def open_installation() -> Installation:
    """Open what the environment describes."""
    settings = Settings.from_environment()
    configure(settings.log_level)
    return Installation.from_settings(settings)


def with_installation(command: Callable[Concatenate[Installation, P], R]) -> Callable[P, R]:
    """Give a command the opened installation as its first argument; what it refuses ends it with the reason."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        context = click.get_current_context()
        opened = context.find_root().obj
        installation: Installation = opened() if callable(opened) else opened
        if callable(opened):
            context.call_on_close(installation.database.close)
        try:
            return command(installation, *args, **kwargs)
        except RefusedError as error:
            raise click.ClickException(str(error)) from None

    return run
