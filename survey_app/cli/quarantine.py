"""sipas quarantine: what lies apart, counted; two people decide about it on the round's page."""

import click

from survey_app.cli.installation import with_installation
from survey_app.domain.quarantine import FEWEST
from survey_app.installation import Installation
from survey_app.services import quarantine as service


@click.group(name="quarantine")
def quarantine_group() -> None:
    """Count what lies apart and why; nobody reads it, and two people decide on a whole group, on the round's page."""


@quarantine_group.command(name="list")
@with_installation
def list_groups(installation: Installation) -> None:
    """Show round, reason, desk and number of everything that lies apart."""
    for group in service.groups(installation):
        few = group.number < FEWEST
        number = f"fewer than {FEWEST}" if few else str(group.number)
        click.echo("\t".join((group.round or "-", group.reason, group.desk or "-", number)))


@quarantine_group.command(name="open")
@click.argument("code")
@with_installation
def open_groups(installation: Installation, code: str) -> None:
    """Let the machine hold what lies apart in round CODE against the rule; no answer is shown."""
    for one in service.opened(installation, code):
        found = ", ".join(f"{verdict} {number}" for verdict, number in sorted(one.found.items()))
        click.echo("\t".join((one.group.reason, one.group.desk or "-", str(one.group.number), found)))


@quarantine_group.command()
@with_installation
def retry(installation: Installation) -> None:
    """Try once more to read what kiosks sent and nobody could read, as after a key was put back."""
    done = service.retry_letters(installation)
    click.echo(f"{done['stored']} stored, {done['duplicate']} known before, {done['left']} cannot be read.")
