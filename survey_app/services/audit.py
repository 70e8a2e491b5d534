"""The audit log: what staff and commands did, never what citizens did."""

from sqlalchemy.orm import Session

from survey_app.installation import Installation
from survey_app.models import AuditEntry

COMMAND = "command line"


def note(
    session: Session,
    installation: Installation,
    action: str,
    subject: str,
    detail: str = "",
    actor: str = COMMAND,
) -> None:
    """Write an entry in the transaction of what it tells of."""
    session.add(AuditEntry(at=installation.now(), actor=actor, action=action, subject=subject, detail=detail))
