"""The check of facts before a release is signed: counts that an agency sees, its word on them, and until when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

CONFIRMED, OBJECTED = "confirmed", "objected"
DAYS = 5  # after the computation


@dataclass(frozen=True)
class Counts:
    """Counts of one unit as they are to be published, and what else it can compare with its own register."""

    published: tuple[tuple[str, str], ...]  # name of the count, as printed; rounded to 5
    drawn: int  # rounded to 5
    left_out: tuple[tuple[str, int], ...]  # reason, dossiers of the register that are not in the frame


@dataclass(frozen=True)
class Statement:
    """What was said of the counts of a unit, and what was answered."""

    id: UUID
    at: datetime
    actor: str
    verdict: str
    reason: str
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
    stale: bool  # of an earlier computation

    @property
    def open(self) -> bool:
        """An objection that nobody has answered."""
        return self.verdict == OBJECTED and self.answer is None


@dataclass(frozen=True)
class UnitFacts:
    """What the people of one unit see."""

    due: date | None  # None: nothing is computed
    may_speak: bool
    counts: Counts | None  # None: nothing is computed, or the unit is counted with others
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class UnitStatus:
    """One unit as the province sees it."""

    slug: str
    name: str
    statements: tuple[Statement, ...]  # the newest first

    @property
    def silent(self) -> bool:
        """Nobody has said anything of the counts as they are now."""
        return all(statement.stale for statement in self.statements)

    @property
    def open(self) -> bool:
        """An objection stands without an answer."""
        return any(statement.open for statement in self.statements)


@dataclass(frozen=True)
class RoundFacts:
    """What the province sees."""

    due: date | None
    may_answer: bool
    units: tuple[UnitStatus, ...]


def due(computed: date, release: date) -> date:
    """Last day on which a unit may speak: some days after the computation, before the day of the release."""
    return max(computed, min(computed + timedelta(days=DAYS), release - timedelta(days=1)))
