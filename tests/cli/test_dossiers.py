"""The commands of units, dossiers and keys, as somebody types them."""

import pytest

from survey_app.services import api_keys
from tests.services.dossier_files import a_file, a_province, the_dossiers


@pytest.fixture
def run(run, installation, tmp_path):
    """Type a command in an office with units."""
    a_province(installation, tmp_path)
    return run


def test_an_import_tells_everything_in_one_summary(run, installation, tmp_path):
    path = a_file(tmp_path, {}, {"MaHoSo": "H98-260105-0002", "NgayTra": "31/02/2026"})
    code, said = run("dossiers", "import", path, "--mapping", "national-sync", "--desk", "desk")
    assert code == 1
    for part in (
        "2 rows: 1 new, 0 changed, 0 same, 0 repeated word for word, 1 rejected.",
        "Personal columns, dropped: ChuHoSo.",
        "export-rejects.csv",
        "row 3, returned_at '31/02/2026': ngày hoặc giờ này không có thật",
        "1 x returned_at: impossible_date",
        "received 1, carried over 0",
        "adds up: received + carried over",
    ):
        assert part in said
    assert (tmp_path / "export-rejects.csv").exists()
    code, said = run("dossiers", "import", a_file(tmp_path, {}), "--mapping", "national-sync", "--desk", "desk")
    assert (code, "1 same" in said) == (0, True)
    assert len(the_dossiers(installation)) == 1


def test_the_balance_of_a_unit_and_period(run, tmp_path):
    late = {"MaHoSo": "H98-260105-0002", "NgayTra": "20260113150000"}
    waiting = {"MaHoSo": "H98-251205-0003", "NgayTiepNhan": "20251205080000", "NgayHenTra": "", "NgayTra": ""}
    path = a_file(tmp_path, {}, late, waiting, {"MaHoSo": "H98-260105-0004", "NgayTiepNhan": ""})
    run("dossiers", "import", path, "--mapping", "national-sync", "--desk", "desk")
    code, said = run("dossiers", "balance", "--unit", "hai-long", "--period", "2026-01")
    assert code == 0
    assert "received 2, carried over 1" in said
    assert "resolved 3 (early 2, on time 0, late 1)" in said
    assert "pending 1 (within time 1, overdue 0), without result 0" in said
    assert "DOES NOT ADD UP: received + carried over = resolved + pending + without result: 3 on the left, 4" in said
    assert "1 dossiers: no day of receipt" in said
    assert "received 0, carried over 0" in run("dossiers", "balance", "--unit", "tan-hoa", "--period", "2026-01")[1]


def test_what_is_refused_is_one_line_without_a_trace(run, tmp_path):
    code, said = run("dossiers", "import", a_file(tmp_path, {}), "--mapping", "unknown")
    assert (code, said.startswith("Error: There is no mapping 'unknown'")) == (1, True)
    code, said = run("units", "find", "Xã Không Có")
    assert (code, said.startswith("Error: No unit is called")) == (1, True)


def test_units_are_found_listed_and_shown(run):
    assert run("units", "find", "xã tân hòa") == (0, "tan-hoa\tcommune\tXã Tân Hoà\n")
    assert run("units", "find", "98", "--on", "30/06/2025")[1].startswith("hai-cu\t")
    assert run("units", "find", "98", "--on", "2025-07-01")[1].startswith("so-moi\t")
    assert (
        run("units", "list", "--kind", "desk", "--parent", "tan-hoa")[1] == "tan-hoa-desk\tdesk\tMột cửa xã Tân Hoà\n"
    )
    said = run("units", "show", "hai-cu")[1]
    assert "from 01/01/2020 until the day before 01/07/2025: Tỉnh Hải Cũ" in said
    assert "gso 98" in said


def test_a_day_that_is_none_is_refused(run):
    code, said = run("units", "find", "98", "--on", "31/02/2025")
    assert (code, "is no day" in said) == (2, True)


def test_a_key_is_shown_once_listed_and_revoked(run, installation):
    code, said = run("api-keys", "make", "--unit", "desk", "--name", "một cửa")
    assert code == 0
    key = said.strip()
    assert api_keys.sender_of(installation, key).name == "một cửa"
    listed = run("api-keys", "list")[1]
    assert "một cửa\tdesk\t" in listed
    assert key not in listed
    assert run("api-keys", "revoke", "một cửa")[0] == 0
    assert "revoked" in run("api-keys", "list")[1]
    assert api_keys.sender_of(installation, key) is None
