"""Kiosks in a real browser for a long day: idle resets, lost lines, killed servers and browsers; is all of it there?

.venv/bin/python bench/kiosk_soak.py                                    # 10,000 visits at 4 kiosks, SQLite
.venv/bin/python bench/kiosk_soak.py --visits 400 --database postgresql

Every answer for which somebody was thanked must be there exactly once: to be counted, or in the quarantine with its
reason (a slip used twice, an unknown slip, late). Numbers of a kiosk have no hole, and its memory does not grow.
"""

import argparse
import json
import random
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
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import ConsoleMessage, Error, Playwright, sync_playwright
from sqlalchemy import select, update

from bench.killable_server import Server
from bench.running_site import empty_database
from survey_app.db import Database
from survey_app.domain import sealing
from survey_app.installation import Installation
from survey_app.keys import QUARANTINE, KeyFolder
from survey_app.models import KioskRange, Quarantine, Round
from survey_app.services import inbox, kiosks
from survey_app.settings import Settings
from tests.browser.kiosk import Kiosk, kill_browser, persistent
from tests.factories import a_forged_token, a_round, a_token
from tests.kiosk import administrator

DESK = "hai-chau"
ROOT = Path(__file__).resolve().parents[1]
IDLE_MS = 81_000  # quiet time and countdown of a round that wishes nothing else
MOST_GROWTH = 1_500_000  # bytes of scripts' memory between the first and the last visits
LEAVES, OFFLINE, ONLINE, KILL_BROWSER, KILL_SERVER, SLIP = 0.05, 0.04, 0.15, 0.004, 0.006, 0.4  # chances per visit


Held = tuple[list[str], Counter[str], list[str], list[tuple[int, int]]]


@dataclass
class Day:
    """What the script knows of its day: who was thanked, what went wrong on purpose."""

    chance: random.Random
    thanked: list[str] = field(default_factory=list)
    began: int = 0
    events: Counter[str] = field(default_factory=Counter)
    slips: list[str] = field(default_factory=list)


class Tablet:
    """One kiosk with a browser of its own, which can be killed."""

    def __init__(self, play: Playwright, folder: Path, url: str, day: Day) -> None:
        self.play, self.folder, self.url, self.day = play, folder, url, day
        self.offline = False
        self.start()

    def start(self) -> None:
        """Start the browser; what it had kept is there again."""
        self.context = persistent(self.play.chromium, self.folder)
        self.context.clock.install()
        self.kiosk = Kiosk(self.context.pages[0], self.url)
        self.kiosk.page.on("console", self._said)
        self.offline = False

    def _said(self, message: ConsoleMessage) -> None:
        if message.text.startswith("thanked "):
            self.day.thanked.append(message.text.removeprefix("thanked "))

    def line(self, *, offline: bool) -> None:
        """Take the line away, or give it back."""
        self.context.set_offline(offline)
        self.offline = offline

    def killed(self) -> None:
        """Kill the browser in the middle of a visit, and start it again."""
        with suppress(Error):
            self.kiosk.visit(grade=1, stop_before="textarea")
            kill_browser(self.folder)
            self.context.close()
        self.start()
        self.kiosk.open().at("attract")

    def memory(self) -> int:
        """Bytes that scripts hold after a collection."""
        session = self.context.new_cdp_session(self.kiosk.page)
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        session.detach()
        return int(found["JSHeapUsedSize"])


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


def a_slip(installation: Installation, round_: SimpleNamespace, day: Day) -> str:
    """A new slip; now and then one that was used before, or one that is none of ours."""
    if day.slips and day.chance.random() < 0.1:
        day.events["slip used before"] += 1
        return day.chance.choice(day.slips)
    if day.chance.random() < 0.05:
        day.events["unknown slip"] += 1
        return a_forged_token(round_).text
    day.slips.append(a_token(installation, round_, f"H00-{len(day.slips)}").text)
    return day.slips[-1]


def one_visit(tablet: Tablet, installation: Installation, round_: SimpleNamespace, day: Day) -> None:
    """One person: answers everything, or walks away in the middle."""
    day.began += 1
    if day.chance.random() < LEAVES:
        day.events["walked away"] += 1
        tablet.kiosk.visit(grade=day.chance.randrange(5), stop_before="textarea")
        tablet.kiosk.page.clock.fast_forward(IDLE_MS - 20_000)
        tablet.kiosk.page.wait_for_selector("dialog[open]")
        tablet.kiosk.page.clock.run_for(21_000)
        tablet.kiosk.at("attract")
        return
    slip = a_slip(installation, round_, day) if day.chance.random() < SLIP else ""
    tablet.kiosk.visit(
        grade=day.chance.randrange(5), comment=f"visit {day.began}", language=day.chance.randrange(2), slip=slip
    )


def trouble(tablet: Tablet, server: Server, day: Day, visits: int) -> None:
    """Take the line away, give it back, kill what can be killed; server and browser at least once each."""
    luck = {visits // 3: 1 - KILL_BROWSER - KILL_SERVER / 2, visits // 2: 1.0}.get(day.began, day.chance.random())
    if tablet.offline and (luck < ONLINE or luck > 1 - KILL_BROWSER - KILL_SERVER):
        tablet.line(offline=False)
    elif luck < OFFLINE:
        day.events["line lost"] += 1
        tablet.line(offline=True)
    if luck > 1 - KILL_BROWSER:
        day.events["browser killed"] += 1
        tablet.killed()
    elif luck > 1 - KILL_BROWSER - KILL_SERVER:
        day.events["server killed"] += 1
        server.kill()
        server.start()


def sent(tablets: list[Tablet]) -> None:
    """Give every kiosk its line, and send until nothing waits."""
    for tablet in tablets:
        tablet.line(offline=False)
        for _try in range(60):
            tablet.kiosk.send()
            if not tablet.kiosk.counts()["waiting"]:
                break
            time.sleep(0.2)


def close_round(installation: Installation) -> None:
    """Close the field: what comes now is late."""
    with installation.database.write() as session:
        session.execute(update(Round).values(field_end=installation.today() - timedelta(days=1)))


def held(installation: Installation, round_: SimpleNamespace) -> Held:
    """Comments that will be counted, quarantined ones by reason, their comments, and the ranges of numbers."""
    private = installation.keys.private(QUARANTINE)
    with installation.database.read() as session:
        counted = [one.answers.get("comment", "") for one in inbox.open_all(installation, session, round_.id)]
        rows = list(session.scalars(select(Quarantine)))
        apart = [json.loads(sealing.open_with(private, row.sealed))["answers"].get("comment", "") for row in rows]
        ranges = [(one.first, one.last) for one in session.scalars(select(KioskRange))]
    return counted, Counter(row.reason for row in rows), apart, ranges


def soak(database: str, visits: int, number: int, seed: int) -> dict[str, object]:
    """Run the day, and say what became of everything."""
    day = Day(random.Random(seed))
    with empty_database(database) as (url, folder), sync_playwright() as play, ExitStack() as stack:
        installation = stack.enter_context(opened(url, folder))
        round_ = this_year(installation)
        server = a_server(installation, folder)
        server.start()
        began, before, tablets = time.monotonic(), {}, []
        try:
            address = f"http://127.0.0.1:{server.port}"
            for place in range(number):
                tablet = Tablet(play, Path(tempfile.mkdtemp(dir=folder)), address, day)
                made = kiosks.make_code(installation, administrator(round_.province), DESK, f"Kiosk {place}")
                tablet.kiosk.set_up(made.code)
                tablets.append(tablet)
            for _visit in range(visits):
                tablet = tablets[day.chance.randrange(number)]
                trouble(tablet, server, day, visits)
                one_visit(tablet, installation, round_, day)
                if day.began == max(20, visits // 20):
                    before = {id(one): one.memory() for one in tablets}
            sent(tablets[1:])
            tablets[0].line(offline=True)
            one_visit(tablets[0], installation, round_, day)
            tablets[0].line(offline=False)
            sent(tablets)
            tablets[0].line(offline=True)
            tablets[0].kiosk.visit(comment="late visit")
            close_round(installation)
            sent(tablets)
            growth = max(one.memory() - before[id(one)] for one in tablets)
        finally:
            for tablet in tablets:
                with suppress(Error):
                    tablet.context.close()
            server.kill()
        return report(day, held(installation, round_), growth, time.monotonic() - began)


def report(day: Day, found: Held, growth: int, seconds: float) -> dict[str, object]:
    """Hold what is there against what people were told."""
    counted, reasons, apart, ranges = found
    there, told = Counter(counted + apart), Counter(day.thanked)
    lost = [comment for comment in told if comment not in there]
    doubled = [comment for comment, times in there.items() if times > 1]
    holes = [one for one in ranges if one[0] != 1]
    return {
        "visits": day.began,
        "thanked": len(day.thanked),
        "counted": len(counted),
        "quarantined": dict(reasons),
        "lost": lost,
        "doubled": doubled,
        "number_holes": holes,
        "memory_growth_bytes": growth,
        "events": dict(day.events),
        "seconds": round(seconds, 1),
        "good": not lost and not doubled and not holes and growth < MOST_GROWTH and reasons["after_close"] >= 1,
    }


def main() -> None:
    """Run and print; the exit status says whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--kiosks", type=int, default=4)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    done = soak(asked.database, asked.visits, asked.kiosks, asked.seed)
    print(json.dumps(done, ensure_ascii=False, indent=2))
    sys.exit(0 if done["good"] else 1)


if __name__ == "__main__":
    main()
