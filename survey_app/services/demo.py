"""Answers of the demo's made-up citizens: the only part of the demo that no command of a real province does."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from instruments.load import shipped
from survey_app.domain import demo, grades
from survey_app.installation import Installation
from survey_app.models import AuditEntry, Dossier, Unit
from survey_app.services import audit, collection, rounds
from survey_app.services.collection import Submission
from survey_app.services.errors import ClosedDoorError

LOADED = "demo loaded"
ANSWERED, ON_DESK, ASSISTED, BROKEN_OFF = 0.36, 0.12, 0.03, 0.04  # shares of the made-up citizens


@dataclass(frozen=True)
class Visit:
    """What decides how a citizen of the demo answers."""

    agency: demo.Agency
    late: bool


def answer(
    installation: Installation,
    round_code: str,
    slips: Iterable[tuple[str, str]],
    seed: int,
    share: float = ANSWERED,
) -> int:
    """Let made-up citizens answer some of these (dossier code, address) pairs; return how many did."""
    with installation.database.read() as session:
        instrument = shipped(rounds.by_code(session, round_code).instrument_key)
    visits = _visits(installation)
    taken = 0
    for dossier_code, url in slips:
        chance = random.Random(f"{seed} {dossier_code}")  # noqa: S311 - made-up data, the same each time
        visit = visits[dossier_code]
        if chance.random() > share * (0.75 if visit.late else 1.0):
            continue
        address = collection.open_address(installation, url.rsplit("/", 1)[1])
        collection.count_opened(installation, address)
        if chance.random() < BROKEN_OFF:
            continue
        submission = Submission(
            token_text=address.token.text,
            nonce=sha256(f"{seed} nonce {dossier_code}".encode()).digest()[: collection.NONCE_BYTES],
            raw=demo.answers(instrument, visit.agency, late=visit.late, chance=chance),
            language="en" if chance.random() < 0.02 else "vi",
            device=grades.DESK_DEVICE if chance.random() < ON_DESK else grades.OWN_DEVICE,
            assisted=chance.random() < ASSISTED,
            seconds=chance.uniform(25, 500),
        )
        taken += collection.submit(installation, submission).outcome == "stored"
    return taken


def newest(installation: Installation, number: int) -> list[str]:
    """Codes of the dossiers that were returned last."""
    with installation.database.read() as session:
        wanted = select(Dossier.dossier_code).where(Dossier.returned_at <= installation.now())
        return list(session.scalars(wanted.order_by(Dossier.returned_at.desc(), Dossier.dossier_code).limit(number)))


def unused(installation: Installation, token: str) -> bool:
    """True if an address still opens a questionnaire."""
    try:
        collection.open_address(installation, token)
    except ClosedDoorError:
        return False
    return True


def is_loaded(installation: Installation) -> bool:
    """True once the demo has been loaded to its end."""
    with installation.database.read() as session:
        return session.scalar(select(AuditEntry.id).where(AuditEntry.action == LOADED).limit(1)) is not None


def note_loaded(installation: Installation) -> None:
    """Remember that everything is there."""
    with installation.database.write() as session:
        audit.note(session, installation, LOADED, demo.PROVINCE)


def _visits(installation: Installation) -> Mapping[str, Visit]:
    agencies = {agency.slug: agency for agency in demo.agencies()}
    statement = select(Dossier.dossier_code, Unit.slug, Dossier.due_at, Dossier.finished_at).join(
        Unit, Unit.id == Dossier.resolving_unit_id
    )
    with installation.database.read() as session:
        return {
            code: Visit(agencies[slug], late=bool(due and done and done.date() > due.date()))
            for code, slug, due, done in session.execute(statement)
        }
