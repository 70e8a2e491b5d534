"""Engines that run the one SQL text of the scan where the data lie: in SQLite and PostgreSQL."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.engines import NONE, Columns

ARRAYS = {"i": "::bigint[]", "f": "::double precision[]", "U": "::text[]"}  # other labels say their type themselves


@dataclass(frozen=True)
class Sqlite:
    """SQLite: what is lent stands in temporary tables, which a file opened to read only allows."""

    connection: Any  # sqlite3.Connection, or another of Python's standard interface

    def table(self, sql: str, lent: Mapping[str, Columns] = NONE) -> Columns:
        """Return the result by column."""
        with closing(self.connection.cursor()) as cursor:
            for name, columns in lent.items():
                cursor.execute(f"CREATE TEMP TABLE {name} ({', '.join(columns)})")
                rows = zip(*(column.tolist() for column in columns.values()), strict=True)
                marks = ", ".join("?" * len(columns))
                cursor.executemany(f"INSERT INTO temp.{name} VALUES ({marks})", rows)  # noqa: S608 -- names of our own
            try:
                return _fetched(cursor.execute(sql))
            finally:
                for name in lent:
                    cursor.execute(f"DROP TABLE temp.{name}")


@dataclass(frozen=True)
class PostgreSql:
    """PostgreSQL through psycopg: what is lent comes as arrays, which needs no right to make tables."""

    connection: Any  # psycopg.Connection; the web server never needs psycopg

    def table(self, sql: str, lent: Mapping[str, Columns] = NONE) -> Columns:
        """Return the result by column."""
        with closing(self.connection.cursor()) as cursor:
            if not lent:
                return _fetched(cursor.execute(sql))
            arrays = [f"{name} ({', '.join(columns)}) AS ({_unnested(columns)})" for name, columns in lent.items()]
            values = [column.tolist() for columns in lent.values() for column in columns.values()]
            rest = sql.replace("%", "%%")
            rest = f",\n{rest.removeprefix('WITH ')}" if rest.startswith("WITH ") else f"\n{rest}"
            return _fetched(cursor.execute(f"WITH {', '.join(arrays)}{rest}", values))


def _unnested(columns: Columns) -> str:
    """Text that turns one array per column into rows."""
    marks = (f"%s{ARRAYS.get(column.dtype.kind, '')}" for column in columns.values())
    return f"SELECT * FROM unnest({', '.join(marks)})"  # noqa: S608 -- nothing but marks


def _fetched(cursor: Any) -> Columns:  # noqa: ANN401 -- the standard defines no type
    """Return what a query found by column."""
    rows, names = cursor.fetchall(), [column[0] for column in cursor.description]
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: np.array(list(column)) for name, column in zip(names, columns, strict=True)}
