"""Fixtures that every part shares: real databases of both kinds, migrated once and copied for each test."""

import os
import shutil
import sqlite3
import tempfile
import uuid
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from alembic import command

from survey_app.cli.database import alembic_config
from survey_app.db import Database
from survey_app.installation import Installation
from survey_app.keys import KeyFolder
from survey_app.settings import Settings
from tests import figures
from tests.made_once import Shelf
from tests.postgresql import running_server

# A fixed Monday morning in Hà Nội: no test depends on the day it runs.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Clock:
    """A clock that a test can move."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it have names of their own
ROOM = 2 << 30  # bytes free in it; a whole run needs less than half
# a worker that gets one of these last would keep the others waiting
SLOW_FIRST = ("load", "browser", "services", "web")


def pytest_configure() -> None:
    """Keep passing files in memory where there is room: no test pulls the plug, so none need wait for a disk."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)  # also for what tests start: workers, servers, Chromium
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose files take longest; the order within a file stays."""
    folders = {folder: place for place, folder in enumerate(SLOW_FIRST)}
    root = Path(__file__).parent
    items.sort(key=lambda item: folders.get(item.path.relative_to(root).parts[0], len(folders)))


@pytest.fixture(scope="session", autouse=True)
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What several tests need alike is made once: see tests/made_once.py."""
    Shelf.folder = tmp_path_factory.mktemp("made")


@pytest.fixture(scope="session")
def reference() -> Path | None:
    """The folder with official lists and oracle numbers, if there is one."""
    folder = os.environ.get("SIPAS_REFERENCE_DATA")
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.sqlite"
    command.upgrade(alembic_config(f"sqlite:///{file}"), "head")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture(scope="session")
def _postgresql_template():
    with running_server() as (address, _data):
        with psycopg.connect(_dsn(address, "postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE template")
        command.upgrade(alembic_config(address.format(name="template")), "head")
        yield address


def _dsn(address: str, name: str) -> str:
    return address.format(name=name).replace("postgresql+psycopg", "postgresql")


@contextmanager
def empty_database(kind: str, request: pytest.FixtureRequest, folder: Path):
    """Address of an empty, migrated database that goes when the block ends."""
    if kind == "sqlite":
        file = folder / "sipas.sqlite"
        shutil.copy(request.getfixturevalue("_sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    address = request.getfixturevalue("_postgresql_template")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(_dsn(address, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template")
        yield address.format(name=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path):
    """Address of an empty, migrated database, of each kind in turn."""
    with empty_database(request.param, request, tmp_path) as url:
        yield url


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path):
    """Address of an empty, migrated SQLite database, for what asks nothing of the database that the kinds do apart."""
    with empty_database("sqlite", request, tmp_path) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test moves it."""
    return Clock()


@contextmanager
def opened_installation(url: str, folder: Path, clock: Clock):
    """An installation on this database with fresh keys."""
    settings = Settings(
        environment="test",
        database_url=url,
        key_folder=folder / "keys",
        release_folder=folder / "releases",
        language_folder=folder / "languages",
        secret_key="test-secret-of-more-than-thirty-two-characters",
    )
    database = Database(url)
    yield Installation(settings, database, KeyFolder(settings.key_folder), clock)
    database.close()


@pytest.fixture
def installation(database_url: str, tmp_path: Path, clock: Clock):
    """An installation with an empty database of each kind, fresh keys and a fixed clock."""
    with opened_installation(database_url, tmp_path, clock) as opened:
        yield opened


@contextmanager
def copied_province(template: Path, folder: Path):
    """An installation of its own with the province of tests/figures.py, after its last release."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with opened_installation(f"sqlite:///{folder / 'sipas.sqlite'}", folder, Clock(figures.MONTHS[-1])) as opened:
        yield opened


@pytest.fixture(scope="session")
def province_template(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the database and keys of a province with released figures, filled once by the real services."""
    folder = tmp_path_factory.mktemp("province")
    shutil.copy(_sqlite_template, folder / "sipas.sqlite")
    with opened_installation(f"sqlite:///{folder / 'sipas.sqlite'}", folder, Clock()) as opened:
        figures.fill(opened)
    with closing(sqlite3.connect(folder / "sipas.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder
