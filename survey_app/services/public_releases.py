"""Which releases are public, and of which rounds the newest one was withdrawn."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Release

PUBLIC = ("published", "withdrawn")


def withdrawn_rounds(session: Session) -> set[uuid.UUID]:
    """Rounds whose newest public release was withdrawn: their figures for the year stand no longer."""
    found = select(Release.round_id, Release.state).where(Release.state.in_(PUBLIC)).order_by(Release.version)
    newest: dict[uuid.UUID, str] = {round_id: state for round_id, state in session.execute(found)}  # noqa: C416 - rows
    return {round_id for round_id, state in newest.items() if state == "withdrawn"}
