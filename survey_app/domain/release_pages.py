"""What the public pages of a release show, as frozen values read from its signed bundle."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from survey_app.domain.figures import PublishedFigure, PublishedRates
from survey_app.domain.series import SeriesPoint

Expected = Literal["below", "within", "above", ""]
Reading = Literal["up", "down", "unclear"]


class NoPlace(StrEnum):
    """Why a unit has no rank interval; the web has one sentence per language for each."""

    ALONE = "alone"  # nobody of its kind to compare with
    NO_FIGURE = "no_figure"  # no exact index, or one that lacks a part
    FEW_ANSWERS = "few_answers"  # fewer than the protocol asks for a place
    QUARTERS_ONLY = "quarters_only"  # the table tells no single places apart


@dataclass(frozen=True)
class Place:
    """Where a unit may stand among those of its kind; places are 1..of, quarters 1..4, 1 is best."""

    of: int
    first: int | None
    last: int | None
    first_quarter: int | None
    last_quarter: int | None
    no_place: NoPlace | None
    expected: Expected  # empty: cannot be said
    expected_low: float | None
    expected_high: float | None


@dataclass(frozen=True)
class Change:
    """A figure beside that of the earlier release, in points."""

    label: str
    earlier: float
    later: float
    difference: float
    low: float
    high: float
    reading: Reading


@dataclass(frozen=True)
class Silent:
    """The overall index if none, or all, of those who were asked and did not answer were satisfied."""

    none: float
    all: float


@dataclass(frozen=True)
class ReleasedUnit:
    """One unit as a release publishes it."""

    slug: str
    name: str
    above: tuple[tuple[str, str], ...]  # slug and name of the units over it, the nearest first
    overall: PublishedFigure
    general: PublishedFigure | None
    factors: tuple[PublishedFigure, ...]
    items: tuple[PublishedFigure, ...]
    rates: PublishedRates
    place: Place | None  # None: it is not compared
    changes: tuple[Change, ...]  # overall first
    years: tuple[SeriesPoint, ...]  # the unit as it is in this release, over all releases; empty: it has no past
    silent: Silent | None

    @property
    def hidden(self) -> tuple[PublishedFigure, ...]:
        """Figures that are not published."""
        return tuple(figure for figure in (self.overall, *self.factors, *self.items) if not figure.shown)


@dataclass(frozen=True)
class Released:
    """What a bundle says of itself, and its units in the order of the tree."""

    name: str
    version: int
    title: str
    period: tuple[date, date]
    publisher: str
    contact: str  # whom readers may ask; empty: nobody is named
    licence: str
    licence_url: str
    evidence: str
    previous: str  # name/version of the release that changes are told against; empty: none
    top: str  # slug of the unit that is above all others
    units: tuple[ReleasedUnit, ...]

    def unit(self, slug: str) -> ReleasedUnit | None:
        """A unit by its slug."""
        return next((unit for unit in self.units if unit.slug == slug), None)


@dataclass(frozen=True)
class Headline:
    """What a release says in one line: the index of the unit that is above all others."""

    name: str
    version: int
    title: str
    period: tuple[date, date]
    unit_name: str
    overall: PublishedFigure
    published_at: datetime | None


@dataclass(frozen=True)
class OtherRelease:
    """A release of another round in which a unit has a page."""

    name: str
    version: int
    title: str
    period: tuple[date, date]
    published_at: datetime | None
