"""sipas keys: day keys in advance, the key that signs releases, and what the key folder holds."""

import sys

import click

from survey_app.cli.installation import with_installation
from survey_app.domain.release_keys import ReleaseKeyError
from survey_app.installation import Installation
from survey_app.services import inbox, kiosk_keys


@click.group()
def keys() -> None:
    """Make day keys in advance and see what the key folder holds."""


@keys.command()
@click.option("--days", default=120, show_default=True, help="How many days ahead.")
@with_installation
def prepare(installation: Installation, days: int) -> None:
    """Make the key pairs of the coming days and of the pools; existing ones stay."""
    installation.keys.prepare_pools()
    installation.keys.prepare_kiosks()
    made = installation.keys.prepare_days(installation.today(), days)
    click.echo(f"{made} day keys were made; answers can be sealed for {days} days from today.")


@keys.command()
@click.option("--passphrase-stdin", is_flag=True, help="Read the passphrase from standard input.")
@with_installation
def release(installation: Installation, passphrase_stdin: bool) -> None:
    """Make the key pair that signs releases, the private half encrypted under a passphrase."""
    if passphrase_stdin:
        passphrase = sys.stdin.readline().rstrip("\r\n")
    else:
        passphrase = click.prompt("Passphrase (16 characters or more)", hide_input=True, confirmation_prompt=True)
    try:
        private, public = installation.keys.create_release(passphrase)
    except ReleaseKeyError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{private}: to the signer's safe place, off this machine. {public}: publish it, in more than one place."
    )


@keys.command()
@with_installation
def destroy(installation: Installation) -> None:
    """Destroy private keys of past days whose answers have all moved (as the flush does), and old ones of kiosks."""
    gone = len(inbox.destroy_old_keys(installation, installation.today())) + kiosk_keys.destroy_old(installation)
    click.echo(f"{gone} keys were destroyed.")


@keys.command(name="rotate-kiosks")
@with_installation
def rotate_kiosks(installation: Installation) -> None:
    """Make another key for kiosks to seal answers to; the old one still opens what waits on devices."""
    until = kiosk_keys.rotate(installation).kept_until
    kept = f"until {until:%d/%m/%Y}" if until else "until `sipas keys destroy`: no round has used it"
    click.echo(f"Kiosks seal to the new key when they have next called. The old key is kept {kept}.")


@keys.command(name="list")
@with_installation
def list_keys(installation: Installation) -> None:
    """Show for which days a private key exists."""
    days = installation.keys.days()
    click.echo(f"{len(days)} days, {days[0]} to {days[-1]}." if days else "No day key; run `sipas keys prepare`.")
