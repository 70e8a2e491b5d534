"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def _binary(name: str) -> str:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    found = shutil.which(name)
    if not found:
        raise RuntimeError(f"{name} is missing: `make test` installs it with apt-get install postgresql.")
    return found


def _as_postgres() -> dict[str, object]:
    """The server refuses to run as root, so root runs it as the user postgres."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


@contextmanager
def running_server(*options: str) -> Iterator[tuple[str, Path]]:
    """Start a server; gives the address without a database name, and its data folder."""
    folder = Path(tempfile.mkdtemp(prefix="sipas-pg-"))
    identity = _as_postgres()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    data = folder / "data"
    init = [
        _binary("initdb"),
        "-D",
        str(data),
        "--no-sync",
        "-A",
        "trust",
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(init, check=True, capture_output=True, **identity)
    options = options or ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
    start = [_binary("postgres"), "-D", str(data), "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*start, *options], stdout=log, stderr=log, **identity)
    try:
        _wait(folder, server)
        yield f"postgresql+psycopg://postgres@/{{name}}?host={folder}", data
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError((folder / "log").read_text())
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start within 15 seconds.")
