"""An index by month: dots with whiskers, joined only where month follows month."""

from collections.abc import Sequence
from itertools import pairwise

from analysis.canvas import BODY, GOOD, PAPER, QUIET, SMALL, Canvas, text_width
from analysis.chart_intervals import WIDE
from analysis.chart_rows import DASH, ChartWords, MonthRow, Picture, check_columns, picture
from analysis.chart_scale import Scale, horizontal_grid, percent_limits

_HEIGHT, _TOP, _FOOT = 260.0, 26.0, 34.0


def trend(
    rows: Sequence[MonthRow],
    words: ChartWords,
    *,
    prefix: str,
    width: float = WIDE,
    step: int = 1,
) -> Picture:
    """
    Index by month with intervals; a month without a release is a gap, never a line drawn through it.

    Parameters
    ----------
    rows : months with estimates in per cent, 0..100; months may be missing, since places follow the calendar.
    words : four table columns: month, index, interval, n.
    prefix : begins every id of the picture.
    width : pixels of the drawing, 280 or more.
    step : months from one point to the next; a longer way is a gap.

    Returns
    -------
    Picture and table, both in the order of the calendar.

    Raises
    ------
    AnalysisError : the table has not four headings.
    """
    check_columns(words, 4)
    ordered = sorted(rows, key=lambda row: row.month)
    shown = any(row.estimate is not None for row in ordered)
    canvas = Canvas(width, _HEIGHT if shown else _TOP + 2 * BODY)
    if shown:
        _draw(canvas, ordered, words, step)
    else:
        canvas.text(0, _TOP + BODY, words.empty, fill=QUIET)
    svg = canvas.svg(prefix=prefix, title=words.title, description=f"{words.measure} {words.note}")
    return picture(svg, words, [_line(row, words) for row in ordered])


def _line(row: MonthRow, words: ChartWords) -> tuple[str, ...]:
    """One line of the table."""
    if row.estimate is None:
        return (row.label, row.reason, DASH, row.n_text or DASH)
    return (row.label, words.number.share(row.estimate), words.number.interval(row.low, row.high), row.n_text)


def _month_number(month: str) -> int:
    """Months since the year 0, so that neighbours differ by one."""
    return int(month[:4]) * 12 + int(month[5:7])


def _draw(canvas: Canvas, rows: Sequence[MonthRow], words: ChartWords, step: int) -> None:
    """Grid, months, line pieces, whiskers, dots, values."""
    numbers = [_month_number(row.month) for row in rows]
    low, high = percent_limits(v for r in rows for v in (r.estimate, r.low, r.high))
    bottom = canvas.height - _FOOT
    down = Scale(low, high, bottom, _TOP)
    across = Scale(numbers[0] - step / 2, numbers[-1] + step / 2, 52.0, canvas.width - 4)
    horizontal_grid(canvas, down, 52.0, canvas.width, words.number)
    shown = [(number, row) for number, row in zip(numbers, rows, strict=True) if row.estimate is not None]
    for (month, row), (following, after) in pairwise(shown):
        if after.breaks:
            middle = (across(month) + across(following)) / 2
            canvas.line([(middle, _TOP), (middle, bottom)], QUIET, 1.2, "--")
        elif following <= month + step:
            ends = [(across(month), down(row.estimate or 0.0)), (across(following), down(after.estimate or 0.0))]
            canvas.line(ends, GOOD, 1.6)
    for month, row in shown:
        _mark(canvas, row, across(month), down)
    _month_labels(canvas, rows, [across(n) for n in numbers], bottom)
    _values(canvas, shown, across, down, words)


def _mark(canvas: Canvas, row: MonthRow, x: float, down: Scale) -> None:
    if row.low is not None and row.high is not None:
        canvas.line([(x, down(row.low)), (x, down(row.high))], GOOD, 2.0)
    canvas.dot(x, down(row.estimate or 0.0), 5.0, GOOD)
    if row.rebuilt:
        canvas.dot(x, down(row.estimate or 0.0), 3.0, PAPER)


def _month_labels(canvas: Canvas, rows: Sequence[MonthRow], places: Sequence[float], bottom: float) -> None:
    """Month names under the axis, the last one always, others where there is room; a dash over an empty month."""
    edge = canvas.width + 1.0
    for row, x in reversed(list(zip(rows, places, strict=True))):
        if row.estimate is None:
            canvas.text(x, bottom - 6, DASH, size=SMALL, anchor="center", fill=QUIET)
        half = text_width(row.label, SMALL) / 2
        place = min(x, canvas.width - half)
        if place + half < edge:
            canvas.text(place, bottom + 20, row.label, size=SMALL, anchor="center", fill=QUIET)
            edge = place - half - 8


def _values(
    canvas: Canvas, shown: Sequence[tuple[int, MonthRow]], across: Scale, down: Scale, words: ChartWords
) -> None:
    """Write the value over the whisker, the last one always and bold, others where there is room."""
    edge = canvas.width + 1.0
    for place, (month, row) in enumerate(reversed(shown)):
        text = words.number.share(row.estimate or 0.0)
        half = text_width(text, BODY) / 2
        x = min(across(month), canvas.width - half)
        if x + half < edge:
            top = down(max(row.high or 0.0, row.estimate or 0.0))
            canvas.text(x, max(top - 9, 12.0), text, anchor="center", bold=place == 0)
            edge = x - half - 6
