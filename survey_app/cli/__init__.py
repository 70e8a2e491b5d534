"""The program `sipas`: one group of commands per thing it works on."""

import sys

import click

from survey_app.cli.database import database
from survey_app.cli.installation import open_installation
from survey_app.settings import SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sipas")
@click.pass_context
def sipas(context: click.Context) -> None:
    """Measure how satisfied citizens are with administrative services.

    Settings come from the environment (SIPAS_*, see .env.example).
    """
    context.obj = context.obj or open_installation


sipas.add_command(database)


def main() -> None:
    """Run the program; settings that cannot be used end it with a list of what to mend."""
    try:
        sipas(prog_name="sipas")
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
