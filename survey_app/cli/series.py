"""sipas series: the index of a unit over the years."""

from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.cli.tables import write_table
from survey_app.domain.series import SeriesPoint
from survey_app.installation import Installation
from survey_app.services import bridges, series, series_rebuild
from survey_app.services.bridges import Declared

COLUMNS = (
    "series",
    "unit",
    "unit_name",
    "round",
    "period_start",
    "period_end",
    "instrument",
    "origin",
    "estimate",
    "bound",
    "ci_low",
    "ci_high",
    "no_figure_because",
    "sources",
    "straddles",
    "change",
    "change_low",
    "change_high",
    "direction",
    "bridge",
    "not_compared_because",
)


@click.group(name="series")
def series_group() -> None:
    """The overall index over the years, as published and rebuilt for today's units."""


@series_group.command()
@click.option("--unit", required=True, help="Slug of the unit.")
@click.option("--published-only", is_flag=True, help="Leave out rounds that are not published yet.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="FILE.csv, .json or .xlsx")
@with_installation
def show(installation: Installation, unit: str, *, published_only: bool, out: Path | None) -> None:
    """Show both series of a unit with what changed; rebuilt figures are labelled, breaks are named."""
    found = series.of_slug(installation, unit, published_only=published_only)
    rows = [_row("as published", one.slug, one.name, point) for one in found.published for point in one.points]
    rows += [_row("rebuilt for today", found.slug, found.name, point) for point in found.rebuilt]
    if out:
        write_table(COLUMNS, rows, out)
        click.echo(f"{len(rows)} rows in {out}.")
        return
    for row in rows:
        click.echo("\t".join("" if cell is None else str(cell) for cell in row))


@series_group.command()
@click.option("--unit", required=True, help="Slug of a unit that was made by a reorganisation.")
@with_installation
def rebuild(installation: Installation, unit: str) -> None:
    """Compute a unit's past from released answers, where the units that it was made from went over as a whole."""
    click.echo(f"{series_rebuild.rebuild(installation, unit)} rounds rebuilt from answers.")


@series_group.command()
@click.option("--from", "earlier", required=True, help="Earlier questionnaire, such as sipas-2012/1.")
@click.option("--to", "later", required=True, help="Later questionnaire.")
@click.option("--shift", type=float, required=True, help="Points to be added to the earlier index.")
@click.option("--margin", type=float, required=True, help="Half length of the shift's 95 % interval.")
@click.option("--by", required=True, help="Who answers for it.")
@click.option("--reason", required=True, help="The study or decision that it rests on.")
@with_installation
def bridge(installation: Installation, /, **given: str | float) -> None:
    """Declare that overall indices of two questionnaires may be compared; it is printed with every comparison."""
    bridges.declare(installation, Declared(**given))  # type: ignore[arg-type]  # click gives what the options declare
    click.echo("The bridge is declared and in the audit log.")


def _row(kind: str, slug: str, name: str, point: SeriesPoint) -> tuple[object, ...]:
    """A point in the order of COLUMNS."""
    change = point.change
    return (
        kind,
        slug,
        name,
        point.round_code,
        point.period_start.isoformat(),
        point.period_end.isoformat(),
        point.instrument_key,
        point.origin,
        point.estimate,
        point.bound if point.estimate is not None else None,
        point.low,
        point.high,
        point.reason or None,
        "; ".join(f"{one.name} {one.weight} %" for one in point.sources) or None,
        "; ".join(point.straddles) or None,
        *((change.difference, change.low, change.high, change.direction) if change else (None,) * 4),
        (change.bridge or None) if change else None,
        point.break_before or None,
    )
