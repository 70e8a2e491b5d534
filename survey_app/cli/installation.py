"""How a command gets its installation: opened on first use, so that --help needs no settings."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from survey_app.installation import Installation
from survey_app.log import configure
from survey_app.services.errors import RefusedError
from survey_app.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")
ROOT = Path(__file__).resolve().parents[2]
MAKES_TABLES = ("db", "demo")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for this database, read from setup.cfg."""
    config = Config(str(ROOT / "setup.cfg"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def check_tables(installation: Installation, *, may_be_old: bool = False) -> None:
    """Refuse to work on a database that cannot be reached or whose tables are not those of this version."""
    try:
        with installation.database.reader.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"The database cannot be reached ({reason}); see SIPAS_DATABASE_URL.") from None
    head = ScriptDirectory.from_config(alembic_config(installation.settings.database_url)).get_current_head()
    if found != head and not may_be_old:
        state = f"is at {found}, not at {head}" if found else "has no tables yet"
        raise click.ClickException(f"The database {state}; `sipas db upgrade` brings it to this version.")


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
            check_tables(installation, may_be_old=context.command_path.split()[1] in MAKES_TABLES)
        try:
            return command(installation, *args, **kwargs)
        except RefusedError as error:
            raise click.ClickException(str(error)) from None

    return run
