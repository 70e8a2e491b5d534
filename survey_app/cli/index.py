"""sipas index: the figures of a round as a table."""

from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.cli.progress import bar
from survey_app.cli.tables import write_table
from survey_app.installation import Installation
from survey_app.services import index_table, publication, splits


@click.command()
@click.option("--round", "round_code", required=True, help="Code of the round.")
@click.option("--by", type=click.Choice(list(index_table.KINDS)), default="agency", show_default=True)
@click.option("--split", type=click.Choice(splits.VARIABLES), help="One variable; closed periods only.")
@click.option("--period", help="A closed month, quarter or year for --split: 2026-07, 2026-Q3, 2026.")
@click.option("--language", default="vi", show_default=True, help="Language of names.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.csv, .json or .xlsx")
@with_installation
def index(
    installation: Installation,
    round_code: str,
    by: str,
    split: str | None,
    period: str | None,
    language: str,
    out: Path,
) -> None:
    """Write every index with its interval, counts and rates, or the reason why it is hidden."""
    if bool(split) != bool(period):
        raise click.UsageError("--split and --period go together: a split is made for one closed period.")
    with bar("Computing figures") as progress:
        publication.refresh(installation, round_code, progress)
    if split and period:
        table = splits.table(installation, round_code, by, split, period, language)
    else:
        table = index_table.table(installation, round_code, by, language)
    write_table(table.columns, table.rows, out)
    click.echo(f"{len(table.rows)} rows in {out}.")
