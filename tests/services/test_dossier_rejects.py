"""The file of rejected rows: it names every fault, runs nothing, holds nobody's name, and can be imported again."""

import pytest

from survey_app.domain import dossier_mapping
from survey_app.services.errors import RefusedError
from tests.services.dossier_files import a_file, a_province, counts, imported, rejects, the_dossiers


@pytest.fixture(autouse=True)
def _province(installation, tmp_path):
    a_province(installation, tmp_path)


def test_a_row_whose_cells_have_shifted_shows_none_of_them(installation, tmp_path):
    path = a_file(tmp_path, {})
    with path.open("a", encoding="utf-8") as file:
        file.write("H98-260105-0003,thừa,Nguyễn Thị Bí Mật,a,b,c,d,e,f\r\n")
    assert counts(imported(installation, path)) == (1, 0, 0, 1)
    (rejected,) = rejects(tmp_path)
    assert rejected["error_row"] == "3"
    assert "9 cells" in rejected["error_remedy"]
    assert rejected["MaHoSo"] == ""


def test_rejects_can_be_mended_and_imported_again(installation, tmp_path):
    report = imported(installation, a_file(tmp_path, {"NgayTra": "31/02/2026"}, {"MaHoSo": "H98-260105-0002"}))
    assert counts(report) == (1, 0, 0, 1)
    mended = tmp_path / "mended.csv"
    text_before = (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig")
    mended.write_text(text_before.replace("31/02/2026", "09/01/2026 15:00", 1), encoding="utf-8")
    again = imported(installation, mended)
    assert counts(again) == (1, 0, 0, 0)
    assert (again.personal, again.unknown) == ((), ())
    assert not (tmp_path / "rejects.csv").exists()
    assert len(the_dossiers(installation)) == 2


FORMULAS = [
    "=HYPERLINK(0)",
    "+84 cmd",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "'=quoted",
    "-5",
    "+7,5",
    "\t=x",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_sleep_in_the_rejects_and_come_back_as_they_were(installation, tmp_path, formula):
    imported(installation, a_file(tmp_path, {"TenLinhVuc": formula, "NgayTra": "?"}))
    shown = rejects(tmp_path)[0]["TenLinhVuc"]
    is_number = formula in {"-5", "+7,5"}
    assert shown == (formula if is_number else "'" + formula)
    mended = tmp_path / "mended.csv"
    fixed = (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").replace(",?,", ",20260109150000,", 1)
    mended.write_text(fixed, encoding="utf-8", newline="")
    assert counts(imported(installation, mended)) == (1, 0, 0, 0)
    assert the_dossiers(installation)[0].field == formula.strip()


def test_headings_that_look_like_formulas_sleep_too(installation, tmp_path):
    columns = {"dossier_code": "=MaHoSo", "resolving_unit": "DonViXuLy", "returned_at": "NgayTra"}
    mapping = dossier_mapping.parse({"columns": columns}, "own")
    path = tmp_path / "export.csv"
    path.write_text("=MaHoSo,DonViXuLy,NgayTra\nH98-260105-0001,Sở Xây dựng,?\n", encoding="utf-8")
    imported(installation, path, mapping)
    lines = (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("'=MaHoSo,")
    (tmp_path / "mended.csv").write_text("\n".join(lines).replace(",?,", ",09/01/2026,", 1), encoding="utf-8")
    assert counts(imported(installation, tmp_path / "mended.csv", mapping)) == (1, 0, 0, 0)


def test_rejects_never_overwrite_the_file_that_is_imported(installation, tmp_path):
    path = a_file(tmp_path, {})
    with pytest.raises(RefusedError, match="another name"):
        imported(installation, path, rejects=path)
    assert path.exists()
