"""The balance of dossiers: received + carried over = resolved + pending + ended without a result.

"Resolved late" and "pending overdue" are different things; a report that adds the second to the first does not add up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from survey_app.domain.timeliness import on_time_class

ENDED_WITHOUT_RESULT = ("refused", "withdrawn")


@dataclass(frozen=True)
class Figures:
    """Published or counted figures; None where none is given. Without `early`, `on_time` holds early ones too."""

    received: int | None = None
    carried_over: int | None = None
    resolved: int | None = None
    early: int | None = None
    on_time: int | None = None
    late: int | None = None
    pending: int | None = None
    within_time: int | None = None
    overdue: int | None = None
    without_result: int | None = None  # cancelled or refused


@dataclass(frozen=True)
class Finding:
    """Something that does not add up, or that cannot be checked."""

    equation: str
    said: str
    adds_up: bool | None  # None: a figure is missing

    def __str__(self) -> str:
        return f"{self.equation}: {self.said}"


def findings(figures: Figures) -> list[Finding]:
    """Check each equation whose figures are given; one finding each."""
    early = figures.early if figures.early is not None else 0
    found = [
        _sum("resolved = early + on time + late", figures.resolved, early, figures.on_time, figures.late),
        _sum("pending = within time + overdue", figures.pending, figures.within_time, figures.overdue),
        _whole(figures),
    ]
    excess = _difference(figures.resolved, early, figures.on_time, figures.late)
    if excess is not None and excess > 0 and excess <= (figures.late or 0):
        said = f"'late' seems to hold {number(excess)} dossiers that are still pending and overdue"
        found.append(Finding("late", said, adds_up=False))
    return found


def not_adding_up(figures: Figures) -> list[Finding]:
    """Only what is wrong."""
    return [finding for finding in findings(figures) if finding.adds_up is False]


def on_time_rate(figures: Figures) -> Decimal | None:
    """Early or on time in per cent of what was resolved with a due day, to two decimals (method.md, formula G5)."""
    in_time = (figures.early or 0) + (figures.on_time or 0)
    base = in_time + (figures.late or 0)
    return (Decimal(100 * in_time) / base).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) if base else None


def parts_of(equation: str, total: int | None, *parts: int | None) -> Finding:
    """Whether the parts that a table prints sum to the total that it prints."""
    return _sum(equation, total, *parts)


def _whole(figures: Figures) -> Finding:
    equation = "received + carried over = resolved + pending + without result"
    left = (figures.received, figures.carried_over)
    right = (figures.resolved, figures.pending, figures.without_result)
    if any(figure is None for figure in (*left, *right)):
        return Finding(equation, "cannot be checked, a figure is missing", adds_up=None)
    total, parts = sum(f or 0 for f in left), sum(f or 0 for f in right)
    if total == parts:
        return Finding(equation, f"{number(total)} on both sides", adds_up=True)
    said = f"{number(total)} on the left, {number(parts)} on the right: {number(abs(total - parts))} apart"
    return Finding(equation, said, adds_up=False)


def _sum(equation: str, total: int | None, *parts: int | None) -> Finding:
    difference = _difference(total, *parts)
    if difference is None:
        return Finding(equation, "cannot be checked, a figure is missing", adds_up=None)
    summed = (total or 0) + difference
    if difference == 0:
        return Finding(equation, f"{number(summed)} on both sides", adds_up=True)
    said = f"the parts sum to {number(summed)}, {number(abs(difference))} {'more' if difference > 0 else 'less'} than"
    return Finding(equation, f"{said} {number(total or 0)}", adds_up=False)


def _difference(total: int | None, *parts: int | None) -> int | None:
    if total is None or any(part is None for part in parts):
        return None
    return sum(part or 0 for part in parts) - total


def number(value: int) -> str:
    """A whole number with a point between thousands."""
    return f"{value:,}".replace(",", ".")


class Days(NamedTuple):
    """What the balance must know of a dossier, by days of the office."""

    received: date | None
    due: date | None
    extended_due: date | None
    finished: date | None
    returned: date | None
    outcome: str | None


@dataclass
class Tally:
    """Counts the dossiers of a period from `start` to the day before `end` (None: from the beginning).

    Each side of the equation is counted by itself, so that a dossier with a missing day shows as a difference.
    """

    start: date | None
    end: date
    counts: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)  # what a dossier lacks to be on both sides

    def add(self, days: Days) -> None:
        """Count one dossier on each side where it belongs."""
        ended = days.outcome in ENDED_WITHOUT_RESULT
        closed = days.returned or days.finished if ended else days.finished or days.returned
        if closed is not None and self.start is not None and closed < self.start:
            return
        if days.received is None:
            _count(self.missing, "no day of receipt")
        elif days.received < self.end:
            before = self.start is not None and days.received < self.start
            _count(self.counts, "carried_over" if before else "received")
        if closed is not None and closed < self.end:
            self._count_closed(days, closed, ended=ended)
        elif days.received is not None and days.received < self.end:
            self._count_open(days, ended=ended)

    def add_all(self, dossiers: Iterable[Days]) -> "Tally":
        """Count several."""
        for days in dossiers:
            self.add(days)
        return self

    def figures(self) -> Figures:
        """The figures of the equation."""
        got = self.counts.get
        within, overdue = got("within_time", 0), got("overdue", 0)
        return Figures(
            received=got("received", 0),
            carried_over=got("carried_over", 0),
            resolved=got("resolved", 0),
            early=got("early", 0),
            on_time=got("on_time", 0),
            late=got("late", 0),
            pending=within + overdue,
            within_time=within,
            overdue=overdue,
            without_result=got("without_result", 0),
        )

    def _count_closed(self, days: Days, closed: date, *, ended: bool) -> None:
        if ended:
            _count(self.counts, "without_result")
            return
        _count(self.counts, "resolved")
        timing = on_time_class(days.due, days.extended_due, closed)
        if timing == "unknown":
            _count(self.missing, "resolved without a due day")
        else:
            _count(self.counts, timing)

    def _count_open(self, days: Days, *, ended: bool) -> None:
        if ended:
            _count(self.missing, "refused or withdrawn without a day")
            return
        deadline = days.extended_due or days.due
        _count(self.counts, "overdue" if deadline is not None and deadline < self.end else "within_time")


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1
