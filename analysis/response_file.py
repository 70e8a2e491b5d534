"""Responses written to Parquet part by part: one small column per item, the weight on the grid, memory constant."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.grid import EXACT, grid_weights

Int = NDArray[np.int64]
NUMBERS = {"stratum": np.int32, "size": np.int32, "weight": np.float64}
WEIGHT_COLUMN = "weight"


class ResponseFile:
    """A Parquet file that grows by parts and appears under its name when it is complete.

    Columns: stratum, size (units N in the stratum), weight (whole millionths, as doubles), one per label, one per
    item (int8: the level, the code for not applicable, NULL blank). Every part becomes a row group. It can be read
    by nobody but its owner.

    Parameters
    ----------
    path : Path
        Nothing lies there until the block ends without an error.
    labels : mapping of str to sequence of str
        Values of each column of labels; parts give places in them.
    items : sequence of str
        Ids of the items.
    """

    def __init__(self, path: Path, labels: Mapping[str, Sequence[str]], items: Sequence[str]) -> None:
        import pyarrow as pa  # noqa: PLC0415 -- a second and 60 MB that the web server never needs
        import pyarrow.json as pj  # noqa: PLC0415 -- the same
        import pyarrow.parquet as pq  # noqa: PLC0415 -- the same

        self._pa, self._pj, self.path, self._last = pa, pj, path, -1
        self._values = {name: pa.array(values, pa.string()) for name, values in labels.items()}
        self._items = pa.schema([(item, pa.int8()) for item in items])
        self._part = path.with_name(path.name + ".part")
        schema = pa.schema(
            [(name, pa.from_numpy_dtype(kind)) for name, kind in NUMBERS.items()]
            + [(name, pa.dictionary(pa.int32(), pa.string())) for name in labels]
            + list(self._items)
        )
        self._part.unlink(missing_ok=True)
        self._part.touch(0o600, exist_ok=False)
        self._writer = pq.ParquetWriter(self._part, schema)

    def __enter__(self) -> Self:
        return self

    def write(self, numbers: Mapping[str, NDArray[Any]], places: Mapping[str, Int], answers: Sequence[str]) -> None:
        """Add one part.

        Parameters
        ----------
        numbers : mapping of str to ndarray, (n,)
            stratum (in ascending order, also from part to part), size, weight (as it is; the grid is put here).
        places : mapping of str to ndarray of int, (n,)
            Of each label among its values.
        answers : sequence of str
            One JSON object per response, item to level, one or several of them (a line each) in a text; other keys
            are left out.

        Raises
        ------
        AnalysisError
            If strata are not in order, an answer is no level, or weights are beyond what a double adds exactly.
        """
        stratum, weight = numbers["stratum"], grid_weights(numbers[WEIGHT_COLUMN])
        if len(stratum) and (stratum[0] < self._last or (np.diff(stratum) < 0).any()):
            raise AnalysisError("responses are not sorted by stratum; sort them before they are written")
        if not float(weight.sum()) < EXACT:
            raise AnalysisError("the weights of one part add up to more than a double holds exactly")
        self._last = int(stratum[-1]) if len(stratum) else self._last
        columns = [np.asarray({**numbers, WEIGHT_COLUMN: weight}[n], dtype=kind) for n, kind in NUMBERS.items()]
        arrays = [self._pa.array(column) for column in columns]
        arrays += [
            self._pa.DictionaryArray.from_arrays(self._pa.array(places[name], self._pa.int32()), values)
            for name, values in self._values.items()
        ]
        arrays += self._levels(answers, len(stratum))
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._writer.schema))

    def _levels(self, answers: Sequence[str], n: int) -> list[Any]:
        """Read the levels out of the answers, item by item."""
        text = "\n".join(answers).encode()
        options = self._pj.ParseOptions(explicit_schema=self._items, unexpected_field_behavior="ignore")
        reading = self._pj.ReadOptions(block_size=len(text) + 1)
        try:
            table = self._pj.read_json(self._pa.BufferReader(text), reading, options)
        except self._pa.ArrowInvalid as error:
            raise AnalysisError(f"a stored answer is no level: {error}; compare it with the last backup") from None
        if len(table) != n:
            raise AnalysisError(f"{n} answers were given but {len(table)} read; one is not one JSON object")
        return [table.column(name).combine_chunks() for name in self._items.names]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the file its name, or take away what is incomplete."""
        self._writer.close()
        if kind is None:
            self._part.rename(self.path)
        else:
            self._part.unlink()
