"""Dots with whiskers, one row per factor or unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.canvas import BODY, GOOD, GRID, INK, QUIET, SMALL, Canvas, text_width, wrap
from analysis.chart_rows import DASH, ChartWords, IntervalRow, NumberFormat, Picture, check_columns, picture
from analysis.chart_scale import Scale, percent_limits, tick_values

WIDE, NARROW = 640.0, 320.0
TURN = 480.0  # below this width labels stand above their marks
LINE = 17.0  # height of a line of text
_TALL = 700.0  # pixels of rows from which the scale is repeated
_LABEL = 218.0  # widest label at the left, in pixels


@dataclass(frozen=True)
class _Layout:
    width: float
    label_width: float
    left: float
    right: float
    narrow: bool

    @classmethod
    def of(cls, width: float, widest_value: float) -> "_Layout":
        """Columns for label, plot and value; on a narrow sheet label and value stand above the plot."""
        if width < TURN:
            return cls(width, width - widest_value - 10, 20.0, width - 20.0, narrow=True)
        return cls(width, _LABEL, _LABEL + 16.0, width - widest_value - 24.0, narrow=False)


def factor_bars(
    rows: Sequence[IntervalRow],
    words: ChartWords,
    *,
    prefix: str,
    width: float = WIDE,
) -> Picture:
    """
    Factor indices with their intervals as dots and whiskers, in the order given.

    Parameters
    ----------
    rows : estimates in per cent, 0..100; a row without estimate shows its reason.
    words : four table columns: factor, index, interval, n.
    prefix : begins every id of the picture.
    width : pixels of the drawing, 280 or more; below 480 labels stand above their marks.

    Returns
    -------
    Picture and table.

    Raises
    ------
    AnalysisError : the table has not four headings.
    """
    check_columns(words, 4)
    return picture(_draw(rows, (), words, prefix, width, None), words, _table(rows, words, ranked=False))


def caterpillar(
    rows: Sequence[IntervalRow],
    words: ChartWords,
    *,
    prefix: str,
    by_estimate: bool = False,
    reference: float | None = None,
    reach: Sequence[float] = (),
    width: float = WIDE,
) -> Picture:
    """
    Units with their intervals: no league table, since no place is printed but a rank interval.

    Parameters
    ----------
    rows : units with estimates in per cent, 0..100; hidden units are listed below with their reasons.
    words : table columns: unit, index, interval, n; with a rank interval in any row a fifth, before n.
    prefix : begins every id of the picture.
    by_estimate : order by estimate, lowest first; otherwise the order given (by name).
    reference : value of the vertical line (the province), in per cent.
    reach : values that the scale holds besides, so that several pictures have the same scale.
    width : pixels of the drawing, 280 or more.

    Returns
    -------
    Picture and table.

    Raises
    ------
    AnalysisError : the number of headings does not fit.
    """
    ranked = any(row.rank for row in rows)
    check_columns(words, 5 if ranked else 4)
    shown = [row for row in rows if row.estimate is not None]
    hidden = [row for row in rows if row.estimate is None]
    if by_estimate:
        shown.sort(key=lambda row: (row.estimate or 0.0, row.label))
    drawn = _draw(shown, hidden, words, prefix, width, reference, reach)
    return picture(drawn, words, _table([*shown, *hidden], words, ranked=ranked))


def _table(rows: Sequence[IntervalRow], words: ChartWords, *, ranked: bool) -> list[tuple[str, ...]]:
    """One line per row; a hidden one says why."""
    lines = []
    for row in rows:
        rank = (row.rank or DASH,) if ranked else ()
        if row.estimate is None:
            lines.append((row.label, row.reason, DASH, *rank, row.n_text or DASH))
            continue
        value = words.number.bounded(row.estimate, row.bound)
        lines.append((row.label, value, words.number.interval(row.low, row.high), *rank, row.n_text))
    return lines


def _draw(
    rows: Sequence[IntervalRow],
    hidden: Sequence[IntervalRow],
    words: ChartWords,
    prefix: str,
    width: float,
    reference: float | None,
    reach: Sequence[float] = (),
) -> str:
    """Measure every row, then draw from top to bottom."""
    number = words.number
    layout = _Layout.of(width, max((text_width(_value(r, number), SMALL) for r in rows), default=90.0))
    heights = [_height(row, layout) for row in rows]
    top = 40.0 if reference is not None else 24.0
    foot = [_hidden_lines(row, width) for row in hidden]
    tail = (30.0 + sum(LINE * len(lines) + 4 for lines in foot)) if foot else 0.0
    if sum(heights) > _TALL:
        tail += LINE  # the scale is written again at the bottom
    canvas = Canvas(width, top + (sum(heights) or 30.0) + 8 + tail)
    if rows:
        low, high = percent_limits([*(v for r in rows for v in (r.estimate, r.low, r.high)), reference, *reach])
        scale = Scale(low, high, layout.left, layout.right)
        _rows(canvas, rows, heights, layout, scale, top, number, reference)
        _reference_name(canvas, scale, reference, words.line, top)
    else:
        canvas.text(0, top + 14, words.empty, fill=QUIET)
    _hidden_list(canvas, words.hidden, foot, canvas.height - tail + (LINE if sum(heights) > _TALL else 0.0) + 20)
    return canvas.svg(prefix=prefix, title=words.title, description=f"{words.measure} {words.note}")


def _rows(
    canvas: Canvas,
    rows: Sequence[IntervalRow],
    heights: Sequence[float],
    layout: _Layout,
    scale: Scale,
    top: float,
    number: NumberFormat,
    reference: float | None,
) -> None:
    """Scale above (a long list has it below too), then row by row."""
    tick_values(canvas, scale, top - 5, number)
    y = top
    for row, height in zip(rows, heights, strict=True):
        # on a narrow sheet lines run through the mark only, not through the label above it
        band = (y + height - 22, y + height - 2) if layout.narrow else (y, y + height)
        for tick in scale.ticks() if row.estimate is not None else ():
            canvas.line([(scale(tick), band[0]), (scale(tick), band[1])], GRID, 0.8)
        if reference is not None:
            canvas.line([(scale(reference), band[0]), (scale(reference), band[1])], INK, 1.4, "--")
        _row(canvas, row, layout, scale, y, number)
        y += height
    if sum(heights) > _TALL:
        tick_values(canvas, scale, y + 14, number)


def _value(row: IntervalRow, number: NumberFormat) -> str:
    """Text at the right of a row: estimate, and the interval in brackets; in its rank interval's company."""
    if row.estimate is None:
        return ""
    text = number.bounded(row.estimate, row.bound)
    if row.low is not None and row.high is not None:
        text += f" ({number.plain(row.low, kept=number.kept)}{DASH}{number.plain(row.high, kept=number.kept)})"
    return f"{text} · {row.rank}" if row.rank else text


def _height(row: IntervalRow, layout: _Layout) -> float:
    lines = len(wrap(row.label, BODY, layout.label_width))
    return lines * LINE + (24.0 if layout.narrow else 9.0)


def _row(canvas: Canvas, row: IntervalRow, layout: _Layout, scale: Scale, y: float, number: NumberFormat) -> None:
    """Label, whisker, dot and value of one row."""
    lines = wrap(row.label, BODY, layout.label_width)
    for place, line in enumerate(lines):
        canvas.text(0, y + 17 + place * LINE, line)
    middle = y + len(lines) * LINE + 13 if layout.narrow else y + 4.5 + len(lines) * LINE / 2
    value_y = y + 17 if layout.narrow else middle + 4.5
    if row.estimate is None:
        left, below = (0.0, 3.0) if layout.narrow else (layout.left + 4, 4.0)
        canvas.text(left, middle + below, row.reason, size=SMALL, fill=QUIET)
        return
    if row.low is not None and row.high is not None:
        canvas.line([(scale(row.low), middle), (scale(row.high), middle)], GOOD, 2.4)
    if row.bound == "exact":
        canvas.dot(scale(row.estimate), middle, 5.5, GOOD)
    else:
        canvas.arrow(scale(row.estimate), middle, 6.0, 1 if row.bound == "at_least" else -1, GOOD)
    canvas.text(layout.width, value_y, _value(row, number), size=SMALL, anchor="right")


def _reference_name(canvas: Canvas, scale: Scale, reference: float | None, label: str, top: float) -> None:
    """Name of the dashed line, above the scale."""
    if reference is None:
        return
    half = text_width(label, SMALL) / 2 + 4
    place = min(max(scale(reference), half), canvas.width - half)
    canvas.text(place, top - 24, label, size=SMALL, anchor="center", bold=True)


def _hidden_lines(row: IntervalRow, width: float) -> list[str]:
    return wrap(f"{row.label}: {row.reason}", SMALL, width - 8)


def _hidden_list(canvas: Canvas, heading: str, foot: Sequence[list[str]], y: float) -> None:
    """Units without a figure, each with its reason."""
    if not foot:
        return
    canvas.text(0, y - 6, heading, size=SMALL, bold=True)
    y += LINE - 4
    for lines in foot:
        for line in lines:
            canvas.text(0, y, line, size=SMALL, fill=QUIET)
            y += LINE
        y += 4
