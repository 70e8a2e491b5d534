"""The file of rows that were not taken: mended in a spreadsheet, it can be imported again."""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from survey_app.domain.dossiers import Problem
from survey_app.domain.spreadsheets import neutral, restored
from survey_app.services.dossier_rows import Row
from survey_app.services.errors import RefusedError

COLUMNS = ("error_row", "error_field", "error_value", "error_remedy")
JOINT = " | "


def is_rejects(headings: Sequence[str]) -> bool:
    """Whether a file was written here: its cells then carry our marks against formulas."""
    return set(COLUMNS) <= set(headings)


def plain(cells: Sequence[str]) -> tuple[str, ...]:
    """Cells without the marks that this file puts before what looks like a formula."""
    return tuple(restored(cell) for cell in cells)


class Rejects:
    """Writes beside its final name and takes it when all is written; no rows leave no file."""

    def __init__(self, path: Path, headings: Sequence[str], delimiter: str, language: str) -> None:
        self.path, self.headings, self.delimiter, self.language = path, headings, delimiter, language
        self.count = 0
        self._part = path.with_name(path.name + ".part")
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            file = self._stack.enter_context(self._part.open("w", encoding="utf-8-sig", newline=""))
        except OSError as error:
            message = f"{self.path}: the file of rejected rows cannot be written there ({error.strerror})."
            raise RefusedError(message) from None
        self._writer = csv.writer(file, delimiter=self.delimiter)
        self._write([*self.headings, *COLUMNS])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if kind is None and self.count:
            self._part.replace(self.path)
            return
        self._part.unlink(missing_ok=True)
        if kind is None:
            self.path.unlink(missing_ok=True)

    def write(self, row: Row, problems: Sequence[Problem]) -> None:
        """Add a row with everything that is wrong with it."""
        self.count += 1
        told = [
            str(row.row),
            JOINT.join(problem.field for problem in problems),
            JOINT.join(problem.value for problem in problems),
            JOINT.join(problem.remedy(self.language) for problem in problems),
        ]
        self._write([*row.cells, *told])

    def _write(self, cells: Sequence[str]) -> None:
        # A NUL ends the cell for some readers, so it is the one character that is not kept.
        self._writer.writerow([neutral(cell.replace("\0", "")) for cell in cells])
