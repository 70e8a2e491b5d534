"""One row of a file or of a request: its cells as texts of fields, checked, with its units found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from survey_app.domain import dossiers, moments, vietnamese
from survey_app.domain.dossier_mapping import ASK_NEXT, Binding, DossierMapping, Source
from survey_app.domain.dossiers import Context, Problem
from survey_app.services.dossier_units import DossierUnits

SHOWN = 200  # characters of a value that a problem repeats
BLANK = frozenset({"", "NULL", "null"})  # what database exports write for nothing


class Row(NamedTuple):
    """A row that was looked at: its canonical values, or what is wrong with it."""

    row: int
    cells: tuple[str, ...]  # of the kept columns only: whatever might speak of a person is left behind
    values: dict[str, Any]
    problems: list[Problem]


class RowReader:
    """Reads the rows of one file: the same mapping, units and moment for all of them."""

    def __init__(
        self, binding: Binding, mapping: DossierMapping, places: DossierUnits, context: Context, epoch: datetime | None
    ) -> None:
        self.binding, self.places, self.context, self.epoch = binding, places, context, epoch
        self.doubtful: dict[tuple[str, str], int] = {}  # values of unconfirmed meaning, and how often they came
        self.month_first: dict[str, int] = {}  # fields with dates that only a month-first writer makes
        self.day_first: set[str] = set()
        self._undecided = frozenset(dossiers.MOMENTS) & frozenset(binding.sources)
        self._unverified = {name: {vietnamese.fold(v) for v in vs} for name, vs in mapping.unverified.items()}
        self._sources = tuple(binding.sources.items())
        self._moment_places = {
            place for name in dossiers.MOMENTS for place, _ in binding.sources.get(name, ()) if epoch is not None
        }

    def present(self) -> frozenset[str]:
        """Columns of the register that rows of this file speak of."""
        names = set(self.binding.sources)
        names |= {"procedure_suffix"} if "procedure_code" in names else set()
        names |= {"outcome"} if "returned_at" in names else set()
        units = {name for name in dossiers.UNITS if name in names or name in self.places.defaults}
        return frozenset((names - set(dossiers.UNITS)) | {f"{name}_id" for name in units})

    def read(self, row: int, cells: Sequence[str]) -> Row:
        """Check one row."""
        if self._moment_places and self.epoch:
            cells = [
                moments.from_serial(cell.strip(), self.epoch) if place in self._moment_places else cell
                for place, cell in enumerate(cells)
            ]
        raw: dict[str, str] = {}
        texts = {name: self._text(name, found, cells, raw) for name, found in self._sources}
        values, problems = dossiers.check(texts, self.context)
        if not any(problem.code == "blank" for problem in problems):
            problems += self.places.place(values, self.context.now.date())
        if problems:
            self._note_month_first(row, problems)
        self._note_day_first(texts)
        kept = tuple(cells[place] for place in self.binding.kept)
        return Row(row, kept, values, [_as_written(problem, raw) for problem in problems])

    def shifted(self, row: int, found: int, wanted: int) -> Row:
        """A row whose cells do not stand under the headings: none of them is shown, any could be a name."""
        problem = Problem("row", "", "cells", {"found": str(found), "wanted": str(wanted)})
        return Row(row, ("",) * len(self.binding.kept), {}, [problem])

    def unreadable(self, row: int, reason: str) -> Row:
        """A row whose cells could not be told apart."""
        return Row(row, ("",) * len(self.binding.kept), {}, [Problem("row", "", "unreadable", {"reason": reason})])

    def _note_month_first(self, row: int, problems: Sequence[Problem]) -> None:
        for problem in problems:
            if problem.code == "month_first":
                self.month_first.setdefault(problem.field, row)

    def _note_day_first(self, texts: dict[str, str]) -> None:
        """A day above 12 shows how a column is written; one such day is enough."""
        for name in self._undecided:
            if moments.proves_day_first(texts[name]):
                self._undecided = self._undecided - {name}
                self.day_first.add(name)

    def _text(self, name: str, found: Sequence[tuple[int, Source]], cells: Sequence[str], raw: dict[str, str]) -> str:
        """First text that decides a field, with coded values in canonical words."""
        for place, source in found:
            text = cells[place] and vietnamese.clean(cells[place])
            if text in BLANK:
                continue
            raw[name] = text
            if not source.values or len(text) > dossiers.FIELD_LIMIT:
                return text
            key = vietnamese.fold(text)
            meaning = source.values.get(key)
            if meaning is not None and key in self._unverified.get(name, ()):
                self.doubtful[name, text] = self.doubtful.get((name, text), 0) + 1
            if meaning != ASK_NEXT:
                return meaning or text
        return ""


def _as_written(problem: Problem, raw: dict[str, str]) -> Problem:
    """The problem with the value as it stands in the file, not as the mapping reads it."""
    return Problem(problem.field, raw.get(problem.field, problem.value)[:SHOWN], problem.code, problem.params)
