"""A sheet to draw on in pixels, origin top left: the few marks that our charts are made of."""

import io
import re
import threading
import unicodedata
from functools import lru_cache
from typing import Literal

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from analysis.svg import page_svg

INK, QUIET, GRID, PAPER = "#14213D", "#4A5568", "#C5CCD6", "#FFFFFF"
GOOD, BAD, NEUTRAL = "#12436D", "#B5510D", "#D0D0D0"
GOOD_SOFT, BAD_SOFT = "#6B9AC9", "#DB8F4F"
SMALL, BODY = 12.0, 14.0  # font sizes in pixels

_NARROW, _WIDE = set("iIljtfr.,:;'|!()[] ·"), set("mwMWĐ@%—…")
_DROPPED = re.compile("[\u202a-\u202e\u2066-\u2069]")  # reorders the text around it
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # not allowed in XML
Dash = Literal["-", "--"]
_REMEMBERED = 4096  # letters and texts: a label is measured, then drawn, in every picture of a report
_ONE_AT_A_TIME = threading.Lock()  # matplotlib is not made for threads


class _Words(Text):
    """Text that is written as it is: no mathematics between dollar signs, no look at matplotlib's own fonts."""

    def draw(self, renderer: RendererBase) -> None:
        """Hand the text to the SVG writer; the browser lays it out."""
        graphics = renderer.new_gc()
        graphics.set_foreground(self.get_color())
        x, y = self.get_position()
        font = self.get_fontproperties()
        height = renderer.get_canvas_width_height()[1]  # SVG counts from the top
        renderer.draw_text(graphics, x, height - y, self.get_text(), font, 0, ismath=False, mtext=self)
        graphics.restore()


class Canvas:
    """Collects marks; `svg` writes them. The same marks give the same bytes."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._marks: list[Artist] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Rectangle by its top left corner."""
        self._add(Rectangle((x, self.height - y - height), width, height, facecolor=fill, edgecolor="none"))

    def line(self, points: list[tuple[float, float]], stroke: str, width: float = 1.0, dash: Dash = "-") -> None:
        """Line through points, whole or dashed."""
        xs, ys = zip(*points, strict=True)
        self._add(Line2D(xs, [self.height - y for y in ys], color=stroke, linewidth=width, linestyle=dash))

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        """Dot with a white rim, so that it stands out from its whisker."""
        self._add(Circle((x, self.height - y), radius, facecolor=fill, edgecolor=PAPER, linewidth=1.2))

    def arrow(self, x: float, y: float, size: float, direction: int, fill: str) -> None:
        """Triangle whose tip shows where the value may lie: 1 to the right, -1 to the left."""
        base, middle = x - direction * size, self.height - y
        corners = [(base, middle - size), (base, middle + size), (x + direction * size, middle)]
        self._add(Polygon(corners, facecolor=fill, edgecolor=PAPER, linewidth=1.2))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = BODY,
        anchor: str = "left",
        bold: bool = False,
        fill: str = INK,
    ) -> None:
        """Text on its baseline; anchor left, center or right."""
        weight = 700 if bold else 400
        made = _Words(x, self.height - y, clean(words), fontsize=size, color=fill, ha=anchor, fontweight=weight)
        made.set_verticalalignment("baseline")
        self._add(made)

    def _add(self, mark: Artist) -> None:
        mark.set_transform(IdentityTransform())
        mark.set_zorder(len(self._marks))  # later marks lie on top
        self._marks.append(mark)

    def svg(self, *, prefix: str, title: str, description: str) -> str:
        """Write the sheet as SVG for a page."""
        figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=72)
        FigureCanvasSVG(figure)
        for mark in self._marks:
            figure.add_artist(mark)
        buffer = io.StringIO()
        with _ONE_AT_A_TIME, mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "sipas", "path.simplify": False}):
            figure.savefig(buffer, format="svg", metadata={"Date": None})
        return page_svg(buffer.getvalue(), prefix=prefix, title=clean(title), description=clean(description))


def clean(words: str) -> str:
    """Text that XML can hold and that stays in its own line and direction."""
    return _CONTROL.sub(" ", _DROPPED.sub("", words))


def text_width(words: str, size: float) -> float:
    """About how many pixels a line takes in a system font; rather too many than too few."""
    return size * sum(map(_em, words))


@lru_cache(maxsize=_REMEMBERED)
def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.36
    return 0.9 if character in _WIDE else 0.69 if character.isupper() else 0.575


def wrap(words: str, size: float, width: float) -> list[str]:
    """Break a text into lines of at most `width` pixels, between words where there are any."""
    return list(_wrapped(words, size, width))


@lru_cache(maxsize=_REMEMBERED)
def _wrapped(words: str, size: float, width: float) -> tuple[str, ...]:
    lines = [""]
    for word in words.split():
        joined = f"{lines[-1]} {word}".strip()
        if text_width(joined, size) <= width:
            lines[-1] = joined
            continue
        lines += [""] if lines[-1] else []
        for character in word:
            if lines[-1] and text_width(lines[-1] + character, size) > width:
                lines.append("")
            lines[-1] += character
    return tuple(lines)
