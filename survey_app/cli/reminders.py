"""sipas reminders: the invitation and reminders, to everyone who was drawn alike."""

from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import reminders
from survey_app.services.senders import GatewayFile, LogSender, Sender, SmtpSender

WAVE = click.option("--wave", type=int, required=True, help="1: the invitation; 2, 3: reminders.")
ROUND = click.option("--round", "code", required=True, help="Code of the round.")


@click.group(name="reminders")
def reminders_group() -> None:
    """Write to everyone who was drawn alike: nobody knows who has answered."""


@reminders_group.command()
@ROUND
@WAVE
@with_installation
def preview(installation: Installation, code: str, wave: int) -> None:
    """Show the words of a wave."""
    message = reminders.preview(installation, code, wave)
    click.echo(f"{message.subject}\n\n{message.body}")


@reminders_group.command()
@ROUND
@WAVE
@click.option("--by", type=click.Choice(["log", "email", "file"]), default="log", show_default=True)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="With --by file: for an SMS or Zalo gateway."
)
@with_installation
def send(installation: Installation, code: str, wave: int, by: str, out: Path | None) -> None:
    """Send a wave; run again, it goes on where it stopped. `log` tries it: nothing is sent and nobody is invited."""
    if (by == "file") != (out is not None):
        raise click.UsageError("--out goes with --by file.")
    if out is not None and out.exists():
        raise click.UsageError(f"{out} exists; a wave begins a file of its own.")
    sender: Sender = LogSender()
    if by == "email":
        sender = SmtpSender(installation.settings)
    elif out is not None:
        sender = GatewayFile(out)
    told = reminders.send(installation, code, wave, sender)
    done = "sent" if sender.marks else "tried, none sent,"
    click.echo(f"Wave {wave}: {told.sent} {done} of {told.drawn} drawn; {told.had_it} had it before.")
    click.echo(
        f"Not sent: {told.without_contact} without contact, {told.other_channel} by another channel, "
        f"{told.opted_out} want none, {told.capped} at the cap, {told.too_soon} too soon, "
        f"{told.no_address} whose address opens no longer, {told.failed} failed."
    )
    if told.last_trouble:
        click.echo(f"Last trouble: {told.last_trouble}. Run it again later.", err=True)
