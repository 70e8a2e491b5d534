"""The publication ledger: what was shown last, written by one writer of a round at a time.

A figure that differs by 1 to 9 answers from what was shown would tell what those answered.
"""

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.installation import Installation
from survey_app.models import LedgerEntry, Round

NEWS = 10  # answers by which a figure must differ from what was shown before


def write(
    installation: Installation,
    round_id: uuid.UUID,
    figures: dict[str, tuple[int, dict[str, Any]]],
    *,
    anew: bool = False,
    refuse: Callable[[Session], None] | None = None,
) -> int:
    """Put figures into the ledger; one that differs by 1 to 9 answers from what was shown stays as it was.

    With `anew` a figure of the very same answers is replaced too: it tells nothing about any of them. `refuse` looks at
    the ledger while nobody else writes, and raises what may not stand beside it.
    """
    if not figures:
        return 0
    new = 0
    with installation.database.write() as session:
        # One writer of a round's ledger at a time; answers go on meanwhile.
        session.get_one(Round, round_id, with_for_update={"key_share": True})
        if refuse is not None:
            refuse(session)
        found = select(LedgerEntry).where(LedgerEntry.round_id == round_id, LedgerEntry.figure.in_(list(figures)))
        known = {entry.figure: entry for entry in session.scalars(found)}
        for name, (n, shown) in figures.items():
            entry = known.get(name)
            if entry is None:
                session.add(LedgerEntry(round_id=round_id, figure=name, n=n, shown=shown))
                new += 1
            elif _is_news(entry, n, shown) or (anew and n == entry.n and shown != entry.shown):
                entry.n, entry.shown = n, shown
                new += 1
    return new


def _is_news(entry: LedgerEntry, n: int, shown: dict[str, Any]) -> bool:
    """A count always moves; a score only by at least 10 answers more, or when nothing was shown before.

    Answers only ever become more: a score of fewer was computed by a slower run, before the one that is shown.
    """
    if "shown" not in shown:
        return entry.n != n
    return n >= entry.n if not entry.shown.get("shown") else n - entry.n >= NEWS
