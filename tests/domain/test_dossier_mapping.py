"""Mapping files: the shipped ones fit what vendors export, a faulty one is refused with every fault."""

import csv

import pytest

from survey_app.domain import dossier_mapping
from survey_app.domain.dossier_mapping import MappingError, bind, parse
from survey_app.services import dossier_mappings

SHIPPED = ("national-sync", "opencps")
# Field names that vendors use, as they were collected: canonical field, national synchronisation, OpenCPS.
SEEN = """platform_field,national_sync_field_HsDongBo,opencps_v2_field,type
dossier_code,MaHoSo,dossierNo,string
local_procedure_code,MaTTHC,serviceCode,string
field_name,TenLinhVuc,domainName,string
applicant_name,ChuHoSo,applicantName,PERSONAL
received_at,NgayTiepNhan,receiveDate,date
phone,,contactTelNo/delegateTelNo,PERSONAL
"""
COLUMN = dict(zip(SHIPPED, ("national_sync_field_HsDongBo", "opencps_v2_field"), strict=True))


def seen_fields(reference):
    if reference is None:
        return list(csv.DictReader(SEEN.splitlines()))
    with (reference / "data" / "dossier_fields.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_field_that_vendors_were_seen_to_send_is_known_and_persons_are_dropped(name, reference):
    mapping = dossier_mappings.load(name)
    for row in seen_fields(reference):
        for heading in filter(None, (h.split(" (")[0] for h in row[COLUMN[name]].split("/"))):
            binding = bind(mapping, [heading])
            known = bool(binding.kept) or heading in binding.ignored
            assert (bool(binding.personal), known) == (row["type"] == "PERSONAL", row["type"] != "PERSONAL"), heading


@pytest.mark.parametrize(
    "heading",
    [
        "Họ và tên người nộp",
        "HoTen",
        "Số CCCD",
        "SĐT liên hệ",
        "Địa chỉ thường trú",
        "Ngày sinh",
        "E-mail",
        "contactEmail",
    ],
)
def test_a_column_that_speaks_of_a_person_is_called_personal_whoever_exports_it(heading):
    assert bind(dossier_mapping.CANONICAL, [heading]).personal == (heading,)


@pytest.mark.parametrize("heading", ["Ghi chú nội bộ", "Mã bước", "contract", "Tel"])
def test_other_columns_are_called_unknown(heading):
    assert bind(dossier_mapping.CANONICAL, [heading]).unknown == (heading,)


def test_headings_are_found_whatever_their_case_blanks_and_composition():
    mapping = parse({"columns": {"dossier_code": "Mã hồ sơ"}}, "own")
    assert bind(mapping, ["x", " MA\u0303 HÔ\u0300  SƠ\ufeff"]).kept == (1,)


def test_canonical_names_are_always_headings_too():
    binding = bind(dossier_mappings.load("national-sync"), ["MaHoSo", "receiving_unit"])
    assert set(binding.sources) == {"dossier_code", "receiving_unit"}


def test_a_heading_with_control_characters_cannot_steer_the_terminal():
    assert bind(dossier_mapping.CANONICAL, ["\x1b[31mx\x07"]).unknown == ("[31mx",)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "must hold id, columns"),
        ({"columns": {}}, "must say which heading gives dossier_code"),
        ({"columns": {"dossier_code": "a"}, "colums": 1}, "colums: is no part"),
        ({"columns": {"dossier_code": "a", "name": "b"}}, "name: is no field"),
        ({"columns": {"dossier_code": 5}}, "write a heading"),
        ({"columns": {"dossier_code": ""}}, "write a heading"),
        ({"columns": {"dossier_code": {"heading": "a", "value": {}}}}, "write a heading"),
        ({"columns": {"dossier_code": "a", "outcome": {"heading": "b", "values": {1: "lost"}}}}, "lost: means nothing"),
        ({"columns": {"dossier_code": "a", "outcome": {"heading": "b", "values": [1]}}}, "what each value means"),
        ({"columns": {"dossier_code": "a"}, "personal": ["A"]}, "is mapped too"),
        ({"columns": {"dossier_code": "a"}, "ignored": "b"}, "must be a list"),
        ({"columns": {"dossier_code": "a"}, "unverified": []}, None),
        ({"columns": {"dossier_code": "a"}, "unverified": ["x"]}, "list of values for each field"),
    ],
)
def test_each_fault_of_a_mapping_is_said(raw, said):
    if said is None:
        parse(raw, "own")
        return
    with pytest.raises(MappingError, match=said):
        parse(raw, "own")


def test_all_faults_of_a_mapping_are_said_at_once():
    with pytest.raises(MappingError) as caught:
        parse({"columns": {"name": "b"}, "other": 1, "ignored": 5}, "own")
    assert len(caught.value.problems) == 4


def test_a_value_that_decides_nothing_asks_the_next_heading():
    sources = dossier_mappings.load("opencps").columns["filing_channel"]
    assert [source.heading for source in sources] == ["online", "fromViaPostal"]
    assert (sources[0].values["false"], sources[1].values["true"]) == (dossier_mapping.ASK_NEXT, "post")
