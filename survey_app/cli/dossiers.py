"""sipas dossiers: bring in what the one-stop software exports, and check that its counts add up."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from survey_app.cli import progress
from survey_app.cli.installation import with_installation
from survey_app.cli.tables import write_table
from survey_app.domain import balance as balance_rules
from survey_app.domain import dossier_messages, periods
from survey_app.installation import Installation
from survey_app.services import dossier_balance, dossier_mappings, dossier_tables, dossiers

VERDICTS = {True: "adds up", False: "DOES NOT ADD UP", None: "not checked"}


@click.group(name="dossiers")
def dossiers_group() -> None:
    """Import dossiers and check their balance."""


@dossiers_group.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--mapping", default="canonical", show_default=True, help="canonical, national-sync, opencps or a file.")
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), help="File for rows that must be mended.")
@click.option("--desk", help="Slug of the receiving unit of rows that name none.")
@click.option("--agency", help="Slug of the resolving unit of rows that name none.")
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing but the file of rejects.")
@click.option("--language", type=click.Choice(dossier_messages.LANGUAGES), default="vi", show_default=True)
@click.option("--encoding", help="Code page of a CSV file that is not Unicode, such as cp1258.")
@click.option("--sheet", help="Sheet of a workbook; the first with the headings if left out.")
@with_installation
def import_file(installation: Installation, /, file: Path, mapping: str, rejects: Path | None, **more: object) -> None:
    """Import a CSV, XLSX or JSON file of dossiers; the same file again changes nothing.

    Columns that the mapping does not know, and all that speak of a person, are dropped and named. Rows that cannot
    be taken go to --rejects (FILE-rejects.csv if left out) with the reason: mend them there and import that file.
    """
    target = rejects or file.with_name(f"{file.stem}-rejects.csv")
    options = dossiers.ImportOptions(
        mapping=dossier_mappings.load(mapping),
        rejects=target,
        **more,  # type: ignore[arg-type]  # click gives what the options above declare
    )
    gc.set_threshold(100_000)  # rows hold no cycles: looking for some after every 700 objects is a fifth of the time
    with ExitStack() as bars:
        drawn: dict[str, object] = {}

        def draw(stage: str, done: int, total: int) -> None:
            if stage not in drawn:
                drawn[stage] = bars.enter_context(progress.bar(stage))
            drawn[stage](done, total)  # type: ignore[operator]  # what the bar gives

        report = dossiers.import_file(installation, file, options, draw)
    for line in summary(report, options, target):
        click.echo(line)
    if report.rejected:
        click.get_current_context().exit(1)


def summary(report: dossiers.ImportReport, options: dossiers.ImportOptions, target: Path) -> Iterator[str]:
    """What an import did, line by line."""
    number, done = balance_rules.number, report.stored
    if options.dry_run:
        yield "Dry run: nothing was written."
    yield (
        f"{number(report.rows)} rows: {number(done.new)} new, {number(done.changed)} changed, "
        f"{number(done.same)} same, {number(report.repeated)} repeated word for word, "
        f"{number(report.rejected)} rejected."
    )
    if report.personal:
        yield f"Personal columns, dropped: {', '.join(report.personal)}."
    if report.unknown:
        yield f"Unknown columns, dropped: {', '.join(report.unknown)}."
    for (name, value), count in sorted(report.doubtful.items()):
        yield f"{number(count)} rows have {name} {value}: its meaning is not confirmed, compare it with your software."
    if report.rejected:
        yield f"Rows to be mended: {target}"
        for row, problem in report.problems:
            shown = f" {problem.value!r}" if problem.value else ""
            yield f"  row {row}, {problem.field}{shown}: {problem.remedy(options.language)}"
        for (name, code), count in report.problem_counts.most_common():
            yield f"  {number(count)} x {name}: {code}"
    if report.balance:
        yield "Balance of the rows that were taken:"
        yield from balance_lines(report.balance)


@dossiers_group.command()
@click.option("--unit", required=True, help="Slug of the unit; those beneath it are counted too.")
@click.option("--period", required=True, help="2026, 2026-Q3 or 2026-07.")
@with_installation
def balance(installation: Installation, unit: str, period: str) -> None:
    """Check received + carried over = resolved + pending + without result, and say what does not add up."""
    for line in balance_lines(dossier_balance.tally(installation, unit, periods.parse(period))):
        click.echo(line)


@dossiers_group.command(name="tables")
@click.option("--unit", required=True, help="Slug of the unit; those beneath it are counted too.")
@click.option("--period", required=True, help="2026, 2026-H1, 2026-Q3 or 2026-07; not over: up to yesterday.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.csv, .json or .xlsx")
@with_installation
def write_tables(installation: Installation, unit: str, period: str, out: Path) -> None:
    """Write received, resolved and pending dossiers by unit, field and channel, as periodic reports print them."""
    found = dossier_tables.tables(installation, unit, periods.parse(period))
    rows = dossier_tables.rows(found)
    write_table(dossier_tables.COLUMNS, rows, out)
    click.echo(f"{len(rows)} lines in {out}, dossiers to the day before {found.period.end:%d/%m/%Y}.")
    for change in found.reorganised:
        click.echo(f"The period straddles a reorganisation: {change}", err=True)
    for finding in found.whole.wrong:
        click.echo(f"{VERDICTS[finding.adds_up]}: {finding}", err=True)


def balance_lines(tally: balance_rules.Tally) -> Iterator[str]:
    """The figures, each equation, and what kept dossiers out of it."""
    number, f = balance_rules.number, tally.figures()
    yield f"  received {number(f.received or 0)}, carried over {number(f.carried_over or 0)}"
    yield (
        f"  resolved {number(f.resolved or 0)} (early {number(f.early or 0)}, on time {number(f.on_time or 0)}, "
        f"late {number(f.late or 0)})"
    )
    yield (
        f"  pending {number(f.pending or 0)} (within time {number(f.within_time or 0)}, overdue "
        f"{number(f.overdue or 0)}), without result {number(f.without_result or 0)}"
    )
    for finding in balance_rules.findings(f):
        yield f"  {VERDICTS[finding.adds_up]}: {finding}"
    for reason, count in sorted(tally.missing.items()):
        yield f"  {number(count)} dossiers: {reason}"
