"""sipas report: reports that are read on paper and signed, as HTML or tagged PDF."""

from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.domain import periods
from survey_app.installation import Installation
from survey_app.services import reports

LANGUAGE = click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
OUT = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.html or FILE.pdf"
)


@click.group(name="report")
def report_group() -> None:
    """Write reports to read and to sign."""


@report_group.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@LANGUAGE
@OUT
def annual(bundle: Path, language: str, out: Path) -> None:
    """Write the annual report of the release BUNDLE (a .zip or folder); needs no database.

    Check the bundle first: `sipas verify`.
    """
    reports.annual(bundle, language, out)
    click.echo(f"{out}: the annual report of {bundle.name}.")


@report_group.command()
@click.argument("period")
@click.option("--unit", required=True, help="Slug of the unit that reports; those beneath it are counted too.")
@LANGUAGE
@OUT
@with_installation
def dossiers(installation: Installation, period: str, unit: str, language: str, out: Path) -> None:
    """Write the short report of dossiers received, resolved and in hand in PERIOD.

    PERIOD is 2026, 2026-H1, 2026-Q3 or 2026-07; one that is not over is counted to yesterday.
    """
    reports.dossiers(installation, unit, periods.parse(period), language, out)
    click.echo(f"{out}: dossiers of {unit} in {period}.")
