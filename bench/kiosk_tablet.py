"""A kiosk for the soak: a browser of its own that runs many visits by itself, and can be killed in their midst."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from playwright.sync_api import ConsoleMessage, Error, Page, Playwright

from tests.browser.kiosk import STORE, VISIT, Kiosk, kill_browser, persistent

# The kiosk reckons idle time with performance.now(): a person who walks away costs half a second, not 81.
SKEW = """globalThis.ahead = 0;
const real = performance.now.bind(performance);
performance.now = () => real() + globalThis.ahead;"""
BATCH = f"""(wishes) => {{
  const visit = {VISIT};
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const until = async (look) => {{ while (!look()) await pause(25); }};
  const away = async () => {{
    await pause(300); // nobody answers so fast that the kiosk has not begun to watch
    globalThis.ahead += 60_500;
    await until(() => document.querySelector("dialog[open] #left"));
    globalThis.ahead += 20_500;
    await until(() => document.querySelector("#stage").dataset.screen === "attract");
    console.log("walked away");
  }};
  const all = async () => {{ for (const wish of wishes) {{ await visit(wish); if (wish.stopBefore) await away(); }} }};
  window.batch = all().then(() => "", String);
}}"""


@dataclass
class Day:
    """What the script knows of its day: who was thanked, what went wrong on purpose."""

    chance: Random
    thanked: list[str] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)
    slips: list[str] = field(default_factory=list)
    wished: int = 0

    @property
    def visits(self) -> int:
        """People who came: thanked, gone in the middle, or cut off by a kill."""
        return len(self.thanked) + self.events["walked away"] + self.events["browser killed"]


class Tablet:
    """One kiosk with a browser of its own."""

    def __init__(self, play: Playwright, folder: Path, url: str, day: Day) -> None:
        self.play, self.folder, self.url, self.day = play, folder, url, day
        self.start()

    def start(self) -> None:
        """Start the browser; what it had kept is there again."""
        self.context = persistent(self.play.chromium, self.folder)
        self.context.add_init_script(SKEW)
        self.kiosk = Kiosk(self.context.pages[0], self.url)
        self.kiosk.page.on("console", self._said)
        self.offline = False

    def _said(self, message: ConsoleMessage) -> None:
        if message.text.startswith("thanked "):
            self.day.thanked.append(message.text.removeprefix("thanked "))
        elif message.text == "walked away":
            self.day.events["walked away"] += 1

    def line(self, *, offline: bool) -> None:
        """Take the line away, or give it back."""
        self.context.set_offline(offline)
        self.offline = offline

    def begin(self, wishes: list[dict[str, object]]) -> None:
        """Let people come one after the other; this does not wait for them."""
        self.kiosk.page.evaluate(BATCH, wishes)

    def end(self) -> None:
        """Wait until all of them have gone; RuntimeError if somebody was stuck."""
        fault = self.kiosk.page.evaluate("() => window.batch")
        if fault:
            raise RuntimeError(fault)

    def killed(self) -> None:
        """Kill the browser, whatever it does, and start it again."""
        self.day.events["browser killed"] += 1
        kill_browser(self.folder)
        with suppress(Error):
            self.end()
        with suppress(Error):
            self.context.close()
        self.start()
        self.kiosk.open().at("attract")

    def last_number(self) -> int:
        """Highest number that the device has given."""
        number: int = self.kiosk.page.evaluate(f"async () => (await {STORE}).fact('seq')") or 0
        return number

    def memory(self) -> tuple[int, int]:
        """Bytes that scripts hold after a collection, and private memory of the page's process in kB."""
        return heap(self.kiosk.page), resident(self.folder)


def heap(page: Page) -> int:
    """Bytes that the scripts of a page hold after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return int(found["JSHeapUsedSize"])


def resident(folder: Path) -> int:
    """Memory of the processes of pages of the browser with this profile that is not shared with others, kB."""
    mine, parents, pages, family = f"--user-data-dir={folder}".encode(), {}, [], set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            words, pid = (entry / "cmdline").read_bytes(), int(entry.name)
            parents[pid] = int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            if mine in words:
                family.add(pid)
            if b"--type=renderer" in words:
                pages.append(pid)
    return sum(_private(pid) for pid in pages if _ancestors(pid, parents) & family)


def _ancestors(pid: int, parents: dict[int, int]) -> set[int]:
    """A process and all above it."""
    found: set[int] = set()
    while pid in parents and pid not in found:
        found.add(pid)
        pid = parents[pid]
    return found


def _private(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Private_Dirty:"):
                return int(line.split()[1])
    return 0
