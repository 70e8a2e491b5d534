"""The tables of a bundle as one XLSX for offices: numbers as numbers, text as text, the same bytes each time."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from analysis.release.container import packed
from analysis.release.sheets import Kind, Sheet

ROWS = 1_048_575  # rows of a sheet of XLSX without its heading
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/>'
    '</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

_PANE = '<pane ySplit="2" topLeftCell="A3" state="frozen"/>'
_FROZEN = f'<sheetViews><sheetView workbookViewId="0">{_PANE}</sheetView></sheetViews>'


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Write tables as XLSX, Vietnamese headings above the names of the columns.

    Parameters
    ----------
    sheets : sequence of Sheet
        Those with more rows than a sheet of XLSX can hold are left out; they stand in their CSV.
    """
    fitting = [sheet for sheet in sheets if len(sheet.rows) < ROWS]
    names = _names(fitting)
    places = range(1, len(fitting) + 1)
    parts = {
        "[Content_Types].xml": _content_types(places),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(names),
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{n}.xml") for n in places] + [("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(sheet) for n, sheet in zip(places, fitting, strict=True)},
    }
    return packed({path: (_HEAD + text).encode() for path, text in parts.items()})


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Names of the sheets: at most 31 characters, each once."""
    return [f"{re.sub('[^a-z0-9-]', '-', sheet.name)[:28]}-{n}"[:31] for n, sheet in enumerate(sheets, start=1)]


def _content_types(places: Sequence[int]) -> str:
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in places]
    listed = "".join(f'<Override PartName="{part}" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in overrides)
    default = f'<Default Extension="rels" ContentType="{"application/vnd.openxmlformats-package.relationships+xml"}"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{default}{listed}</Types>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _book(names: Sequence[str]) -> str:
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1))
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'


def _sheet(sheet: Sheet) -> str:
    """One sheet: Vietnamese titles, names of columns, rows."""
    texts = [column.kind in (Kind.TEXT, Kind.FLAG) for column in sheet.columns]
    lines = [
        _row(1, [_text(column.title_vi, style=1) for column in sheet.columns]),
        _row(2, [_text(column.name) for column in sheet.columns]),
    ]
    for number, row in enumerate(sheet.rows, start=3):
        cells = [_text(cell) if text else _number(cell) for cell, text in zip(row, texts, strict=True)]
        lines.append(_row(number, cells))
    return f'<worksheet xmlns="{_MAIN}">{_FROZEN}<sheetData>{"".join(lines)}</sheetData></worksheet>'


def _row(number: int, cells: Sequence[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text(text: str, style: int = 0) -> str:
    """Inline text is never a formula, whatever it begins with."""
    if not text:
        return "<c/>"
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _number(text: str) -> str:
    return f"<c><v>{text}</v></c>" if text else "<c/>"
