"""sipas flush: move sealed answers at the round's fixed hour."""

import click

from survey_app.cli.installation import with_installation
from survey_app.cli.progress import bar
from survey_app.installation import Installation
from survey_app.services import erasure, publication, rounds
from survey_app.services.flush import Report, flush_round, run_due


@click.command()
@click.option("--now", is_flag=True, help="Whatever the hour; demo and tests only.")
@with_installation
def flush(installation: Installation, now: bool) -> None:
    """Move what waits in every round whose hour has come, and erase those whose erasure date has come.

    Killed at any point, it can run again.
    """
    if now and not installation.settings.demo:
        raise click.UsageError(
            "--now is refused outside demo and test: its hour could be chosen to single out somebody.",
        )
    with bar("Moving answers") as progress:
        if now:
            codes = [line.code for line in rounds.every(installation) if line.state == "field"]
            reports = [flush_round(installation, code, progress) for code in codes]
        else:
            reports = run_due(installation, progress)
    for report in reports:
        with bar("Computing figures") as progress:
            publication.refresh(installation, report.round_code, progress)
        _tell(report)
    if not reports:
        click.echo("No round is due.")
    for done in erasure.run_due(installation):
        click.echo(f"{done.round_code}: its erasure date has come; {sum(done.rows.values())} rows erased.")
        if done.keys_remain:
            click.echo(
                f"{done.round_code}: its keys remain; the user that owns them runs `sipas round erase`.", err=True
            )


def _tell(report: Report) -> None:
    click.echo(
        f"{report.round_code}: {report.answers} answers moved in {report.batches} batches, {report.waiting} wait, "
        f"{report.comments} comments moved.",
    )
