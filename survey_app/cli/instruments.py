"""sipas instruments: check, list, show and lock questionnaires."""

import sys
from pathlib import Path

import click

from instruments import lock as locks
from instruments.check import STRUCTURE_FILE, check
from instruments.load import UnknownInstrumentError, load_all, newest, shipped
from instruments.lockfile import SHIPPED
from instruments.model import Instrument, Item
from instruments.problems import InstrumentError, errors

ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SHIPPED,
    help="Folder of <id>/<version>/instrument.yaml instead of the shipped ones.",
)


@click.group()
def instruments() -> None:
    """Check, list, show and lock questionnaires."""


@instruments.command(name="check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def check_files(path: Path) -> None:
    """Report all problems of the instrument in PATH, or of every instrument below it.

    Ends with 1 if an instrument would be refused; a language that is not complete is only a warning.
    """
    refused = 0
    for folder in _folders(path):
        problems = check(folder)
        faults = len(errors(problems))
        refused += faults > 0
        for found in problems:
            click.echo(f"{folder}: {found.severity}: {found}")
        click.echo(f"{folder}: {faults} errors, {len(problems) - faults} warnings")
    sys.exit(1 if refused else 0)


def _folders(path: Path) -> list[Path]:
    """Folders to check: the one that is named, else those below it; the named one if there are none."""
    if path.name == STRUCTURE_FILE:
        return [path.parent]
    below = sorted(found.parent for found in path.rglob(STRUCTURE_FILE))
    return [path] if path in below or not below else below


@instruments.command(name="list")
@ROOT
def list_all(root: Path) -> None:
    """List every instrument: version, languages, number of items, whether it is locked, title."""
    for instrument in _load_all(root).values():
        state = "open" if locks.unlocked(instrument, root) else "locked"
        languages = ",".join(instrument.languages)
        title = instrument.text("title", instrument.default_language).text
        click.echo(f"{instrument.key}\t{languages}\t{len(instrument.items)} items\t{state}\t{title}")


@instruments.command()
@click.argument("name", metavar="ID")
@click.option("--language", help="Language of the words; the default language if not given.")
def show(name: str, language: str | None) -> None:
    """Show the questions of ID (such as sipas-2017/1, or sipas-2017 for the newest version) page by page."""
    try:
        instrument = shipped(name) if "/" in name else newest(name)
    except (UnknownInstrumentError, InstrumentError) as error:
        raise click.ClickException(str(error)) from error
    language = language or instrument.default_language
    click.echo(f"{instrument.key}: {instrument.text('title', language).text}")
    click.echo(f"{instrument.legal_basis}\n{instrument.text('intro', language).text}")
    for page in instrument.pages:
        click.echo(f"\n{page}: {instrument.text(f'page.{page}', language).text}")
        for item in (one for one in instrument.items if one.page == page):
            _show_item(instrument, item, language)


def _show_item(instrument: Instrument, item: Item, language: str) -> None:
    notes = [item.kind, item.factor, "required" if item.required else None, item.wording_status]
    if item.ask_if:
        notes.append(f"asked if {item.ask_if.item} is {' or '.join(map(str, item.ask_if.any_of))}")
    text = instrument.text(f"item.{item.id}", language).text
    click.echo(f"  {item.id}  {text}  [{', '.join(note for note in notes if note)}]")
    for code in item.options:
        click.echo(f"      {code}: {instrument.text(f'option.{item.id}.{code}', language).text}")


@instruments.command()
@ROOT
def lock(root: Path) -> None:
    """Lock every version and every complete language: what is locked may not change any more."""
    changed = False
    for instrument in _load_all(root).values():
        for part in locks.lock(instrument, root):
            changed = True
            click.echo(f"locked {instrument.key} {part}")
    problems = locks.verify(root)
    for found in problems:
        click.echo(str(found), err=True)
    if problems:
        sys.exit(1)
    if not changed:
        click.echo("Everything was locked already.")


def _load_all(root: Path) -> dict[str, Instrument]:
    """Load all instruments of a folder; the program ends with all problems if one is refused."""
    try:
        return dict(load_all(root))
    except InstrumentError as error:
        raise click.ClickException(str(error)) from error
