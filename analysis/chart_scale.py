"""Scales of charts: round limits that hold every interval, and pixels for values."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.canvas import GRID, QUIET, SMALL, Canvas
from analysis.chart_rows import NumberFormat

SMALLEST_SPAN = 20.0  # per cent: a narrower axis makes a ripple look like a wave


@dataclass(frozen=True)
class Scale:
    """Maps values onto pixels; `start` may lie right of or below `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Pixel of a value; what lies outside sits on the edge."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Three to six round values."""
        span = self.high - self.low
        step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 1e9) if span / s <= 5)
        first = -(-self.low // step) * step
        return [first + step * i for i in range(int((self.high - first) / step + 1e-9) + 1)]


def percent_limits(values: Iterable[float | None]) -> tuple[float, float]:
    """Tens of per cent that hold all values, within 0..100 and at least 20 apart."""
    known = [v for v in values if v is not None] or [0.0, 100.0]
    low, high = max(0.0, min(known) // 10 * 10), min(100.0, -(-max(known) // 10) * 10)
    if high - low < SMALLEST_SPAN:
        high = min(100.0, low + SMALLEST_SPAN)
        low = min(low, high - SMALLEST_SPAN)
    return low, high


def tick_values(canvas: Canvas, scale: Scale, y: float, number: NumberFormat) -> None:
    """Write the values of a horizontal scale on the baseline y."""
    for tick in scale.ticks():
        canvas.text(scale(tick), y, number.share(tick), size=SMALL, anchor="center", fill=QUIET)


def horizontal_grid(canvas: Canvas, scale: Scale, left: float, right: float, number: NumberFormat) -> None:
    """Draw grid lines from left to right, with their values at the left."""
    for tick in scale.ticks():
        y = scale(tick)
        canvas.line([(left, y), (right, y)], GRID, 0.8)
        canvas.text(left - 6, y + 4, number.share(tick), size=SMALL, anchor="right", fill=QUIET)
