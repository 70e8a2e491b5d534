"""Debian's Chromium driven by Playwright: pages that may speak to our own server only, and the axe check."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

AXE = Path(__file__).with_name("axe.min.js").read_text(encoding="utf-8")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, TABLET, DESK = 320, 768, 1280
PATIENCE_MS = 120_000  # a busy machine is no fault of a page
# Chromium takes the last list of features only, so those that Playwright switches off stand here again. The popups of
# the address bar are pages of their own, made for every window: over a second of the processor each.
OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
QUIET = [
    f"--disable-features={','.join(OFF)}",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


def program() -> str:
    """Where Chromium lies; RuntimeError says how to get it."""
    found = shutil.which("chromium")
    if found is None:
        raise RuntimeError("chromium is missing: `make test` installs it with apt-get install chromium.")
    return found


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start Chromium without any talk of its own to the outside."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def new_context(browser: Browser, **wishes: Any) -> BrowserContext:
    """Open a fresh browser context that waits long enough on a busy machine."""
    context = browser.new_context(**wishes)
    context.set_default_timeout(PATIENCE_MS)
    return context


def persistent_context(browser_type: BrowserType, folder: Path, **wishes: Any) -> BrowserContext:
    """Open a browser whose storage lies on the disk, so that it can be killed and started again."""
    context = browser_type.launch_persistent_context(folder, executable_path=program(), args=QUIET, **wishes)
    context.set_default_timeout(PATIENCE_MS)
    return context


class Watch:
    """What a page did that no page of ours may do: leave the server, break the policy, raise in a script."""

    def __init__(self, origin: str) -> None:
        self.origin = urlsplit(origin).netloc
        self.problems: list[str] = []
        self.expected = ["4"]  # how the status begins of answers that a test wants to see

    def look_at(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.origin:
            self.problems.append(f"the page asked another host: {url}")

    def _console(self, kind: str, text: str) -> None:
        # A 4xx page is sometimes what a test wants to see; everything else on the console is a fault of ours.
        wanted = tuple(f"Failed to load resource: the server responded with a status of {n}" for n in self.expected)
        if kind == "error" and not text.startswith(wanted):
            self.problems.append(f"console: {text}")


def axe_violations(page: Page) -> list[str]:
    """Run axe on the page as it stands; one line per violation with the places."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    result = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", AXE_RULES
    )
    return [
        f"{found['id']}: {found['help']}: {[node['html'][:160] for node in found['nodes'][:4]]}"
        for found in result["violations"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window; 0 when it reflows."""
    return page.evaluate("() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth)")


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with a page as it stands: narrow and wide with every fold opened, and with letters of 200 %."""
    found = [f"{name} folded: {by} px too wide" for by in [narrow_overflow(page)] if by]
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{name} at {width}: {by} px too wide" for by in [overflow(page)] if by]
        found += [f"{name} at {width}: {fault}" for fault in axe_violations(page)]
    page.set_viewport_size({"width": TABLET, "height": 800})
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    found += [f"{name} with letters of 200 %: {by} px too wide" for by in [overflow(page)] if by]
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    return found


def narrow_overflow(page: Page) -> int:
    """By how many pixels the page is wider than a small phone."""
    page.set_viewport_size({"width": PHONE, "height": 800})
    return overflow(page)
