"""A kiosk in a real browser: set up, walked through by a person, looked at from behind."""

import signal
from contextlib import suppress
from os import kill
from pathlib import Path

from tests.browser.chromium import persistent_context

STAGE = "#stage"
GUARD_MS = 310  # a second touch within this time is not taken for an answer

# One whole visit by presses of the buttons that a person presses; a slip is typed as a hand scanner does it.
VISIT = """async ({ grade, comment, stopBefore, language, slip }) => {
  const at = () => document.querySelector("#stage").dataset.screen;
  const one = (selector) => document.querySelector(selector);
  const last = (selector) => [...document.querySelectorAll(selector)].at(-1);
  const until = (look) => new Promise((done, fail) => {
    const seen = () => `${at()}, ${look}: ${document.body.innerText.slice(0, 400)}`;
    const stuck = setTimeout(() => fail(new Error(`stuck at ${seen()}`)), 120_000);
    const tried = () => {
      const found = look();
      if (!found) return;
      changes.disconnect();
      clearTimeout(stuck);
      done(found);
    };
    const changes = new MutationObserver(tried);
    changes.observe(document.body, { subtree: true, childList: true, attributes: true });
    tried();
  });
  const answer = () => {
    const before = one("h1");
    const field = one("textarea");
    if (field && comment) {
      field.value = comment;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const choices = [...document.querySelectorAll(".choice")];
    if (!field) choices[Math.min(grade, choices.length - 1)].click();
    if (one("h1") === before) one("#onward").click();
  };
  const door = await until(() => at() === "attract" && document.querySelectorAll(".door")[language]);
  if (slip) {
    for (const key of [...slip, "Enter"]) dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  } else {
    door.click();
    (await until(() => at() === "slip" && last(".ways .button"))).click();
  }
  await until(() => at() === "question");
  while (at() === "question") {
    if (stopBefore && one(stopBefore)) return at();
    answer();
    await until(() => one("h1"));
  }
  one("#send").click();
  await until(() => at() === "thanks");
  console.log(`thanked ${comment}`);
  one("#done").click();
  await until(() => at() === "attract");
  return at();
}"""

SCAN = """(keys) => {
  for (const key of keys) dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
}"""
STORE = "import(`/kiosk/files/${document.documentElement.dataset.version}/store.js`)"
COUNTS = f"async () => (await {STORE}).counts()"
WAITING = f"async () => (await {STORE}).waiting()"
SYNC = f"async () => (await {STORE.replace('store.js', 'sync.js')}).sendSoon()"


class Kiosk:
    """One tablet: its page and what a person or a member of staff does with it."""

    def __init__(self, page, url):
        self.page, self.url = page, url

    def open(self, query=""):
        """Load the kiosk's page and wait until it shows something to do."""
        self.page.goto(f"{self.url}/kiosk{query}")
        self.page.wait_for_selector(f"{STAGE}[data-screen]")
        return self

    def set_up(self, code):
        """Enrol with a code, wait until it says that it is ready, and open it to the public."""
        self.open(f"?code={code}").press("button[type=submit]")
        self.at("setup")
        self.page.get_by_text("Sẵn sàng: dùng được cả khi mất mạng").wait_for()
        self.press("#begin")
        return self.at("attract")

    def at(self, screen):
        """Wait for a screen."""
        self.page.wait_for_selector(f"{STAGE}[data-screen={screen}] h1")
        return self

    @property
    def screen(self):
        """Name of the screen that is shown."""
        return self.page.get_attribute(STAGE, "data-screen")

    def press(self, selector, place=0):
        """Press a button as the keyboard does: no touch, so no guard against double touches."""
        self.page.wait_for_selector(selector)
        self.page.evaluate("([s, n]) => [...document.querySelectorAll(s)].at(n).click()", [selector, place])
        return self

    def touch(self, selector):
        """Touch with a finger, once the guard against double touches is over."""
        self.page.wait_for_timeout(GUARD_MS)
        self.page.locator(selector).first.tap()
        return self

    def stop_time(self):
        """Let the page's clock stand still from now on: it goes on by `run_for` only. `clock.install` comes first."""
        soon = self.page.evaluate("Date.now() / 1000") + 600
        self.page.clock.pause_at(soon)
        return self.at("attract")

    def visit(self, grade=3, comment="", stop_before="", language=0, slip=""):
        """Answer everything until thanks are said; `grade` counts from 0, `stop_before` a selector leaves it there."""
        wish = {"grade": grade, "comment": comment, "stopBefore": stop_before, "language": language, "slip": slip}
        return self.page.evaluate(VISIT, wish)

    def scan(self, text):
        """Hold something before the hand scanner, which types faster than a test can on a busy machine."""
        self.page.evaluate(SCAN, [*text, "Enter"])
        return self

    def begin(self, language=0):
        """Begin a visit without a slip; the first question is shown."""
        self.at("attract").press(".door", language).at("slip").press(".ways .button", -1)
        return self.at("question")

    def staff(self, pin):
        """Open the page of staff with a PIN."""
        self.at("attract").press(".foot .button").at("pin")
        self.page.keyboard.type(pin)
        return self.at("staff")

    def counts(self):
        """How many answers wait, and how many the server could not read."""
        return self.page.evaluate(COUNTS)

    def send(self):
        """Try to send now, and wait until that is over."""
        self.page.evaluate(SYNC)
        return self


def persistent(browser_type, folder: Path):
    """A browser whose storage lies on the disk, so that it can be killed and started again."""
    return persistent_context(browser_type, folder, locale="vi-VN", has_touch=True)


def kill_browser(folder: Path) -> int:
    """SIGKILL to every process of the browser that has this profile; gives how many there were."""
    mine = f"--user-data-dir={folder}".encode()
    killed = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            if mine in (entry / "cmdline").read_bytes():
                kill(int(entry.name), signal.SIGKILL)
                killed += 1
    return killed
