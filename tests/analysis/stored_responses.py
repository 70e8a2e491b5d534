"""One set of responses, stored where each engine finds it."""

import csv
import sqlite3
import uuid
from contextlib import closing, contextmanager

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from tests.conftest import _dsn

SQL_TYPES = {"double": "double precision", "string": "text"}  # the rest are whole numbers


def sql_types(table):
    """Columns of a table as SQL declares them, on SQLite and PostgreSQL alike."""
    return ", ".join(f"{field.name} {SQL_TYPES.get(str(field.type), 'integer')}" for field in table.schema)


def into_parquet(table, path):
    pq.write_table(table, path)
    return path


def into_csv(table, path):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return path


def into_sqlite(table, path, name="responses"):
    marks = ", ".join("?" * len(table.column_names))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {name} ({sql_types(table)})")
        for batch in table.to_batches(max_chunksize=50_000):
            rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    return f"sqlite:///{path}?table={name}"


@contextmanager
def in_postgresql(table, address, name="responses"):
    """A database of its own on the tests' server; gives what `--engine` takes."""
    database = f"t{uuid.uuid4().hex}"
    with psycopg.connect(_dsn(address, "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {database}")
        url = _dsn(address, database)
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name} ({sql_types(table)})")
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for batch in table.to_batches(max_chunksize=50_000):
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        copy.write_row(row)
        yield f"{url}&table={name}"
        server.execute(f"DROP DATABASE {database} WITH (FORCE)")


def typed(table):
    """Columns of text as a program stores them: numbers where all are, blanks as NULL; labels stay text."""
    columns = {}
    for name in table.column_names:
        words = [None if word in ("", "NA") else word for word in table.column(name).to_pylist()]
        number = float if name == "weight" else int
        try:
            columns[name] = pa.array([None if w is None else number(w) for w in words])
        except ValueError:
            columns[name] = pa.array(words)
    return pa.table(columns)
