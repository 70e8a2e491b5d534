"""The program `sipas`: one group of commands per thing it works on."""

import sys

import click

from instruments.problems import InstrumentError
from survey_app.cli.database import database
from survey_app.cli.flush import flush
from survey_app.cli.index import index
from survey_app.cli.installation import open_installation
from survey_app.cli.instruments import instruments
from survey_app.cli.keys import keys
from survey_app.cli.rounds import rounds_group
from survey_app.cli.serve import serve
from survey_app.cli.staff import staff
from survey_app.cli.tokens import tokens
from survey_app.cli.units import units_group
from survey_app.domain.periods import PeriodError
from survey_app.keys import KeyMissingError
from survey_app.settings import SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sipas")
@click.pass_context
def sipas(context: click.Context) -> None:
    """Measure how satisfied citizens are with administrative services.

    Settings come from the environment (SIPAS_*, see .env.example).
    """
    context.obj = context.obj or open_installation


for command in (database, flush, index, instruments, keys, rounds_group, serve, staff, tokens, units_group):
    sipas.add_command(command)


def main() -> None:
    """Run the program; what cannot be used ends it with one message that says what to mend."""
    try:
        sipas(prog_name="sipas")
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except (InstrumentError, KeyMissingError, PeriodError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
