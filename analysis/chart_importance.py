"""Importance against performance, as crosses of two intervals."""

from collections.abc import Sequence

from analysis.canvas import BAD, GOOD, INK, QUIET, SMALL, Canvas, text_width
from analysis.chart_intervals import WIDE
from analysis.chart_labels import Box, Label, place_labels
from analysis.chart_rows import DASH, ChartWords, ImportanceRow, Picture, check_columns, picture
from analysis.chart_scale import Scale, percent_limits

_TOP, _FOOT = 24.0, 48.0


def importance_performance(
    rows: Sequence[ImportanceRow],
    words: ChartWords,
    *,
    prefix: str,
    width: float = WIDE,
) -> Picture:
    """
    How each factor does against how much it weighs, as crosses of two intervals: starting points, not causes.

    Parameters
    ----------
    rows : performance in per cent, 0..100, and importance (any unit, same for all), both with intervals.
    words : five table columns: factor, performance, interval, importance, interval; `x_axis`, `y_axis`, and in
        `corners` the four fields: upper left (weighs much, does badly), upper right, lower left, lower right.
    prefix : begins every id of the picture.
    width : pixels of the drawing, 280 or more.

    Returns
    -------
    Picture and table; the fields part at the means of the rows.

    Raises
    ------
    AnalysisError : the table has not five headings.
    """
    check_columns(words, 5)
    canvas = Canvas(width, max(340.0, width * 0.68))
    if rows:
        _draw_importance(canvas, rows, words)
    else:
        canvas.text(0, _TOP + 14, words.empty, fill=QUIET)
    svg = canvas.svg(prefix=prefix, title=words.title, description=f"{words.measure} {words.note}")
    return picture(svg, words, [_importance_line(row, words) for row in rows])


def _importance_line(row: ImportanceRow, words: ChartWords) -> tuple[str, ...]:
    number = words.number
    weights = (row.importance, row.importance_low, row.importance_high)
    middle, low, high = (number.plain(v, 2) for v in weights)
    performance = number.interval(row.performance_low, row.performance_high)
    return (row.label, number.share(row.performance), performance, middle, f"{low}{DASH}{high}")


def _draw_importance(canvas: Canvas, rows: Sequence[ImportanceRow], words: ChartWords) -> None:
    """Fields, crosses, labels."""
    across = Scale(
        *percent_limits(v for r in rows for v in (r.performance_low, r.performance_high)), 20, canvas.width - 20
    )
    lowest, highest = min(r.importance_low for r in rows), max(r.importance_high for r in rows)
    margin = (highest - lowest or 1.0) * 0.08
    down = Scale(lowest - margin, highest + margin, canvas.height - _FOOT, _TOP + 20)
    x = across(sum(r.performance for r in rows) / len(rows))
    y = down(sum(r.importance for r in rows) / len(rows))
    canvas.line([(x, down.end), (x, down.start)], QUIET, 1.0, "--")
    canvas.line([(12.0, y), (canvas.width - 12, y)], QUIET, 1.0, "--")
    canvas.line([(12.0, down.start), (canvas.width - 12, down.start)], INK, 1.0)
    for row in rows:
        centre = (across(row.performance), down(row.importance))
        canvas.line([(across(row.performance_low), centre[1]), (across(row.performance_high), centre[1])], GOOD, 1.6)
        canvas.line([(centre[0], down(row.importance_low)), (centre[0], down(row.importance_high))], GOOD, 1.6)
        canvas.dot(*centre, 5.0, GOOD)
    _axes_of_importance(canvas, across, down, words)
    labels = [Label(row.label, across(row.performance), down(row.importance)) for row in rows]
    level = [
        (across(r.performance_low), down(r.importance) - 3, across(r.performance_high), down(r.importance) + 3)
        for r in rows
    ]
    upright = [
        (across(r.performance) - 3, down(r.importance_high), across(r.performance) + 3, down(r.importance_low))
        for r in rows
    ]
    place_labels(canvas, labels, level + upright + _corner_boxes(canvas, down, words))


def _corner_boxes(canvas: Canvas, down: Scale, words: ChartWords) -> list[Box]:
    """Where the names of the fields stand."""
    boxes = []
    for place, corner in enumerate(words.corners):
        wide = text_width(corner, SMALL)
        left = 12.0 if place % 2 == 0 else canvas.width - 12 - wide
        base = down.end - 4 if place < 2 else down.start - 6
        boxes.append((left, base - 12, left + wide, base + 4))
    return boxes


def _axes_of_importance(canvas: Canvas, across: Scale, down: Scale, words: ChartWords) -> None:
    """Names of the axes, of the four fields, and the per cents below."""
    canvas.text(0, 12, words.y_axis, size=SMALL, fill=QUIET)
    for tick in across.ticks():
        canvas.text(across(tick), down.start + 17, words.number.share(tick), size=SMALL, anchor="center", fill=QUIET)
    canvas.text(canvas.width, canvas.height - 8, words.x_axis, size=SMALL, anchor="right", fill=QUIET)
    places = (("left", down.end - 4), ("right", down.end - 4), ("left", down.start - 6), ("right", down.start - 6))
    for (anchor, y), corner, colour in zip(places, words.corners, (BAD, QUIET, QUIET, QUIET), strict=False):
        canvas.text(12 if anchor == "left" else canvas.width - 12, y, corner, size=SMALL, anchor=anchor, fill=colour)
