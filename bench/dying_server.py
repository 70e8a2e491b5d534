"""The web application in a process that kills itself before, in or after a commit; another one takes over at once.

.venv/bin/python -m bench.dying_server 2026-03-02T09:00+07:00 before:20 in:35 after:50

Settings come from the environment as for `sipas serve`; the first argument is the time of its clock. The port is
printed. After the last death the application serves on.
"""

import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any, NoReturn

import waitress

from survey_app.app import create_app
from survey_app.installation import Installation
from survey_app.settings import Settings

BEFORE, IN, AFTER = "before", "in", "after"


@dataclass(frozen=True)
class Death:
    """At which commit of its life a process dies, and at which moment of it."""

    moment: str
    number: int


def die_at(installation: Installation, death: Death) -> None:
    """Let the process be killed at that commit: before it begins, while it runs, or before anybody hears of it."""
    dialect = installation.database.writer.dialect
    commit, numbers = dialect.do_commit, count(1)

    def counted(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy gives whatever its driver has
        mine = next(numbers)
        if mine == death.number and death.moment == BEFORE:
            _die()
        if mine == death.number and death.moment == IN:
            # This thread runs as soon as the driver waits for the disk or for the server.
            threading.Thread(target=_die).start()
        commit(connection)
        if mine == death.number:
            _die()

    dialect.do_commit = counted  # type: ignore[method-assign]  # the one place where both drivers commit


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL cannot be survived.")


def main(now: str, *deaths: str) -> None:
    """Let one process after the other serve on the same socket; none of them has opened the database before."""
    installation = replace(Installation.from_settings(Settings.from_environment()), clock=lambda: moment)
    moment, application = datetime.fromisoformat(now), create_app(installation)
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listening.getsockname()[1], flush=True)
    coming = [Death(moment, int(number)) for moment, number in (text.split(":") for text in deaths)]
    for death in (*coming, None):
        child = os.fork()
        if not child:
            if death:
                die_at(installation, death)
            waitress.serve(application, sockets=[listening], threads=6)
        _, status = os.waitpid(child, 0)
        print(death, os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
