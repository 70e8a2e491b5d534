"""sipas db: bring the tables to this version."""

import click
from alembic import command

from survey_app.cli.installation import alembic_config, with_installation
from survey_app.installation import Installation
from survey_app.services import data_dictionary


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
