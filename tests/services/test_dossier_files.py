"""Files as vendors write them: every encoding and format, and none that harms."""

import csv
import json
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook

from survey_app.services.tables import TableError, workbook
from tests.services.dossier_files import (
    NATIONAL,
    ROW,
    a_file,
    a_province,
    counts,
    imported,
    rejects,
    text_of,
    the_dossiers,
)


@pytest.fixture
def database_url(sqlite_url):
    """Reading a file needs no second database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _province(installation, tmp_path):
    a_province(installation, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_unicode_encoding_and_delimiter_is_found(installation, tmp_path, encoding, delimiter):
    path = tmp_path / "export.csv"
    path.write_bytes(text_of([ROW], delimiter=delimiter).encode(encoding))
    assert counts(imported(installation, path)) == (1, 0, 0, 0)
    assert the_dossiers(installation)[0].field == "Đất đai"


def test_titles_and_a_separator_line_above_the_headings_are_passed_over(installation, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "sep=;\r\nDANH SÁCH HỒ SƠ;;\r\n\r\n" + text_of([ROW | {"NgayTra": "?"}], delimiter=";"), encoding="utf-8"
    )
    assert counts(imported(installation, path)) == (0, 0, 0, 1)
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        (rejected,) = csv.DictReader(file, delimiter=";")
    assert rejected["error_row"] == "5"  # the row as a spreadsheet counts it


def test_an_old_code_page_is_never_guessed_but_may_be_named(installation, tmp_path):
    path = tmp_path / "export.csv"
    # cp1258 writes some tones as marks after the letter
    old = text_of([ROW]).replace("Đất đai", "Đâ\u0301t đai").replace("Sở Xây dựng", "12.H98").replace("ị", "i\u0323")
    path.write_bytes(old.replace("í", "i\u0301").replace("ậ", "â\u0323").replace("ễ", "ê\u0303").encode("cp1258"))
    with pytest.raises(TableError, match="cp1258"):
        imported(installation, path)
    assert counts(imported(installation, path, encoding="cp1258")) == (1, 0, 0, 0)
    assert the_dossiers(installation)[0].field == "Đất đai"
    with pytest.raises(TableError, match="not known"):
        imported(installation, path, encoding="tcvn9")


def test_a_bad_byte_far_down_stops_everything_before_anything_is_written(installation, tmp_path):
    path = a_file(tmp_path, *({"MaHoSo": f"H98-260105-{n:06d}"} for n in range(4_000)))
    path.write_bytes(path.read_bytes() + b"H98-260105-9999,\xff\n")
    with pytest.raises(TableError, match="is not utf-8"):
        imported(installation, path)
    assert the_dossiers(installation) == []


def test_a_broken_quotation_mark_costs_only_its_own_row(installation, tmp_path):
    path = a_file(tmp_path, {}, {"MaHoSo": "H98-260105-0002"})
    text = path.read_text(encoding="utf-8").replace("Nguyễn Thị Bí Mật", '"Công ty "ABC" HN"', 1)
    path.write_text(text, encoding="utf-8", newline="")
    assert counts(imported(installation, path)) == (1, 0, 0, 1)
    assert rejects(tmp_path)[0]["error_row"] == "2"
    assert "ABC" not in (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig")


def test_a_quotation_mark_that_never_closes_is_told_with_its_lines(installation, tmp_path):
    path = a_file(tmp_path, {}, {"MaHoSo": "H98-260105-0002"}, {"MaHoSo": "H98-260105-0003"})
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("Đất đai", '"Đất đai')
    path.write_text("\n".join(lines), encoding="utf-8")
    assert counts(imported(installation, path)) == (1, 0, 0, 1)
    assert "lines 3 to 4" in rejects(tmp_path)[0]["error_remedy"]


def test_a_line_break_within_a_cell_keeps_the_row_numbers_of_a_spreadsheet(installation, tmp_path):
    imported(installation, a_file(tmp_path, {"ChuHoSo": "hai\ndòng"}, {"MaHoSo": "H98-260105-0002", "NgayTra": "?"}))
    assert rejects(tmp_path)[0]["error_row"] == "3"


def a_workbook(path, *rows, title=None, columns=NATIONAL):
    book = Workbook()
    sheet = book.active
    sheet.title = "Hồ sơ"
    if title:
        sheet.append([title])
    sheet.append(columns)
    for row in rows:
        sheet.append([(ROW | row)[column] for column in columns])
    book.save(path)
    return path


def test_a_workbook_with_real_dates_and_numbers_is_read(installation, tmp_path):
    rows = (
        {"NgayTra": datetime(2026, 1, 9, 15, 0)},  # noqa: DTZ001 - cells have no zone
        {"MaHoSo": "H98-260105-0002", "NgayTra": 20260109150000},
        {"MaHoSo": "H98-260105-0003", "NgayTra": 46031.625},
        {"MaHoSo": "H98-260105-0004", "NgayTra": "09/01/2026 15:00"},
    )
    assert counts(imported(installation, a_workbook(tmp_path / "export.xlsx", *rows, title="DANH SÁCH"))) == (
        4,
        0,
        0,
        0,
    )
    assert {dossier.returned_at.isoformat() for dossier in the_dossiers(installation)} == {"2026-01-09T08:00:00+00:00"}


def test_rejects_of_a_workbook_keep_their_dates_for_the_next_import(installation, tmp_path):
    imported(installation, a_workbook(tmp_path / "export.xlsx", {"NgayTra": 46031.625, "DonViXuLy": "Sở Sai"}))
    mended = tmp_path / "mended.csv"
    mended.write_text(
        (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").replace("Sở Sai", "Sở Xây dựng", 1), encoding="utf-8"
    )
    assert counts(imported(installation, mended)) == (1, 0, 0, 0)


def test_the_sheet_with_the_headings_is_found_and_may_be_named(installation, tmp_path):
    path = a_workbook(tmp_path / "export.xlsx", {})
    book = load_workbook(path)
    book.create_sheet("Bìa", 0).append(["Báo cáo"])
    book.save(path)
    assert counts(imported(installation, path)) == (1, 0, 0, 0)
    for sheet, message in (("Không có", "no sheet"), ("Bìa", "none of the first")):
        with pytest.raises(TableError, match=message):
            imported(installation, path, sheet=sheet)


def rewritten(path, member, change):
    """The same archive with one member changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts.get(member, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


LAUGHS = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>"""


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize("entity", [LAUGHS, OUTSIDE])
def test_a_workbook_with_entities_is_refused(installation, tmp_path, member, entity):
    def hostile(data):
        start = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
        return data[:start] + entity + data[start:]

    path = rewritten(a_workbook(tmp_path / "export.xlsx", {}), member, hostile)
    with pytest.raises(TableError, match=r"no readable XLSX|is damaged"):
        imported(installation, path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(installation, tmp_path, monkeypatch):
    path = rewritten(a_workbook(tmp_path / "export.xlsx", {}), "docProps/app.xml", lambda data: data + b" " * 5_000_000)
    with pytest.raises(TableError, match="unpacks to more"):
        imported(installation, path)
    path = rewritten(
        a_workbook(tmp_path / "export.xlsx", {}), "xl/sharedStrings.xml", lambda _: b"<sst>0123456789</sst>"
    )
    monkeypatch.setattr(workbook, "MAX_SHARED_STRINGS", 10)
    with pytest.raises(TableError, match="unpacks to more"):
        imported(installation, path)


def test_the_name_of_a_sheet_is_no_path(installation, tmp_path):
    name = "Hồ sơ".encode()
    path = a_workbook(tmp_path / "export.xlsx", {})
    rewritten(path, "xl/workbook.xml", lambda data: data.replace(name, b"../../../etc/passwd"))
    assert counts(imported(installation, path, sheet="../../../etc/passwd")) == (1, 0, 0, 0)


def test_a_sheet_that_claims_endless_rows_and_columns_is_cut_to_size(installation, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 1_000)
    cell = b'<row r="900000000"><c r="XFD900000000" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    path = a_workbook(tmp_path / "export.xlsx", {})
    rewritten(path, "xl/worksheets/sheet1.xml", lambda data: data.replace(b"</sheetData>", cell))
    assert counts(imported(installation, path)) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("export.xlsx", b"not a zip", "no readable XLSX"),
        ("export.xls", b"", "Save it as .xlsx"),
        ("export.pdf", b"", "not read"),
        ("export.csv", b"", "none of the first"),
        ("export.csv", b"a,b\n1,2\n", "none of the first"),
        ("export.json", b"{", "no JSON at line 1"),
        ("export.json", b'{"a": 1}', "one list of objects"),
        ("export.json", b'[{"MaHoSo": "x", "MaHoSo": "y"}]', "stands twice"),
        ("export.json", b'[{"MaHoSo": NaN}]', "no JSON value"),
        ("export.json", b"[" * 100_000, "nested too deep"),
        ("export.json", b'[{"MaHoSo": ' + b"9" * 5_000 + b"}]", "nested too deep|no JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(installation, tmp_path, name, data, message):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TableError, match=message):
        imported(installation, path)


def test_a_heading_that_stands_twice_is_refused(installation, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("MaHoSo,NgayTra,NgayTra,DonViXuLy\n", encoding="utf-8")
    with pytest.raises(TableError, match="stand twice: NgayTra"):
        imported(installation, path)


@pytest.mark.parametrize(("name", "wrap"), [("a.json", lambda rows: rows), ("a.json", lambda rows: {"data": rows})])
def test_json_is_read_as_a_list_bare_or_wrapped(installation, tmp_path, name, wrap):
    path = tmp_path / name
    rows = [ROW, ROW | {"MaHoSo": "H98-260105-0002", "NgayTra": None}, ROW | {"MaHoSo": {"x": 1}}, 5]
    path.write_text(json.dumps(wrap(rows)), encoding="utf-8")
    assert counts(imported(installation, path)) == (2, 0, 0, 2)
    assert [row["error_row"] for row in rejects(tmp_path)] == ["3", "4"]


def test_json_lines_are_read_one_by_one(installation, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in (ROW, {"MaHoSo": "?"})) + "\n\n", encoding="utf-8")
    assert counts(imported(installation, path)) == (1, 0, 0, 1)


def test_a_lone_surrogate_does_no_harm(installation, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ROW | {"TenLinhVuc": "Đất \ud800đai"}]), encoding="utf-8")
    assert counts(imported(installation, path)) == (1, 0, 0, 0)
    assert the_dossiers(installation)[0].field == "Đất đai"
