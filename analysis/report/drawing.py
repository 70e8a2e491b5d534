"""The pictures of a report: drawn from printed figures, in parts that fit a page, for paper and for a phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise
from typing import TypeVar

import numpy as np
from scipy import stats

from analysis import charts
from analysis.chart_rows import Bound, ChartWords, IntervalRow, LevelRow, Picture
from analysis.intervals import wilson
from analysis.printed_levels import shares_of, spans_of
from analysis.report.source import Record, Source
from analysis.report.wording import Words, drawn, words_of

R = TypeVar("R")
ROWS_OF_A_PAGE, BARS_OF_A_PAGE = 22, 11
BOUNDS: dict[str, Bound] = {"": "exact", "at_least": "at_least", "at_most": "at_most"}
TRUE_SHARE, ASKED = 0.85, 100  # of the ten units of the worked example
_ORDER = (3, 7, 1, 9, 5, 0, 8, 2, 6, 4)  # so that the example does not look like a league table


@dataclass(frozen=True)
class Drawing:
    """One picture in both widths: wide for paper and desk, narrow for a phone."""

    wide: Picture
    narrow: Picture


def both(draw: Callable[..., Picture], prefix: str) -> Drawing:
    """Draw twice, each with ids of its own."""
    wide, narrow = (draw(prefix=f"{prefix}-{width:.0f}", width=width) for width in (charts.WIDE, charts.NARROW))
    return Drawing(wide, narrow)


@cache  # the same in every report of a language
def noise(language: str) -> Drawing:
    """Ten equal units whose figures differ by chance alone: the ten middle deciles of a binomial."""
    words = words_of(language)
    answers = stats.binom.ppf((np.array(_ORDER) + 0.5) / 10, ASKED, TRUE_SHARE)
    low, high = wilson(answers / ASKED, ASKED)
    rows = [
        IntervalRow(words("reading_unit", letter="ABCDEGHIKL"[k]), float(n), float(a), float(b), str(ASKED))
        for k, (n, a, b) in enumerate(zip(answers, 100 * low, 100 * high, strict=True))
    ]
    around = ChartWords(
        words("reading_picture"),
        words("reading_picture_measure"),
        words("reading_picture_note"),
        tuple(words("picture_columns").split("|")),
        words("empty"),
        words.number,
        line=words("reading_line"),
    )
    return both(partial(charts.caterpillar, rows, around, reference=100 * TRUE_SHARE), "noise")


def units(source: Source, words: Words) -> list[Drawing]:
    """Units directly below the top with a figure, in the order of the register; one scale for all parts."""
    found = [(unit, source.overall.get(unit)) for unit in source.below]
    rows = [interval_row(source.name(unit, words), r, words) for unit, r in found if r is not None and r["estimate"]]
    own = source.overall.get(source.top)
    reference = drawn(own["estimate"]) if own and own["estimate"] and not own["bound"] else None
    reach = [v for row in rows for v in (row.estimate, row.low, row.high) if v is not None]
    line = words("units_line", index=words.share(own["estimate"])) if own and reference is not None else ""
    parts = _parts(rows, ROWS_OF_A_PAGE)
    drawings = []
    for number, part in enumerate(parts, start=1):
        title = words("units_picture_part", part=number, parts=len(parts)) if len(parts) > 1 else words("units_picture")
        around = replace(_around(source, words, title, words("units_columns").split("|")[:4]), line=line)
        draw = partial(charts.caterpillar, part, around, reference=reference, reach=reach)
        drawings.append(both(draw, f"units{number}"))
    return drawings


def factors(source: Source, words: Words) -> Drawing | None:
    """Factors of the top unit; None where the questionnaire has none."""
    names = source.factors(words)
    found = [r for r in source.of_top("factors") if r["statistic"] in names]
    if not found:
        return None
    rows = [interval_row(names[r["statistic"]], r, words) for r in found]
    around = _around(source, words, words("factors_picture"), words("factors_columns").split("|")[:4])
    return both(partial(charts.factor_bars, rows, around), "factors")


def items(source: Source, words: Words) -> list[Drawing]:
    """Five levels of every question of the top unit, with their tables."""
    rows = [level_row(label, record, words) for label, record in questions(source, words)]
    parts = _parts(rows, BARS_OF_A_PAGE)
    drawings = []
    for number, part in enumerate(parts, start=1):
        title = words("items_picture_part", part=number, parts=len(parts)) if len(parts) > 1 else words("items_picture")
        names = levels(source, words)
        around = _around(source, words, title, item_columns(source, words))
        around = replace(around, measure=words("items_measure"), levels=names, joined=words("items_joined"))
        drawings.append(both(partial(charts.stacked_levels, part, around), f"items{number}"))
    return drawings


def questions(source: Source, words: Words) -> list[tuple[str, Record]]:
    """Wording and figures of every question on five levels, for the top unit."""
    book = [r for r in source.tables["codebook"] if not r["code"]]
    labels = {f"share:{r['item']}": r[f"label_{words.language}"] or r["item"] for r in book}
    return [(labels[r["statistic"]], r) for r in source.of_top("items") if r["statistic"] in labels]


def item_columns(source: Source, words: Words) -> tuple[str, ...]:
    """Headings of a table of questions."""
    return tuple(words("items_columns", levels="|".join(levels(source, words))).split("|"))


def levels(source: Source, words: Words) -> tuple[str, ...]:
    """Names of the five levels, worst first."""
    scored = [r for r in source.tables["codebook"] if r["satisfied"]][:5]
    return tuple(r[f"label_{words.language}"] or r["code"] for r in scored)


def interval_row(label: str, record: Record, words: Words) -> IntervalRow:
    """A row of dots and whiskers; a hidden one says why."""
    shown = bool(record["estimate"]) and record["bound"] in BOUNDS
    low, high = (drawn(record[name]) if shown else None for name in ("low", "high"))
    reason = "" if shown else words.label(record["label"]) or words("hidden")
    estimate = drawn(record["estimate"]) if shown else None
    return IntervalRow(label, estimate, low, high, record["n"], BOUNDS.get(record["bound"], "exact"), reason=reason)


def level_row(label: str, record: Record, words: Words) -> LevelRow:
    """A bar; a level without a share of its own was counted with the one before."""
    row = interval_row(label, record, words)
    reason = row.reason or words.label(record["label"])
    return LevelRow(label, shares_of(record), row.estimate, row.n_text, row.bound, reason, spans=spans_of(record))


def _around(source: Source, words: Words, title: str, columns: Sequence[str]) -> ChartWords:
    """What stands in and around a picture of this area's figures."""
    start, end = (words.day(day) for day in source.facts["period"])
    return ChartWords(
        title,
        words("measure"),
        words("note", start=start, end=end),
        tuple(columns),
        words("empty"),
        words.number,
        hidden=words("hidden"),
    )


def _parts(rows: Sequence[R], most: int) -> list[Sequence[R]]:
    """Rows in parts of nearly the same size, none above `most`; no part without a row."""
    if not rows:
        return []
    count = -(-len(rows) // most)
    ends = [k * len(rows) // count for k in range(count + 1)]
    return [rows[start:end] for start, end in pairwise(ends)]
