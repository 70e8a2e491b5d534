"""POST /api/v1/dossiers: a unit's software sends its own dossiers, and no others."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app.models import ApiKey, Dossier, DossierChange
from survey_app.services import api_keys, dossier_intake, unit_lists
from survey_app.services.errors import RefusedError
from tests.services.dossier_files import a_province, the_dossiers

URL = "/api/v1/dossiers"
DOSSIER = {
    "dossier_code": "H98-260105-0001",
    "receiving_unit": "Một cửa Hải Long",
    "resolving_unit": "Sở Xây dựng",
    "returned_at": "2026-01-09T15:00:00+07:00",
}


@pytest.fixture(autouse=True)
def _province(installation, tmp_path):
    a_province(installation, tmp_path)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def key(installation):
    return api_keys.make(installation, "desk", "phần mềm một cửa")


def post(client, key, body, **headers):
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept-Language": "en"} | headers
    return client.post(URL, data=data, headers=sent)


def test_new_changed_and_same_dossiers_are_counted(client, key, installation):
    assert post(client, key, [DOSSIER]).json == {
        "new": 1, "changed": 0, "same": 0, "rejected": 0, "dropped": [], "errors": [],
    }  # fmt: skip
    assert post(client, key, {"dossiers": [DOSSIER]}).json["same"] == 1
    changed = post(client, key, [DOSSIER | {"field": "Đất đai"}])
    assert (changed.status_code, changed.json["changed"]) == (200, 1)
    with installation.database.read() as session:
        assert session.scalars(select(DossierChange.source)).all() == ["api: phần mềm một cửa"]


def test_bad_rows_are_answered_one_by_one_and_the_good_ones_go_in(client, key, installation):
    rows = [DOSSIER, {"dossier_code": "?"}, DOSSIER | {"dossier_code": "H98-260230-0001"}, 7]
    answer = post(client, key, rows)
    assert (answer.status_code, answer.json["new"], answer.json["rejected"]) == (422, 1, 3)
    told = {(error["row"], error["field"], error["code"]) for error in answer.json["errors"]}
    assert told >= {(2, "dossier_code", "dossier_code"), (3, "dossier_code", "code_date"), (4, "row", "unreadable")}
    assert all(error["remedy"].endswith(".") for error in answer.json["errors"])
    assert len(the_dossiers(installation)) == 1


def test_remedies_are_vietnamese_unless_english_is_preferred(client, key):
    answer = post(client, key, [{"dossier_code": ""}], **{"Accept-Language": "fr"})
    assert answer.json["errors"][0]["remedy"] == "không được để trống."


def test_a_desks_key_need_not_name_its_desk(client, key, installation):
    row = {name: value for name, value in DOSSIER.items() if name != "receiving_unit"}
    assert post(client, key, [row]).json["new"] == 1


def test_a_key_cannot_send_dossiers_of_another_unit(client, key, installation):
    answer = post(client, key, [DOSSIER | {"receiving_unit": "tan-hoa-desk"}])
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "unit_scope")
    assert the_dossiers(installation) == []


def test_a_key_reaches_what_is_beneath_its_unit(client, installation):
    of_commune = api_keys.make(installation, "tan-hoa", "xã")
    assert post(client, of_commune, [DOSSIER | {"receiving_unit": "tan-hoa-desk"}]).json["new"] == 1
    assert post(client, of_commune, [DOSSIER]).json["errors"][0]["code"] == "unit_scope"


def test_a_key_cannot_take_over_a_dossier_that_another_unit_registered(client, key, installation):
    post(client, key, [DOSSIER])
    before = [(d.dossier_code, d.receiving_unit_id, d.field) for d in the_dossiers(installation)]
    thief = api_keys.make(installation, "tan-hoa-desk", "khác")
    answer = post(client, thief, [DOSSIER | {"receiving_unit": "tan-hoa-desk", "field": "Hộ tịch"}])
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "other_unit")
    assert [(d.dossier_code, d.receiving_unit_id, d.field) for d in the_dossiers(installation)] == before


def test_personal_and_unknown_fields_are_dropped_and_named(client, key, installation):
    more = {"applicantName": "Nguyễn Thị Bí Mật", "contactTelNo": "0912345678", "is_admin": True, "id": "1"}
    answer = post(client, key, [DOSSIER | more])
    assert answer.json["new"] == 1
    assert set(answer.json["dropped"]) == set(more)
    with installation.database.read() as session:
        assert "Bí Mật" not in str(session.execute(select(Dossier.__table__)).all())
    assert "Bí Mật" not in answer.text


def test_rows_that_contradict_each_other_in_one_request_are_refused(client, key, installation):
    answer = post(client, key, [DOSSIER, DOSSIER | {"field": "Hộ tịch"}])
    assert (answer.status_code, answer.json["rejected"]) == (422, 2)
    assert post(client, key, [DOSSIER, DOSSIER]).json["same"] == 1
    assert len(the_dossiers(installation)) == 1


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer sipas_",
        "Basic {key}",
        "{key}",
        "Bearer {key}x",
        "Bearer {short}",
    ],
)
def test_without_a_key_in_use_nothing_opens(client, key, installation, header):
    shown = header.format(key=key, short=key[:-1])
    answer = post(client, key, [DOSSIER], Authorization=shown)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="sipas"')
    assert the_dossiers(installation) == []


def test_a_revoked_key_opens_nothing_any_more(client, key, installation):
    api_keys.revoke(installation, "phần mềm một cửa")
    assert post(client, key, [DOSSIER]).status_code == 401
    with pytest.raises(RefusedError, match="no key"):
        api_keys.revoke(installation, "phần mềm một cửa")


def test_a_key_ends_with_its_unit(client, key, installation, tmp_path, clock):
    text = "slug,kind,name,parent,valid_from,valid_to\ndesk,desk,Một cửa Hải Long,hai-long,2020-01-01,2026-03-10\n"
    (tmp_path / "end.csv").write_text(text, encoding="utf-8")
    unit_lists.load(installation, tmp_path / "end.csv")
    assert post(client, key, [DOSSIER]).status_code == 200
    clock.now += timedelta(days=10)
    assert post(client, key, [DOSSIER]).status_code == 401


def test_only_the_hash_of_a_key_is_kept(key, installation):
    with installation.database.read() as session:
        row = session.scalars(select(ApiKey)).one()
        assert key.encode() not in row.key_hash
        assert len(row.key_hash) == 32
        assert session.scalar(select(func.count()).select_from(ApiKey)) == 1
    with pytest.raises(RefusedError, match="in use"):
        api_keys.make(installation, "desk", "phần mềm một cửa")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 50_000, 400),
        (b'{"a": 1}', 400),
        (b'[{"field": "x", "field": "y"}]', 400),
        (b'[{"field": NaN}]', 400),
        (b"\xff\xfe", 400),
    ],
)
def test_a_body_that_is_no_list_is_refused(client, key, body, status):
    answer = post(client, key, body)
    assert (answer.status_code, bool(answer.json["message"])) == (status, True)


def test_too_much_at_once_is_refused(client, key, installation, monkeypatch):
    assert post(client, key, b" " * (2 * 1024 * 1024 + 1)).status_code == 413
    monkeypatch.setattr(dossier_intake, "MAX_ROWS", 1)
    assert post(client, key, [DOSSIER, DOSSIER]).status_code == 413
    assert the_dossiers(installation) == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_page_of_another_site_cannot_send_it(client, key, kind):
    assert post(client, key, [DOSSIER], **{"Content-Type": kind}).status_code == 415


def test_an_empty_list_is_no_fault(client, key):
    assert post(client, key, []).json["new"] == 0
