"""A province with codes that moved, and files of dossiers for tests."""

import csv
import io
from pathlib import Path

from sqlalchemy import select

from survey_app.domain import dossier_mapping, unit_rows
from survey_app.models import Dossier
from survey_app.services import dossier_mappings, dossiers, unit_lists
from tests.services.unit_files import write

NATIONAL = ("MaHoSo", "MaTTHC", "TenLinhVuc", "ChuHoSo", "NgayTiepNhan", "NgayHenTra", "NgayTra", "DonViXuLy")
ROW = {
    "MaHoSo": "000.00.19.H98-260105-0001",
    "MaTTHC": "1.011443.000.00.00.H98",
    "TenLinhVuc": "Đất đai",
    "ChuHoSo": "Nguyễn Thị Bí Mật",
    "NgayTiepNhan": "20260105081500",
    "NgayHenTra": "20260112170000",
    "NgayTra": "20260109150000",
    "DonViXuLy": "Sở Xây dựng",
}


def a_province(installation, folder: Path) -> None:
    """Make a province whose code 98 belonged to another one before July 2025, with a desk and two departments."""
    old = {"kind": "province", "valid_from": "2020-01-01", "gso": "98"}
    below = {"parent": "hai-long", "valid_from": "2020-01-01"}
    rows = [
        old | {"slug": "hai-cu", "name": "Tỉnh Hải Cũ", "valid_to": "2025-07-01"},
        {"slug": "hai-long", "kind": "province", "name": "Tỉnh Hải Long", "valid_from": "2020-01-01"},
        below | {"slug": "desk", "kind": "desk", "name": "Một cửa Hải Long", "aliases": "vendor:000.00.19.H98"},
        below | {"slug": "so-xay-dung", "kind": "department", "name": "Sở Xây dựng", "aliases": "vendor:12.H98"},
        below | {"slug": "so-moi", "kind": "department", "name": "Sở Mới", "valid_from": "2025-07-01", "gso": "98"},
        below | {"slug": "tan-hoa", "kind": "commune", "name": "Xã Tân Hoà"},
        below | {"slug": "tan-hoa-desk", "kind": "desk", "name": "Một cửa xã Tân Hoà", "parent": "tan-hoa"},
    ]
    unit_lists.load(installation, write(folder / "province.csv", unit_rows.COLUMNS, rows))


def text_of(rows, columns=NATIONAL, delimiter=",") -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def a_file(folder: Path, *rows, columns=NATIONAL, name="export.csv", encoding="utf-8") -> Path:
    """Write a CSV file; each row changes the usual one."""
    path = folder / name
    path.write_text(text_of([ROW | row for row in rows], columns), encoding=encoding, newline="")
    return path


def imported(installation, path: Path, mapping="national-sync", **options):
    """Import a file and give the report; rejects go beside it."""
    known = mapping if isinstance(mapping, dossier_mapping.DossierMapping) else dossier_mappings.load(mapping)
    chosen = {"mapping": known, "desk": "desk", "rejects": path.with_name("rejects.csv"), "language": "en"} | options
    return dossiers.import_file(installation, path, dossiers.ImportOptions(**chosen), lambda *_: None)


def counts(report) -> tuple[int, int, int, int]:
    """New, changed, same, rejected."""
    return (report.stored.new, report.stored.changed, report.stored.same, report.rejected)


def the_dossiers(installation) -> list[Dossier]:
    with installation.database.read() as session:
        return list(session.scalars(select(Dossier).order_by(Dossier.dossier_code)))


def rejects(folder: Path) -> list[dict[str, str]]:
    path = folder / "rejects.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
