"""Names beside points, put where they cover neither each other nor a point."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.canvas import PAPER, SMALL, Canvas, text_width

Box = tuple[float, float, float, float]  # left, top, right, bottom
_HEIGHT = 14.0


@dataclass(frozen=True)
class Label:
    """A name and its point, in pixels."""

    text: str
    x: float
    y: float


def place_labels(canvas: Canvas, labels: Sequence[Label], marks: Sequence[Box]) -> None:
    """Write each name at the first place around its point that is free, else at the least covered one."""
    taken = list(marks)
    for label in sorted(labels, key=lambda one: (one.y, one.x)):
        width = text_width(label.text, SMALL)
        boxes = [box for box in _places(label, width) if _inside(box, canvas)] or [_pushed_in(label, width, canvas)]
        best = min(boxes, key=lambda box: sum(_overlap(box, other) for other in taken))
        taken.append(best)
        if not any(_overlap(best, other) for other in taken[:-1]):
            canvas.rect(best[0], best[1], width, _HEIGHT, PAPER)  # over grid lines, never over a mark
        canvas.text(best[0], best[3] - 3, label.text, size=SMALL)


def _places(label: Label, width: float) -> list[Box]:
    """Right, left, above and below the point, at three distances."""
    found = []
    for far in (8.0, 16.0, 28.0):
        rises = (-far, far) if far > 8 else (0.0,)
        for rise in rises:
            top = label.y + rise - _HEIGHT / 2
            found += [
                (label.x + 8, top, label.x + 8 + width, top + _HEIGHT),
                (label.x - 8 - width, top, label.x - 8, top + _HEIGHT),
            ]
        for top in (label.y - far - _HEIGHT, label.y + far):
            found.append((label.x - width / 2, top, label.x + width / 2, top + _HEIGHT))
    return found


def _pushed_in(label: Label, width: float, canvas: Canvas) -> Box:
    """A name wider than both sides: above its point, as far in as it goes."""
    left = max(0.0, min(label.x - width / 2, canvas.width - width))
    return (left, label.y - 8 - _HEIGHT, left + width, label.y - 8)


def _inside(box: Box, canvas: Canvas) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= canvas.width and box[3] <= canvas.height


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0
