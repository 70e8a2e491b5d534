"""A province whose round draws from a closed frame: communes of several sizes, each with a one-stop desk."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import insert

from survey_app.installation import Installation
from survey_app.models import Dossier
from tests.factories import a_round, a_unit
from tests.made_once import made_once

FIRST, LAST = date(2025, 7, 1), date(2025, 12, 31)
SIZES = (420, 300, 180, 130, 40, 25)  # dossiers of the communes; the last two are too small to stand alone


@dataclass
class ClosedRound:
    """What tests need to know of it."""

    installation: Installation
    row: SimpleNamespace
    codes: dict[str, list[str]] = field(default_factory=dict)  # by desk

    @property
    def code(self):
        return self.row.code


@made_once
def make(installation, *, sizes=SIZES, design=None, state="plan"):
    """Make units, last year's dossiers, and a round in its planning whose period is over."""
    row = a_round(
        installation,
        desks=(),
        state=state,
        period_start=FIRST,
        period_end=LAST,
        field_start=date(2026, 3, 1),
        field_end=date(2026, 6, 30),
        design={"mode": "closed", "stages": 1, "half_width": 8, **(design or {})},
    )
    made = ClosedRound(installation, row)
    chance = random.Random(11)
    for n, size in enumerate(sizes, start=1):
        commune = a_unit(installation, f"xa-{n}", kind="commune", name=f"Xã {n}", parent=row.province)
        desk = a_unit(installation, f"desk-{n}", name=f"Bộ phận Một cửa xã {n}", parent=commune)
        made.codes[f"desk-{n}"] = add_dossiers(installation, f"H{n:02}", desk, commune, size, chance)
    return made


def add_dossiers(installation, prefix, desk, agency, number, chance, **changes):
    """Dossiers that returned in the period, spread over it; import order is shuffled."""
    rows = []
    for n in range(number):
        day = FIRST + timedelta(days=n * 183 // number)
        returned = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        row = {
            "dossier_code": f"{prefix}.1-{day:%y%m%d}-{n:05}",
            "receiving_unit_id": desk,
            "resolving_unit_id": agency,
            "outcome": "refused" if n % 10 == 0 else "returned",
            "field": "Đất đai" if n % 3 else "Hộ tịch",
            "filing_channel": "counter" if n % 5 else "online",
            "due_at": returned + timedelta(days=-3 if n % 4 == 0 else 2),
            "finished_at": returned,
            "returned_at": returned,
        }
        rows.append(row | changes)
    codes = [row["dossier_code"] for row in rows]
    chance.shuffle(rows)
    with installation.database.write() as session:
        session.execute(insert(Dossier), rows)
    return codes
