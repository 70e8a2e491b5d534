"""Runs migrations on the database that the program names, with timeouts so that a migration never blocks answers."""

from alembic import context
from sqlalchemy import text

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
    try:
        context.configure(
            connection=given,
            target_metadata=Base.metadata,
            render_as_batch=given.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
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


run()
