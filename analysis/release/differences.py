"""Where two versions of one file of a bundle differ, in the words of that kind of file."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from xml.sax.saxutils import unescape

from analysis.release.container import parts
from analysis.release.findings import BundleError, Finding

MOST = 20  # differences told of one file
_FOLLOW = "follow from data/cells.csv and protocol.json"
_DERIVED = f"does not {_FOLLOW}"
_DRAWN = (
    "Check again with the libraries of requirements.txt, since another version may draw otherwise; if this stays, ask "
    "the publisher for the bundle as it was signed."
)
_TAGS = re.compile(r"<[^>]*>")
_SVG_TEXT = re.compile(r"<(?:text|title|desc|tspan)\b[^>]*>([^<]*)<")
_XLSX_CELL = re.compile(r"<c/>|<c><v>([^<]*)</v></c>|<c t=\"inlineStr\" s=\"\d\"><is><t[^>]*>([^<]*)</t></is></c>")


def differences(path: str, expected: bytes, found: bytes) -> list[Finding]:
    """Every place, up to a limit, where a file is not the one that its inputs give.

    Parameters
    ----------
    path : str
        Its ending decides how places are named: row and column of tables, line of text.
    expected, found : bytes
        Made anew from the inputs; as it lies in the bundle.
    """
    if expected == found:
        return []
    ways = {"csv": _table, "xlsx": _workbook, "svg": _picture, "html": _page}
    told = ways.get(path.rsplit(".", 1)[-1], _lines)(path, expected, found)
    places = [place for place, _number in zip(told, range(MOST), strict=False)]
    return places or [Finding(path, f"{_DERIVED}: the bytes differ where no reader looks")]


def _table(path: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    want, have = _csv(expected), _csv(found)
    heading = want[0]
    for number, (a, b) in enumerate(zip_longest(want, have), start=1):
        if a is None or b is None:
            problem = "has a row too many" if a is None else "lacks a row"
            yield Finding(path, problem, row=str(number), expected=",".join(a or ()), found=",".join(b or ()))
            continue
        yield from _cells(path, heading, number, a, b)


def _csv(content: bytes) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline="")))
    except csv.Error:
        return [[line] for line in content.decode("utf-8", "replace").split("\n")]


def _cells(path: str, heading: Sequence[str], row: int, want: Sequence[str], have: Sequence[str]) -> Iterator[Finding]:
    for place, (a, b) in enumerate(zip_longest(want, have, fillvalue="")):
        if a != b:
            column = heading[place] if place < len(heading) else str(place + 1)
            yield Finding(path, _DERIVED, row=str(row), column=column, expected=a, found=b)


def _lines(path: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    want, have = (content.decode("utf-8", "replace").split("\n") for content in (expected, found))
    for number, (a, b) in enumerate(zip_longest(want, have, fillvalue=""), start=1):
        if a != b:
            yield Finding(path, _DERIVED, row=str(number), expected=a.strip(), found=b.strip())


def _page(path: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    """Line by line, the words and numbers that differ; where only marks do, the whole line."""
    want, have = (content.decode("utf-8", "replace").split("\n") for content in (expected, found))
    for number, (a, b) in enumerate(zip_longest(want, have, fillvalue=""), start=1):
        if a != b:
            pairs = zip_longest(*(_TAGS.split(line) for line in (a, b)), fillvalue="")
            told = [pair for pair in pairs if pair[0] != pair[1]] or [(a.strip(), b.strip())]
            yield from (Finding(path, _DERIVED, _DRAWN, str(number), expected=x, found=y) for x, y in told)


def _picture(path: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    want, have = (_SVG_TEXT.findall(content.decode("utf-8", "replace")) for content in (expected, found))
    if want == have:
        yield Finding(path, f"its lines and shapes differ from those that {_FOLLOW}", _DRAWN)
    for a, b in zip_longest(want, have, fillvalue=""):
        if a != b:
            yield Finding(path, f"a word or number in the picture {_DERIVED}", _DRAWN, expected=a, found=b)


def _workbook(path: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    want = parts(path, expected)
    try:
        have = parts(path, found)
    except BundleError as error:
        yield from error.findings
        return
    for part in [*want, *(have.keys() - want.keys())]:
        a, b = (files.get(part, b"").decode("utf-8", "replace") for files in (want, have))
        if a != b:
            yield from _sheet_cells(f"{path} ({part})", a, b)


def _sheet_cells(path: str, expected: str, found: str) -> Iterator[Finding]:
    want, have = (re.findall(r"<row r=\"(\d+)\">(.*?)</row>", text) for text in (expected, found))
    for (row, a), (_row, b) in zip_longest(want, have, fillvalue=("", "")):
        if a != b:
            cells = zip_longest(_cell_texts(a), _cell_texts(b), fillvalue="")
            for place, (x, y) in enumerate(cells, start=1):
                if x != y:
                    yield Finding(path, _DERIVED, row=row, column=str(place), expected=x, found=y)


def _cell_texts(row: str) -> list[str]:
    return [unescape(number or text) for number, text in _XLSX_CELL.findall(row)]
