"""Bars of 100 per cent: how the answers to each item fall on the five levels."""

from collections.abc import Sequence

from analysis.canvas import (
    BAD,
    BAD_SOFT,
    BODY,
    GOOD,
    GOOD_SOFT,
    INK,
    NEUTRAL,
    PAPER,
    QUIET,
    SMALL,
    Canvas,
    text_width,
    wrap,
)
from analysis.chart_intervals import LINE, TURN, WIDE
from analysis.chart_rows import DASH, ChartWords, LevelRow, NumberFormat, Picture, check_columns, picture

_FILLS = (BAD, BAD_SOFT, NEUTRAL, GOOD_SOFT, GOOD)
_JOINED = PAPER  # and an outline: the share is of no single level
_WRITING = (PAPER, INK, INK, INK, PAPER)
_GAPS = (0.0, 1.5, 8.0, 8.0, 1.5)  # white before each segment: the neutral level stands apart
_BAR = 22.0


def stacked_levels(
    rows: Sequence[LevelRow],
    words: ChartWords,
    *,
    prefix: str,
    width: float = WIDE,
) -> Picture:
    """
    One bar of 100 % per item; the dissatisfied begin at the left edge, the satisfied end at the right one.

    Parameters
    ----------
    rows : per cents of the five levels, worst first; they are drawn as parts of their sum, so that a rounding rest
        leaves no hole. A share that stands for several levels (`spans`) is an outline without the colour of any
        level. A row without levels shows its reason.
    words : `levels` names the five, `joined` the outline; eight table columns: item, five levels, share satisfied, n.
    prefix : begins every id of the picture.
    width : pixels of the drawing, 280 or more; below 480 labels stand above their bars.

    Returns
    -------
    Picture and table.

    Raises
    ------
    AnalysisError : the table has not eight headings.
    """
    check_columns(words, 8)
    narrow = width < TURN
    side = max(text_width(words.columns[6], SMALL), 58.0)
    label_width = width - side - 10 if narrow else 236.0
    heights = [_height(row, label_width, narrow=narrow) for row in rows]
    joined = (words.joined,) if any(span > 1 for row in rows for span in row.spans) else ()
    legend = _legend((*words.levels, *joined), width)
    top = len(legend) * 20.0 + 24.0
    canvas = Canvas(width, top + (sum(heights) or 30.0) + 2)
    _draw_legend(canvas, legend)
    if rows:
        canvas.text(width, top - 6, words.columns[6], size=SMALL, anchor="right", fill=QUIET)
    else:
        canvas.text(0, top + 14, words.empty, fill=QUIET)
    y = top
    for row, height in zip(rows, heights, strict=True):
        ends = (0.0, width) if narrow else (label_width + 14, width - side - 10)
        _row(canvas, row, (y, label_width), ends, words.number)
        y += height
    svg = canvas.svg(prefix=prefix, title=words.title, description=f"{words.measure} {words.note}")
    return picture(svg, words, [_line(row, words) for row in rows])


def _line(row: LevelRow, words: ChartWords) -> tuple[str, ...]:
    """One line of the table."""
    number = words.number
    levels: tuple[str, ...] = (DASH,) * 5
    if row.levels:
        shares = enumerate(row.levels, start=1)
        levels = tuple(words.merged if place in row.merged else number.share(share) for place, share in shares)
    satisfied = row.reason if row.estimate is None else number.bounded(row.estimate, row.bound)
    return (row.label, *levels, satisfied, row.n_text or DASH)


def _height(row: LevelRow, label_width: float, *, narrow: bool) -> float:
    lines = len(wrap(row.label, BODY, label_width))
    return lines * LINE + (_BAR + 18.0) if narrow else max(lines * LINE + 10.0, _BAR + 10.0)


def _row(
    canvas: Canvas, row: LevelRow, label: tuple[float, float], ends: tuple[float, float], number: NumberFormat
) -> None:
    """Label, bar and share satisfied of one item."""
    (y, label_width), narrow = label, ends[0] == 0
    lines = wrap(row.label, BODY, label_width)
    block = len(lines) * LINE
    height = _height(row, label_width, narrow=narrow)
    first = y + 14 if narrow else y + (height - block) / 2 + 13
    for place, line in enumerate(lines):
        canvas.text(0, first + place * LINE, line)
    bar_y = y + block + 4 if narrow else y + (height - _BAR) / 2
    if row.estimate is not None:
        shown = number.bounded(row.estimate, row.bound)
        canvas.text(canvas.width, first if narrow else bar_y + 16, shown, anchor="right", bold=True)
    if row.levels and sum(row.levels) > 0:
        _bar(canvas, row, ends, bar_y)
    else:
        canvas.text(ends[0], bar_y + 15, row.reason, size=SMALL, fill=QUIET)


def _bar(canvas: Canvas, row: LevelRow, ends: tuple[float, float], y: float) -> None:
    """Segments with white gaps; a share is written where there is room for it."""
    levels, spans = row.levels or (), row.spans or (1,) * len(_FILLS)
    room = ends[1] - ends[0] - sum(_GAPS)
    total, x = sum(levels), ends[0]
    for level, span, gap, fill, writing in zip(levels, spans, _GAPS, _FILLS, _WRITING, strict=True):
        x += gap
        width = room * level / total
        if level > 0:
            _segment(canvas, x, y, width, _JOINED if span > 1 else fill)
        text = f"{level:.0f}"
        if level > 0 and width > text_width(text, SMALL) + 5:
            colour = INK if span > 1 else writing
            canvas.text(x + width / 2, y + 15, text, size=SMALL, anchor="center", fill=colour)
        x += width


def _segment(canvas: Canvas, x: float, y: float, width: float, fill: str, height: float = _BAR) -> None:
    """One segment; a joined one has an outline in place of a colour."""
    if fill != _JOINED:
        canvas.rect(x, y, width, height, fill)
        return
    left, right, top, bottom = x + 0.6, x + width - 0.6, y + 0.6, y + height - 0.6
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    canvas.line(corners, QUIET, 1.2)


def _legend(levels: Sequence[str], width: float) -> list[list[tuple[float, str, str]]]:
    """Swatch and name of each level, in as many lines as the sheet needs: (x, name, fill)."""
    lines: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for name, fill in zip(levels, (*_FILLS, _JOINED), strict=False):
        needed = 18.0 + text_width(name, SMALL) + 12.0
        if lines[-1] and x + needed - 12.0 > width:
            lines.append([])
            x = 0.0
        lines[-1].append((x, name, fill))
        x += needed
    return lines


def _draw_legend(canvas: Canvas, lines: Sequence[Sequence[tuple[float, str, str]]]) -> None:
    for place, line in enumerate(lines):
        for x, name, fill in line:
            _segment(canvas, x, place * 20.0 + 1, 12.0, fill, 12.0)
            canvas.text(x + 18.0, place * 20.0 + 11.5, name, size=SMALL)
