"""sipas responses: released answers for the statistician inside the office."""

from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.cli.progress import bar
from survey_app.installation import Installation
from survey_app.services import response_export


@click.group(name="responses")
def responses_group() -> None:
    """Released answers for the statistician inside the office."""


@responses_group.command()
@click.argument("round_code", metavar="ROUND")
@click.option(
    "--product",
    type=click.Choice(list(response_export.PRODUCTS)),
    default=next(iter(response_export.PRODUCTS)),
    show_default=True,
    help="annual: drawn dossiers (G1) of a closed round; live: every answer by address so far (G1, G2).",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.parquet")
@with_installation
def export(installation: Installation, round_code: str, product: str, out: Path) -> None:
    """Write the released responses of ROUND as Parquet, one row each, with a design file beside it.

    The file is for the statistician inside the office and must not leave it: its rows have not passed the rules that
    make figures safe to show. Each export is noted in the audit log. The file holds answers to the rated questions,
    stratum, weight, desk, agency, grade and month of release; no dossier, no receipt, no day, no comment.
    """
    with bar("Writing responses") as progress:
        written = response_export.export(installation, round_code, product, out, progress)
    click.echo(f"{written.responses} responses in {out}, readable by you alone; design in {written.design}.")
    click.echo(f"Next: python -m analysis index {out} --instrument ... --design {written.design} --by agency --out ...")
