"""What figures say in words: which is lowest and whether that is clear, what to look at first, what has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from survey_app.domain.figures import PublishedFigure, TrendPoint

Direction = Literal["up", "down", "unclear"]


@dataclass(frozen=True)
class Lowest:
    """The lowest of several figures; `clear` if its interval lies wholly below every other one."""

    figure: PublishedFigure
    clear: bool


@dataclass(frozen=True)
class Change:
    """From one released month to the next released one."""

    direction: Direction
    before: TrendPoint
    after: TrendPoint


def mend_first(figures: Sequence[PublishedFigure]) -> tuple[PublishedFigure, ...]:
    """Lowest share first; what is known as a bound only after the exact ones, hidden ones last."""
    return tuple(sorted(figures, key=_urgency))


def _urgency(figure: PublishedFigure) -> tuple[bool, bool, float, str]:
    estimate = 100.0 if figure.estimate is None else figure.estimate
    return (not figure.shown, figure.bound == "at_least", estimate, figure.statistic)


def lowest(figures: Sequence[PublishedFigure]) -> Lowest | None:
    """Return the lowest of the shown figures; None if fewer than two are shown, since one alone is not lowest."""
    shown = [figure for figure in mend_first(figures) if figure.shown]
    if len(shown) < 2:
        return None
    first, others = shown[0], shown[1:]
    clear = first.high is not None and all(other.low is not None and first.high < other.low for other in others)
    return Lowest(first, clear)


def change(points: Sequence[TrendPoint]) -> Change | None:
    """Compare the last two released months; intervals that touch are no change that could be told from chance."""
    shown = [point for point in points if point.estimate is not None]
    if len(shown) < 2:
        return None
    before, after = shown[-2:]
    direction: Direction = "unclear"
    if None not in (before.low, before.high, after.low, after.high):
        if (after.low or 0.0) > (before.high or 0.0):
            direction = "up"
        elif (after.high or 0.0) < (before.low or 0.0):
            direction = "down"
    return Change(direction, before, after)
