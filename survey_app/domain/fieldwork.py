"""How a round goes in the field: what became of the addresses, by unit and week, as frozen values."""

from dataclasses import dataclass, fields
from datetime import date

from survey_app.domain.response_rates import Dispositions, Rates

CALLERS = ("refused", "not_reached", "other", "ineligible")  # what callers report


@dataclass(frozen=True)
class Counts:
    """What was counted at a unit in some weeks."""

    offered: int = 0  # addresses made, and slips of rolls handed out; no sheets of paper
    opened: int = 0
    answered: int = 0
    refused: int = 0
    not_reached: int = 0
    other: int = 0
    ineligible: int = 0

    def __add__(self, more: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(getattr(self, f.name) + getattr(more, f.name) for f in fields(Counts)))


@dataclass(frozen=True)
class Released:
    """Answers by slip that were opened at a release: how many, and how many of them complete or at least half."""

    answers: int = 0
    complete: int = 0
    partial: int = 0
    index: int = 0  # of the answers: those of grades G1 and G2, which the index is made of
    held: int = 0  # too few for any batch of the whole round: answered, and never opened; known at the close

    def __add__(self, more: "Released") -> "Released":
        """Both together."""
        return Released(*(getattr(self, f.name) + getattr(more, f.name) for f in fields(Released)))


@dataclass(frozen=True)
class Sheets:
    """Questionnaires of paper of some desks: no part of any rate."""

    printed: int = 0
    handed_out: int = 0
    answered: int = 0
    waiting: int = 0  # keyed in once only


@dataclass(frozen=True)
class UnitLine:
    """One unit: counts so far, rates, and what to expect of it."""

    slug: str
    name: str
    counts: Counts
    rates: Rates
    unknown: int  # offered, and nothing is known
    begun: int  # opened and not answered
    half_width: float | None  # points of the 95 % interval to be expected; None: cannot be said yet
    silent: int  # strata of at least 50 invited without any released answer
    strata: int
    merged: bool  # too few dossiers: its answers are counted with those of similar units


@dataclass(frozen=True)
class WeekLine:
    """One whole week of one unit."""

    slug: str
    name: str
    week: date  # its Monday
    counts: Counts


@dataclass(frozen=True)
class Fieldwork:
    """Everything that the page shows."""

    until: date | None  # the last day of the last whole week; None: none has passed
    own: UnitLine
    units: tuple[UnitLine, ...]
    weeks: tuple[WeekLine, ...]  # of all units together
    unit_weeks: tuple[WeekLine, ...]
    modes: tuple[tuple[str, int], ...]  # device, released answers
    replaced: tuple[tuple[str, int], ...]
    sheets: Sheets
    left_out: tuple[tuple[str, int], ...]  # reason, dossiers of the register that are not in the frame


def dispositions(counts: Counts, released: Released, *, ended: bool) -> Dispositions:
    """Every offered address in one disposition.

    Answers that wait for their release stand as partial until they are opened; after the close only those wait, for
    ever, that were too few for a batch. What was released of the week that still runs is left out, since its addresses
    are not counted yet either. Numerator and denominator are slips: no sheets of paper, no walk-ups.
    """
    waiting = max(0, counts.answered - released.answers)
    if ended:
        waiting = min(waiting, released.held)
    complete = min(released.complete, counts.answered)
    partial = min(released.partial, counts.answered - complete)
    broken_off = min(released.answers, counts.answered) - complete - partial
    known = Dispositions(
        complete=complete,
        partial=partial + waiting,
        refused=counts.refused + broken_off,
        not_reached=counts.not_reached,
        other=counts.other,
        ineligible=counts.ineligible,
    )
    unknown = max(0, counts.offered - known.offered)
    return Dispositions(**{**vars(known), "unknown": unknown})
