"""Importing dossiers: a file is looked at as a whole before anything is written, then written in chunks.

Running an import again does no harm: a dossier that says the same is left alone, so a broken run is simply repeated.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey_app.domain import dossier_mapping, dossiers
from survey_app.domain.balance import Days, Tally
from survey_app.domain.dossier_mapping import Binding, DossierMapping
from survey_app.domain.dossiers import Context, Problem
from survey_app.installation import Installation
from survey_app.services import audit, dossier_rejects, dossier_store, units
from survey_app.services.dossier_rejects import Rejects
from survey_app.services.dossier_rows import Row, RowReader
from survey_app.services.dossier_spool import Spool
from survey_app.services.dossier_store import Source, Stored
from survey_app.services.dossier_units import DossierUnits
from survey_app.services.errors import RefusedError
from survey_app.services.tables import Record, Table, TableError, Unreadable, open_table

SHOWN = 20  # problems that a summary shows word for word
Progress = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True)
class ImportOptions:
    """What the person who imports decides."""

    mapping: DossierMapping = dossier_mapping.CANONICAL
    desk: str | None = None  # slug of the receiving unit of rows that name none
    agency: str | None = None  # slug of the resolving unit of rows that name none
    rejects: Path | None = None  # file for the rows that were not taken
    dry_run: bool = False
    language: str = "vi"  # of the remedies
    encoding: str | None = None
    sheet: str | None = None


@dataclass
class ImportReport:
    """What an import did, or would do."""

    rows: int = 0
    stored: Stored = field(default_factory=Stored)
    repeated: int = 0  # rows that say word for word what an earlier row said
    rejected: int = 0
    problems: list[tuple[int, Problem]] = field(default_factory=list)  # the first ones, with their rows
    problem_counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by field and code
    personal: tuple[str, ...] = ()  # headings whose columns were dropped
    unknown: tuple[str, ...] = ()
    doubtful: dict[tuple[str, str], int] = field(default_factory=dict)
    balance: Tally | None = None

    def reject(self, row: int, problems: Sequence[Problem], limit: int = SHOWN) -> None:
        """Count a row that is not taken."""
        self.rejected += 1
        self.problem_counts.update((problem.field, problem.code) for problem in problems)
        self.problems += [(row, problem) for problem in problems][: max(limit - len(self.problems), 0)]


def import_file(installation: Installation, path: Path, options: ImportOptions, progress: Progress) -> ImportReport:
    """Import a CSV, XLSX or JSON file; good rows go in, the others into the file of rejects.

    Raises RefusedError where the file as a whole cannot be trusted; nothing is then written.
    """
    if options.rejects is not None and options.rejects.resolve() == path.resolve():
        raise RefusedError("The file of rejects must have another name than the file that is imported.")
    headings = {dossier_mapping.fold(source.heading) for source in options.mapping.columns["dossier_code"]}
    headings.add("dossier_code")

    def is_heading(cells: Sequence[str]) -> bool:
        return any(dossier_mapping.fold(cell.removeprefix("'")) in headings for cell in cells)

    with (
        open_table(path, is_heading, encoding=options.encoding, sheet=options.sheet) as table,
        Spool() as spool,
        ExitStack() as stack,
    ):
        work = _Import(installation, path.name, options, progress)
        work.open(table, stack)
        work.look(table, spool)
        work.write(spool)
        return work.report


class _Import:
    """One run: first `look` at every row, then `write` those that can be taken."""

    def __init__(self, installation: Installation, name: str, options: ImportOptions, progress: Progress) -> None:
        self.installation, self.name, self.options, self.progress = installation, name, options, progress
        self.now = installation.now()
        self.report = ImportReport(balance=Tally(None, self.now.date()))
        self.seen: dict[str, tuple[int, int]] = {}  # row and fingerprint of each code
        self.conflicts: dict[str, list[int]] = {}  # rows that tell different things of one code
        self.rejects: Rejects | None = None

    def open(self, table: Table, stack: ExitStack) -> None:
        """Lay the mapping over the headings."""
        self.ours = dossier_rejects.is_rejects(table.headings)
        headings = dossier_rejects.plain(table.headings) if self.ours else table.headings
        ours = dossier_rejects.COLUMNS if self.ours else ()
        self.binding = _bound(self.options, ["" if heading in ours else heading for heading in headings])
        self.report.personal, self.report.unknown = self.binding.personal, self.binding.unknown
        self.width = len(table.headings)
        if self.options.rejects is not None:
            kept = [headings[place] for place in self.binding.kept]
            rejects = Rejects(self.options.rejects, kept, table.delimiter, self.options.language)
            self.rejects = stack.enter_context(rejects)

    def look(self, table: Table, spool: Spool) -> None:
        """Check every row; raises RefusedError if a column's dates cannot be trusted."""
        with self.installation.database.read() as session:
            places = DossierUnits(session, None, _defaults(session, self.options))
            context = Context(self.installation.settings.zone, self.now)
            self.reader = RowReader(self.binding, self.options.mapping, places, context, table.epoch)
            for record in table.records:
                self._take(self._row(record), spool)
                if self.report.rows % 1_000 == 0:
                    self.progress("reading", table.position(), table.total)
        self.progress("reading", table.total, table.total)
        self.report.doubtful = self.reader.doubtful
        _refuse_month_first(self.reader)

    def _row(self, record: Record | Unreadable) -> Row:
        self.report.rows += 1
        if isinstance(record, Unreadable):
            return self.reader.unreadable(record.row, record.reason)
        if len(record.cells) < self.width or any(record.cells[self.width :]):
            return self.reader.shifted(record.row, len(record.cells), self.width)
        return self.reader.read(record.row, dossier_rejects.plain(record.cells) if self.ours else record.cells)

    def _take(self, row: Row, spool: Spool) -> None:
        """Keep a good row for writing, unless the same was said before."""
        if row.problems:
            self._reject(row, row.problems)
            return
        code = row.values["dossier_code"]
        fingerprint = hash(tuple(row.values.values()))
        first = self.seen.setdefault(code, (row.row, fingerprint))
        if first[0] != row.row:
            if first[1] == fingerprint:
                self.report.repeated += 1
                return
            self.conflicts.setdefault(code, [first[0]]).append(row.row)
        spool.add(row)

    def _reject(self, row: Row, problems: Sequence[Problem]) -> None:
        self.report.reject(row.row, problems)
        if self.rejects:
            self.rejects.write(row, problems)

    def write(self, spool: Spool) -> None:
        """Write what can be taken, one transaction for each chunk."""
        zone = self.installation.settings.zone
        source = Source(self.name, self.now, zone, self.reader.present())
        for chunk in _chunks(self._agreed(spool)):
            if self.options.dry_run:
                with self.installation.database.read() as session:
                    self.report.stored += dossier_store.store(session, chunk, source, dry_run=True)
            else:
                with self.installation.database.write() as session:
                    self.report.stored += dossier_store.store(session, chunk, source)
            done = self.report.stored
            self.progress("writing", done.new + done.changed + done.same, spool.count)
        self.progress("writing", spool.count, spool.count)
        if not self.options.dry_run:
            with self.installation.database.write() as session:
                audit.note(session, self.installation, "dossiers import", self.name[:200], _counted(self.report))

    def _agreed(self, spool: Spool) -> Iterator[dict[str, Any]]:
        """Values of the rows that no other row contradicts."""
        for row in spool.rows():
            code = row.values["dossier_code"]
            if code in self.conflicts:
                rows = ", ".join(str(number) for number in self.conflicts[code])
                self._reject(row, [Problem("dossier_code", code, "repeated", {"rows": rows})])
                continue
            if self.report.balance:
                self.report.balance.add(days_of(row.values))
            yield row.values


def days_of(values: dict[str, Any]) -> Days:
    """What the balance must know of checked values."""
    days = {name: values[name].date() if values.get(name) else None for name in dossiers.MOMENTS}
    return Days(
        days["received_at"],
        days["due_at"],
        days["extended_due_at"],
        days["finished_at"],
        days["returned_at"],
        values.get("outcome"),
    )


def _bound(options: ImportOptions, headings: Sequence[str]) -> Binding:
    binding = dossier_mapping.bind(options.mapping, headings)
    if binding.doubled:
        raise TableError(f"These headings stand twice: {', '.join(binding.doubled)}. Leave one column of each.")
    missing = [
        f"{name} (or give --{option})"
        for name, option, given in (
            ("receiving_unit", "desk", options.desk),
            ("resolving_unit", "agency", options.agency),
        )
        if name not in binding.sources and not given
    ]
    if missing:
        raise TableError(f"No column of this file gives {' or '.join(missing)}.")
    return binding


def _defaults(session: Session, options: ImportOptions) -> dict[str, uuid.UUID]:
    given = {"receiving_unit": options.desk, "resolving_unit": options.agency}
    return {name: units.unit_by_slug(session, slug).id for name, slug in given.items() if slug}


def _refuse_month_first(reader: RowReader) -> None:
    """Where a column's only telling dates put the month first, its other dates would be read wrongly in silence."""
    for name, row in reader.month_first.items():
        if name not in reader.day_first:
            raise TableError(
                f"{name} puts the month before the day (row {row}), so its other dates cannot be trusted. "
                "Export the file with dates as dd/mm/yyyy. Nothing was imported."
            )


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == dossier_store.CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _counted(report: ImportReport) -> str:
    done = report.stored
    return f"{done.new} new, {done.changed} changed, {done.same} same, {report.rejected} rejected"
