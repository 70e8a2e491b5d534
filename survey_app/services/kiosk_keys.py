"""The key that kiosks seal to: made anew, and the old one kept while a device may hold answers sealed to it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from survey_app.installation import Installation
from survey_app.models import Round
from survey_app.services import audit


@dataclass(frozen=True)
class Rotated:
    """What became of the key that was in use."""

    kept_until: date | None  # None: no round can have used it


def rotate(installation: Installation) -> Rotated:
    """Make another key; devices seal to it as soon as they have called. Nothing that waits on a device is lost."""
    today = installation.today()
    installation.keys.rotate_kiosks(today)
    until = _needed_until(installation, today)
    with installation.database.write() as session:
        audit.note(session, installation, "kiosk key rotate", "kiosks", f"the old key is kept until {until}")
    return Rotated(until)


def destroy_old(installation: Installation) -> int:
    """Destroy retired keys that no device needs any more; return how many."""
    today, done = installation.today(), 0
    for retired in installation.keys.retired_kiosks():
        until = _needed_until(installation, retired)
        if until is None or until <= today:
            installation.keys.destroy_kiosks(retired)
            done += 1
    return done


def _needed_until(installation: Installation, retired: date) -> date | None:
    """Last erasure date of the rounds that a device can have known on that day: the server refuses what is older."""
    known = Round.field_start <= retired + timedelta(days=1)  # a device knows the round of tomorrow
    with installation.database.read() as session:
        return session.scalar(select(func.max(Round.erasure_date)).where(known))
