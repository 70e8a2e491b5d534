"""An empty database of each kind, and `sipas serve` over it in a process of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command

from survey_app.cli.database import alembic_config
from survey_app.settings import Settings
from tests.postgresql import running_server

START_SECONDS = 120.0


@contextmanager
def empty_database(name: str) -> Iterator[tuple[str, Path]]:
    """Address of an empty, migrated database, and a folder beside it; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sipas-load-", dir="/tmp") as made:
        folder = Path(made)
        if name == "sqlite":
            url = f"sqlite:///{folder / 'sipas.sqlite'}"
            command.upgrade(alembic_config(url), "head")
            yield url, folder
            return
        with running_server("-c", "fsync=on") as (address, _data):
            url = address.format(name="postgres")
            command.upgrade(alembic_config(url), "head")
            yield url, folder


@contextmanager
def running_site(settings: Settings) -> Iterator[int]:
    """Serve on a free port as an office would, in a process of its own, without the flush."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    own = {
        "SIPAS_ENVIRONMENT": settings.environment,
        "SIPAS_DATABASE_URL": settings.database_url,
        "SIPAS_KEY_FOLDER": str(settings.key_folder),
        "SIPAS_SECRET_KEY": settings.secret_key,
        "SIPAS_PORT": str(port),
        "SIPAS_LOG_LEVEL": "ERROR",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("SIPAS_")}
    program = [Path(sys.executable).with_name("sipas"), "serve", "--no-flush"]
    with subprocess.Popen(program, env=others | own, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(port, server)
            yield port
        finally:
            server.terminate()


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers; RuntimeError if it ended or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"`sipas serve` did not start (exit status {server.poll()}).")
