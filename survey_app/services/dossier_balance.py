"""The balance of a unit's dossiers in a period, from the register."""

from survey_app.domain.balance import Tally
from survey_app.domain.periods import Period
from survey_app.installation import Installation
from survey_app.services import dossier_days, units


def tally(installation: Installation, unit_slug: str, period: Period) -> Tally:
    """Count the dossiers that a unit, or one beneath it, received or resolves, on each side of the equation."""
    with installation.database.read() as session:
        unit = units.unit_by_slug(session, unit_slug)
        # The tree of the period's first day and of its last, so that a reorganisation within it loses nothing.
        last = min(period.end, installation.today())
        under = units.descendants(session, unit.id, period.start) | units.descendants(session, unit.id, last)
        counted = Tally(period.start, period.end)
        for line in dossier_days.lines(session, installation.settings.zone, period):
            if line.receiving in under or line.resolving in under:
                counted.add(line.days)
        return counted
