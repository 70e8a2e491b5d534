"""Answers per second over HTTP on SQLite and PostgreSQL, beside a bare insert of the same row on the same machine.

    .venv/bin/python bench/load.py            about a minute and a half
    .venv/bin/python bench/load.py --small    few answers, some sent twice: is every acknowledged one stored once?

Everything runs on this machine, in temporary folders, on a free port of 127.0.0.1. Both databases write through to the
disk at every commit (SQLite synchronous=FULL, PostgreSQL fsync=on). `sipas serve` runs in a process of its own; the
senders share a process and the machine's processors with it.
"""

import argparse
import json
import os
import sqlite3
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_bytes
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # `tests` is not installed

import psycopg
from sqlalchemy import func, select

from bench.running_site import START_SECONDS, empty_database, running_site
from instruments.load import shipped
from survey_app.db import Database
from survey_app.installation import Installation
from survey_app.keys import KeyFolder
from survey_app.models import Inbox, Spent
from survey_app.services import codes
from survey_app.settings import Settings
from tests.factories import a_round, a_token

INSTRUMENT = "sipas-2017/1"
DATABASES = ("sqlite", "postgresql")
TAKEN = (200, 201)  # already received, stored
INSERT = "INSERT INTO inbox (id, round_id, day, sealed, receipt_hash, withdrawal_hash) VALUES ({})"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    clients: int
    answers: int  # at most, in one turn
    seconds: float  # at most, for one turn
    turns: int  # bare insert and HTTP take turns, so that a busy minute of the machine meets both
    send_again: int = 0  # every so many answers are sent twice


FULL = Size(clients=8, answers=6_000, seconds=6.0, turns=3)
SMALL = Size(clients=4, answers=40, seconds=120.0, turns=1, send_again=5)
WARM = 10  # answers before the first turn


@dataclass
class Measured:
    """What one kind of work did in all its turns."""

    database: str
    what: str
    rates: list[float] = field(default_factory=list)  # one per turn
    times: list[float] = field(default_factory=list)  # seconds of each piece of work

    def add(self, turn: "Turn") -> None:
        """Take a turn in."""
        self.rates.append(len(turn.times) / turn.seconds)
        self.times += turn.times

    def line(self) -> dict[str, Any]:
        """Median rate of the turns, percentiles of all single times."""
        cuts = statistics.quantiles(self.times, n=100, method="inclusive")
        times = {f"p{cut}_ms": round(1000 * cuts[cut - 1], 1) for cut in (50, 95, 99)}
        rate = round(statistics.median(self.rates), 1)
        return {"database": self.database, "what": self.what, "per_second": rate, **times, "n": len(self.times)}


@dataclass
class Turn:
    """Times and results of work that several clients did at once."""

    seconds: float
    times: list[float]
    results: list[Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both databases; 1 if an answer was refused, lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="few answers, some sent twice: checks, no figures")
    size = SMALL if parser.parse_args(arguments).small else FULL
    lines: list[dict[str, Any]] = []
    checks = []
    for name in DATABASES:
        with empty_database(name) as (url, folder):
            measured, check = measure(name, url, folder, size)
        checks.append({"database": name, **check})
        lines += with_ratio([one.line() for one in measured])
    if size is FULL:
        print(table(lines))
    print(json.dumps({"processors": os.cpu_count(), "lines": lines if size is FULL else [], "checks": checks}))
    return 0 if all(check["good"] for check in checks) else 1


def measure(name: str, url: str, folder: Path, size: Size) -> tuple[list[Measured], dict[str, Any]]:
    """Measure one database, and count what it holds afterwards."""
    settings = Settings(environment="test", database_url=url, key_folder=folder / "keys", secret_key="x" * 32)
    with closing(Database(url)) as database:
        installation = Installation(settings, database, KeyFolder(folder / "keys"))
        of, other = (a_round(installation, instrument_key=INSTRUMENT, **dates(installation)) for _ in range(2))
        bare = [Measured(name, f"bare insert, {n} at once") for n in ((1,) if name == "sqlite" else (1, size.clients))]
        http = Measured(name, f"POST /api/v1/responses, {size.clients} at once")
        replies: list[tuple[int, dict[str, Any]]] = []
        with running_site(settings) as port:
            replies += in_parallel([poster(port, bodies(installation, of, "warm", WARM))], START_SECONDS).results
            sealed = sealed_length(installation, of)
            for turn in range(size.turns):
                for one, clients in zip(bare, (1, size.clients), strict=False):
                    one.add(in_parallel([inserter(url, other.id, sealed, size.answers)] * clients, size.seconds))
                made = bodies(installation, of, str(turn), size.answers, size.send_again)
                posters = [poster(port, made[n :: size.clients]) for n in range(size.clients)]
                done = in_parallel(posters, size.seconds)
                http.add(done)
                replies += done.results
        return [*bare, http], check(installation, of, replies)


def check(
    installation: Installation, of: SimpleNamespace, replies: Collection[tuple[int, dict[str, Any]]]
) -> dict[str, Any]:
    """Compare what was acknowledged with what is stored."""
    key = installation.keys.round_keys(of.code).spent
    receipts = {reply["receipt"] for status, reply in replies if status in TAKEN}
    with installation.database.read() as session:
        stored = session.scalars(select(Inbox.receipt_hash).where(Inbox.round_id == of.id)).all()
        spent = session.scalar(select(func.count()).select_from(Spent).where(Spent.round_id == of.id)) or 0
    refused = sum(status not in TAKEN for status, _reply in replies)
    return compared({codes.digest(key, "receipt", receipt) for receipt in receipts}, stored, spent, refused)


def compared(acknowledged: set[bytes], stored: Sequence[bytes], spent: int, refused: int) -> dict[str, Any]:
    """Say how many acknowledged answers are lost, and how many are stored without or beyond an acknowledgement."""
    found = {
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - set(stored)),
        "surplus": len(stored) - len(acknowledged & set(stored)),
        "spent": spent,
        "refused": refused,
    }
    good = not (found["lost"] or found["surplus"] or refused) and spent == len(acknowledged) > 0
    return {**found, "good": good}


def in_parallel(works: Sequence[Callable[[], Iterator[Any]]], seconds: float) -> Turn:
    """Run each work in a thread of its own, one piece after the other, until all are done or the time is over."""
    start, times, results = threading.Barrier(len(works) + 1), [], []

    def run(work: Callable[[], Iterator[Any]]) -> None:
        pieces = work()
        next(pieces)  # connects
        start.wait()
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            result = next(pieces, None)
            if result is None:
                return
            times.append(time.perf_counter() - began)
            results.append(result)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    start.wait(START_SECONDS)
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return Turn(time.perf_counter() - began, times, results)


def poster(port: int, sent: Sequence[bytes]) -> Callable[[], Iterator[Any]]:
    """Send each body over one connection that stays open."""

    def work() -> Iterator[Any]:
        with closing(HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)) as connection:
            connection.connect()
            yield "connected"
            for body in sent:
                connection.request("POST", "/api/v1/responses", body, {"Content-Type": "application/json"})
                reply = connection.getresponse()
                yield reply.status, json.loads(reply.read())

    return work


def inserter(url: str, round_id: uuid.UUID, sealed: int, rows: int) -> Callable[[], Iterator[Any]]:
    """Insert rows of the inbox as fast as the bare driver can, one transaction each."""

    def work() -> Iterator[Any]:
        with closing(raw_connection(url)) as connection:
            on_sqlite = isinstance(connection, sqlite3.Connection)
            statement = INSERT.format(",".join(["?" if on_sqlite else "%s"] * 6))
            yield "connected"
            for _ in range(rows):
                ids = [uuid.uuid4(), round_id]
                keys = [one.hex if on_sqlite else one for one in ids]
                row = [*keys, "2026-03-02", token_bytes(sealed), token_bytes(32), token_bytes(32)]
                connection.execute("BEGIN IMMEDIATE" if on_sqlite else "BEGIN")
                connection.execute(statement, row)
                yield connection.execute("COMMIT")

    return work


def raw_connection(url: str) -> Any:  # noqa: ANN401 - of one driver or the other
    """Open the bare driver with the settings that the platform uses."""
    if not url.startswith("sqlite"):
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def bodies(installation: Installation, of: SimpleNamespace, name: str, number: int, again: int = 0) -> list[bytes]:
    """Make what one turn sends: a token of its own for each, all scored questions answered; some twice."""
    answers = {item.id: 4 for item in shipped(INSTRUMENT).scored_items()}
    made = []
    for n in range(number):
        token = a_token(installation, of, f"{name}-{n}").text
        body = json.dumps({"token": token, "client_key": str(uuid.uuid4()), "answers": answers}).encode()
        made += [body] * (2 if again and n % again == 0 else 1)
    return made


def sealed_length(installation: Installation, of: SimpleNamespace) -> int:
    """How long a stored answer is."""
    with installation.database.read() as session:
        return len(session.scalars(select(Inbox.sealed).where(Inbox.round_id == of.id).limit(1)).one())


def dates(installation: Installation) -> dict[str, Any]:
    """A round that takes answers today, and still after midnight."""
    today = installation.today()
    end = today + timedelta(days=2)
    return {"period_start": today, "period_end": end, "field_start": today, "field_end": end, "erasure_date": end}


def with_ratio(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each line its rate as a share of the fastest bare insert of its database."""
    best = max(line["per_second"] for line in lines[:-1])
    return [{**line, "of_bare_insert": round(line["per_second"] / best, 3)} for line in lines]


def table(lines: Sequence[dict[str, Any]]) -> str:
    """Show the lines as Markdown, as the README quotes them."""
    rows = [
        "| database | work | per second | of the bare insert | p50 ms | p95 ms | p99 ms |",
        "|---|---|" + "---:|" * 5,
    ]
    for line in lines:
        share = f"{100 * line['of_bare_insert']:.0f} %"
        times = " | ".join(f"{line[f'p{cut}_ms']:.1f}" for cut in (50, 95, 99))
        rows.append(f"| {line['database']} | {line['what']} | {line['per_second']:.0f} | {share} | {times} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
