"""What a page shows of the quarantine of a round: groups of at least ten, and what two people said about them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

ACCEPT, DISCARD = "accept", "discard"
ACCEPTABLE = ("not_valid", "unknown_address", "before_start")  # others count a dossier twice, or what came too late
FEWEST = 10  # of a group of fewer nothing but "fewer than 10" is told, and nobody decides on it on a page
ASKED, WITHDRAWN, REFUSED, AGREED, DONE, TOO_LATE = "asked", "withdrawn", "refused", "agreed", "done", "too_late"
OPEN = (ASKED, AGREED)  # a group with such a request takes no other


@dataclass(frozen=True)
class ListedGroup:
    """Entries of one reason and desk that may be decided on."""

    reason: str
    desk: str  # slug; empty where no unit is known
    desk_name: str
    number: int  # rounded
    asked: bool  # a request about it is open
    may: tuple[str, ...]  # what the reader may ask for


@dataclass(frozen=True)
class ListedRequest:
    """What was asked for and what became of it."""

    id: uuid.UUID
    reason: str
    desk_name: str
    action: str
    why: str
    asked_by: str
    asked_at: datetime
    state: str
    settled_by: str | None
    settled_at: datetime | None
    went: int | None  # rounded, as the next
    stayed: int | None
    may_withdraw: bool
    may_settle: bool


@dataclass(frozen=True)
class QuarantinePage:
    """Groups and requests of a round; `small` answers lie in groups of fewer than ten, all together and rounded."""

    groups: tuple[ListedGroup, ...]
    small: int
    requests: tuple[ListedRequest, ...]
