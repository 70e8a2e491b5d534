"""The alarm: many addresses that nobody made are being tried. It counts for the whole process and names no token."""

import logging
import threading
from datetime import datetime, timedelta

log = logging.getLogger("sipas.alarm")
HOUR = timedelta(hours=1)
STEPS = (100, 1_000, 10_000, 100_000, 1_000_000)  # tries within an hour at which the alarm is raised, once each


class ForgedTries:
    """Counts forged addresses within the hour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._tries = 0

    def note(self, now: datetime) -> None:
        """Count one; raise the alarm when a step is reached."""
        with self._lock:
            if self._since is None or now - self._since >= HOUR:
                self._since, self._tries = now, 0
            self._tries += 1
            reached = self._tries in STEPS
            tries = self._tries
        if reached:
            log.warning("%d addresses that were never made were tried within an hour; see docs/security.md", tries)


FORGED = ForgedTries()
