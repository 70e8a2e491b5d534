"""Pages of the office's devices: a code shown once, what is missing, and what revoking costs."""

import re

import pytest
from sqlalchemy import func, select

from survey_app.models import AuditEntry, Kiosk, KioskCode
from survey_app.services import kiosks
from tests.figures import PASSWORD, POLYGLOT
from tests.kiosk import an_unenrolled_key
from tests.web.pages import Visitor


@pytest.fixture
def admin(own_app):
    visitor = Visitor(own_app)
    visitor.sign_in("admin", PASSWORD)
    return visitor


def post(admin, path, **fields):
    return admin.post(path, token_from="/account/password", **fields)


def installation_of(app):
    return app.extensions["sipas"]


def test_a_code_is_shown_once_and_enrols_a_device_at_that_desk(admin, own_app):
    page = post(admin, "/admin/kiosks", desk="desk-1", name="  Sảnh   B ")
    code, pin = re.search(r"\b([0-9A-Z]{4}-[0-9A-Z]{4})\b", page.words)[1], re.search(r"\b(\d{6})\b", page.words)[1]
    assert "data:image/svg+xml;base64," in page.text
    installation = installation_of(own_app)
    made = kiosks.enrol(installation, code, an_unenrolled_key()[1], "1", "x")
    assert (made.name, made.desk) == ("Sảnh B", "Bộ phận Một cửa xã 1")
    assert code not in admin.get("/admin/kiosks").text
    with installation.database.read() as session:
        rows = [str(vars(row)) for row in (*session.scalars(select(KioskCode)), *session.scalars(select(Kiosk)))]
        told = session.scalars(select(AuditEntry.action).where(AuditEntry.actor == "admin")).all()
    assert not [row for row in rows if code.replace("-", "") in row or pin in row]
    assert {"kiosk code", "kiosk enrol"} <= set(told)


@pytest.mark.parametrize("fields", [{"name": "x"}, {"desk": "desk-far", "name": "x"}, {"desk": "desk-1", "name": ""}])
def test_no_code_for_another_units_desk_or_without_a_name(admin, own_app, fields):
    assert post(admin, "/admin/kiosks", **fields).status == 400
    with installation_of(own_app).database.read() as session:
        unused = select(func.count()).select_from(KioskCode).where(KioskCode.kiosk_id.is_(None))
        assert session.scalar(unused) == 0


def test_the_province_sees_what_is_missing_and_every_name_as_text(admin):
    page = admin.get("/province/minh-hai/-/kiosks?lang=vi")
    assert "máy 3: 9 phiếu, còn thiếu 3 (số 6–8)" in page.words
    assert "kiosk 3: 9 answers, 3 still missing (nos. 6–8)" in admin.get("/province/minh-hai/-/kiosks?lang=en").words
    assert POLYGLOT[:40] in page.words
    assert "Kiosk xa" not in page.words


def test_revoking_says_what_is_lost_and_ends_the_device(admin):
    assert "250 phiếu chờ gửi" in admin.get("/admin/kiosks/3?lang=vi").words
    assert post(admin, "/admin/kiosks/3/revoke").status == 302
    page = admin.get("/admin/kiosks/3")
    assert "Đã thu hồi" in page.words
    assert "/admin/kiosks/3/revoke" not in page.text


def test_rename_new_pin_and_replace(admin):
    assert post(admin, "/admin/kiosks/1/rename", name="Cửa số 4").status == 302
    assert "Cửa số 4" in admin.get("/admin/kiosks").words
    assert post(admin, "/admin/kiosks/1/rename", name=" ").status == 400
    assert re.search(r"\b\d{6}\b", post(admin, "/admin/kiosks/1/pin").words)
    assert "Cửa số 4" in post(admin, "/admin/kiosks/1/replace").words
