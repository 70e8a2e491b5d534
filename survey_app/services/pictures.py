"""Published figures as pictures, each in a wide and a narrow form with one table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import analysis
from analysis import ChartWords, ClassLimit, IntervalRow, LevelRow, MonthRow, NumberFormat, PointRow
from survey_app.domain.figures import PublishedFigure, Reason, TrendPoint
from survey_app.services.rule_pages import RulePage

__all__ = [
    "ChartWords",
    "Drawn",
    "MonthRow",
    "NumberFormat",
    "caterpillar",
    "factors",
    "levels",
    "outcomes",
    "points",
    "trend",
    "years",
]

Reasons = Mapping[Reason, str]
KEPT = 512  # drawings kept in memory: figures move once a week


@dataclass(frozen=True)
class Drawn:
    """A picture for wide and for narrow screens, what it says, and its table."""

    wide: str
    narrow: str
    title: str
    measure: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def factors(figures: Sequence[PublishedFigure], words: ChartWords, reasons: Reasons, prefix: str) -> Drawn:
    """Factor indices with their intervals, in the order of the questionnaire."""
    return _factors(tuple(_interval_row(figure.label, figure, reasons) for figure in figures), words, prefix)


def levels(figures: Sequence[PublishedFigure], words: ChartWords, reasons: Reasons, bound: str, prefix: str) -> Drawn:
    """Five-level bars in the order given; `bound` is said where nearly all agree and levels are not told apart."""
    rows = tuple(
        LevelRow(
            label=figure.label,
            levels=figure.levels,
            estimate=figure.estimate,
            n_text=figure.n_text,
            bound=figure.bound,
            reason=reasons[figure.reason] if figure.reason else bound,
            merged=figure.merged_levels,
            spans=figure.level_spans,
        )
        for figure in figures
    )
    return _levels(rows, words, prefix)


def outcomes(
    rows: Sequence[tuple[str, tuple[int, ...], float | None, str]], words: ChartWords, none: str, prefix: str
) -> Drawn:
    """What became of the addresses, one bar per unit: name, five counts (worst first), rate in per cent, offered."""
    drawn = tuple(
        LevelRow(
            label=label,
            levels=tuple(100 * n / sum(counts) for n in counts) if sum(counts) else None,
            estimate=rate,
            n_text=offered,
            reason=none,
        )
        for label, counts, rate, offered in rows
    )
    return _levels(drawn, words, prefix)


def trend(
    points: Sequence[TrendPoint],
    words: ChartWords,
    reasons: Reasons,
    month_name: Callable[[str], str],
    prefix: str,
) -> Drawn:
    """Index by month of release."""
    rows = tuple(
        MonthRow(
            month=point.month,
            label=month_name(point.month),
            estimate=point.estimate,
            low=point.low,
            high=point.high,
            n_text=point.n_text,
            reason=reasons[point.reason] if point.reason else "",
        )
        for point in points
    )
    return _trend(rows, words, prefix)


def years(rows: Sequence[MonthRow], words: ChartWords, step: int, prefix: str) -> Drawn:
    """Index over the years; `step` is the number of months from one point to the next."""
    return _years(tuple(rows), words, step, prefix)


def caterpillar(
    units: Sequence[tuple[str, PublishedFigure, str]],
    own: PublishedFigure | None,
    words: ChartWords,
    reasons: Reasons,
    prefix: str,
) -> Drawn:
    """Units (name, index, rank interval or nothing) in the order given; the index above them, if any, is a line."""
    rows = tuple(replace(_interval_row(name, figure, reasons), rank=rank) for name, figure, rank in units)
    return _caterpillar(rows, own.estimate if own and own.bound == "exact" else None, words, prefix)


def points(page: RulePage, words: ChartWords, reason: str, prefix: str) -> Drawn:
    """Points of units by a rule set, with what they could have had and the limits of the classes."""
    rows = tuple(
        PointRow(
            label=one.name,
            points=None if one.total is None else float(one.total),
            reachable=float(one.reachable),
            rank=one.rank or "",
            reason="" if one.total is not None else reason,
        )
        for one in page.scores
    )
    limits = tuple(ClassLimit(float(least), name) for least, name in page.limits)
    return _points(rows, limits, float(page.full), words, prefix)


def _interval_row(label: str, figure: PublishedFigure, reasons: Reasons) -> IntervalRow:
    return IntervalRow(
        label=label,
        estimate=figure.estimate,
        low=figure.low,
        high=figure.high,
        n_text=figure.n_text,
        bound=figure.bound,
        reason=reasons[figure.reason] if figure.reason else "",
    )


@lru_cache(KEPT)
def _factors(rows: tuple[IntervalRow, ...], words: ChartWords, prefix: str) -> Drawn:
    return _both(lambda width, ids: analysis.charts.factor_bars(rows, words, prefix=ids, width=width), prefix)


@lru_cache(KEPT)
def _levels(rows: tuple[LevelRow, ...], words: ChartWords, prefix: str) -> Drawn:
    return _both(lambda width, ids: analysis.charts.stacked_levels(rows, words, prefix=ids, width=width), prefix)


@lru_cache(KEPT)
def _trend(rows: tuple[MonthRow, ...], words: ChartWords, prefix: str) -> Drawn:
    return _both(lambda width, ids: analysis.charts.trend(rows, words, prefix=ids, width=width), prefix)


@lru_cache(KEPT)
def _years(rows: tuple[MonthRow, ...], words: ChartWords, step: int, prefix: str) -> Drawn:
    return _both(lambda width, ids: analysis.charts.trend(rows, words, prefix=ids, width=width, step=step), prefix)


@lru_cache(KEPT)
def _points(
    rows: tuple[PointRow, ...], limits: tuple[ClassLimit, ...], most: float, words: ChartWords, prefix: str
) -> Drawn:
    return _both(lambda width, ids: analysis.charts.points(rows, limits, most, words, prefix=ids, width=width), prefix)


@lru_cache(KEPT)
def _caterpillar(rows: tuple[IntervalRow, ...], reference: float | None, words: ChartWords, prefix: str) -> Drawn:
    return _both(
        lambda width, ids: analysis.charts.caterpillar(rows, words, prefix=ids, reference=reference, width=width),
        prefix,
    )


def _both(draw: Callable[[float, str], analysis.Picture], prefix: str) -> Drawn:
    """Draw for wide and narrow screens; the ids of the two differ."""
    wide, narrow = draw(analysis.charts.WIDE, f"{prefix}-wide"), draw(analysis.charts.NARROW, f"{prefix}-narrow")
    return Drawn(wide.svg, narrow.svg, wide.title, wide.measure, wide.note, wide.columns, wide.rows)
