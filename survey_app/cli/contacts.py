"""sipas contacts: phone numbers and e-mail addresses of drawn dossiers, kept apart and sealed."""

import csv
import io
from pathlib import Path

import click

from survey_app import whole_files
from survey_app.cli.installation import with_installation
from survey_app.domain.spreadsheets import neutral
from survey_app.installation import Installation
from survey_app.services import contacts

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(name="contacts")
def contacts_group() -> None:
    """Phone numbers and e-mail addresses of drawn dossiers: sealed, and erased with the round."""


@contacts_group.command(name="import")
@click.argument("file", type=FILE)
@click.option("--round", "code", required=True, help="Code of the round.")
@click.option("--prefer", type=click.Choice(contacts.ADDRESSES), default="phone", show_default=True)
@with_installation
def load(installation: Installation, file: Path, code: str, prefer: str) -> None:
    """Take dossier_code, phone and email of drawn dossiers from FILE; rows of other dossiers are not kept."""
    told = contacts.load(installation, code, file, prefer)
    click.echo(
        f"{told.taken} taken, {told.not_drawn} of dossiers that are not drawn, {told.opted_out} want no messages."
    )
    for line in told.rejected:
        click.echo(line, err=True)
    click.echo(f"Delete {file} now: it holds what this program keeps sealed.", err=True)


@contacts_group.command()
@click.option("--round", "code", required=True, help="Code of the round.")
@click.option("--out", type=FILE, required=True, help="FILE.csv, for callers only.")
@with_installation
def calls(installation: Installation, code: str, out: Path) -> None:
    """Write phone numbers with unit and survey address, in random order, without dossier codes."""
    listed = contacts.call_list(installation, code)
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["phone", "unit", "survey_url"])
    writer.writerows([neutral(call.phone), neutral(call.unit), call.survey_url] for call in listed)
    whole_files.write(out, table.getvalue().encode())
    click.echo(f"{len(listed)} lines. {out} opens questionnaires: hand it to the callers and delete it.", err=True)


@contacts_group.command()
@click.option("--round", "code", required=True, help="Code of the round.")
@click.option("--unit", required=True, help="Slug of the unit that was called about.")
@click.option("--refused", default=0, help="Said no.")
@click.option("--not-reached", default=0, help="Belong to the frame and were never reached.")
@click.option("--other", default=0, help="Were reached and could not answer (language, illness).")
@click.option("--ineligible", default=0, help="Turned out not to be who the dossier is of.")
@with_installation
def outcome(
    installation: Installation, code: str, unit: str, refused: int, not_reached: int, other: int, ineligible: int
) -> None:
    """Add to the counts of what callers found out; no dossier is named."""
    counts = {"refused": refused, "not_reached": not_reached, "other": other, "ineligible": ineligible}
    contacts.outcome(installation, code, unit, counts)
    click.echo("Noted.")


@contacts_group.command(name="opt-out")
@click.argument("address")
@with_installation
def opt_out(installation: Installation, address: str) -> None:
    """Send nothing to ADDRESS any more, in this round and in later ones."""
    contacts.opt_out(installation, address)
    click.echo("No message goes there any more.")
