"""A page of HTML as a tagged PDF for the archive and for screen readers (PDF/UA-1), printed by WeasyPrint."""

import logging
from importlib import import_module

from PIL import ImageFile

from survey_app.services.errors import RefusedError

SYSTEM = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation2"


def print_pdf(page: str) -> bytes:
    """Print a page; nothing is fetched but what lies in it. The same page and fonts give the same bytes."""
    _quiet()
    try:
        weasyprint = import_module("weasyprint")  # a second to load, and nobody who only reads figures needs Pango
    except OSError as error:
        raise RefusedError(f"A PDF needs Pango and its fonts: apt-get install {SYSTEM} ({error})") from error
    _quiet()  # loading it sets a level of its own
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # which it sets too, for the whole process: uploads have to be whole
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    printed: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
    return printed


def _quiet() -> None:
    """Leave its steps, and every rule that is for screens only, out of the log of the installation."""
    for name in ("weasyprint", "weasyprint.progress"):
        logging.getLogger(name).setLevel(logging.ERROR)
