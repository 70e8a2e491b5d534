"""The annual report in a bundle: HTML that follows from its tables, and PDF that was printed from the HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from analysis import report
from analysis.release.facts import Facts
from analysis.release.sheets import Sheet

HTML, PDF = ({language: f"report/{language}.{kind}" for language in report.LANGUAGES} for kind in ("html", "pdf"))
Printer = Callable[[str], bytes]
_TABLES = (
    "units",
    "overall",
    "factors",
    "items",
    "ranks",
    "rates",
    "fieldwork",
    "codebook",
    "comparison",
    "series",
    "history",
)


def pages(
    facts: Facts, protocol: Mapping[str, Any], reports: Mapping[str, Mapping[str, Any]], sheets: Sequence[Sheet]
) -> dict[str, bytes]:
    """The report in every language, by path.

    Parameters
    ----------
    facts, protocol, reports
        As in `Contents`.
    sheets : sequence of Sheet
        Tables of the bundle, printed as they are published; one that the bundle does not have counts as empty.
    """
    found = {sheet.path.split("/")[-1].removesuffix(".csv"): tuple(sheet.records()) for sheet in sheets}
    tables = {name: found.get(name, ()) for name in _TABLES}
    source = report.Source(asdict(facts), protocol, reports, tables)
    return {path: report.annual_report(source, language) for language, path in HTML.items()}


def printed(files: Mapping[str, bytes], printer: Printer) -> dict[str, bytes]:
    """The PDF of every language, by path."""
    return {PDF[language]: printer(report.for_paper(files[path])) for language, path in HTML.items()}
