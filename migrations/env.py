"""Runs migrations on the database that the program names, with timeouts so that a migration never blocks answers."""

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

import survey_app.models  # noqa: F401 - makes every table known
from survey_app.db import Base, Database

LOCK_TIMEOUT = "5s"


def run() -> None:
    """Run in one transaction per migration; wait at most 5 seconds for a lock."""
    given = context.config.attributes.get("connection")
    database = None
    if given is None:
        database = Database(context.config.attributes["url"])
        given = database.writer.connect()
    if given.dialect.name == "sqlite":
        _rest_foreign_keys(given)
    try:
        context.configure(
            connection=given,
            target_metadata=Base.metadata,
            render_as_batch=given.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
            on_version_apply=_check_foreign_keys,
        )
        with context.begin_transaction():
            if given.dialect.name == "postgresql":
                given.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            context.run_migrations()
        if given.in_transaction():
            given.commit()
    finally:
        if database is not None:
            given.close()
            database.close()


def _rest_foreign_keys(connection: Connection) -> None:
    """SQLite changes a CHECK by writing the table anew: its children would be in the way, so they are checked after."""
    raw = connection.connection.driver_connection
    if raw is None or raw.in_transaction:
        raise RuntimeError("Migrations need a connection without an open transaction.")
    raw.execute("PRAGMA foreign_keys=OFF")


def _check_foreign_keys(ctx: MigrationContext, **_step: object) -> None:
    """Undo a migration after which rows point nowhere."""
    if ctx.connection is not None and ctx.connection.dialect.name == "sqlite":
        broken = ctx.connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"Rows that point nowhere after the migration: {broken[:5]}")


run()
