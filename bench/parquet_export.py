"""Rows a second from the database to Parquet, against a bare read of the same rows: both databases, one line each.

python bench/parquet_export.py [--responses 200000 600000]

The responses are put straight into the tables of the real schema, as the flush leaves them: batches, strata, answers to
22 items as JSON. The bare read fetches the same sorted rows and keeps nothing. That memory does not grow with the
number of responses shows in two sizes: every size is exported in a process of its own.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from alembic import command
from sqlalchemy import insert, select

from survey_app.cli.database import alembic_config
from survey_app.installation import Installation
from survey_app.models import Batch, BatchCells, Response, Round, Stratum
from survey_app.services import response_export, rounds
from survey_app.settings import Settings
from tests import province
from tests.postgresql import running_server

KINDS = ("sqlite", "postgresql")
BATCH = 1000
LEVELS, SHARES = (1, 2, 3, 4, 5), (3, 4, 8, 45, 40)


@contextmanager
def installation(kind: str, folder: Path) -> Iterator[Installation]:
    """An empty installation on a database of this kind."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'bench.sqlite'}"
        if kind == "postgresql":
            address, _ = stack.enter_context(running_server())
            dsn = address.format(name="postgres").replace("postgresql+psycopg", "postgresql")
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("CREATE DATABASE bench")
            url = address.format(name="bench")
        command.upgrade(alembic_config(url), "head")
        settings = Settings(environment="test", database_url=url, key_folder=folder / kind, secret_key="bench" * 10)
        opened = Installation.from_settings(settings)
        stack.callback(opened.database.close)
        yield opened


def fill(opened: Installation, n: int) -> None:
    """Put n released responses into a round: batches of one desk and release, strata mixed within."""
    province.make(opened, desks=20, per_desk=60)
    draw = random.Random(1)
    with opened.database.write() as session:
        row = session.scalars(select(Round)).one()
        strata = session.scalars(select(Stratum)).all()
        for start in range(0, n, BATCH):
            desk, size = strata[start // BATCH % len(strata)].desk_id, min(BATCH, n - start)
            own = [s for s in strata if s.desk_id == desk]
            batch = uuid.UUID(int=draw.getrandbits(128))
            about = {"round_id": row.id, "desk_id": desk, "agency_id": own[0].agency_id, "grade": "G1", "n": size}
            about |= {"instrument_key": row.instrument_key, "release_month": "2026-03", "ordinal": start // BATCH + 1}
            session.execute(insert(Batch), [{"id": batch, **about, "complete": size, "partial": 0}])
            chosen = [own[k % len(own)] for k in range(size)]
            session.execute(insert(Response), [response(draw, batch, stratum) for stratum in chosen])
            session.execute(insert(BatchCells), [cell(batch, s, chosen.count(s)) for s in own if s in chosen])


def cell(batch: uuid.UUID, stratum: Stratum, n: int) -> dict[str, object]:
    """The count of a batch in a stratum; levels do not matter here."""
    counts = {"counts": {f"q{k:02}": [n, 0, 0, 0, 0, 0, 0] for k in range(23)}, "composite": [n, 0]}
    return {"batch_id": batch, "stratum_number": stratum.number, "n": n, "counts": counts}


def response(draw: random.Random, batch: uuid.UUID, stratum: Stratum) -> dict[str, object]:
    """One stored response."""
    levels = draw.choices(LEVELS, SHARES, k=23)
    answers = {f"q{k:02}": level for k, level in enumerate(levels)} | {"sex": "female", "age": "25-34"}
    key = uuid.UUID(int=draw.getrandbits(128))
    return {"id": key, "batch_id": batch, "stratum_id": stratum.id, "answers": answers}


def bare_read(opened: Installation) -> None:
    """Fetch the same sorted rows and keep nothing."""
    with opened.database.read() as session:
        row = rounds.by_code(session, "R2026")
        for rows in response_export.stream(session, row, ("G1", "G2")):
            assert rows


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and of the processor, of which the better of two runs counts."""

    clock: float
    processor: float


def cost(work: Callable[[], object]) -> Cost:
    """Best of two runs; processor seconds of all threads here, not of a database server."""
    runs = []
    for _ in range(2):
        start, before = time.perf_counter(), time.process_time()
        work()
        runs.append((time.perf_counter() - start, time.process_time() - before))
    clock, processor = zip(*runs, strict=True)
    return Cost(min(clock), min(processor))


def one_size(kind: str, n: int) -> str:
    """Fill a database, export it, and give one line of the table."""
    with tempfile.TemporaryDirectory() as name, installation(kind, Path(name)) as opened:
        fill(opened, n)
        read = cost(partial(bare_read, opened))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        export = cost(partial(response_export.export, opened, "R2026", "live", Path(name) / "answers.parquet"))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    rates = f"{n / export.clock:.0f} | {n / export.processor:.0f}"
    return f"| {kind} | {n} | {rates} | {export.clock / read.clock:.2f} | {before:.0f}, {after:.0f} |"


def main() -> None:
    """Print one line per database and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, nargs="+", default=[200_000, 600_000])
    parser.add_argument("--alone", choices=KINDS, help="one line for this database, in this process")
    arguments = parser.parse_args()
    if arguments.alone:
        print(one_size(arguments.alone, arguments.responses[0]))
        return
    print(
        "| database | responses | rows/s | rows per second of the processor | / bare read | peak MB before and after |"
    )
    print("|---|---|---|---|---|---|")
    for kind in KINDS:
        for n in arguments.responses:
            command = [sys.executable, "-m", "bench.parquet_export", "--alone", kind, "--responses", str(n)]
            print(subprocess.run(command, capture_output=True, text=True, check=True).stdout, end="", flush=True)


if __name__ == "__main__":
    main()
