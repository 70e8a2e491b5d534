"""Who takes a step on the command line: a login that shows its password, or the command line itself."""

import sys
from collections.abc import Callable
from typing import Any

import click

from survey_app.installation import Installation
from survey_app.services import round_roles
from survey_app.services.round_roles import Actor

as_option: Callable[[Any], Any] = click.option(
    "--as",
    "login",
    metavar="LOGIN",
    help="Who does this: a login with the role of the step. Its password is asked for, or read from standard input.",
)


def actor_of(installation: Installation, login: str | None) -> Actor:
    """The actor behind --as, after its password; without --as the command line."""
    if login is None:
        return round_roles.COMMAND_LINE
    if sys.stdin.isatty():
        password: str = click.prompt(f"Password of {login}", hide_input=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    return round_roles.signed_in(installation, login, password)
