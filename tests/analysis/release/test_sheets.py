"""Tables of a bundle: a spreadsheet computes nothing in them, and one content has one way of being written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from analysis.errors import AnalysisError
from analysis.release.findings import BundleError
from analysis.release.sheets import Column, Kind, armed, clean, disarmed, read_sheet, sheet_of
from analysis.release.workbook import workbook

COLUMNS = (
    Column("unit", Kind.TEXT, "Unit", "Đơn vị", required=True),
    Column("change", Kind.NUMBER, "Change", "Thay đổi"),
    Column("n", Kind.WHOLE, "Answers", "Số trả lời"),
    Column("shown", Kind.FLAG, "Shown", "Công bố"),
)
FORMULAS = ["=1+1", "+84 912", "-2+3", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A1", "＝1", "  =1", "'=1", "''+1"]


def made(*rows):
    return sheet_of("results/t.csv", ("A table", "Một bảng"), COLUMNS, rows)


def content_of(text):
    return b"unit,change,n,shown\n" + text.encode()


def refused(text):
    with pytest.raises(BundleError) as caught:
        read_sheet(content_of(text), made())
    (finding,) = caught.value.findings
    return finding


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_is_disarmed_and_comes_back(text):
    sheet = made((text, -2.5, 3, True))
    cell = list(csv.reader(io.StringIO(sheet.content().decode())))[1][0]
    assert cell[0] == "'"
    assert read_sheet(sheet.content(), sheet) == sheet


def test_negative_numbers_stay_numbers():
    assert made(("a", -2.5, -3, False)).content() == b"unit,change,n,shown\na,-2.5,-3,false\n"


def test_no_number_column_takes_a_formula():
    for value in ("=1", "-2+3", "+1", "1e5e", "٣", "0x1", "1_000"):
        with pytest.raises(AnalysisError, match="row 2, column change"):
            made(("a", value, 1, None))


@given(st.text())
def test_disarming_is_undone_for_any_text(text):
    assert armed(disarmed(text)) == text


@given(st.text(max_size=40), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**15), 10**15))
def test_any_values_come_back_to_the_last_bit(text, number, whole):
    sheet = made((f"x{clean(text)}", number, whole, None))
    again = read_sheet(sheet.content(), sheet)
    assert again == sheet
    assert float(again.rows[0][1]) == number
    assert int(again.rows[0][2]) == whole


def test_text_is_one_line_in_normal_form_c():
    assert made(("Hoa\u0300 Bi\u0300nh\r\n2", None, None, None)).rows[0][0] == "Hoà Bình 2"


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("a,x,1,true\n", "2", "change"),
        ("a,1,1.5,true\n", "2", "n"),
        ("a,1,1,yes\n", "2", "shown"),
        ("a,1,1,true\n,1,1,true\n", "3", "unit"),
        ("a,1,1\n", "2", ""),
        ('"a",1,1,true\n', "2", ""),
        ("a,1,1,true", "3", ""),  # the end of the last line is missing
        ("a,1,1,true\r\n", "2", ""),
        ('a,1,"1,true\n', "2", ""),
    ],
)
def test_a_line_that_is_not_as_we_write_it_is_named(text, row, column):
    assert (refused(text).row, refused(text).column) == (row, column)


def test_another_heading_is_named():
    with pytest.raises(BundleError, match="expected 'change', found 'changed'"):
        read_sheet(b"unit,changed,n,shown\n", made())


def test_a_table_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("analysis.release.sheets.MAX_ROWS", 2)
    assert "more than 2 rows" in refused("a,1,1,true\n" * 4).problem
    assert refused(f"{'a' * 100_000},1,1,true\n").problem == "is no string, or too long"


def test_what_is_not_utf_8_is_named_by_line():
    with pytest.raises(BundleError, match="row 3: is not UTF-8"):
        read_sheet(b"unit,change,n,shown\na,1,1,true\n\xff,1,1,true\n", made())


def test_the_workbook_of_offices_has_numbers_as_numbers_and_no_formula():
    sheet = made(("=1+1", -2.5, 3, True), ("Xã <Ea> & Nam", None, None, None))
    assert workbook([sheet]) == workbook([sheet])
    (opened,) = load_workbook(io.BytesIO(workbook([sheet]))).worksheets
    rows = list(opened.iter_rows(values_only=True))
    assert rows[0] == ("Đơn vị", "Thay đổi", "Số trả lời", "Công bố")
    assert rows[2] == ("=1+1", -2.5, 3, "true")
    assert rows[3][0] == "Xã <Ea> & Nam"
    assert opened["A3"].data_type in {"s", "inlineStr"}
