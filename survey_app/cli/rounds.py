"""sipas round: plan a measurement, fix its strata, open, close and publish it."""

from datetime import date, datetime

import click

from survey_app.cli.installation import with_installation
from survey_app.cli.progress import bar
from survey_app.installation import Installation
from survey_app.services import flush, publication, rounds

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(name="round")
def rounds_group() -> None:
    """Plan a measurement, fix its strata, open, close and publish it."""


@rounds_group.command()
@click.argument("code")
@click.option("--title", required=True, help="As citizens read it.")
@click.option("--unit", required=True, help="Slug of the province.")
@click.option("--instrument", default="sipas-2017/1", show_default=True)
@click.option("--period", nargs=2, type=DAY, required=True, help="First and last day of return that is asked about.")
@click.option("--field", nargs=2, type=DAY, required=True, help="First and last day on which answers are taken.")
@click.option("--erase", type=DAY, required=True, help="Day on which everything of the round is erased.")
@click.option("--draw", default=1.0, show_default=True, help="Fraction of dossiers that belong to the sample.")
@click.option("--token-life", default=90, show_default=True, help="Days for which an address opens.")
@click.option("--weekday", default=0, show_default=True, help="Day of the weekly flush, 0 = Monday.")
@click.option("--hour", default=6, show_default=True, help="Hour of the flush.")
@with_installation
def create(
    installation: Installation,
    code: str,
    title: str,
    unit: str,
    instrument: str,
    period: tuple[datetime, datetime],
    field: tuple[datetime, datetime],
    erase: datetime,
    draw: float,
    token_life: int,
    weekday: int,
    hour: int,
) -> None:
    """Write down the plan of round CODE and make its keys."""
    plan = rounds.Plan(
        code=code,
        title=title,
        unit_slug=unit,
        instrument_key=instrument,
        period_start=period[0].date(),
        period_end=period[1].date(),
        field_start=field[0].date(),
        field_end=field[1].date(),
        erasure_date=erase.date(),
        draw_fraction=draw,
        token_life_days=token_life,
        flush_weekday=weekday,
        flush_hour=hour,
    )
    rounds.create(installation, plan)
    click.echo(f"Round {code} is planned. Next: sipas round freeze {code} --register FIRST LAST")


@rounds_group.command()
@click.argument("code")
@click.option("--register", nargs=2, type=DAY, required=True, help="First and last day of the register to learn from.")
@with_installation
def freeze(installation: Installation, code: str, register: tuple[datetime, datetime]) -> None:
    """Fix the strata of round CODE by a past register; they never change afterwards."""
    first, last = (moment.date() for moment in register)
    made = rounds.freeze(installation, code, first, last)
    click.echo(f"{made} strata are fixed by the register of {first:%d/%m/%Y} to {last:%d/%m/%Y}.")


@rounds_group.command(name="open")
@click.argument("code")
@with_installation
def open_round(installation: Installation, code: str) -> None:
    """Open round CODE: from now on addresses are made and answers taken."""
    rounds.move(installation, code, "field")
    click.echo(f"Round {code} takes answers.")


@rounds_group.command()
@click.argument("code")
@with_installation
def close(installation: Installation, code: str) -> None:
    """Close round CODE: every answer moves, small units pooled. Addresses open nothing afterwards."""
    with bar("Moving answers") as progress:
        report = flush.close(installation, code, progress)
    with bar("Computing figures") as progress:
        publication.refresh(installation, code, progress)
    click.echo(f"{report.answers} answers moved in {report.batches} batches.")
    for grade, n in sorted(report.held.items()):
        click.echo(f"{n} answers of grade {grade} are too few for any batch and enter no figure.")


@rounds_group.command()
@click.argument("code")
@with_installation
def publish(installation: Installation, code: str) -> None:
    """Publish the figures of the closed round CODE on the public pages."""
    with bar("Computing figures") as progress:
        report = publication.publish(installation, code, progress)
    click.echo(f"Round {code} is published; {report.waiting} answers were too few for any batch.")


@rounds_group.command(name="list")
@with_installation
def list_rounds(installation: Installation) -> None:
    """Show every round."""
    for line in rounds.every(installation):
        period = f"{_day(line.period_start)} - {_day(line.period_end)}"
        click.echo(f"{line.code:20} {line.state:10} {period}  {line.title}")


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
