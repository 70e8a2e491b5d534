"""Reports on paper: the annual one of a bundle, the short ones of a unit's dossiers."""

from datetime import timedelta
from pathlib import Path

import analysis
from survey_app.domain.periods import Period
from survey_app.installation import Installation
from survey_app.services import dossier_tables
from survey_app.services.dossier_tables import BalanceLine
from survey_app.services.errors import RefusedError
from survey_app.services.report_pdf import print_pdf

PDF, HTML = ".pdf", ".html"


def annual(bundle: Path, language: str, out: Path) -> None:
    """Write the report of a bundle; a PDF is printed anew from its HTML. Whether the bundle is good, `verify` says."""
    try:
        files = analysis.release.opened(bundle)
    except analysis.AnalysisError as error:
        raise RefusedError(str(error)) from error
    path = analysis.release.REPORT[language]
    if path not in files:
        raise RefusedError(f"{bundle} holds no {path}; it was made before releases had reports.")
    _write(files[path], out)


def dossiers(installation: Installation, unit_slug: str, period: Period, language: str, out: Path) -> None:
    """Write the short report of a unit and all beneath it."""
    _write(analysis.report.dossier_report(source_of(installation, unit_slug, period), language), out)


def source_of(installation: Installation, unit_slug: str, period: Period) -> "analysis.report.DossierSource":
    """The dossier tables of a unit as the report takes them."""
    found = dossier_tables.tables(installation, unit_slug, period)
    return analysis.report.DossierSource(
        place=found.unit_name,
        period=period.name,
        first=found.period.start.isoformat(),
        last=(found.period.end - timedelta(days=1)).isoformat(),
        over=period.end <= installation.today(),
        whole=_line(found.whole),
        lines={
            "unit": [_line(line) for line in found.by_unit],
            "field": [_line(line) for line in found.by_field],
            "channel": [_line(line) for line in found.by_channel],
        },
        missing=sum(found.whole.missing.values()),
        reorganised=found.reorganised,
    )


def _line(line: BalanceLine) -> dict[str, int | str | bool | None]:
    rate = None if line.on_time_rate is None else str(line.on_time_rate)
    return {"name": line.name, "key": line.key, **vars(line.figures), "on_time_rate": rate, "adds_up": not line.wrong}


def _write(page: bytes, out: Path) -> None:
    """Write HTML, or a PDF of it, by the ending of the file."""
    if out.suffix not in (PDF, HTML):
        raise RefusedError(f"{out}: write a file that ends in .html or .pdf.")
    if not out.parent.is_dir():
        raise RefusedError(f"{out.parent} is no folder; make it first.")
    out.write_bytes(print_pdf(analysis.report.for_paper(page)) if out.suffix == PDF else page)
