"""Signed publications: a bundle that anybody can check and compute again, and the check.

files = release.build(contents)                  # every file by path; equal contents give equal bytes
files = release.signed(files, private_key)       # with release.sig
zipped = release.packed(files)
release.verify(path, public_key_file).ok         # no network, no database
"""

from analysis.printed_levels import shares_of, spans_of
from analysis.release.bundle import (
    EARLIER,
    Contents,
    build,
    changed_figures,
    contents_of,
    fieldwork_table,
    figures_for_later,
    signed,
)
from analysis.release.cell_table import cell_table
from analysis.release.checking import Verdict, unsigned_findings, verify
from analysis.release.container import opened, packed
from analysis.release.facts import Facts
from analysis.release.history import Past, history_of, past_with
from analysis.release.paper import HTML as REPORT
from analysis.release.paper import PDF as REPORT_ON_PAPER
from analysis.release.paper import Printer
from analysis.release.questions import codebook
from analysis.release.report import as_json, lines
from analysis.release.series import (
    FROM_SCORES,
    INEXACT,
    NOT_MEASURED,
    OTHER_INSTRUMENT,
    OVERLAP,
    PART_HIDDEN,
    SHARE_UNKNOWN,
)
from analysis.release.series import PUBLISHED as AS_PUBLISHED
from analysis.release.sheets import Sheet, records_of
from analysis.release.signing import SUMS, digest, key_id, public_key
from analysis.release.standing import ALONE, INCOMPLETE, NO_FIGURE, QUARTERS_ONLY

__all__ = [
    "ALONE",
    "AS_PUBLISHED",
    "EARLIER",
    "FROM_SCORES",
    "INCOMPLETE",
    "INEXACT",
    "NOT_MEASURED",
    "NO_FIGURE",
    "OTHER_INSTRUMENT",
    "OVERLAP",
    "PART_HIDDEN",
    "QUARTERS_ONLY",
    "REPORT",
    "REPORT_ON_PAPER",
    "SHARE_UNKNOWN",
    "SUMS",
    "Contents",
    "Facts",
    "Past",
    "Printer",
    "Sheet",
    "Verdict",
    "as_json",
    "build",
    "cell_table",
    "changed_figures",
    "codebook",
    "contents_of",
    "digest",
    "fieldwork_table",
    "figures_for_later",
    "history_of",
    "key_id",
    "lines",
    "opened",
    "packed",
    "past_with",
    "public_key",
    "records_of",
    "shares_of",
    "signed",
    "spans_of",
    "unsigned_findings",
    "verify",
]
