"""Passwords and login names: what is taken, and how long one waits after wrong tries."""

import math
import re
import unicodedata

MIN_LENGTH, MAX_LENGTH = 12, 200
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,59}\Z")
FREE_TRIES = 5  # wrong tries before any wait
LONGEST_WAIT = 60  # seconds: slows a program, and keeps nobody out for long
FORGOTTEN_AFTER = 24 * 3600  # seconds after which wrong tries no longer count


def normal(password: str) -> str:
    """Same password from every keyboard: composed and decomposed Vietnamese letters are alike."""
    return unicodedata.normalize("NFC", password)


def fold_login(login: str) -> str:
    """Case and blanks around a login name do not count."""
    return unicodedata.normalize("NFC", login).strip().casefold()


def problems(password: str, login: str) -> tuple[str, ...]:
    """Codes of what must be mended: too_short, too_long, like_login, few_characters."""
    password = normal(password)
    found = []
    if len(password) < MIN_LENGTH:
        found.append("too_short")
    if len(password) > MAX_LENGTH:
        found.append("too_long")
    if login and login in password.casefold():
        found.append("like_login")
    if len(set(password)) < 5:
        found.append("few_characters")
    return tuple(found)


def wait_seconds(failures: int, since_last: float) -> int:
    """Seconds still to wait after so many wrong tries, the last `since_last` seconds ago."""
    if failures < FREE_TRIES or since_last >= FORGOTTEN_AFTER:
        return 0
    wait = min(1 << min(failures - FREE_TRIES, 10), LONGEST_WAIT)
    return max(0, math.ceil(wait - since_last))
