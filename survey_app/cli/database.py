"""sipas db: bring the tables to this version."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config

from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import data_dictionary

ROOT = Path(__file__).resolve().parents[2]


def alembic_config(url: str) -> Config:
    """Alembic's configuration for this database, read from setup.cfg."""
    config = Config(str(ROOT / "setup.cfg"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


@click.group(name="db")
def database() -> None:
    """Create the tables or bring them to this version."""


@database.command()
@with_installation
def upgrade(installation: Installation) -> None:
    """Run the migrations that this database has not seen; harmless when there are none."""
    command.upgrade(alembic_config(installation.settings.database_url), "head")
    click.echo("The database is up to date.")


@database.command()
@with_installation
def current(installation: Installation) -> None:
    """Show which migration the database is at."""
    command.current(alembic_config(installation.settings.database_url), verbose=True)


@database.command()
def dictionary() -> None:
    """Write every table and column as Markdown."""
    click.echo(data_dictionary.markdown(), nl=False)
