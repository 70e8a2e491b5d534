"""What many tests need alike is made once by the real services, and copied for whoever asks for it again."""

import copy
import pickle
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from survey_app.db import Base

FOLDERS = ("key_folder", "release_folder", "language_folder")
INSTALLATION = object()  # stands for the installation in what a builder told


class Shelf:
    """Where copies lie: nowhere until a test run says so, since scripts make everything themselves."""

    folder: Path | None = None


@dataclass(frozen=True)
class Kept:
    """What was made: a folder with the database and the folders beside it, the moment after it, what was told."""

    folder: Path
    now: datetime
    told: Any


def made_once(build):
    """Let `build(installation, **wishes)` work once for each kind of database, moment and wishes, and copy it later.

    An installation in which anything was done before is built upon as it is.
    """
    kept = {}

    @wraps(build)
    def made(installation, **wishes):
        if Shelf.folder is None or not _untouched(installation):
            return build(installation, **wishes)
        key = pickle.dumps((installation.database.sqlite, installation.now(), sorted(wishes.items())))
        if key not in kept:
            told = build(installation, **wishes)
            kept[key] = _keep(installation, told)
            return told
        _copy(kept[key], installation)
        return copy.deepcopy(kept[key].told, {id(INSTALLATION): installation})

    return made


def _tables():
    return [table.name for table in Base.metadata.sorted_tables]


def _folders(installation):
    return {name: getattr(installation.settings, name) for name in FOLDERS}


def _untouched(installation):
    if any(folder.exists() for folder in _folders(installation).values()):
        return False
    anything = " OR ".join(f"EXISTS (SELECT 1 FROM {name})" for name in _tables())
    with installation.database.read() as session:
        return not session.scalar(text(f"SELECT {anything}"))


def _keep(installation, told):
    place = Path(tempfile.mkdtemp(dir=Shelf.folder))
    for name, folder in _folders(installation).items():
        if folder.exists():
            shutil.copytree(folder, place / name)
    (_keep_file if installation.database.sqlite else _keep_rows)(installation.database, place)
    return Kept(place, installation.now(), copy.deepcopy(told, {id(installation): INSTALLATION}))


def _copy(kept, installation):
    for name, folder in _folders(installation).items():
        if (kept.folder / name).exists():
            shutil.copytree(kept.folder / name, folder)
    (_copy_file if installation.database.sqlite else _copy_rows)(installation.database, kept.folder)
    if installation.now() != kept.now:  # the builder moved the clock
        installation.clock.now = kept.now


def _keep_file(database, place):
    with closing(sqlite3.connect(make_url(database.url).database)) as own, closing(sqlite3.connect(place / "db")) as to:
        own.backup(to)


def _copy_file(database, place):
    with (
        closing(sqlite3.connect(place / "db")) as kept,
        closing(sqlite3.connect(make_url(database.url).database)) as to,
    ):
        kept.backup(to)
        to.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _keep_rows(database, place):
    with database.writer.connect() as connection:
        cursor = connection.connection.driver_connection.cursor()
        for name in _tables():
            with cursor.copy(f"COPY {name} TO STDOUT (FORMAT binary)") as rows:
                content = b"".join(map(bytes, rows))
            (place / f"{name}.rows").write_bytes(content)


def _copy_rows(database, place):
    with database.writer.begin() as connection:
        cursor = connection.connection.driver_connection.cursor()
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # rows come as they were: nothing is checked again
        for file in place.glob("*.rows"):
            with cursor.copy(f"COPY {file.stem} FROM STDIN (FORMAT binary)") as rows:
                rows.write(file.read_bytes())
