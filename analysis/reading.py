"""Columns of a CSV or Parquet file, with every complaint naming column, row and remedy."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
Int = NDArray[np.int64]
BLANK_WORDS = ("", "NA")  # R writes NA where others leave the field empty
NO_LABEL = -1
LARGEST = 1e100  # what is larger overflows a double once it is squared and added up
NUMBER_TYPES = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)


@dataclass(frozen=True)
class Labels:
    """A column of labels: `names` sorted (as numbers if all are), `code` -1 for blank."""

    code: Int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The columns of one file, read when asked for."""

    path: Path
    columns: pa.Table

    def __len__(self) -> int:
        """Number of rows."""
        return int(self.columns.num_rows)

    def numbers(self, name: str) -> Float:
        """Return a column as numbers, NaN where blank; AnalysisError names the first row that is no number."""
        column = self._column(name)
        kind = column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            values = self._numbers_from_text(name, column)
        elif any(of(kind) for of in NUMBER_TYPES):
            values = pc.cast(column, pa.float64(), safe=False)
        else:
            raise AnalysisError(f"column {name} of {self.path.name} holds {kind}; convert it to numbers")
        numbers = np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
        self._refuse_too_large(name, numbers)
        return numbers

    def labels(self, name: str) -> Labels:
        """Return a column as labels, spelled as in the file; AnalysisError if it holds lists or the like."""
        column = self._column(name)
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        try:
            text = pc.cast(column, pa.string())
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # lists and the like; bytes that are no UTF-8
            raise AnalysisError(
                f"column {name} of {self.path.name} holds {column.type}; convert it to text or whole numbers"
            ) from None
        encoded = pc.dictionary_encode(text).combine_chunks()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.chunk(0)
        names = encoded.dictionary.to_pylist()
        indices = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.float64)
        code = np.where(np.isnan(indices), NO_LABEL, indices).astype(np.int64)
        order = sorted_labels(names)
        place = np.full(len(names) + 1, NO_LABEL, dtype=np.int64)
        place[order] = np.arange(len(order))
        return Labels(place[code], tuple(names[i] for i in order))

    def _column(self, name: str) -> pa.ChunkedArray:
        """Return a column by name."""
        if name not in self.columns.column_names:
            raise AnalysisError(
                f"column {name} is not in {self.path.name}; it has {', '.join(self.columns.column_names)}"
            )
        column = self.columns.column(name)
        encoded = pa.types.is_dictionary(column.type)  # pandas' categories
        return pc.cast(column, column.type.value_type) if encoded else column

    def _numbers_from_text(self, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Parse text; blanks become null."""
        text = pc.utf8_trim_whitespace(column)
        blank = pc.is_in(text, value_set=pa.array(BLANK_WORDS))
        filled = pc.if_else(blank, None, text)
        try:
            return pc.cast(filled, pa.float64())
        except pa.ArrowInvalid:
            row, word = next((r, w) for r, w in enumerate(filled.to_pylist()) if not _is_written_number(w))
            raise AnalysisError(
                f"column {name}, row {row + 1}: '{word}' is not a number; give a number such as 1.5, or leave it blank"
            ) from None

    def _refuse_too_large(self, name: str, values: Float) -> None:
        """Raise for the first value that is infinite or too large to be squared."""
        beyond = np.abs(values) > LARGEST
        if beyond.any():
            row = int(np.argmax(beyond))
            what = "infinite" if np.isinf(values[row]) else f"{values[row]:g} is too large to reckon with"
            raise AnalysisError(f"column {name}, row {row + 1}: {what}; give a number or leave it blank")


def read_table(path: Path) -> Table:
    """Open a CSV (UTF-8, first line the headings) or Parquet file.

    Parameters
    ----------
    path : Path
        Ends in .csv or .parquet.

    Raises
    ------
    AnalysisError
        If it is missing, has another ending, cannot be read, names a column twice or has no rows.
    """
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise AnalysisError(f"{path.name} is neither .csv nor .parquet; convert it to one of them")
    if not path.is_file():
        raise AnalysisError(f"{path} is not a file; check the name")
    try:
        columns = readers[path.suffix.lower()](path)
    except pa.ArrowInvalid as error:
        raise AnalysisError(f"{path.name} cannot be read: {error}; mend that place") from None
    except UnicodeDecodeError:
        raise AnalysisError(f"{path.name}: the headings are not UTF-8; save the file as CSV in UTF-8") from None
    names = columns.column_names
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise AnalysisError(f"column {twice[0]} stands twice in {path.name}; rename one")
    if not columns.num_rows:
        raise AnalysisError(f"{path.name} has no rows; give at least one")
    return Table(path, columns)


def _read_csv(path: Path) -> pa.Table:
    """Read every column as text, so that labels keep their spelling."""
    with path.open("rb") as file:
        heading = file.readline().decode("utf-8-sig").rstrip("\r\n")
    names = next(csv.reader([heading]), [])
    options = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    return pa.csv.read_csv(path, convert_options=options, parse_options=pa.csv.ParseOptions(newlines_in_values=True))


def _read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file or raise what pyarrow raises."""
    return pa.parquet.read_table(path)


def sorted_labels(names: list[str | None]) -> list[int]:
    """Order of the labels that are not blank: as numbers if all are numbers, else as text."""
    places = [i for i, name in enumerate(names) if name not in BLANK_WORDS]
    if all(_is_number(names[i]) for i in places):
        return sorted(places, key=lambda i: (float(names[i] or 0), names[i] or ""))
    return sorted(places, key=lambda i: names[i] or "")


def _is_written_number(word: str | None) -> bool:
    """Whether Arrow reads a field as a number: Python alone would also take 1_000 and digits of other scripts."""
    return word is None or (_is_number(word) and word.isascii() and "_" not in word)


def _is_number(word: str | None) -> bool:
    """Whether a field is blank or a number."""
    if word is None:
        return True
    try:
        float(word)
    except ValueError:
        return False
    return True
