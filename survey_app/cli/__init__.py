"""The program `sipas`: one group of commands per thing it works on."""

import sys
from importlib import import_module

import click

from instruments.problems import InstrumentError
from survey_app.cli.installation import open_installation
from survey_app.domain.periods import PeriodError
from survey_app.keys import KeyMissingError
from survey_app.settings import SettingsError

# Read only when called, so that `sipas --version` does not load the statistics.
COMMANDS = {
    "api-keys": "api_keys:api_keys_group",
    "contacts": "contacts:contacts_group",
    "db": "database:database",
    "demo": "demo:demo",
    "dossiers": "dossiers:dossiers_group",
    "flush": "flush:flush",
    "frame": "frames:frame_group",
    "index": "index:index",
    "instruments": "instruments:instruments",
    "keys": "keys:keys",
    "kiosk": "kiosks:kiosk_group",
    "languages": "languages:languages_group",
    "paper": "paper:paper_group",
    "quarantine": "quarantine:quarantine_group",
    "recordings": "recordings:recordings_group",
    "reminders": "reminders:reminders_group",
    "release": "releases:release_group",
    "report": "reports:report_group",
    "responses": "responses:responses_group",
    "round": "rounds:rounds_group",
    "rules": "rules:rules_group",
    "series": "series:series_group",
    "serve": "serve:serve",
    "staff": "staff:staff",
    "tokens": "tokens:tokens",
    "units": "units:units_group",
    "verify": "verify:verify",
}


class Commands(click.Group):
    """Loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - given by click
        """Names of every command."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - given by click
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(import_module(f"survey_app.cli.{module}"), attribute)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sipas")
@click.pass_context
def sipas(context: click.Context) -> None:
    """Measure how satisfied citizens are with administrative services.

    Settings come from the environment (SIPAS_*, see .env.example).
    """
    context.obj = context.obj or open_installation


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
