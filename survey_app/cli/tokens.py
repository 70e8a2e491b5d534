"""sipas tokens: addresses for dossiers as slips to print or as a table for the one-stop software."""

import csv
import io
import sys
from pathlib import Path

import click

from survey_app import whole_files
from survey_app.cli.installation import with_installation
from survey_app.cli.slips import page
from survey_app.installation import Installation
from survey_app.services import invitations
from survey_app.services.invitations import Issued


@click.group()
def tokens() -> None:
    """Make addresses that open one questionnaire each; none is stored."""


@tokens.command()
@click.option("--round", "round_code", required=True, help="Code of the round.")
@click.option("--unit", required=True, help="Slug of the desk, or of a unit with desks beneath it.")
@click.option("--dossier", "dossiers", multiple=True, help="Only this dossier code; may be repeated.")
@click.option("--again", is_flag=True, help="Also dossiers that have an address already; they get the same.")
@click.option("--roll", type=int, help="Instead: a packet of this many slips with random identifiers.")
@click.option("--stratum", type=int, help="Which stratum the roll is for, where the desk has several.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="slips.html to print, or slips.csv.")
@with_installation
def issue(
    installation: Installation,
    round_code: str,
    unit: str,
    dossiers: tuple[str, ...],
    again: bool,
    roll: int | None,
    stratum: int | None,
    out: Path | None,
) -> None:
    """Make the addresses of a unit's dossiers, or a roll of slips."""
    if roll is not None:
        issued = invitations.roll(installation, round_code, unit, roll, stratum)
    elif dossiers:
        issued = invitations.issue(installation, round_code, dossiers)
    else:
        issued = invitations.issue_for_unit(installation, round_code, unit, again=again)
    _write(installation, issued, round_code, out)
    click.echo(f"{len(issued.slips)} addresses, {issued.repeated} of them made before.", err=True)
    for code, reason in issued.refused:
        click.echo(f"{code}: {reason}", err=True)


@tokens.command(name="handed-out")
@click.argument("number", type=int)
@click.option("--round", "round_code", required=True, help="Code of the round.")
@click.option("--unit", required=True, help="Slug of the desk.")
@click.option("--stratum", type=int, help="Which stratum, where the desk has several.")
@with_installation
def handed_out(installation: Installation, number: int, round_code: str, unit: str, stratum: int | None) -> None:
    """Report that the desk handed out NUMBER slips of its roll."""
    invitations.handed_out(installation, round_code, unit, number, stratum)
    click.echo(f"{number} slips noted.")


def _write(installation: Installation, issued: Issued, round_code: str, out: Path | None) -> None:
    """Write slips as a page to print, or as a table; a file is whole or is not there."""
    if out is None:
        _table(issued, sys.stdout)
        return
    if out.suffix.lower() == ".html":
        text = page(installation, issued.slips, round_code)
    else:
        table = io.StringIO(newline="")
        _table(issued, table)
        text = table.getvalue()
    whole_files.write(out, text.encode())
    click.echo(f"{out} opens questionnaires: print it, hand the slips out, and delete it.", err=True)


def _table(issued: Issued, file: object) -> None:
    writer = csv.writer(file)  # type: ignore[arg-type]  # any text file
    writer.writerow(["dossier_code", "survey_url"])
    writer.writerows([slip.dossier_code or "", slip.url] for slip in issued.slips)
