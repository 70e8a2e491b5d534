"""Kiosks in a real browser for a long day: idle resets, lost lines, killed servers and browsers; is all of it there?

.venv/bin/python bench/kiosk_soak.py                                    # 10,000 visits at 4 kiosks, SQLite
.venv/bin/python bench/kiosk_soak.py --visits 400 --database postgresql

Every answer for which somebody was thanked must be there exactly once: to be counted, or in the quarantine with its
reason (a slip used twice, an unknown slip, late). Numbers of a kiosk have no hole, and its memory does not grow. The
kiosks run at once; server and browsers are killed while people answer. Kiosk 1 is never killed: its memory is that of
the whole day. Of that, what its scripts hold counts; the page's process also holds what the driver records of it
(bench/kiosk_memory.py measures it without one). Runs share nothing, so two halves may run at once, with two seeds.
"""

import argparse
import json
import secrets
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Error, sync_playwright
from sqlalchemy import select, update

from bench.killable_server import Server
from bench.kiosk_tablet import Day, Tablet
from bench.running_site import empty_database
from survey_app.db import Database
from survey_app.domain import sealing
from survey_app.installation import Installation
from survey_app.keys import QUARANTINE, KeyFolder
from survey_app.models import KioskRange, Quarantine, Round
from survey_app.services import inbox, kiosks
from survey_app.settings import Settings
from tests.factories import a_forged_token, a_round, a_token
from tests.kiosk import administrator

DESK, LATE, ADDRESS = "hai-chau", "late visit", "HTTPS://KHAOSAT.EXAMPLE/T/"  # a scanner types all of an address
ROOT = Path(__file__).resolve().parents[1]
SAMPLES = 20  # times that memory is looked at
MOST_GROWTH = 1.1  # times: memory of scripts in the last fifth of the day by that in the second fifth
LEAVES, SLIP, USED, UNKNOWN = 0.05, 0.4, 0.1, 0.05  # chances per visit
LEAST_THANKED = 3  # at least one visit in so many must end with thanks, or nothing was tried
OFFLINE = 0.3  # chance per batch of a kiosk


@dataclass(frozen=True)
class Plan:
    """How long the day is, and how hard; the chances are per batch: of one kiosk, of all of them."""

    visits: int = 10_000
    kiosks: int = 4
    batch: int = 25  # people, one after the other, at one kiosk
    kill_browser: float = 0.08
    kill_server: float = 0.5
    seed: int = 2026


@dataclass(frozen=True)
class Held:
    """What lies in the database in the end."""

    counted: list[str]
    reasons: Counter[str]
    apart: list[str]
    ranges: list[tuple[int, int]]


@dataclass
class Hall:
    """The kiosks, their server, and what they have gone through."""

    installation: Installation
    server: Server
    round: SimpleNamespace
    day: Day
    plan: Plan
    tablets: list[Tablet] = field(default_factory=list)
    memory: list[tuple[int, int]] = field(default_factory=list)


@contextmanager
def opened(database_url: str, folder: Path) -> Iterator[Installation]:
    """The installation behind the server."""
    settings = Settings(
        environment="test",
        database_url=database_url,
        key_folder=folder / "keys",
        secret_key=secrets.token_hex(32),
    )
    database = Database(database_url)
    yield Installation(settings, database, KeyFolder(settings.key_folder), lambda: datetime.now(UTC))
    database.close()


def a_server(installation: Installation, folder: Path) -> Server:
    """`sipas serve` of this very tree, on a free port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    settings = installation.settings
    environment = {
        "PYTHONPATH": str(ROOT),  # this tree, whatever is installed
        "SIPAS_ENVIRONMENT": settings.environment,
        "SIPAS_DATABASE_URL": settings.database_url,
        "SIPAS_KEY_FOLDER": str(settings.key_folder),
        "SIPAS_SECRET_KEY": settings.secret_key,
        "SIPAS_PORT": str(port),
        "SIPAS_LOG_LEVEL": "ERROR",
    }
    return Server(environment, folder, ("serve", "--no-flush"))


def this_year(installation: Installation) -> SimpleNamespace:
    """A round that takes answers today."""
    today = installation.today()
    first, last = today - timedelta(days=40), today + timedelta(days=300)
    dates = {"period_start": first, "period_end": last, "field_start": first, "field_end": last}
    dates["erasure_date"] = last + timedelta(days=400)
    return a_round(installation, desks=(DESK,), instrument_key="kiosk-short/1", **dates)


def a_slip(hall: Hall) -> str:
    """A new slip; now and then one that was used before, or one that is none of ours."""
    day = hall.day
    if day.slips and day.chance.random() < USED:
        day.events["slip used before"] += 1
        return day.chance.choice(day.slips)
    if day.chance.random() < UNKNOWN:
        day.events["unknown slip"] += 1
        return ADDRESS + a_forged_token(hall.round).text
    day.slips.append(ADDRESS + a_token(hall.installation, hall.round, f"H00-{len(day.slips)}").text)
    return day.slips[-1]


def somebody(hall: Hall, comment: str = "") -> dict[str, object]:
    """What one person will do: answer everything, or walk away in the middle."""
    day = hall.day
    day.wished += 1
    leaves = not comment and day.chance.random() < LEAVES
    return {
        "grade": day.chance.randrange(5),
        "comment": comment or f"visit {day.wished}",
        "language": day.chance.randrange(2),
        "stopBefore": "textarea" if leaves else "",
        "slip": "" if leaves or day.chance.random() > SLIP else a_slip(hall),
    }


def an_hour(hall: Hall) -> None:
    """A batch of people at every kiosk at once, with lines lost, and killed browsers and a killed server meanwhile."""
    chance = hall.day.chance
    for tablet in hall.tablets:
        tablet.begin([somebody(hall) for _person in range(hall.plan.batch)])
    for tablet in hall.tablets:
        if chance.random() < OFFLINE or tablet.offline:
            hall.day.events["line lost"] += not tablet.offline
            tablet.line(offline=not tablet.offline)
    time.sleep(chance.random())
    if chance.random() < hall.plan.kill_server:
        hall.day.events["server killed"] += 1
        hall.server.kill()
        time.sleep(chance.random())
        hall.server.start()
    for tablet in hall.tablets:
        if tablet is not hall.tablets[0] and chance.random() < hall.plan.kill_browser:
            tablet.killed()
        else:
            tablet.end()


def sent(tablets: list[Tablet]) -> None:
    """Give every kiosk its line, and send until nothing waits."""
    for tablet in tablets:
        tablet.line(offline=False)
        for _try in range(300):
            tablet.kiosk.send()
            if not tablet.kiosk.counts()["waiting"]:
                break
            time.sleep(0.2)


def late(hall: Hall) -> None:
    """One answer before the close is sent after it."""
    sent(hall.tablets)
    hall.tablets[0].line(offline=True)
    hall.tablets[0].begin([somebody(hall, LATE) | {"slip": ""}])
    hall.tablets[0].end()
    with hall.installation.database.write() as session:
        session.execute(update(Round).values(field_end=hall.installation.today() - timedelta(days=1)))
    sent(hall.tablets)


def held(hall: Hall) -> Held:
    """What lies in the inbox and in the quarantine, opened."""
    private = hall.installation.keys.private(QUARANTINE)
    with hall.installation.database.read() as session:
        inside = inbox.open_all(hall.installation, session, hall.round.id)
        rows = list(session.scalars(select(Quarantine)))
        apart = [json.loads(sealing.open_with(private, row.sealed))["answers"].get("comment", "") for row in rows]
        ranges = [(one.first, one.last) for one in session.scalars(select(KioskRange))]
    counted = [one.answers.get("comment", "") for one in inside]
    return Held(counted, Counter(row.reason for row in rows), apart, ranges)


def run(hall: Hall) -> None:
    """Let people come until there were so many of them, and look at the memory of the first kiosk now and then."""
    visits = hall.plan.visits
    while hall.day.visits < visits:
        an_hour(hall)
        if hall.day.visits * SAMPLES >= visits * len(hall.memory):
            hall.memory.append(hall.tablets[0].memory())
            print(hall.day.visits, *hall.memory[-1], dict(hall.day.events), file=sys.stderr)


def soak(database: str, plan: Plan) -> dict[str, Any]:
    """Run the day, and say what became of everything."""
    day = Day(Random(plan.seed))
    with empty_database(database) as (url, folder), sync_playwright() as play, ExitStack() as stack:
        installation = stack.enter_context(opened(url, folder))
        round_ = this_year(installation)
        hall = Hall(installation, a_server(installation, folder), round_, day, plan)
        stack.callback(hall.server.kill)
        hall.server.start()
        began = time.monotonic()
        try:
            for place in range(plan.kiosks):
                tablet = Tablet(play, Path(tempfile.mkdtemp(dir=folder)), f"http://127.0.0.1:{hall.server.port}", day)
                hall.tablets.append(tablet)
                made = kiosks.make_code(installation, administrator(round_.province), DESK, f"Kiosk {place}")
                tablet.kiosk.set_up(made.code)
            run(hall)
            late(hall)
            given = [tablet.last_number() for tablet in hall.tablets]
        finally:
            for tablet in hall.tablets:
                with suppress(Error):
                    tablet.context.close()
        return report(hall, held(hall), given) | {"seconds": round(time.monotonic() - began, 1)}


def growth(samples: list[tuple[int, int]]) -> list[float]:
    """Memory in the last fifth of the day by that in the second fifth: of scripts, and of the page's process."""
    fifth = max(1, len(samples) // 5)
    early, end = samples[fifth : 2 * fifth] or samples, samples[-fifth:]
    means = [[sum(sample[kind] for sample in some) / len(some) for some in (early, end)] for kind in (0, 1)]
    return [round(last / first, 3) for first, last in means]


def report(hall: Hall, found: Held, given: list[int]) -> dict[str, Any]:
    """Hold what is there against what people were told."""
    there, told, grown = Counter(found.counted + found.apart), Counter(hall.day.thanked), growth(hall.memory)
    lost = [comment for comment in told if comment not in there]
    doubled = [comment for comment, times in there.items() if times > 1]
    whole = sorted(found.ranges) == sorted((1, number) for number in given)
    strange = sorted(set(there) - {f"visit {number}" for number in range(1, hall.day.wished + 1)} - {LATE})
    good = not (lost or doubled or strange) and whole and found.reasons["after_close"] == 1
    good &= grown[0] < MOST_GROWTH and len(told) * LEAST_THANKED >= hall.day.visits
    return {
        "visits": hall.day.visits,
        "thanked": len(hall.day.thanked),
        "counted": len(found.counted),
        "quarantined": dict(found.reasons),
        "lost": lost,
        "doubled": doubled,
        "strange": strange,
        "numbers": found.ranges,
        "numbers_without_hole": whole,
        "memory_of_scripts_bytes": [hall.memory[0][0], hall.memory[-1][0]],
        "memory_of_page_kb": [hall.memory[0][1], hall.memory[-1][1]],
        "memory_growth": grown,
        "events": dict(hall.day.events),
        "good": good,
    }


def main() -> None:
    """Run and print; the exit status says whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=Plan.visits)
    parser.add_argument("--kiosks", type=int, default=Plan.kiosks)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    asked = parser.parse_args()
    done = soak(asked.database, Plan(asked.visits, asked.kiosks, seed=asked.seed))
    print(json.dumps(done, ensure_ascii=False, indent=2))
    sys.exit(0 if done["good"] else 1)


if __name__ == "__main__":
    main()
