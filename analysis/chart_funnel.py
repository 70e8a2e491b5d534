"""The funnel: units against the range expected of their number of answers."""

from collections.abc import Sequence

from analysis.canvas import GOOD, INK, QUIET, SMALL, Canvas, Dash, text_width
from analysis.chart_intervals import WIDE
from analysis.chart_labels import Label, place_labels
from analysis.chart_rows import ChartWords, FunnelLimit, FunnelRow, Picture, check_columns, picture
from analysis.chart_scale import Scale, horizontal_grid, percent_limits

DASHED: Dash = "--"
WHOLE: Dash = "-"
_TOP, _LEFT, _FOOT = 24.0, 52.0, 48.0


def funnel(
    rows: Sequence[FunnelRow],
    limits: Sequence[FunnelLimit],
    target: float,
    words: ChartWords,
    *,
    prefix: str,
    width: float = WIDE,
) -> Picture:
    """
    Units against the range expected of their number of answers; only those outside are named.

    Parameters
    ----------
    rows : units: n > 0, estimate in per cent, 0..100; `outside` the outer limits or not.
    limits : inner and outer limits by n, in per cent, in the order of n.
    target : value of the middle line, in per cent.
    words : four table columns: unit, n, index, position; `x_axis`, `line`, two names in `limits`.
    prefix : begins every id of the picture.
    width : pixels of the drawing, 280 or more.

    Returns
    -------
    Picture and table.

    Raises
    ------
    AnalysisError : the table has not four headings.
    """
    check_columns(words, 4)
    canvas = Canvas(width, max(320.0, width * 0.62))
    if rows and limits:
        bounds = percent_limits([r.estimate for r in rows] + [v for f in limits for v in (f.outer_low, f.outer_high)])
        top = _legend(canvas, [(words.line, INK, WHOLE), *_limit_names(words)])
        down = Scale(*bounds, canvas.height - _FOOT, top)
        most = max([r.n for r in rows] + [f.n for f in limits])
        across = Scale(0.0, most * 1.04, _LEFT, width - 4)
        horizontal_grid(canvas, down, _LEFT, width, words.number)
        _limit_lines(canvas, limits, target, across, down)
        _n_axis(canvas, across, words)
        _units(canvas, rows, across, down)
    else:
        canvas.text(0, _TOP + 14, words.empty, fill=QUIET)
    svg = canvas.svg(prefix=prefix, title=words.title, description=f"{words.measure} {words.note}")
    number = words.number
    return picture(svg, words, [(r.label, number.plain(r.n), number.share(r.estimate), r.position) for r in rows])


def _limit_lines(canvas: Canvas, limits: Sequence[FunnelLimit], target: float, across: Scale, down: Scale) -> None:
    """Middle line and two pairs of limits."""
    canvas.line([(across(across.low), down(target)), (across(across.high), down(target))], INK, 1.2)
    inner = ([(f.n, f.low) for f in limits], [(f.n, f.high) for f in limits])
    outer = ([(f.n, f.outer_low) for f in limits], [(f.n, f.outer_high) for f in limits])
    for pair, dash in ((inner, DASHED), (outer, WHOLE)):
        for side in pair:
            canvas.line([(across(n), down(value)) for n, value in side], QUIET, 1.2, dash)


def _limit_names(words: ChartWords) -> list[tuple[str, str, Dash]]:
    return [(name, QUIET, dash) for name, dash in zip(words.limits, (DASHED, WHOLE), strict=False)]


def _legend(canvas: Canvas, entries: Sequence[tuple[str, str, Dash]]) -> float:
    """Line samples with their names, in as many lines as the sheet needs; returns where the plot may begin."""
    x, y = 0.0, 12.0
    for name, stroke, dash in entries:
        needed = 28.0 + text_width(name, SMALL)
        if x and x + needed > canvas.width:
            x, y = 0.0, y + 18.0
        canvas.line([(x, y - 4), (x + 22, y - 4)], stroke, 1.4, dash)
        canvas.text(x + 28, y, name, size=SMALL, fill=QUIET)
        x += needed + 16.0
    return y + 20.0


def _n_axis(canvas: Canvas, across: Scale, words: ChartWords) -> None:
    """Round numbers of answers below, with their meaning."""
    step = next(s * 10**p for p in range(9) for s in (1, 2, 5) if across.high / (s * 10**p) <= 6)
    for place in range(int(across.high / step) + 1):
        text = words.number.plain(step * place)
        x = min(across(step * place), canvas.width - text_width(text, SMALL) / 2)
        canvas.text(x, canvas.height - _FOOT + 17, text, size=SMALL, anchor="center", fill=QUIET)
    canvas.text(canvas.width, canvas.height - 8, words.x_axis, size=SMALL, anchor="right", fill=QUIET)


def _units(canvas: Canvas, rows: Sequence[FunnelRow], across: Scale, down: Scale) -> None:
    """A dot for each unit; those outside are larger, dark and named."""
    for row in rows:
        x, y = across(row.n), down(row.estimate)
        canvas.dot(x, y, 6.0 if row.outside else 4.0, INK if row.outside else GOOD)
    named = [Label(row.label, across(row.n), down(row.estimate)) for row in rows if row.outside]
    dots = [(across(row.n), down(row.estimate)) for row in rows]
    place_labels(canvas, named, [(x - 5, y - 5, x + 5, y + 5) for x, y in dots])
