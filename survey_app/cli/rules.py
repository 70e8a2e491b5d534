"""sipas rules: legal rule sets beside the index."""

import sys
from pathlib import Path

import click

from survey_app.cli.installation import with_installation
from survey_app.cli.tables import write_table
from survey_app.domain import periods, rule_sets
from survey_app.installation import Installation
from survey_app.services import rule_pages, rule_scores
from survey_app.services import rule_sets as files
from survey_app.services.errors import RefusedError

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group(name="rules")
def rules_group() -> None:
    """Legal rule sets: list and check them, and score units by them."""


@rules_group.command(name="list")
def list_all() -> None:
    """List every rule set: name, days on which it holds, whether its wording was compared, title."""
    for one in files.shipped():
        until = f"to the day before {one.valid_to:%d/%m/%Y}" if one.valid_to else "on"
        doubt = f", doubtful from {one.doubtful_from:%d/%m/%Y}" if one.doubtful_from else ""
        click.echo(f"{one.id}\tfrom {one.valid_from:%d/%m/%Y} {until}{doubt}\t{one.wording_status}\t{one.title['vi']}")


@rules_group.command(name="check")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
def check_files(path: Path) -> None:
    """Report all problems of the rule set in PATH, or of every one in that folder; ends with 1 if there are any."""
    refused = 0
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        try:
            found = files.load(str(file))
        except RefusedError as error:
            refused += 1
            click.echo(str(error))
        else:
            click.echo(f"{file}: {found.id}, {found.kind}, {found.wording_status}: no problem found")
    sys.exit(1 if refused else 0)


@rules_group.command()
@click.option("--unit", required=True, help="Slug of the unit; every agency beneath it is scored too.")
@click.option("--period", required=True, help="A closed period: 2026, 2026-H1, 2026-Q3 or 2026-07.")
@click.option("--rules", default=rule_pages.FIRST, show_default=True, help="Name of a rule set, or its file.")
@click.option("--round", "round_code", help="Round whose released answers fill the indicators asked of citizens.")
@click.option("--given", type=FILE, help="File of what neither register nor answers tell (docs/rule-sets.md).")
@click.option("--language", default="vi", show_default=True, help="Language of names: vi or en.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="FILE.csv, .json or .xlsx")
@with_installation
def score(
    installation: Installation,
    unit: str,
    period: str,
    rules: str,
    round_code: str | None,
    given: Path | None,
    language: str,
    out: Path | None,
) -> None:
    """Score units by a rule set: each indicator rounded before the sum, what is not known left out and told."""
    rule_set = files.load(rules)
    asked = rule_scores.Asked(rule_set, unit, periods.parse(period), round_code, given)
    scored = rule_scores.compute(installation, asked)
    if rule_set.doubtful(asked.period.start):
        click.echo(rule_set.doubt["vi" if language == "vi" else "en"], err=True)
    graded = rule_set.kind == rule_sets.GRADES
    columns = rule_pages.GRADE_COLUMNS if graded else rule_pages.COLUMNS
    make = rule_pages.grade_table if graded else rule_pages.table
    rows = make(installation, rule_set, unit, period, language)
    click.echo(f"{scored} units scored by {rule_set.id} for {period}.")
    if out:
        write_table(columns, rows, out)
        click.echo(f"{len(rows)} rows in {out}.")
        return
    for row in rows:
        click.echo("\t".join("" if cell is None else str(cell) for cell in row))
