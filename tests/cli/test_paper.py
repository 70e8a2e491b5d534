"""Sheets as they come out of the printer."""

import re

import pytest
from click.testing import CliRunner

from survey_app.cli import sipas
from survey_app.domain import tokens
from tests import province


@pytest.fixture
def printed(installation, tmp_path):
    province.make(installation, desks=1, instrument="sipas-2017/1", per_desk=150, per_year=160)

    def run(*options):
        out = tmp_path / "sheets.html"
        words = ["paper", "print", "--round", "R2026", "--unit", "desk-1", "--out", str(out), *options]
        result = CliRunner().invoke(sipas, words, obj=installation)
        return result, out.read_text(encoding="utf-8") if out.exists() else ""

    return run


def test_each_sheet_has_a_code_of_its_own_and_every_question_with_numbered_boxes(printed):
    result, page = printed("--sheets", "50")
    assert result.exit_code == 0, result.output
    codes = re.findall(r'class="code">([^<]+)<', page)
    assert len({tokens.parse(code).text for code in codes}) == 50
    sheet = page.split('<section class="sheet">')[1]
    assert [int(n) for n in re.findall(r">(\d+)\. ", sheet)] == list(range(1, 39))
    assert "Chỉ trả lời nếu ở câu 20 chọn ô 2." in sheet
    assert "Chọn tối đa 3 ô." in sheet
    assert "Xin Ông/Bà cố gắng trả lời câu 1." in sheet


def test_sheets_in_english(printed):
    _result, page = printed("--language", "en")
    assert '<html lang="en">' in page
    assert "Answer only if you chose box 2 in question 20." in page


@pytest.mark.parametrize(
    ("options", "said"), [(["--language", "xx"], "come in vi, en"), (["--sheets", "49"], "at least 50")]
)
def test_what_cannot_be_printed_is_told_and_no_file_is_left(printed, options, said):
    result, page = printed(*options)
    assert result.exit_code == 1
    assert said in result.output
    assert page == ""
