"""Rows between the two looks at a file: on disk, without anything that the mapping does not know."""

import pickle
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from survey_app.services.dossier_rows import Row

CHUNK = 2_000


class Spool:
    """Keeps rows in a temporary file that nobody else can open, so that a file of any size fits in memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._waiting: list[tuple[int, tuple[str, ...], list[Any]]] = []
        self._names: tuple[str, ...] = ()  # of the values: the same for every row of a file
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: Row) -> None:
        """Keep a row that has no problems."""
        self._names = self._names or tuple(row.values)
        self._waiting.append((row.row, row.cells, list(row.values.values())))
        self.count += 1
        if len(self._waiting) == CHUNK:
            self._flush()

    def rows(self) -> Iterator[Row]:
        """Give every row back, in order."""
        self._flush()
        self._file.seek(0)
        while True:
            try:
                kept = pickle.load(self._file)  # noqa: S301 - written by this object, in a file without a name
            except EOFError:
                return
            for number, cells, values in kept:
                yield Row(number, cells, dict(zip(self._names, values, strict=True)), [])

    def _flush(self) -> None:
        if self._waiting:
            pickle.dump(self._waiting, self._file, pickle.HIGHEST_PROTOCOL)
            self._waiting = []
