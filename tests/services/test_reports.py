"""Reports on paper: tagged, searchable, the same bytes each time, and nothing fetched from anywhere."""

import io
from collections import Counter
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner

from analysis.release import REPORT, REPORT_ON_PAPER, opened, packed
from analysis.release.bundle import build, contents_of, signed
from analysis.report import for_paper
from survey_app.cli import sipas
from survey_app.domain.recordings import MediumError, picture
from survey_app.services.report_pdf import print_pdf
from tests.analysis.release.sample import KEY, contents, two_years
from tests.sounds import png


@pytest.fixture(scope="module")
def page():
    return two_years()[1][REPORT["vi"]]


@pytest.fixture(scope="module")
def document(page):
    return print_pdf(for_paper(page))


@pytest.fixture(scope="module")
def read(document):
    return pypdf.PdfReader(io.BytesIO(document))


def elements(read):
    """Every element of the structure tree."""
    waiting, found = [read.trailer["/Root"]["/StructTreeRoot"]["/K"]], []
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict) and "/S" in node:
            found.append(node)
            waiting.append(node.get("/K", []))
    return found


def test_the_same_report_is_printed_as_the_same_bytes(page, document):
    assert print_pdf(for_paper(page)) == document


def test_the_pdf_says_its_language_and_title_and_is_tagged(read):
    root = read.trailer["/Root"]
    assert root["/Lang"] == "vi"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read.metadata.title == "Báo cáo kết quả đo lường sự hài lòng, Sông Mây, 01/01/2026 – 31/12/2026"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert [entry.title for entry in read.outline if not isinstance(entry, list)]


def test_pictures_have_words_and_tables_have_headings(read):
    found = elements(read)
    kinds = Counter(node["/S"] for node in found)
    figures = [node for node in found if node["/S"] == "/Figure"]
    assert len(figures) == 4
    assert all(len(node["/Alt"]) > 60 for node in figures)
    assert kinds["/Table"] == 7
    assert kinds["/TH"] > kinds["/TR"]  # one for every row, and the headings
    cells = [node for node in found if node["/S"] == "/TD"]
    assert cells
    assert all(node["/A"]["/Headers"] for node in cells)
    assert kinds["/H1"] == 1
    assert kinds["/H2"] == 10


def test_the_words_can_be_searched_and_their_letters_are_inside(read):
    text = "\n".join(sheet.extract_text() for sheet in read.pages)
    assert "Chỉ số hài lòng chung là 58,3" in text
    assert "Độc lập – Tự do – Hạnh phúc" in text
    for sheet in read.pages:
        for font in sheet["/Resources"]["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in inner["/FontDescriptor"] or "/FontFile3" in inner["/FontDescriptor"]


def test_what_a_page_names_elsewhere_is_never_fetched(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the key of the office")
    attack = f'<html lang="vi"><title>x</title><img alt="x" src="file://{secret}"><p>text</p>'
    text = pypdf.PdfReader(io.BytesIO(print_pdf(attack))).pages[0].extract_text()
    assert "key of the office" not in text


def test_a_bundle_holds_its_pdf_under_its_checksum_and_can_be_made_again_with_it():
    files = build(contents(1), lambda page: f"%PDF {len(page)}".encode())
    for path in REPORT_ON_PAPER.values():
        assert path in files["SHA256SUMS"].decode()
        assert path in files["datapackage.json"].decode()
    assert build(contents_of(files)) == files


def test_the_report_of_a_bundle_is_written_without_a_database(tmp_path, page):
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(packed(signed(build(contents(1)), KEY)))
    out = tmp_path / "report.html"

    def run(*words):
        return CliRunner().invoke(sipas, ["report", "annual", *map(str, words)], obj="no installation")

    assert run(bundle, "--language", "en", "--out", out).exit_code == 0
    assert out.read_bytes() == opened(bundle)[REPORT["en"]]
    assert "ends in .html or .pdf" in str(run(bundle, "--out", tmp_path / "report.docx").exception)
    assert "no folder" in str(run(bundle, "--out", Path("/nowhere/report.html")).exception)


def test_printing_does_not_let_broken_pictures_be_uploaded(document):
    assert document
    with pytest.raises(MediumError, match="damaged"):
        picture(png()[:90])
