"""Reports for people to read and sign: the annual one from published figures alone, short ones from dossier tables.

html = report.annual_report(source, "vi")        # one self-contained page, the same bytes for the same figures
"""

from analysis.report.annual import annual_report
from analysis.report.dossiers import DossierSource, dossier_report
from analysis.report.page import for_paper
from analysis.report.source import Source
from analysis.report.wording import LANGUAGES

__all__ = ["LANGUAGES", "DossierSource", "Source", "annual_report", "dossier_report", "for_paper"]
