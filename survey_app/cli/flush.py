"""sipas flush: move sealed answers at the round's fixed hour."""

import sys

import click

from survey_app.cli.installation import with_installation
from survey_app.cli.progress import bar
from survey_app.installation import Installation
from survey_app.services import due, rounds


@click.command()
@click.option("--now", is_flag=True, help="Whatever the hour; demo and tests only.")
@with_installation
def flush(installation: Installation, now: bool) -> None:
    """Count what two people let out of the quarantine, move what waits in rounds whose hour has come, erase others.

    Killed at any point, it can run again. A round that fails stops no other; the exit code is then 1.
    """
    if now:
        _flush_all(installation)
        return
    everything = list(due.run(installation, due.WITH_KEYS, bar))
    for done in everything:
        click.echo(f"{done.round_code or done.work}: {done.said}", err=done.failed)
    if not everything:
        click.echo("No round is due.")
    if any(done.failed for done in everything):
        sys.exit(1)


def _flush_all(installation: Installation) -> None:
    """Move what waits in every round in the field."""
    if not installation.settings.demo:
        raise click.UsageError(
            "--now is refused outside demo and test: its hour could be chosen to single out somebody.",
        )
    for line in rounds.every(installation):
        if line.state == "field":
            click.echo(f"{line.code}: {due.flush_one(installation, line.code, bar)}")
