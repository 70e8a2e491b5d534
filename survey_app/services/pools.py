"""Pools: comments of a unit and sensitive background answers of a round, each moved when ten wait."""

import json
import random
import uuid
from collections import Counter as Tally
from collections import defaultdict

from sqlalchemy import delete, select

from survey_app.domain import periods, screening, sealing
from survey_app.domain.batching import BATCH
from survey_app.installation import Installation
from survey_app.keys import COMMENTS
from survey_app.models import Comment, SensitiveCount, WaitingComment, WaitingSensitive
from survey_app.services import counters, rounds
from survey_app.services.moving import OvertakenError


def move_comments(installation: Installation, code: str) -> int:
    """Screen and move the comments of every unit that has at least 10 waiting; return how many moved."""
    moved = 0
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        waiting: dict[uuid.UUID, list[WaitingComment]] = defaultdict(list)
        for held in session.scalars(select(WaitingComment).where(WaitingComment.round_id == row.id)):
            waiting[held.unit_id].append(held)
    for unit_id, comments in waiting.items():
        if len(comments) < BATCH:
            continue
        try:
            _move_unit(installation, row.id, unit_id, comments)
        except OvertakenError:
            continue  # another flush moved them
        moved += len(comments)
    return moved


def _move_unit(
    installation: Installation,
    round_id: uuid.UUID,
    unit_id: uuid.UUID,
    comments: list[WaitingComment],
) -> None:
    """Move the comments of one unit, all or nothing, in an order of their own."""
    private = installation.keys.private(COMMENTS)
    month = periods.month(installation.today())
    random.SystemRandom().shuffle(comments)
    with installation.database.write() as session:
        gone = session.execute(delete(WaitingComment).where(WaitingComment.id.in_([c.id for c in comments])))
        if gone.rowcount != len(comments):  # type: ignore[attr-defined]  # a cursor result for DELETE
            raise OvertakenError
        for held in comments:
            text = str(json.loads(sealing.open_with(private, held.sealed))["value"])
            session.add(Comment(round_id=round_id, unit_id=unit_id, month=month, text=screening.screen(text)))


def move_sensitive(installation: Installation, code: str) -> int:
    """Count sensitive answers for the whole round once at least 10 wait; return how many."""
    private = installation.keys.private(COMMENTS)
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        waiting = session.scalars(select(WaitingSensitive).where(WaitingSensitive.round_id == row.id)).all()
        if len(waiting) < BATCH:
            return 0
        opened = [json.loads(sealing.open_with(private, held.sealed)) for held in waiting]
        for (item, value), n in sorted(Tally((o["item"], str(o["value"])) for o in opened).items()):
            counters.add(session, SensitiveCount, n, "n", round_id=row.id, item=item, value=value)
        session.execute(delete(WaitingSensitive).where(WaitingSensitive.id.in_([held.id for held in waiting])))
        return len(waiting)
