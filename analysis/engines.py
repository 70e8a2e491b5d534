"""Engines that run the one SQL text of the scan in process or on a cluster; what every engine can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
VIEW = "responses"  # the name that the SQL text reads from
BLOCK = 2_000_000  # responses that are grouped together
LOOPBACK = "127.0.0.1"
PLAIN = {"tinyint", "smallint", "integer", "bigint", "float", "double", "varchar"}  # numpy has them as DuckDB does
NONE: Mapping[str, Columns] = MappingProxyType({})


class Engine(Protocol):
    """Runs a query over the view `responses`."""

    def table(self, sql: str, lent: Mapping[str, Columns] = NONE) -> Columns:
        """Return the result by column; the query may join the tables that are lent, by their names."""
        ...


@dataclass(frozen=True)
class DuckDb:
    """DuckDB in process, over a table in memory or over files."""

    connection: duckdb.DuckDBPyConnection
    files: str = ""  # the view over Parquet files, which may show a part of their rows
    blocks: tuple[str, ...] = ()  # conditions that each choose some strata; together all of them

    @classmethod
    def over_table(cls, table: pa.Table) -> "DuckDb":
        """Read a table in memory."""
        connection = duckdb.connect()
        connection.register(VIEW, table)
        return cls(connection)

    @classmethod
    def over_parquet(cls, path: Path, view: str = VIEW, stratum: str | None = None) -> "DuckDb":
        """Read a Parquet file, or every one that a pattern such as year=2026/*.parquet matches.

        With the column of strata, what is grouped by stratum first is read some strata at a time (`in_blocks`).
        """
        connection = duckdb.connect(config={"allocator_background_threads": True})  # gives memory back while we go on
        connection.read_parquet(str(path)).create_view(f"{view}_whole")
        connection.execute(_shown(view, "1 = 1"))
        engine = cls(connection, view)
        return engine.in_blocks(stratum) if stratum else engine

    @classmethod
    def over_csv(cls, path: Path, view: str = VIEW) -> "DuckDb":
        """Read a CSV file with headings; empty fields and NA are blanks."""
        connection = duckdb.connect()
        connection.read_csv(str(path), header=True, na_values=["", "NA"]).create_view(view)
        return cls(connection)

    def in_blocks(self, stratum: str, rows: int = BLOCK) -> "DuckDb":
        """Return the engine over the same Parquet files, grouping about so many rows at a time.

        Sums of a few strata stay near the processor and their memory does not grow with the file. A stratum is never
        divided, so every cell is complete in its block. Tables and CSV files are read as before.
        """
        if not self.files:
            return self
        counted = f"SELECT {stratum} AS h, COUNT(*) AS n FROM {self.files} GROUP BY {stratum}"  # noqa: S608 -- checked names
        found = self.connection.sql(counted).fetchall()
        if not all(isinstance(label, int | str) for label, _ in found):
            return self
        labels, sizes = zip(*sorted(found), strict=True) if found else ((), ())
        places = [(end - 1) // rows for end in accumulate(sizes)]
        together = groupby(zip(places, labels, strict=True), itemgetter(0))
        blocks = [_between(stratum, [label for _, label in some]) for _, some in together]
        return replace(self, blocks=tuple(blocks) if len(blocks) > 1 else ())

    def table(self, sql: str, lent: Mapping[str, Columns] = NONE) -> Columns:
        """Return the result by column."""
        for name, columns in lent.items():
            self.connection.register(name, pa.table(dict(columns)))
        try:
            return self._table(sql)
        finally:
            for name in lent:
                self.connection.unregister(name)

    def _table(self, sql: str) -> Columns:
        first_key = sql.rpartition("GROUP BY ")[2].split(",")[0]
        if not self.blocks or first_key != "h":
            return self._found(sql)
        parts = []
        try:
            for block in self.blocks:
                self.connection.execute(_shown(self.files, block))
                parts.append(self._found(sql))
        finally:
            self.connection.execute(_shown(self.files, "1 = 1"))
        return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}

    def _found(self, sql: str) -> dict[str, NDArray[Any]]:
        """Return a result by column; arrow loads pandas, which takes as long as a scan, and is left to rare types."""
        found = self.connection.sql(sql)
        if not {kind.id for kind in found.types} <= PLAIN:
            return _of_arrow(found.to_arrow_table())
        return {name: _without_mask(column) for name, column in found.fetchnumpy().items()}


def _without_mask(column: NDArray[Any]) -> NDArray[Any]:
    """Return what is NULL as NaN, and in a column of text as None."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    blank = np.array(None if column.dtype == object else np.nan)
    return np.where(column.mask, blank, column.data)


def _shown(view: str, condition: str) -> str:
    """Text that lets a view over files show some of their rows."""
    return f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {view}_whole WHERE {condition}"  # noqa: S608 -- checked names


def _between(column: str, labels: Sequence[int | str]) -> str:
    """Condition that a column holds one of some neighbouring labels, sorted as Python and DuckDB both sort them."""
    ends = ["'" + label.replace("'", "''") + "'" if isinstance(label, str) else str(label) for label in labels]
    return f"{column} >= {ends[0]} AND {column} <= {ends[-1]}"


@dataclass(frozen=True)
class Spark:
    """A Spark session in which the view is registered (extra `spark`)."""

    session: Any  # pyspark.sql.SparkSession; pyspark is not installed by default

    @classmethod
    def connect(cls, master: str, path: Path, view: str = VIEW) -> "Spark":
        """Open a session at spark://host:port (or local[2]) over Parquet files that its workers can read."""
        from pyspark.sql import SparkSession  # noqa: PLC0415 -- only with the extra `spark`

        builder = SparkSession.builder.master(master).appName("sipas").config("spark.ui.enabled", "false")
        if master.startswith(("local", f"spark://{LOOPBACK}:")):  # what runs on one machine speaks to itself only
            builder = builder.config("spark.driver.host", LOOPBACK).config("spark.driver.bindAddress", LOOPBACK)
        session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
        session.read.parquet(str(path)).createOrReplaceTempView(view)
        return cls(session)

    def table(self, sql: str, lent: Mapping[str, Columns] = NONE) -> Columns:
        """Return the result by column."""
        for name, columns in lent.items():
            self.session.createDataFrame(pa.table(dict(columns))).createOrReplaceTempView(name)
        try:
            return _of_arrow(self.session.sql(sql).toArrow())
        finally:
            for name in lent:
                self.session.catalog.dropTempView(name)


def _of_arrow(table: pa.Table) -> dict[str, NDArray[Any]]:
    """Return numpy columns."""
    return {name: table.column(name).to_numpy() for name in table.column_names}
