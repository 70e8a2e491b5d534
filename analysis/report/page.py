"""Templates of the reports: everything is escaped; only our own drawings are put in as they are."""

import base64
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis.chart_rows import Picture
from analysis.report.wording import Words
from analysis.svg import FONTS

_NARROW = re.compile(r'<div class="narrow">.*?</div>\n', re.DOTALL)
_DRAWING = re.compile(r"<svg .*?<title[^>]*>([^<]*)</title><desc[^>]*>([^<]*)</desc>.*?</svg>", re.DOTALL)
_PAPER_FONTS = "'Liberation Sans', 'Noto Sans', sans-serif"


def for_paper(page: bytes) -> str:
    """A report of `render` for a program that prints: one drawing of each, as an image with its words as alternative.

    Inline drawings would do as well; read as images they are laid out twice as fast, and keep their description.
    """
    return _DRAWING.sub(_image, _NARROW.sub("", page.decode()))


def _image(drawing: re.Match[str]) -> str:
    """The drawing as an image; title and description are escaped in it already, but for quotation marks."""
    words = " ".join(drawing.groups()).replace('"', "&quot;")
    content = base64.b64encode(drawing.group().replace(FONTS, _PAPER_FONTS).encode()).decode()
    return f'<img alt="{words}" src="data:image/svg+xml;base64,{content}">'


def render(template: str, words: Words, **values: object) -> bytes:
    """Fill a template in; a name that is not given is an error."""
    return _environment().get_template(template).render(w=words, **values).encode()


@cache
def _environment() -> Environment:
    """Autoescape always: names of units and questions come from files of others."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["drawn"] = _drawn
    return made


def _drawn(picture: Picture) -> Markup:
    """The drawing itself, whose every name the XML writer has escaped."""
    return Markup(picture.svg)  # noqa: S704 - made by analysis.svg in the same call
