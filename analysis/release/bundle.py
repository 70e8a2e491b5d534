"""A bundle from its inputs, and its inputs from a bundle: every file but the inputs is made, never stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analysis import annual
from analysis.release import catalog, ddi, facts, figures, paper, questions, rates
from analysis.release import cell_table as cells_file
from analysis.release.facts import Facts, facts_of, json_bytes
from analysis.release.findings import BundleError, Finding
from analysis.release.history import Past, past_of
from analysis.release.method import PATH as METHOD
from analysis.release.method import method
from analysis.release.pictures import pictures
from analysis.release.readme import readmes
from analysis.release.series import series
from analysis.release.sheets import Sheet, read_sheet, sheet_of
from analysis.release.signing import SIGNATURE, SUMS, signature, sums
from analysis.release.standing import standing
from analysis.release.workbook import workbook

PROTOCOL, WORKBOOK = "protocol.json", "sipas.xlsx"
REPORTS = {name: f"reports/{name}.json" for name in ("weights", "disclosure", "integrity")}
EARLIER = Sheet(
    "data/earlier.csv",
    "Indices of the earlier release, as published",
    "Chỉ số của kỳ trước, như đã công bố",
    figures.earlier_columns(),
    (),
    ("unit", "statistic"),
)
_CARRIED = ("results/overall.csv", "results/factors.csv")
_CHANGE = ("file", "unit", "statistic", "column", "before", "after")
_WORDS = {
    "abstract": "Satisfaction of citizens and organisations with administrative services / Sự hài lòng của người dân, "
    "tổ chức đối với sự phục vụ hành chính",
    "universe": "Applicants whose dossier was closed in the period: returned, refused or withdrawn",
    "sampling": "Probability sample of dossiers drawn by the platform under a committed seed; method.md",
    "mode": "One-time address on the return slip, answered on the respondent's own device or to an interviewer",
    "weights": "Design weights, response classes, calibration to dossier totals; method.md and reports/weights.json",
}


@dataclass(frozen=True)
class Contents:
    """The inputs of a bundle; all else follows from them.

    Attributes
    ----------
    facts : Facts
        What the release says of itself.
    protocol : mapping
        As `annual.recompute` takes it, with `names` of units besides.
    codebook, cells, fieldwork, earlier : Sheet
        Questions; published cells; counts by unit; the earlier release's indices (no rows where there is none).
    reports : mapping of str to mapping
        weights, disclosure, integrity.
    printed : mapping of str to bytes
        The report as PDF by path, where it was printed; kept as it is, since paper depends on fonts.
    past : Past, optional
        Earlier years and reorganisations, where there were releases before.
    """

    facts: Facts
    protocol: Mapping[str, Any]
    codebook: Sheet
    cells: Sheet
    fieldwork: Sheet
    earlier: Sheet
    reports: Mapping[str, Mapping[str, Any]]
    printed: Mapping[str, bytes] = field(default_factory=dict)
    past: Past | None = None


def build(contents: Contents, printer: paper.Printer | None = None) -> dict[str, bytes]:
    """Make every file of a bundle but the signature, in the order in which it is packed.

    Parameters
    ----------
    contents : Contents
        Equal contents give equal bytes.
    printer : callable, optional
        Makes a PDF of a page of HTML; without it the PDFs are those of the contents.

    Returns
    -------
    dict of str to bytes
        Content by path, SHA256SUMS last.
    """
    results = results_of(contents)
    overall, factors, _items = results
    ranks = standing(overall, contents.fieldwork, contents.protocol)
    made = [*results, ranks, rates.rates(contents.fieldwork), figures.diagnostics_table(contents.reports["weights"])]
    if contents.earlier.rows:
        past = contents.past
        alike = contents.earlier if past is None else past.alike(contents.earlier, contents.facts)
        made.append(figures.comparison(alike, [overall, factors]))
    units = figures.units_of(contents.protocol)
    data = [contents.codebook, units, contents.cells, contents.fieldwork, contents.earlier]
    if contents.past is not None:
        data += contents.past.sheets()
        made.append(series(contents.past, contents.facts, units, overall, contents.fieldwork))
    sheets = [*data, *made]
    tables = {sheet.path.split("/")[-1].removesuffix(".csv"): sheet for sheet in (*results, ranks)}
    files = readmes(contents.facts, sheets)
    files |= {
        facts.PATH: contents.facts.content(),
        PROTOCOL: json_bytes(contents.protocol),
        METHOD: method(contents.facts, contents.protocol, contents.codebook, contents.reports["weights"]),
    }
    files |= {sheet.path: sheet.content() for sheet in sheets}
    files |= pictures(contents.facts, units, tables, contents.codebook)
    files |= paper.pages(contents.facts, contents.protocol, contents.reports, sheets)
    files |= paper.printed(files, printer) if printer else contents.printed
    files |= {REPORTS[name]: json_bytes(contents.reports[name]) for name in REPORTS}
    files[WORKBOOK] = workbook(sheets)
    files[ddi.PATH] = ddi.ddi_codebook(contents.facts, contents.codebook, _WORDS)
    files[catalog.WEB] = catalog.csv_on_the_web(contents.facts, sheets)
    listed = {sheet.path for sheet in sheets}
    others = {path: content for path, content in files.items() if path not in listed}
    files[catalog.PACKAGE] = catalog.data_package(contents.facts, sheets, others)
    files[catalog.CATALOG] = catalog.linked_data(contents.facts, files)
    files[SUMS] = sums(files)
    return files


def earlier_table(tables: Sequence[Sheet]) -> Sheet:
    """Overall and factor indices of a release as a later one carries them."""
    rows = [row for table in tables for row in table.rows]
    return Sheet(EARLIER.path, EARLIER.title, EARLIER.title_vi, EARLIER.columns, tuple(rows), EARLIER.key)


def figures_for_later(files: Mapping[str, bytes]) -> Sheet:
    """The figures of a bundle that a later one carries, as it prints them; BundleError if it has none to read."""
    tables = []
    for path in _CARRIED:
        if path not in files:
            raise BundleError([Finding(path, "is missing")])
        tables.append(read_sheet(files[path], replace(EARLIER, path=path)))
    return earlier_table(tables)


def results_of(contents: Contents) -> list[Sheet]:
    """Overall, factors and items, computed from the cells."""
    cells = cells_file.cells_of(contents.cells)
    return figures.result_tables(annual.recompute(cells, contents.protocol))


def fieldwork_table(rows: Sequence[Sequence[str | int]]) -> Sheet:
    """Counts of the fieldwork by unit, in the order of `rates.COLUMNS`."""
    return sheet_of(rates.COUNTS, rates.TITLES, rates.COLUMNS, rows, rates.EMPTY.key)


def changed_figures(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Every printed figure that differs between two versions of a release.

    Returns
    -------
    list of dict
        file, unit, statistic, column, before, after; blank where a row is in one version only.
    """
    found = []
    for old, new in zip(results_of(contents_of(before)), results_of(contents_of(after)), strict=True):
        rows = [{(r["unit"], r["statistic"]): r for r in sheet.records()} for sheet in (old, new)]
        for key in dict.fromkeys([*rows[0], *rows[1]]):
            a, b = rows[0].get(key, {}), rows[1].get(key, {})
            found += [
                dict(zip(_CHANGE, (new.path, *key, name, a.get(name, ""), b.get(name, "")), strict=True))
                for name in {**a, **b}
                if name not in ("unit", "statistic") and a.get(name, "") != b.get(name, "")
            ]
    return found


def signed(files: Mapping[str, bytes], private: Ed25519PrivateKey) -> dict[str, bytes]:
    """Files of a bundle with their signature."""
    return {**files, SIGNATURE: signature(files[SUMS], private)}


def contents_of(files: Mapping[str, bytes]) -> Contents:
    """Read the inputs of a bundle; BundleError names every input that is missing or cannot be read."""
    inputs = [facts.PATH, PROTOCOL, questions.PATH, cells_file.PATH, rates.COUNTS, EARLIER.path, *REPORTS.values()]
    missing = [Finding(path, "is missing") for path in inputs if path not in files]
    if missing:
        raise BundleError(missing)
    tables = [questions.EMPTY, cells_file.EMPTY, rates.EMPTY, EARLIER]
    book, cells, fieldwork, earlier = (read_sheet(files[table.path], table) for table in tables)
    protocol = _mapping(PROTOCOL, files[PROTOCOL])
    reports = {name: _mapping(path, files[path]) for name, path in REPORTS.items()}
    printed = {path: files[path] for path in paper.PDF.values() if path in files}
    return Contents(
        facts_of(files[facts.PATH]), protocol, book, cells, fieldwork, earlier, reports, printed, past_of(files)
    )


def _mapping(path: str, content: bytes) -> dict[str, Any]:
    """Read a JSON object that is written as `json_bytes` writes it."""
    try:
        made = json.loads(content)
        again = json_bytes(made)
    except (ValueError, RecursionError) as error:
        row = str(getattr(error, "lineno", ""))
        raise BundleError([Finding(path, f"is no JSON ({error})", row=row)]) from None
    if not isinstance(made, dict) or again != content:
        raise BundleError([Finding(path, "is not written as this program writes it")])
    return made
