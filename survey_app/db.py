"""The database: one engine to read, one way to write that does not starve, the same for SQLite and PostgreSQL."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 60_000  # how long a second process waits for the one writer of SQLite


class Base(DeclarativeBase):
    """Parent of every table; constraint names are fixed so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )


class Moment(TypeDecorator[datetime]):
    """A moment in UTC on both databases; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given by SQLAlchemy
        """Store as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give it one before it is stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - given by SQLAlchemy
        """SQLite gives back naive values: they are UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def random_key() -> uuid.UUID:
    """128 bits from the operating system: no table has a sequence, so no key tells an order."""
    return uuid.uuid4()


class Database:
    """Hands out sessions: `read()` never locks, `write()` is one transaction that commits when its block ends."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        # Writers of SQLite queue here instead of sleeping in its busy handler (its sleeps starve some writers).
        self._turn = threading.Lock()
        self.writer = _sqlite_engine(url, "BEGIN IMMEDIATE") if self.sqlite else _postgresql_engine(url)
        # A reader sees one state of everything, in SQLite by itself: sums and parts are never of different moments.
        self.reader = (
            _sqlite_engine(url, "BEGIN")
            if self.sqlite
            else self.writer.execution_options(isolation_level="REPEATABLE READ")
        )

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Session on one snapshot; what is changed in it is thrown away."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Session whose block is one transaction: committed at its end, rolled back if it raises."""
        if not self.sqlite:
            with Session(self.writer, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._turn, Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.writer.dispose()
        self.reader.dispose()


def _postgresql_engine(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True, pool_size=16, max_overflow=8, hide_parameters=True)


def _sqlite_engine(url: str, begin: str) -> Engine:
    """SQLite in WAL with a full sync at each commit: an acknowledged answer survives a power cut."""
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError("expected the sqlite3 driver")
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event signature
        connection.exec_driver_sql(begin)

    return engine
