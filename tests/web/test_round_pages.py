"""Pages of rounds: a plan is written, read and made stricter; a step is taken by its role and asked once."""

import pytest
from sqlalchemy import select

from survey_app.models import AuditEntry, Round, RoundChange, Staff
from survey_app.services import round_roles, rounds
from tests.figures import LIVE, PASSWORD, POLYGLOT, PUBLISHED
from tests.web.pages import Visitor

HOME = "/province/minh-hai/-/rounds"
PLAN = {
    "code": "R2027",
    "title": POLYGLOT,
    "instrument_key": "sipas-2017/1",
    "period_start": "2027-01-01",
    "period_end": "2027-12-31",
    "field_start": "2027-01-01",
    "field_end": "2028-01-31",
    "erasure_date": "2030-01-31",
    "approval_number": "12/QĐ-UBND",
    "approval_date": "2026-04-01",
    "collectors": ["own_device"],
    "draw_percent": "30,5",
    "mode": "rolling",
    "stages": "1",
    "half_width": "5",
    "token_life_days": "90",
    "minimum_n": "40",
    "release_day": "2028-03-15",
    "release_time": "08:00",
}


@pytest.fixture
def installation(own_app):
    return own_app.extensions["sipas"]


@pytest.fixture
def visitor(own_app):
    made = Visitor(own_app)
    made.sign_in("province", PASSWORD)
    return made


def row_of(installation, code):
    with installation.database.read() as session:
        return rounds.by_code(session, code)


def change_state(installation, code, state):
    with installation.database.write() as session:
        rounds.by_code(session, code).state = state


def test_a_plan_is_written_and_read_and_its_faults_stand_by_their_fields(visitor, installation):
    refused = visitor.post("/province/minh-hai/-/plan", token_from="/province/minh-hai/-/plan", **PLAN)
    assert refused.status == 409  # nobody granted the role yet
    round_roles.grant(installation, "planner", "province")
    bad = PLAN | {
        "minimum_n": "10",
        "field_end": "2026-01-01",
        "draw_percent": "x",
        "release_day": "2026-05-10",
        "title": "",
    }
    page = visitor.post("/province/minh-hai/-/plan", token_from="/province/minh-hai/-/plan", **bad)
    assert page.status == 400
    assert "Mục này là bắt buộc." in page.words
    bad |= {"draw_percent": "300", "title": "x"}
    page = visitor.post("/province/minh-hai/-/plan", token_from="/province/minh-hai/-/plan", **bad)
    assert page.status == 400
    for name in ("minimum_n", "field_end", "draw_percent", "release_day"):
        assert f"#{name}" in page.links, name
    assert visitor.post("/province/minh-hai/-/plan", token_from="/province/minh-hai/-/plan", **PLAN).status == 302
    page = visitor.get(f"{HOME}/R2027")
    assert POLYGLOT in page.words
    assert "12/QĐ-UBND" in page.words
    row = row_of(installation, "R2027")
    assert (row.draw_fraction, row.minimum_n, row.design["half_width"], row.collectors) == (
        0.305,
        40,
        5.0,
        ["own_device"],
    )
    assert f"{row.release_at:%Y-%m-%dT%H:%M}" == "2028-03-15T01:00"  # eight o'clock in Hà Nội
    again = visitor.post("/province/minh-hai/-/plan", token_from="/province/minh-hai/-/plan", **PLAN)
    assert "#code" in again.links


def test_fields_that_the_form_does_not_have_are_not_taken(visitor, installation):
    round_roles.grant(installation, "planner", "province")
    extra = {
        "state": "published",
        "number": "1",
        "seed_commitment": "0" * 64,
        "unit_slug": "tinh-khac",
        "erased_at": "x",
    }
    sent = PLAN | extra | {"unit_id": "1", "announced_at": "2020-01-01"}
    assert visitor.post("/province/minh-hai/-/plan", token_from="/province/minh-hai/-/plan", **sent).status == 302
    row = row_of(installation, "R2027")
    assert (row.state, row.erased_at, row.unit_id) == ("plan", None, row_of(installation, LIVE).unit_id)
    assert row.announced_at.year == 2026
    assert row.seed_commitment != "0" * 64


def test_a_frozen_plan_is_only_made_stricter_with_a_reason(visitor, installation):
    round_roles.grant(installation, "planner", "province")
    path = f"{HOME}/{LIVE}/change"
    kept = {"title": "Đo lường", "minimum_n": "30", "erasure_date": "2028-12-31"}
    lower = visitor.post(path, token_from=path, **kept | {"erasure_date": "2029-12-31", "reason": "later"})
    assert lower.status == 400
    assert "#erasure_date" in lower.links
    assert visitor.post(path, token_from=path, **kept | {"minimum_n": "50"}).status == 400
    sent = kept | {"minimum_n": "50", "draw_percent": "1", "period_end": "2026-02-01", "reason": "quyết định 5"}
    assert visitor.post(path, token_from=path, **sent).status == 302
    row = row_of(installation, LIVE)
    assert (row.minimum_n, row.draw_fraction, row.period_end.month) == (50, 1.0, 12)
    assert "quyết định 5" in visitor.get(f"{HOME}/{LIVE}").words
    with installation.database.read() as session:
        assert {c.field for c in session.scalars(select(RoundChange))} == {"title", "minimum_n"}


def test_steps_are_offered_to_their_role_alone_asked_once_and_written_down(visitor, installation):
    change_state(installation, LIVE, "frozen")
    path = f"{HOME}/{LIVE}/step"
    assert visitor.get(f"{path}?to=field").status == 404
    round_roles.grant(installation, "fieldwork", "province")
    assert f"{path}?to=field" in visitor.get(f"{HOME}/{LIVE}").links
    assert row_of(installation, LIVE).state == "frozen"
    assert visitor.post(f"{path}?to=field", token_from=f"{path}?to=field").status == 302
    for to in ("closed", "plan", "nothing", ""):
        assert visitor.get(f"{path}?to={to}").status == 404
    with installation.database.read() as session:
        done = (AuditEntry.action == "round field", AuditEntry.subject == LIVE)
        assert "province" in session.scalars(select(AuditEntry.actor).where(*done)).all()  # the command line too


@pytest.mark.parametrize(
    ("state", "role", "named", "next_one", "command"),
    [
        ("closed", "computer", "tính toán", "computed", "build"),
        ("computed", "checker", "kiểm tra", "checked", "check"),
        ("checked", "signer", "ký duyệt và công bố", "signed", "sign"),
        ("signed", "signer", "ký duyệt và công bố", "published", "publish"),
    ],
)
def test_a_closed_round_goes_on_with_its_release_alone(visitor, installation, state, role, named, next_one, command):
    change_state(installation, LIVE, state)
    assert f"do người có vai trò {named}" in visitor.get(f"{HOME}/{LIVE}").words
    round_roles.grant(installation, role, "province")
    page = visitor.get(f"{HOME}/{LIVE}")
    assert f"sipas release {command} {LIVE} --as province" in page.words
    path = f"{HOME}/{LIVE}/step?to={next_one}"
    assert path not in page.links
    assert visitor.get(path).status == 404
    assert row_of(installation, LIVE).state == state


def test_a_checker_sends_figures_back_with_a_reason(visitor, installation):
    round_roles.grant(installation, "checker", "province")
    change_state(installation, LIVE, "signed")
    path = f"{HOME}/{LIVE}/step?to=closed"
    assert path in visitor.get(f"{HOME}/{LIVE}").links
    back = visitor.post(path, token_from=path, reason="")
    assert (back.status, row_of(installation, LIVE).state) == (400, "signed")
    assert visitor.post(path, token_from=path, reason="thiếu một tầng").status == 302
    assert row_of(installation, LIVE).state == "closed"


def test_what_needs_the_keys_of_the_flush_is_not_done_by_a_page(visitor, installation):
    round_roles.grant(installation, "fieldwork", "province")
    page = visitor.get(f"{HOME}/{LIVE}")
    assert f"sipas round close {LIVE} --as province" in page.words
    assert visitor.get(f"{HOME}/{LIVE}/step?to=closed").status == 404


def test_a_refusal_says_why_and_changes_nothing(visitor, installation):
    round_roles.grant(installation, "fieldwork", "province")
    change_state(installation, LIVE, "frozen")
    with installation.database.write() as session:
        rounds.by_code(session, LIVE).instrument_hash = "0" * 64
    path = f"{HOME}/{LIVE}/step?to=field"
    page = visitor.post(path, token_from=path)
    assert (page.status, row_of(installation, LIVE).state) == (400, "frozen")
    assert "was changed after the plan" in page.words


def test_the_published_round_shows_who_did_what(visitor):
    page = visitor.get(f"{HOME}/{PUBLISHED}")
    assert "tinh.toan" in page.words
    assert "lanh.dao" in page.words
    assert f"{HOME}/{PUBLISHED}/change" not in page.links


def test_an_administrator_gives_and_takes_roles_within_his_unit(own_app, installation):
    admin = Visitor(own_app)
    admin.sign_in("admin", PASSWORD)
    path = "/admin/staff/province/roles"
    assert admin.post(path, token_from=path, roles=["signer", "checker"]).status == 302
    assert "kiểm tra, ký duyệt" in admin.get("/admin/staff").words
    assert admin.post(path, token_from=path, roles=["signer"]).status == 302
    with installation.database.read() as session:
        who = session.scalars(select(Staff).where(Staff.login == "province")).one()
        assert round_roles.roles_of(session, who.id) == {"signer"}
        assert who.role == "province"
        assert session.scalars(select(Round.state).where(Round.code == LIVE)).one() == "field"
    assert admin.post(path, token_from=path, roles=["admin"]).status == 409
    assert admin.get("/admin/staff/far/roles").status == 404
