"""A server that is killed before, in and after commits while kiosks send a burst: is every answer there exactly once?

.venv/bin/python bench/kiosk_kills.py                       # 2,000 answers, five kills, SQLite and PostgreSQL
.venv/bin/python bench/kiosk_kills.py --answers 400 --database postgresql
"""

import argparse
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import select

from bench.dying_server import AFTER, BEFORE, IN
from bench.running_site import empty_database
from survey_app.db import Database
from survey_app.installation import Installation
from survey_app.keys import KeyFolder
from survey_app.models import Kiosk, KioskRange
from survey_app.services import inbox
from survey_app.settings import Settings
from tests.factories import a_round
from tests.kiosk import HEARTBEAT, Tablet, a_tablet

DESK = "hai-chau"
CALL = 20  # answers that a kiosk sends at once
KIOSKS = 4
ORDER = (BEFORE, IN, AFTER, IN, AFTER)
PATIENCE = 30.0


@contextmanager
def dying_server(installation: Installation, deaths: Sequence[str]) -> Iterator[SimpleNamespace]:
    """Serve the installation in processes that die; gives `port` and `died`, what became of each so far."""
    settings = installation.settings
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),  # this tree, whatever is installed
        "SIPAS_ENVIRONMENT": settings.environment,
        "SIPAS_DATABASE_URL": settings.database_url,
        "SIPAS_KEY_FOLDER": str(settings.key_folder),
        "SIPAS_SECRET_KEY": settings.secret_key,
        "SIPAS_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "bench.dying_server", installation.now().isoformat(), *deaths]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    try:
        yield SimpleNamespace(port=int(process.stdout.readline()), process=process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def call(port: int, tablet: Tablet, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the server says of items; OSError or HTTPException when it dies meanwhile."""
    body = json.dumps({"items": list(items), "heartbeat": HEARTBEAT}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST", "/kiosk/sync", body, tablet.headers("POST", "/kiosk/sync", body))
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise OSError(f"the server answered {answer.status}")
    told: list[dict[str, Any]] = json.loads(content)["items"]
    return told


def send(port: int, tablet: Tablet, waiting: list[dict[str, Any]]) -> int:
    """Send as a kiosk does, until everything was named; returns how many calls failed."""
    failed = 0
    while waiting:
        try:
            told = call(port, tablet, waiting[:CALL])
        except (OSError, http.client.HTTPException):
            failed += 1
            time.sleep(0.02)
            continue
        held = {one["key"] for one in told if one["outcome"] in ("stored", "duplicate")}
        waiting = [item for item in waiting if item["key"] not in held]
    return failed


def burst(installation: Installation, answers: int, deaths: Sequence[str]) -> dict[str, Any]:
    """Send a burst from several kiosks at once to a server that dies, and say what lies in the database."""
    round_ = a_round(installation, desks=(DESK,))
    tablets = [a_tablet(installation, round_.province, DESK) for _kiosk in range(KIOSKS)]
    texts = iter(range(answers))
    items = [[t.answer(round_.code, raw=_grades(next(texts))) for _ in range(answers // KIOSKS)] for t in tablets]
    with dying_server(installation, deaths) as server, ThreadPoolExecutor(KIOSKS) as pool:
        failed = sum(pool.map(send, [server.port] * KIOSKS, tablets, items))
        alive = server.process.poll() is None
    with installation.database.read() as session:
        held = Counter(_number(one.answers) for one in inbox.open_all(installation, session, round_.id))
        ranges = sorted((one.first, one.last) for one in session.scalars(select(KioskRange)))
        counted = list(session.scalars(select(Kiosk.answers)))
    return {
        "answers": answers,
        "deaths": list(deaths),
        "server_alive": alive,
        "calls_that_failed": failed,
        "held": sum(held.values()),
        "different": len(held),
        "numbers": ranges,
        "counted_by_kiosk": counted,
        "good": len(held) == sum(held.values()) == answers
        and ranges == [(1, answers // KIOSKS)] * KIOSKS
        and counted == [answers // KIOSKS] * KIOSKS
        and failed >= len(deaths),
    }


def _grades(number: int) -> dict[str, str]:
    """Answers that tell one number from every other: its digits to the base of 5."""
    return {f"q{place:02}": str(1 + number // 5**place % 5) for place in range(6)}


def _number(answers: dict[str, Any]) -> int:
    return sum((int(answers[f"q{place:02}"]) - 1) * 5**place for place in range(6))


def kills(database: str, answers: int, seed: int) -> dict[str, Any]:
    """One burst over one database, killed at five places that the seed chooses."""
    chance = Random(seed)
    deaths = [f"{moment}:{chance.randint(answers // 12, answers // 7)}" for moment in ORDER]
    with empty_database(database) as (url, folder):
        settings = Settings(
            environment="test", database_url=url, key_folder=folder / "keys", secret_key=secrets.token_hex(32)
        )
        now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        opened = Installation(settings, Database(url), KeyFolder(settings.key_folder), lambda: now)
        try:
            return {"database": database, **burst(opened, answers, deaths)}
        finally:
            opened.database.close()


def main() -> None:
    """Run and print; the exit status says whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=2_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    names = [asked.database] if asked.database else ["sqlite", "postgresql"]
    done = [kills(name, asked.answers, asked.seed) for name in names]
    print(json.dumps(done, indent=2))
    sys.exit(0 if all(one["good"] for one in done) else 1)


if __name__ == "__main__":
    main()
