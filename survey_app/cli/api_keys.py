"""sipas api-keys: keys with which a unit's one-stop software sends dossiers."""

import click

from survey_app.cli.installation import with_installation
from survey_app.installation import Installation
from survey_app.services import api_keys


@click.group(name="api-keys")
def api_keys_group() -> None:
    """Make and revoke keys of the one-stop software of units."""


@api_keys_group.command()
@click.option("--unit", required=True, help="Slug of the unit; the key is good for it and everything beneath it.")
@click.option("--name", required=True, help="Name to know the key by, such as that of the software.")
@with_installation
def make(installation: Installation, unit: str, name: str) -> None:
    """Make a key and show it once; only its hash is kept."""
    click.echo(api_keys.make(installation, unit, name))


@api_keys_group.command(name="list")
@with_installation
def list_keys(installation: Installation) -> None:
    """List all keys: name, unit, when made, when revoked."""
    for key in api_keys.every(installation):
        state = f"revoked {key.revoked_at:%d/%m/%Y}" if key.revoked_at else "in use"
        click.echo(f"{key.name}\t{key.unit_slug}\t{key.created_at:%d/%m/%Y}\t{state}")


@api_keys_group.command()
@click.argument("name")
@with_installation
def revoke(installation: Installation, name: str) -> None:
    """Let a key open nothing from now on."""
    api_keys.revoke(installation, name)
    click.echo(f"The key {name} opens nothing any more.")
