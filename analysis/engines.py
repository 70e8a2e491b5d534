"""Engines that run the one SQL text of the scan: in process, where the data lie, or on a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
VIEW = "responses"  # the name that the SQL text reads from
LOOPBACK = "127.0.0.1"


class Engine(Protocol):
    """Runs a query over the view `responses`."""

    def table(self, sql: str) -> Columns:
        """Return the result by column."""
        ...


@dataclass(frozen=True)
class DuckDb:
    """DuckDB in process, over a table in memory or over files."""

    connection: duckdb.DuckDBPyConnection

    @classmethod
    def over_table(cls, table: pa.Table) -> "DuckDb":
        """Read a table in memory."""
        connection = duckdb.connect()
        connection.register(VIEW, table)
        return cls(connection)

    @classmethod
    def over_parquet(cls, path: Path, view: str = VIEW) -> "DuckDb":
        """Read a Parquet file, or every one that a pattern such as year=2026/*.parquet matches."""
        connection = duckdb.connect()
        connection.read_parquet(str(path)).create_view(view)
        return cls(connection)

    @classmethod
    def over_csv(cls, path: Path, view: str = VIEW) -> "DuckDb":
        """Read a CSV file with headings; empty fields and NA are blanks."""
        connection = duckdb.connect()
        connection.read_csv(str(path), header=True, na_values=["", "NA"]).create_view(view)
        return cls(connection)

    def table(self, sql: str) -> Columns:
        """Return the result by column."""
        return _of_arrow(self.connection.sql(sql).to_arrow_table())


@dataclass(frozen=True)
class DbApi:
    """Any database with Python's standard interface: SQLite, or PostgreSQL through psycopg."""

    connection: Any  # a DB-API connection; the standard defines no type

    def table(self, sql: str) -> Columns:
        """Return the result by column."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql)
            rows = cursor.fetchall()
            names = [column[0] for column in cursor.description]
        finally:
            cursor.close()
        columns = zip(*rows, strict=True) if rows else ([] for _ in names)
        return {name: np.array(list(column)) for name, column in zip(names, columns, strict=True)}


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

    def table(self, sql: str) -> Columns:
        """Return the result by column."""
        return _of_arrow(self.session.sql(sql).toArrow())


def _of_arrow(table: pa.Table) -> Columns:
    """Return numpy columns."""
    return {name: table.column(name).to_numpy() for name in table.column_names}
