"""Importing what one-stop software exports: every good row once, every bad row named, nothing personal kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from survey_app.db import Base, Database
from survey_app.models import DossierChange, Unit
from survey_app.services import dossier_store, dossiers, unit_lists
from survey_app.services.errors import RefusedError
from survey_app.services.tables import TableError
from tests.services.dossier_files import (
    NATIONAL,
    a_file,
    a_province,
    counts,
    imported,
    rejects,
    the_dossiers,
)


@pytest.fixture(autouse=True)
def _province(installation, tmp_path):
    a_province(installation, tmp_path)


def test_a_national_export_becomes_canonical_dossiers(installation, tmp_path):
    report = imported(installation, a_file(tmp_path, {}))
    assert counts(report) == (1, 0, 0, 0)
    dossier = the_dossiers(installation)[0]
    with installation.database.read() as session:
        slugs = {row.id: row.slug for row in session.execute(select(Unit.id, Unit.slug))}
    assert (slugs[dossier.receiving_unit_id], slugs[dossier.resolving_unit_id]) == ("desk", "so-xay-dung")
    assert (dossier.procedure_code, dossier.procedure_suffix) == ("1.011443", "000.00.00.H98")
    assert dossier.received_at == datetime(2026, 1, 5, 1, 15, tzinfo=UTC)
    assert (dossier.field, dossier.outcome) == ("Đất đai", "returned")


def test_the_same_file_again_changes_nothing(installation, tmp_path):
    path = a_file(tmp_path, {}, {"MaHoSo": "H98.1-260106-0002"})
    assert counts(imported(installation, path)) == (2, 0, 0, 0)
    assert counts(imported(installation, path)) == (0, 0, 2, 0)
    assert len(the_dossiers(installation)) == 2


def test_a_changed_row_updates_and_what_changed_is_kept(installation, tmp_path):
    imported(installation, a_file(tmp_path, {"NgayTra": "", "DonViXuLy": "Xã Tân Hoà"}))
    report = imported(installation, a_file(tmp_path, {}, name="later.csv"))
    assert counts(report) == (0, 1, 0, 0)
    with installation.database.read() as session:
        history = {c.column: (c.old, c.new, c.source) for c in session.scalars(select(DossierChange))}
    assert history == {
        "returned_at": (None, "2026-01-09 15:00:00+07:00", "later.csv"),
        "outcome": (None, "returned", "later.csv"),
        "resolving_unit_id": ("tan-hoa", "so-xay-dung", "later.csv"),
    }
    assert the_dossiers(installation)[0].outcome == "returned"


def test_columns_that_a_file_does_not_have_keep_what_is_known(installation, tmp_path):
    columns = ("MaHoSo", "NgayTra", "DonViXuLy")
    imported(installation, a_file(tmp_path, {}))
    assert counts(imported(installation, a_file(tmp_path, {}, columns=columns))) == (0, 0, 1, 0)
    later = a_file(tmp_path, {"NgayTra": "20260110150000"}, columns=columns)
    assert counts(imported(installation, later)) == (0, 1, 0, 0)
    assert the_dossiers(installation)[0].field == "Đất đai"
    with installation.database.read() as session:
        assert session.scalars(select(DossierChange.column)).all() == ["returned_at"]


def test_a_dry_run_writes_nothing_but_says_everything(installation, tmp_path):
    path = a_file(tmp_path, {}, {"MaHoSo": "?"})
    assert counts(imported(installation, path, dry_run=True)) == (1, 0, 0, 1)
    assert the_dossiers(installation) == []
    assert len(rejects(tmp_path)) == 1


DIRT = [
    ({"MaHoSo": ""}, "dossier_code", "must not be empty"),
    ({"MaHoSo": "000.00.19.H98-260230-0001"}, "dossier_code", "does not exist"),
    ({"MaHoSo": "000.00.19.H98-260110-0001"}, "dossier_code", "after the return"),
    ({"NgayTra": "20260104150000"}, "returned_at | dossier_code", "before received_at"),
    ({"NgayTra": "31/02/2026"}, "returned_at", "does not exist"),
    ({"NgayTra": "01010202000000"}, "returned_at", "2000 to 2099"),
    ({"NgayTra": "02020109150000"}, "returned_at", "2000 to 2099"),
    ({"NgayTra": "9/1/2026"}, "returned_at", "the day first"),
    ({"NgayTra": "09/01/26"}, "returned_at", "four digits"),
    ({"NgayTra": "2.0260109E+13"}, "returned_at", "rounded"),
    ({"NgayTra": "46031"}, "returned_at", "spreadsheet"),
    ({"DonViXuLy": "Sở Không Có"}, "resolving_unit", "sipas units load"),
    ({"DonViXuLy": ""}, "resolving_unit", "--agency"),
    ({"TenLinhVuc": "0912345678"}, "field", "shifted"),
]


@pytest.mark.parametrize(("change", "field", "remedy"), DIRT)
def test_each_kind_of_dirt_is_named_and_the_good_rows_go_in(installation, tmp_path, change, field, remedy):
    good = {"MaHoSo": "H98.1-260105-0002"}
    report = imported(installation, a_file(tmp_path, change, good))
    assert counts(report) == (1, 0, 0, 1)
    (rejected,) = rejects(tmp_path)
    assert (rejected["error_row"], rejected["error_field"]) == ("2", field)
    assert remedy in rejected["error_remedy"]
    assert [dossier.dossier_code for dossier in the_dossiers(installation)] == [good["MaHoSo"]]


@pytest.mark.parametrize(
    "change",
    [
        {"MaHoSo": "  000.00.19.h98-260105-0001\u00a0"},
        {"DonViXuLy": "sở  xây dựng "},
        {"DonViXuLy": "S\u01a1\u0309 X\u00e2y d\u01b0\u0323ng"},  # composed differently
        {"DonViXuLy": "12.H98"},
        {"TenLinhVuc": "Đất\r\nđai"},
        {"TenLinhVuc": "Đất\x00 đai"},
        {"TenLinhVuc": "Đất\u200b đai\ufeff"},
        {"NgayTra": "09/01/2026 15:00"},
        {"NgayTra": "2026-01-09T15:00:00+07:00"},
        {"NgayTra": "NULL"},
    ],
)
def test_harmless_dirt_is_cleaned(installation, tmp_path, change):
    assert counts(imported(installation, a_file(tmp_path, change))) == (1, 0, 0, 0)
    dossier = the_dossiers(installation)[0]
    assert (dossier.dossier_code, dossier.field) == ("000.00.19.H98-260105-0001", "Đất đai")


def test_the_code_of_a_unit_is_read_as_of_the_day_of_return(installation, tmp_path):
    before = {"MaHoSo": "H98-250601-0001", "NgayTiepNhan": "01/06/2025", "NgayHenTra": "", "NgayTra": "30/06/2025"}
    after = {"MaHoSo": "H98-250601-0002", "NgayTiepNhan": "01/06/2025", "NgayHenTra": "", "NgayTra": "01/07/2025"}
    imported(installation, a_file(tmp_path, before | {"DonViXuLy": "98"}, after | {"DonViXuLy": "98"}))
    with installation.database.read() as session:
        slugs = {row.id: row.slug for row in session.execute(select(Unit.id, Unit.slug))}
    assert [slugs[d.resolving_unit_id] for d in the_dossiers(installation)] == ["hai-cu", "so-moi"]


def test_a_name_that_several_units_bear_is_an_error_with_their_slugs(installation, tmp_path):
    listed = "slug,kind,name,parent,valid_from\nother,department,Sở Xây dựng,tan-hoa,2020-01-01\n"
    (tmp_path / "more.csv").write_text(listed, encoding="utf-8")
    assert counts(imported(installation, a_file(tmp_path, {}))) == (1, 0, 0, 0)
    unit_lists.load(installation, tmp_path / "more.csv")
    imported(installation, a_file(tmp_path, {"MaHoSo": "H98-260105-0009"}))
    (rejected,) = rejects(tmp_path)
    assert "other, so-xay-dung" in rejected["error_remedy"]


def test_two_rows_that_contradict_each_other_are_both_left_out(installation, tmp_path):
    path = a_file(tmp_path, {}, {"TenLinhVuc": "Hộ tịch"}, {"MaHoSo": "H98-260105-0002"}, {"MaHoSo": "H98-260105-0002"})
    report = imported(installation, path)
    assert counts(report) == (1, 0, 0, 2)
    assert report.repeated == 1
    assert ["2, 3" in row["error_remedy"] for row in rejects(tmp_path)] == [True, True]
    assert [dossier.dossier_code for dossier in the_dossiers(installation)] == ["H98-260105-0002"]


def test_a_file_with_the_month_first_is_refused_as_a_whole(installation, tmp_path):
    path = a_file(tmp_path, {"NgayTra": "01/09/2026"}, {"MaHoSo": "H98-260105-0002", "NgayTra": "01/29/2026"})
    with pytest.raises(TableError, match="month before the day"):
        imported(installation, path)
    assert the_dossiers(installation) == []
    assert rejects(tmp_path) == []


def test_one_mistyped_month_does_not_stop_a_file_with_the_day_first(installation, tmp_path):
    rows = ({"NgayTra": "29/01/2026"}, {"MaHoSo": "H98-260105-0002", "NgayTra": "01/29/2026"})
    assert counts(imported(installation, a_file(tmp_path, *rows))) == (1, 0, 0, 1)


def test_nothing_personal_reaches_database_rejects_or_summary(installation, tmp_path, caplog):
    secret, columns = "Bí Mật", (*NATIONAL, "Số CCCD người nhận", "Ghi_chu_noi_bo")
    more = {"Số CCCD người nhận": f"{secret} 001", "Ghi_chu_noi_bo": f"{secret} 002"}
    good, bad = {"MaHoSo": "H98-260105-0002"}, {"NgayTra": "?"}
    path = a_file(tmp_path, good | more, bad | more, columns=columns)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"H98-260105-0003,{secret} dòng lệch\r\n")
    report = imported(installation, path)
    assert set(report.personal) == {"ChuHoSo", "Số CCCD người nhận"}
    assert report.unknown == ("Ghi_chu_noi_bo",)
    assert counts(report) == (1, 0, 0, 2)
    with installation.database.read() as session:
        for table in Base.metadata.sorted_tables:
            assert secret not in str(session.execute(select(table)).all())
    assert secret not in (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig")
    assert secret not in repr(report)
    assert secret not in caplog.text
    assert set(rejects(tmp_path)[0]) & {"ChuHoSo", "Ghi_chu_noi_bo"} == set()


def test_an_import_broken_half_way_is_simply_repeated(installation, tmp_path, monkeypatch):
    monkeypatch.setattr(dossier_store, "CHUNK", 2)
    path = a_file(tmp_path, *({"MaHoSo": f"H98-260105-000{n}"} for n in range(6)))
    calls = []
    whole = dossier_store.store

    def broken(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(*args, **kwargs)

    monkeypatch.setattr(dossier_store, "store", broken)
    with pytest.raises(KeyboardInterrupt):
        imported(installation, path)
    assert len(the_dossiers(installation)) == 4
    monkeypatch.setattr(dossier_store, "store", whole)
    assert counts(imported(installation, path)) == (2, 0, 4, 0)
    assert not list(tmp_path.glob("*.part"))


def test_citizens_can_answer_while_a_file_is_read(installation, tmp_path):
    """Nothing is locked before the first chunk is written."""
    written = []

    def progress(stage, _done, _total):
        if stage == "reading" and not written:
            other = Database(installation.database.url)
            with other.write() as session:
                session.execute(text("UPDATE unit SET slug = slug"))
                written.append(1)
            other.close()

    options = dossiers.ImportOptions(desk="desk", agency="so-xay-dung")
    path = tmp_path / "own.csv"
    path.write_text("dossier_code,returned_at\nH98-260105-0001,09/01/2026\n", encoding="utf-8")
    report = dossiers.import_file(installation, path, options, progress)
    assert (report.stored.new, written) == (1, [1])


def test_unconfirmed_values_are_counted_for_the_summary(installation, tmp_path):
    columns = (*NATIONAL, "TrangThaiHoSo", "KenhThucHien", "LoaiDoiTuong")
    more = {"TrangThaiHoSo": "7", "KenhThucHien": "2", "LoaiDoiTuong": "1"}
    report = imported(installation, a_file(tmp_path, more, columns=columns))
    dossier = the_dossiers(installation)[0]
    assert (dossier.outcome, dossier.filing_channel, dossier.applicant_kind) == ("withdrawn", "online", "individual")
    assert report.doubtful == {("outcome", "7"): 1}


def test_the_balance_of_a_file_is_counted(installation, tmp_path):
    late = {"MaHoSo": "H98-260105-0002", "NgayTra": "20260113150000"}
    waiting = {"MaHoSo": "H98-260105-0003", "NgayTra": ""}
    figures = imported(installation, a_file(tmp_path, {}, late, waiting)).balance.figures()
    assert (figures.received, figures.resolved, figures.early, figures.late) == (3, 2, 1, 1)
    assert (figures.pending, figures.overdue) == (1, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"desk": None}, "--desk"), ({"desk": "nobody"}, "no unit 'nobody'"), ({"mapping": "nothing"}, "no mapping")],
)
def test_what_is_missing_is_said_before_anything_is_read(installation, tmp_path, options, message):
    with pytest.raises(RefusedError, match=message):
        imported(installation, a_file(tmp_path, {}), **options)
    assert the_dossiers(installation) == []


def test_two_imports_at_once_take_every_dossier_once(installation, tmp_path, monkeypatch):
    monkeypatch.setattr(dossier_store, "CHUNK", 5)
    path = a_file(tmp_path, *({"MaHoSo": f"H98-260105-{n:04d}"} for n in range(40)))
    together = threading.Barrier(2)

    def run(name):
        other = Database(installation.database.url)
        together.wait()
        try:
            return counts(imported(replace(installation, database=other), path, rejects=tmp_path / name))
        finally:
            other.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run, ("a.csv", "b.csv")))
    assert [sum(column) for column in zip(*done, strict=True)] == [40, 0, 40, 0]
    assert len(the_dossiers(installation)) == 40


def test_an_opencps_export_is_read_with_its_statuses_and_channels(installation, tmp_path):
    path = tmp_path / "opencps.csv"
    path.write_text(
        "dossierNo,serviceCode,govAgencyCode,dossierStatus,online,fromViaPostal,receiveDate,finishDate,applicantName\n"
        "H98-260105-0001,1.011443,12.H98,done,true,false,05/01/2026 08:00:00,09/01/2026 15:00:00,Bí Mật\n"
        "H98-260105-0002,1.011443,12.H98,denied,false,true,05/01/2026 08:00:00,09/01/2026 15:00:00,Bí Mật\n"
        "H98-260105-0003,1.011443,12.H98,processing,false,false,05/01/2026 08:00:00,,Bí Mật\n"
        "H98-260105-0004,1.011443,12.H98,processing,false,false,05/01/2026 08:00:00,09/01/2026 15:00:00,Bí Mật\n"
        "H98-260105-0005,1.011443,12.H98,mất,false,false,05/01/2026 08:00:00,,Bí Mật\n",
        encoding="utf-8",
    )
    assert counts(imported(installation, path, "opencps", desk=None)) == (3, 0, 0, 2)
    told = [(d.outcome, d.filing_channel) for d in the_dossiers(installation)]
    assert told == [("returned", "online"), ("refused", "post"), (None, "counter")]
    assert [(row["error_field"], row["error_value"]) for row in rejects(tmp_path)] == [
        ("outcome", "processing"),
        ("outcome", "mất"),
    ]
