"""An index over the years: points as published or rebuilt, where a series breaks, and what changed."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

PUBLISHED: Final = "published"
FROM_ANSWERS: Final = "rebuilt from answers"
FROM_SCORES: Final = "rebuilt from scores"
Origin = Literal["published", "rebuilt from answers", "rebuilt from scores"]
Direction = Literal["up", "down", "unclear"]

# why there is no figure
HIDDEN = "hidden"  # the unit itself has no figure in the round
PART_HIDDEN = "part_hidden"  # a unit that it was made from has none
SHARE_UNKNOWN = "share_unknown"  # no source says how much of an old unit it got
NOT_MEASURED = "not_measured"  # a unit that it was made from was not measured

# why a point is not compared with the one before it
OTHER_INSTRUMENT = "other_instrument"
OVERLAP = "overlap"  # both rounds ask about the same dossiers
ONLY_BOUND = "only_bound"  # one of the two is known as a bound only


@dataclass(frozen=True)
class Source:
    """A unit that a rebuilt figure was made from, with its weight in whole per cents."""

    slug: str
    name: str
    weight: int


@dataclass(frozen=True)
class Change:
    """What changed since the point before, in points, with its 95 % interval; `bridge` says who made it comparable."""

    difference: float
    low: float
    high: float
    direction: Direction
    bridge: str


@dataclass(frozen=True)
class SeriesPoint:
    """The overall index of one unit in one round."""

    round_code: str
    round_title: str
    period_start: date
    period_end: date
    instrument_key: str
    origin: Origin
    estimate: float | None
    bound: str
    low: float | None
    high: float | None
    reason: str  # why there is no estimate
    sources: tuple[Source, ...]  # of a rebuilt point
    straddles: tuple[str, ...]  # reorganisations within the period
    break_before: str  # why it is not compared with the point before it
    change: Change | None


@dataclass(frozen=True)
class UnitSeries:
    """What was published of one unit, in the order of time."""

    slug: str
    name: str
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True)
class Series:
    """A unit of today: as published, by the units that were measured then; and rebuilt for the unit as it is now."""

    slug: str
    name: str
    published: tuple[UnitSeries, ...]  # the unit itself first, then what it was made from
    rebuilt: tuple[SeriesPoint, ...]


def direction(low: float, high: float) -> Direction:
    """Whether a change can be told from chance."""
    if low > 0:
        return "up"
    return "down" if high < 0 else "unclear"
