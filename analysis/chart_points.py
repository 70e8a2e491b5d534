"""Bars of points: how many a unit has, how many it could have had, and where the classes begin."""

from collections.abc import Sequence

from analysis.canvas import BODY, GOOD, GRID, INK, NEUTRAL, QUIET, SMALL, Canvas, text_width, wrap
from analysis.chart_intervals import LINE, TURN, WIDE
from analysis.chart_rows import DASH, ChartWords, ClassLimit, Picture, PointRow, check_columns, picture
from analysis.chart_scale import Scale

_BAR = 16.0
_HEAD = 30.0


def points(
    rows: Sequence[PointRow],
    limits: Sequence[ClassLimit],
    most: float,
    words: ChartWords,
    *,
    prefix: str,
    width: float = WIDE,
) -> Picture:
    """
    One bar per unit: points reached in blue, points that could have been reached in grey, lines where classes begin.

    Parameters
    ----------
    rows : points from 0 to `most`; a row without points shows its reason.
    limits : where each class begins, with its name.
    most : points that a full score has.
    words : four table columns: unit, points, reachable, class.
    prefix : begins every id of the picture.
    width : pixels of the drawing, 280 or more; below 480 labels stand above their bars.

    Returns
    -------
    Picture and table.

    Raises
    ------
    AnalysisError : the table has not four headings.
    """
    check_columns(words, 4)
    narrow = width < TURN
    side = text_width("00.0", BODY) + 12
    label_width = width - side if narrow else 218.0
    labels = [wrap(row.label, BODY, label_width) for row in rows]
    heights = [len(lines) * LINE + (_BAR + 14 if narrow else 12.0) for lines in labels]
    names = _class_lines(limits, narrow=narrow)
    top = _HEAD + LINE * len(names)
    canvas = Canvas(width, top + (sum(heights) or 30.0) + 4)
    scale = Scale(0.0, most, 0.0 if narrow else label_width + 14, width - side)
    if rows:
        _grid(canvas, limits, scale, names, top)
    else:
        canvas.text(0, top, words.empty, fill=QUIET)
    y = top
    for row, lines, height in zip(rows, labels, heights, strict=True):
        _row(canvas, row, lines, (y, height), scale, words)
        y += height
    svg = canvas.svg(prefix=prefix, title=words.title, description=f"{words.measure} {words.note}")
    return picture(svg, words, [_table_line(row, words) for row in rows])


def _table_line(row: PointRow, words: ChartWords) -> tuple[str, ...]:
    if row.points is None:
        return (row.label, row.reason, DASH, DASH)
    return (row.label, _number(row.points, words), _number(row.reachable, words), row.rank)


def _number(value: float, words: ChartWords) -> str:
    """Points with their one decimal, also where it is 0."""
    return f"{value:.1f}".replace(".", words.number.decimal)


def _class_lines(limits: Sequence[ClassLimit], *, narrow: bool) -> list[str]:
    """Names of the classes with their limits: under the picture's head, in as few lines as fit."""
    texts = [f"{limit.least:g} {limit.name}" for limit in limits if limit.least > 0]
    if not narrow:
        return [" · ".join(texts)]
    return [" · ".join(texts[k : k + 2]) for k in range(0, len(texts), 2)]


def _grid(canvas: Canvas, limits: Sequence[ClassLimit], scale: Scale, names: Sequence[str], top: float) -> None:
    """Lines where classes begin, their values above, their names above these."""
    for place, line in enumerate(names):
        canvas.text(0.0, 12 + place * LINE, line, size=SMALL, fill=QUIET)
    for limit in limits:
        x = scale(limit.least)
        canvas.line([(x, top - 4), (x, canvas.height)], GRID, 1.0)
        canvas.text(x, top - 8, f"{limit.least:g}", size=SMALL, anchor="center" if limit.least else "left", fill=QUIET)


def _row(
    canvas: Canvas,
    row: PointRow,
    lines: Sequence[str],
    place: tuple[float, float],
    scale: Scale,
    words: ChartWords,
) -> None:
    """Label, bar and value of one unit."""
    y, height = place
    for k, line in enumerate(lines):
        canvas.text(0, y + 14 + k * LINE, line)
    narrow = scale.start == 0.0
    bar = y + len(lines) * LINE + 3 if narrow else y + (height - _BAR) / 2
    if row.points is None:
        canvas.text(scale.start, bar + 12, row.reason, size=SMALL, fill=QUIET)
        return
    canvas.rect(scale.start, bar, scale(row.reachable) - scale.start, _BAR, NEUTRAL)
    if row.points > 0:
        canvas.rect(scale.start, bar + 3, scale(row.points) - scale.start, _BAR - 6, GOOD)
    value = _number(row.points, words)
    canvas.text(canvas.width, bar + 13, value, anchor="right", bold=True, fill=INK)
