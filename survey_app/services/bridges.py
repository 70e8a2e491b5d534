"""Bridges between questionnaires: declared by name, with a reason, and in the audit log."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.load import UnknownInstrumentError, shipped
from survey_app.installation import Installation
from survey_app.models import InstrumentBridge
from survey_app.services import audit
from survey_app.services.errors import RefusedError

LEAST_REASON = 20  # characters: a word is no reason


@dataclass(frozen=True)
class Declared:
    """What somebody declares: `shift` points are added to the earlier index, known to within `margin`."""

    earlier: str
    later: str
    shift: float
    margin: float
    by: str
    reason: str


def declare(installation: Installation, declared: Declared) -> None:
    """Keep a bridge; RefusedError where it cannot be one, or is declared already."""
    problems = _problems(declared)
    if problems:
        raise RefusedError("This is no bridge:\n" + "\n".join(f"  - {problem}" for problem in problems))
    with installation.database.write() as session:
        if find(session, declared.earlier, declared.later):
            raise RefusedError(f"A bridge from {declared.earlier} to {declared.later} is declared already.")
        session.add(
            InstrumentBridge(
                earlier_key=declared.earlier,
                later_key=declared.later,
                shift=declared.shift,
                margin=declared.margin,
                declared_by=declared.by,
                declared_on=installation.today(),
                reason=declared.reason,
            )
        )
        detail = f"{declared.shift:+g} within {declared.margin:g}, by {declared.by}: {declared.reason}"
        audit.note(session, installation, "series.bridge", f"{declared.earlier} > {declared.later}", detail[:300])


def find(session: Session, earlier: str, later: str) -> InstrumentBridge | None:
    """The bridge between two questionnaires, if one was declared."""
    keys = (InstrumentBridge.earlier_key == earlier, InstrumentBridge.later_key == later)
    return session.scalar(select(InstrumentBridge).where(*keys))


def _problems(declared: Declared) -> list[str]:
    found = []
    for key in (declared.earlier, declared.later):
        try:
            shipped(key)
        except UnknownInstrumentError as error:
            found.append(str(error))
    if declared.earlier == declared.later:
        found.append("both questionnaires are the same; they need no bridge.")
    if not -100 <= declared.shift <= 100 or not 0 <= declared.margin <= 100:
        found.append("shift lies between -100 and 100 points, margin between 0 and 100.")
    if not declared.by.strip():
        found.append("name who answers for it.")
    if len(declared.reason.strip()) < LEAST_REASON:
        found.append("say which study or decision it rests on.")
    return found
