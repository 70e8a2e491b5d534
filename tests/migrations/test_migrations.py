"""Migrations: the head equals the models, each goes up and down, and rows survive, on both databases."""

from collections import Counter

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import survey_app.models  # noqa: F401 - makes every table known
from survey_app.cli.database import alembic_config
from survey_app.db import Base, Database
from tests.conftest import Clock, opened_installation
from tests.migrations.rows import fill_every_table

REVISIONS = [
    script.revision for script in reversed(list(ScriptDirectory.from_config(alembic_config("")).walk_revisions()))
]


@pytest.fixture
def config(database_url):
    return alembic_config(database_url)


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    yield opened
    opened.close()


def shape(database):
    """Tables with their columns, keys, checks and indexes, as the database itself tells them."""
    seen = inspect(database.writer)
    columns, keys, foreign = seen.get_multi_columns(), seen.get_multi_pk_constraint(), seen.get_multi_foreign_keys()
    unique, checks = seen.get_multi_unique_constraints(), seen.get_multi_check_constraints()
    indexes = seen.get_multi_indexes()
    return {
        key[1]: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in columns[key]),
            "key": keys[key]["constrained_columns"],
            "foreign": sorted((f["name"], f["referred_table"]) for f in foreign[key]),
            "unique": sorted(u["name"] for u in unique[key]),
            "checks": sorted((c["name"], c["sqltext"]) for c in checks[key]),
            "indexes": sorted((i["name"], i["column_names"]) for i in indexes[key]),
        }
        for key in sorted(columns)
        if key[1] != "alembic_version"
    }


def rows(database):
    """Every row of every table, as the database holds it."""
    found = {}
    with database.writer.connect() as connection:
        for table in Base.metadata.tables:
            found[table] = Counter(str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"')))
    return found


def test_the_head_equals_the_models(database):
    with database.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_checks_and_names_are_those_of_the_models(database):
    """What the comparison above does not look at: every named CHECK, unique key and index is really there."""
    built = shape(database)
    for name, table in Base.metadata.tables.items():
        named = {str(c.name) for c in table.constraints if c.name and type(c).__name__ == "CheckConstraint"}
        assert named == {check for check, _ in built[name]["checks"]}, name
        assert {str(i.name) for i in table.indexes} <= {index for index, _ in built[name]["indexes"]}, name


def test_history_is_one_line(config):
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
    assert REVISIONS


def test_each_revision_goes_down_and_up_to_the_same_shape(config, database):
    shapes = {REVISIONS[-1]: shape(database)}
    for revision in reversed(REVISIONS[:-1]):
        command.downgrade(config, revision)
        shapes[revision] = shape(database)
    command.downgrade(config, "base")
    assert shape(database) == {}
    for revision in REVISIONS:
        command.upgrade(config, revision)
        assert shape(database) == shapes[revision], revision


def test_going_up_again_at_the_head_changes_nothing(config, database):
    before = shape(database)
    command.upgrade(config, "head")
    assert shape(database) == before


def test_every_table_of_the_sample_has_rows(database_url, database, tmp_path):
    """A table that is added needs rows here, or its migration is not tested with any."""
    with opened_installation(database_url, tmp_path, Clock()) as installation:
        fill_every_table(installation)
    assert [table for table, found in rows(database).items() if not found] == []


def test_rows_survive_the_way_down_by_one_and_up_again_where_their_tables_stay(
    config, database_url, database, tmp_path
):
    with opened_installation(database_url, tmp_path, Clock()) as installation:
        fill_every_table(installation)
    before = rows(database)
    if len(REVISIONS) == 1:  # the first revision makes every table: down means empty
        command.downgrade(config, "base")
        command.upgrade(config, "head")
        assert not any(rows(database).values())
        return
    kept = before.keys() & set(_tables_after_downgrade(config, database))
    assert len(kept) > 20
    command.upgrade(config, "head")
    after = rows(database)
    for table in kept:
        assert after[table].total() == before[table].total(), table


def _tables_after_downgrade(config, database):
    command.downgrade(config, "-1")
    return inspect(database.writer).get_table_names()
