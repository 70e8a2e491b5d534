"""A small province whose round is planned, frozen and opened by the real services, with dossiers to ask about."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from secrets import token_bytes

from sqlalchemy import insert

from survey_app.installation import Installation
from survey_app.models import Dossier
from survey_app.services import collection, invitations, rounds
from survey_app.services.collection import Submission
from tests.factories import a_unit
from tests.made_once import made_once

REGISTER = (date(2025, 1, 1), date(2025, 12, 31))
ITEMS = [f"q{n:02}" for n in range(19)]


@dataclass
class Province:
    """What tests need to know of it."""

    installation: Installation
    code: str
    desks: list[str]
    dossiers: dict[str, list[str]] = field(default_factory=dict)  # by desk, returned in the period

    def slips(self, desk):
        """Issue addresses to every dossier of a desk."""
        return invitations.issue(self.installation, self.code, self.dossiers[desk]).slips

    def answer(self, token, raw=None, *, nonce=None, **changes):
        """Send an answer with a token, as a phone would."""
        given = raw if raw is not None else {"q00": "4"} | dict.fromkeys(ITEMS[1:], "4")
        nonce = nonce or token_bytes(16)
        return collection.submit(self.installation, Submission(token, nonce, given, "vi", seconds=120.0, **changes))


@made_once
def make(installation, *, desks=2, per_desk=150, per_year=None, draw=1.0, instrument="sipas-2017/1", code="R2026"):
    """Make the province, its register of last year, this year's dossiers, and a round in the field."""
    top = a_unit(installation, "minh-hai", kind="province", name="Tỉnh Minh Hải")
    made = Province(installation, code, [])
    chance = random.Random(7)
    for n in range(1, desks + 1):
        commune = a_unit(installation, f"xa-{n}", kind="commune", name=f"Xã {n}", parent=top)
        desk = a_unit(installation, f"desk-{n}", kind="desk", name=f"Bộ phận Một cửa xã {n}", parent=commune)
        made.desks.append(f"desk-{n}")
        dossiers(installation, f"H{n:02}", desk, commune, per_year or per_desk * 4, date(2025, 1, 1), 364, chance)
        codes = dossiers(installation, f"H{n:02}", desk, commune, per_desk, date(2026, 1, 5), 50, chance)
        made.dossiers[f"desk-{n}"] = codes
    in_field(installation, code, "minh-hai", instrument, draw)
    return made


def in_field(installation, code, unit_slug, instrument="sipas-2017/1", draw=1.0):
    """Plan, freeze and open a round of a unit."""
    plan = rounds.Plan(
        code=code,
        title="Đo lường sự hài lòng năm 2026",
        unit_slug=unit_slug,
        instrument_key=instrument,
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        field_start=date(2026, 1, 1),
        field_end=date(2026, 12, 31),
        erasure_date=date(2028, 12, 31),
        draw_fraction=draw,
        collectors=("own_device", "desk_device", "staff"),
    )
    rounds.create(installation, plan)
    rounds.freeze(installation, code, *REGISTER)
    rounds.move(installation, code, "field")


def dossiers(installation, prefix, desk, agency, number, first, days, chance):
    """Let dossiers be returned evenly over some days; every fourth is three days late, the others two days early."""
    rows = []
    for n in range(number):
        day = first + timedelta(days=n * days // number)
        returned = datetime(day.year, day.month, day.day, 3, chance.randrange(60), tzinfo=UTC)
        late = n % 4 == 0
        rows.append(
            {
                "dossier_code": f"{prefix}.1-{day:%y%m%d}-{n:05}",
                "receiving_unit_id": desk,
                "resolving_unit_id": agency,
                "outcome": "returned",
                "field": "Đất đai" if n % 3 else "Hộ tịch",
                "filing_channel": "counter" if n % 5 else "online",
                "due_at": returned + timedelta(days=-3 if late else 2),
                "finished_at": returned,
                "returned_at": returned,
            }
        )
    with installation.database.write() as session:
        session.execute(insert(Dossier), rows)
    return [row["dossier_code"] for row in rows]
