"""Does a kiosk's page need more memory the longer it runs? Nothing is attached to its browser while people answer.

.venv/bin/python bench/kiosk_memory.py

A driver keeps every message of the console and every reply of the server in the page's process, so memory that is
measured under one (as in the soak) grows for reasons of its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import func, select

from bench.kiosk_soak import DESK, a_server, opened, this_year
from bench.kiosk_tablet import BATCH, heap, resident
from bench.running_site import empty_database
from survey_app.installation import Installation
from survey_app.models import Inbox
from survey_app.services import kiosks
from tests.browser.chromium import QUIET, program
from tests.browser.kiosk import Kiosk
from tests.kiosk import administrator


class Browser:
    """A Chromium that runs on while nobody is attached to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        flags = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", *QUIET, "about:blank"]
        self.process = subprocess.Popen([program(), *flags], stderr=subprocess.DEVNULL)
        port = folder / "DevToolsActivePort"
        while not port.exists() or len(port.read_text(encoding="ascii").split()) < 2:
            time.sleep(0.05)
        self.address = f"http://127.0.0.1:{port.read_text(encoding='ascii').split()[0]}"

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Attach to its page for a moment."""
        with sync_playwright() as play:
            yield play.chromium.connect_over_cdp(self.address).contexts[0].pages[0]

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


def arrived(installation: Installation) -> int:
    """How many answers the server has."""
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(Inbox)) or 0


def people(number: int, chance: Random) -> list[dict[str, object]]:
    """People who answer everything, without slips."""
    return [
        {"grade": chance.randrange(5), "comment": f"visit {n}", "language": 0, "stopBefore": "", "slip": ""}
        for n in range(number)
    ]


def measure(batches: int, batch: int) -> list[tuple[int, int, int]]:
    """Visits so far, bytes of scripts after a collection, and private memory of the page's process in kB."""
    found: list[tuple[int, int, int]] = []
    with empty_database("sqlite") as (url, folder), opened(url, folder) as installation:
        round_ = this_year(installation)
        server = a_server(installation, folder)
        server.start()
        browser = Browser(Path(tempfile.mkdtemp(dir=folder)))
        try:
            made = kiosks.make_code(installation, administrator(round_.province), DESK, "Kiosk 1")
            with browser.page() as page:
                Kiosk(page, f"http://127.0.0.1:{server.port}").set_up(made.code)
            for number in range(1, batches + 1):
                with browser.page() as page:
                    page.evaluate(BATCH, people(batch, Random(number)))
                while arrived(installation) < number * batch:
                    time.sleep(0.5)
                with browser.page() as page:
                    found.append((number * batch, heap(page), resident(browser.folder)))
                    print(*found[-1], file=sys.stderr, flush=True)
        finally:
            browser.close()
            server.kill()
    return found


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=8)
    parser.add_argument("--batch", type=int, default=250)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.batches, asked.batch)))


if __name__ == "__main__":
    main()
