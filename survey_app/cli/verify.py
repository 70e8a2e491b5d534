"""sipas verify: whether a published bundle is signed, whole, and follows from its own cells."""

import sys
from pathlib import Path

import click

from survey_app.services import release_check


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), required=True, help="The publisher's public key (PEM).")
@click.option("--previous", type=click.Path(path_type=Path), help="An earlier bundle, such as last year's.")
@click.option("--previous-key", type=click.Path(path_type=Path), help="The earlier bundle's public key, if another.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def verify(bundle: Path, key: Path, previous: Path | None, previous_key: Path | None, as_json: bool) -> None:
    """Check the BUNDLE, a .zip or folder, without network, database or settings.

    Exit codes: 0 yes; 1 no, with every place; 2 the check could not be made (no such key).
    """
    code, told = release_check.verify(bundle, key, previous, previous_key, as_json=as_json)
    click.echo(told, err=code == release_check.NOT_MADE)
    sys.exit(code)
