"""sipas units: load the dated list of units and its reorganisations, and look units up."""

from datetime import date
from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.domain.unit_rows import read_day
from survey_app.domain.units import KINDS
from survey_app.installation import Installation
from survey_app.services import unit_conversion, unit_history, unit_lists, units
from survey_app.services.errors import RefusedError

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


class Day(click.ParamType[date]):
    """A day as 2025-07-01 or 01/07/2025."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day or say how it is written."""
        day = value if isinstance(value, date) else read_day(str(value))
        if day is None:
            self.fail(f"{value!r} is no day; write 2025-07-01 or 01/07/2025.", param, ctx)
        return day


on_option = click.option("--on", type=Day(), help="The day that is meant; today if left out.")


@click.group(name="units")
def units_group() -> None:
    """Load units and their reorganisations, and look them up as they were on a day."""


@units_group.command()
@click.argument("file", type=FILE)
@click.option("--correct", is_flag=True, help="Overwrite what the register says wrongly about a row's first day.")
@with_installation
def load(installation: Installation, file: Path, *, correct: bool) -> None:
    """Load a unit list (columns: slug, kind, name, parent, valid_from, valid_to, gso, h_code, aliases)."""
    tally = unit_lists.load(installation, file, correct=correct)
    click.echo(f"{tally.new} new, {tally.ended} ended, {tally.corrected} corrected, {tally.same} known already.")


@units_group.command()
@click.argument("file", type=FILE)
@with_installation
def events(installation: Installation, file: Path) -> None:
    """Load reorganisations (reference, kind, effective, legal_basis, from, to, share, name, unit_kind, parent)."""
    loaded = unit_lists.load_events(installation, file)
    click.echo(f"{loaded.new} new, {loaded.same} known already.")


@units_group.command(name="convert-2025")
@click.argument("folder", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="Folder for units.csv and events.csv.")
@click.option(
    "--since", type=Day(), required=True, help="First day for which the lists before July 2025 are taken to hold."
)
@click.option("--basis", required=True, help="Legal basis of the changes of districts and communes.")
def convert_2025(folder: Path, out: Path, since: date, basis: str) -> None:
    """Make a unit list and its events from the official tables of the reform of 1 July 2025.

    FOLDER holds provinces_2025.csv, districts_pre_2025.csv, commune_conversion_2025.csv and communes_2025.csv.
    Nothing is loaded: look through the two files that come out, then load them.
    """
    try:
        notes = unit_conversion.convert(folder, out, since, basis)
    except RefusedError as error:
        raise click.ClickException(str(error)) from None
    for note in notes:
        click.echo(note, err=True)
    click.echo(f"Now run: sipas units load {out / 'units.csv'} && sipas units events {out / 'events.csv'}")


@units_group.command(name="list")
@click.option("--kind", type=click.Choice(KINDS))
@click.option("--parent", help="Slug, code or name of the unit above.")
@on_option
@with_installation
def list_units(installation: Installation, kind: str | None, parent: str | None, on: date | None) -> None:
    """List the units of a day, one a line: slug, kind and name."""
    day = on or installation.today()
    with installation.database.read() as session:
        found = units.all_units(session, day, kind=kind)
        if parent:
            above = units.find(session, parent, day)
            beneath = units.descendants(session, above.id, day) - {above.id}
            found = [unit for unit in found if unit.id in beneath]
    for unit in found:
        click.echo(f"{unit.slug}\t{unit.kind}\t{unit.name}")


@units_group.command()
@click.argument("slug")
@on_option
@with_installation
def show(installation: Installation, slug: str, on: date | None) -> None:
    """Show everything about a unit: names, codes, what is above and beneath, and where it came from."""
    with installation.database.read() as session:
        lines = unit_history.description(session, slug, on or installation.today())
    click.echo("\n".join(lines))


@units_group.command()
@click.argument("text")
@click.option("--parent", help="Slug, code or name of a unit above it.")
@click.option("--kind", type=click.Choice(KINDS))
@on_option
@with_installation
def find(installation: Installation, text: str, parent: str | None, kind: str | None, on: date | None) -> None:
    """Find the unit that a code or name means on a day; Hoà and Hòa are the same."""
    with installation.database.read() as session:
        unit = units.find(session, text, on or installation.today(), parent=parent, kind=kind)
    click.echo(f"{unit.slug}\t{unit.kind}\t{unit.name}")
