"""What goes into a chart and what comes out: plain frozen rows, the words around them, a picture with its table."""

from dataclasses import dataclass
from typing import Literal

from analysis.errors import AnalysisError

Bound = Literal["exact", "at_least", "at_most"]
DASH = "–"


@dataclass(frozen=True)
class NumberFormat:
    """How a language writes numbers."""

    decimal: str = "."
    thousands: str = ","
    percent: str = "%"  # with its space where the language has one
    kept: bool = False  # the decimal of indices and their limits stands though it is 0, as in the tables beside them

    def plain(self, value: float, decimals: int = 1, *, kept: bool = False) -> str:
        """Write 1234.5 as the language does; a fraction of nothing is left out unless it is `kept`."""
        text = f"{value:,.{decimals}f}"
        if "." in text and not kept:
            text = text.rstrip("0").rstrip(".")
        text = "0" if text == "-0" else text
        return text.translate({ord(","): self.thousands, ord("."): self.decimal}).replace("-", "\u2212")

    def share(self, value: float) -> str:
        """Write a per cent with at most one decimal."""
        return self.plain(value) + self.percent

    def bounded(self, value: float, bound: Bound) -> str:
        """Write a per cent that may be known as a bound only."""
        sign = {"exact": "", "at_least": "≥ ", "at_most": "≤ "}[bound]
        return sign + self.plain(value, kept=self.kept and not sign) + self.percent

    def interval(self, low: float | None, high: float | None) -> str:
        """Write an interval; a dash where there is none."""
        if low is None or high is None:
            return DASH
        return f"{self.plain(low, kept=self.kept)}{DASH}{self.plain(high, kept=self.kept)}{self.percent}"


@dataclass(frozen=True)
class ChartWords:
    """Every word in and around a chart, in the reader's language."""

    title: str  # the finding
    measure: str  # what is measured
    note: str  # n and period
    columns: tuple[str, ...]  # headings of the table
    empty: str  # said when there is nothing to draw
    number: NumberFormat = NumberFormat()
    levels: tuple[str, ...] = ()  # names of the five levels, worst first
    joined: str = ""  # legend of a share that stands for several levels
    merged: str = "*"  # stands in the table for a level whose share is with its neighbour
    hidden: str = ""  # heading over units without a figure
    line: str = ""  # label of the line of reference
    x_axis: str = ""
    y_axis: str = ""
    limits: tuple[str, ...] = ()  # names of a funnel's inner and outer limits
    corners: tuple[str, ...] = ()  # importance-performance: high-low, high-high, low-low, low-high


@dataclass(frozen=True)
class Picture:
    """A chart as SVG text, and the same figures as a table."""

    svg: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    measure: str = ""
    note: str = ""


@dataclass(frozen=True)
class LevelRow:
    """One item: per cents of the five levels, worst first, and the share satisfied."""

    label: str
    levels: tuple[float, ...] | None
    estimate: float | None
    n_text: str
    bound: Bound = "exact"
    reason: str = ""  # why there is nothing, in words
    merged: tuple[int, ...] = ()  # levels 1..5 whose share stands with their neighbour
    spans: tuple[int, ...] = ()  # how many levels, from its own on, each share stands for; 0 where it has none


@dataclass(frozen=True)
class IntervalRow:
    """One factor or unit: estimate with interval in per cent, or the reason why there is none."""

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    n_text: str
    bound: Bound = "exact"
    rank: str = ""  # "3-9": never a single number unless it is certain
    reason: str = ""


@dataclass(frozen=True)
class MonthRow:
    """One point of a series; `month` is ISO (2026-03), `label` as the reader writes it."""

    month: str
    label: str
    estimate: float | None
    low: float | None
    high: float | None
    n_text: str
    reason: str = ""
    rebuilt: bool = False  # not as published: drawn hollow
    breaks: bool = False  # not comparable with the point before: no line, and a mark between them


@dataclass(frozen=True)
class PointRow:
    """One unit: points it has and could have had, or the reason why there are none."""

    label: str
    points: float | None
    reachable: float
    rank: str  # name of its class
    reason: str = ""


@dataclass(frozen=True)
class ClassLimit:
    """A class from `least` points on."""

    least: float
    name: str


@dataclass(frozen=True)
class FunnelRow:
    """One unit in a funnel; `position` says above, within or below the expected range, in words."""

    label: str
    n: float
    estimate: float
    outside: bool
    position: str


@dataclass(frozen=True)
class FunnelLimit:
    """Expected range of a unit with n answers: inner (95 %) and outer (99.8 %) limits, in per cent."""

    n: float
    low: float
    high: float
    outer_low: float
    outer_high: float


@dataclass(frozen=True)
class ImportanceRow:
    """One factor: how it does (per cent satisfied) and how much it weighs, both with intervals."""

    label: str
    performance: float
    performance_low: float
    performance_high: float
    importance: float
    importance_low: float
    importance_high: float


def check_columns(words: ChartWords, count: int) -> None:
    """Raise AnalysisError unless the table has as many headings as columns."""
    if len(words.columns) != count:
        raise AnalysisError(f"The table of this chart has {count} columns; {len(words.columns)} headings were given.")


def picture(svg: str, words: ChartWords, rows: list[tuple[str, ...]]) -> Picture:
    """Put a drawn chart and its table together."""
    return Picture(svg, words.title, words.columns, tuple(rows), words.measure, words.note)
