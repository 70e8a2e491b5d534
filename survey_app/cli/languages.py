"""sipas languages: languages that the office adds without touching the program."""

import sys
from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.domain.language_packs import AUDIO
from survey_app.installation import Installation
from survey_app.services import language_packs, pack_reading, pack_template

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
IN_FIELD = click.option(
    "--in-field", metavar="REASON", default="", help="Why it changes even while a round asks with it; is noted."
)
SHOWN = 5  # missing texts that are named; the number of the others is told


@click.group(name="languages")
def languages_group() -> None:
    """Check, add, list and remove languages; write the files to fill in."""


@languages_group.command(name="check")
@click.argument("path", type=FOLDER)
def check(path: Path) -> None:
    """Report all problems of the language pack in PATH; ends with 1 if it would be refused."""
    found = pack_reading.read(path)
    for problem in found.problems:
        click.echo(f"{problem.severity}: {problem}")
    refusals = sum(problem.severity == "error" for problem in found.problems)
    click.echo(f"{path}: {refusals} errors, {len(found.problems) - refusals} warnings")
    if found.pack is not None:
        for one in pack_reading.gaps(found.pack):
            click.echo(f"{one.place}: {len(one.missing)} texts missing{_some(one.missing)}")
    sys.exit(1 if found.refused else 0)


@languages_group.command(name="add")
@click.argument("path", type=FOLDER)
@IN_FIELD
@with_installation
def add(installation: Installation, path: Path, in_field: str) -> None:
    """Take over the language pack in PATH; a changed one becomes a new version."""
    pack = language_packs.add(installation, path, in_field=in_field)
    click.echo(f"{pack.tag} ({pack.name}) is added, version {pack.version[:12]}.")
    _show(installation, pack.tag)


@languages_group.command(name="list")
@with_installation
def list_languages(installation: Installation) -> None:
    """Show every added language, and for which questionnaires it is offered."""
    for line in language_packs.lines(installation):
        click.echo(f"{line.pack.tag}\t{line.pack.name}\t{line.pack.offered_as}\tversion {line.pack.version[:12]}")
        _show(installation, line.pack.tag)


@languages_group.command(name="remove")
@click.argument("tag")
@IN_FIELD
@with_installation
def remove(installation: Installation, tag: str, in_field: str) -> None:
    """Offer the language TAG no more; its words are kept, since answers were given in them."""
    language_packs.remove(installation, tag, in_field=in_field)
    click.echo(f"{tag} is not offered any more.")


@languages_group.command(name="template")
@click.argument("tag")
@click.argument("path", type=click.Path(path_type=Path))
@with_installation
def template(installation: Installation, tag: str, path: Path) -> None:
    """Write the files of a pack for the language TAG into the new folder PATH, ready to be filled in."""
    for written in pack_template.write(installation, tag, path):
        click.echo(str(written))


def _show(installation: Installation, tag: str) -> None:
    """Say for each questionnaire whether the language is offered, and what is missing."""
    line = next(line for line in language_packs.lines(installation) if line.pack.tag == tag)
    for one in line.standings:
        if one.offered:
            click.echo(f"  {one.instrument}: offered")
            continue
        what = "recordings" if line.pack.offered_as == AUDIO else "texts"
        missing = one.audio_missing if line.pack.offered_as == AUDIO else one.text_missing
        click.echo(f"  {one.instrument}: not offered, {len(missing)} {what} missing{_some(missing)}")


def _some(missing: tuple[str, ...]) -> str:
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    return f": {'; '.join(missing[:SHOWN])}{more}" if missing else ""
