"""sipas kiosk: devices of the office."""

from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import kiosk_import, kiosk_overview, kiosk_package, kiosks


@click.group(name="kiosk")
def kiosk_group() -> None:
    """List and revoke kiosks, and take answers that they could not send."""


@kiosk_group.command(name="list")
@with_installation
def list_kiosks(installation: Installation) -> None:
    """Show every device: number, name, desk, last seen, answers, missing numbers, what needs a look."""
    for line in kiosk_overview.lines(installation):
        seen = f"{line.last_seen.astimezone(installation.settings.zone):%d/%m/%Y %H:%M}" if line.last_seen else "never"
        missing = f"{line.missing} missing" if line.missing else "none missing"
        state = "revoked" if line.revoked_at else ", ".join(line.signs) or "in order"
        answers = f"{line.answers} answers"
        click.echo("\t".join((str(line.number), line.name, line.desk_slug, seen, answers, missing, state)))


@kiosk_group.command()
@click.argument("number", type=int)
@with_installation
def revoke(installation: Installation, number: int) -> None:
    """Let kiosk NUMBER send nothing any more; this cannot be undone."""
    kiosks.revoke(installation, number)
    click.echo(f"Kiosk {number} sends nothing any more.")


@kiosk_group.command(name="round")
@click.argument("code")
@click.option("--idle", default=kiosk_package.IDLE_SECONDS, show_default=True, help="Seconds without a touch.")
@click.option(
    "--on-timeout",
    type=click.Choice((kiosk_package.DISCARD, kiosk_package.KEEP_PARTIAL)),
    default=kiosk_package.DISCARD,
    show_default=True,
    help="What becomes of an answer that was left in the middle.",
)
@with_installation
def round_(installation: Installation, code: str, idle: int, on_timeout: str) -> None:
    """Say what the kiosks of round CODE do when nobody touches them."""
    kiosk_package.set_round(installation, code, idle, on_timeout)
    click.echo(f"Kiosks of {code}: {idle} seconds, then {on_timeout}.")


@kiosk_group.command()
@click.argument("number", type=int)
@click.argument("code")
@with_installation
def ask(installation: Installation, number: int, code: str) -> None:
    """Let kiosk NUMBER ask people without a slip about round CODE, where several are open at its desk."""
    kiosk_package.ask_without_slip(installation, number, code)
    click.echo(f"Kiosk {number} asks people without a slip about {code} once it has called.")


@kiosk_group.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--revoked", is_flag=True, help="Take it although the device was revoked since.")
@with_installation
def import_(installation: Installation, file: Path, revoked: bool) -> None:
    """Take the waiting answers in FILE, exported on a kiosk's staff page; twice is harmless."""
    done = kiosk_import.take(installation, file, revoked_too=revoked)
    click.echo(f"{done.stored} stored, {done.duplicate} known before, {done.rejected} refused.")
    if done.left:
        raise click.ClickException(f"{done.left} could not be taken now; import the file again.")
