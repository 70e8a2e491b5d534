"""Signing in and out on the pages, and what others try with the form, the cookie and the address."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from survey_app.app import create_app
from survey_app.models import Staff
from survey_app.services import staff
from tests.factories import a_unit
from tests.figures import LOGINS, PASSWORD, people
from tests.web.pages import Visitor

OTHER = "ngày mai trời sẽ mưa"


@pytest.fixture
def office(installation):
    top = a_unit(installation, "minh-hai", kind="province", name="Tỉnh Minh Hải")
    for slug in ("xa-1", "xa-2"):
        a_unit(installation, slug, kind="commune", name=slug, parent=top)
    people(installation)
    return installation


@pytest.fixture
def app(office):
    return create_app(office)


@pytest.fixture
def visitor(app):
    return Visitor(app)


def signed_in(app, login="agency1"):
    visitor = Visitor(app)
    assert visitor.sign_in(login, PASSWORD).status == 302
    return visitor


@pytest.mark.parametrize(
    ("login", "home"),
    [("agency1", "/agency/"), ("province", "/province/"), ("admin", "/admin/")],
)
def test_each_role_comes_to_its_own_first_page(visitor, login, home):
    assert visitor.sign_in(login, PASSWORD).location == home
    assert visitor.get("/login").location == home


def test_after_signing_in_one_comes_to_the_page_that_was_asked_for(visitor):
    asked = visitor.get("/agency/xa-1?lang=en").location
    assert asked == "/login?next=/agency/xa-1?lang%3Den"
    assert visitor.sign_in("agency1", PASSWORD, path=asked).location == "/agency/xa-1?lang=en"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie:x=1",
        "http:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(visitor, elsewhere):
    page = visitor.post("/login", token_from="/login", login="agency1", password=PASSWORD)
    assert page.location == "/agency/"
    leaving = Visitor(visitor.client.application)
    token = leaving.get("/login").token()
    answer = leaving.client.post(
        "/login", query_string={"next": elsewhere}, data={"login": "agency1", "password": PASSWORD, "csrf_token": token}
    )
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "evil" not in location or location == "/%0d%0aSet-Cookie:x=1"
    assert "Set-Cookie" not in location or "%0d%0a" in location.lower()


def test_the_answer_to_a_wrong_try_says_nothing_about_the_name(app):
    def answer(login, password):
        page = Visitor(app).sign_in(login, password)
        return page.status, re.sub(r'value="[^"]*"', "", page.text)

    known = answer("agency1", OTHER)
    assert known[0] == 403
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in known[1]
    assert answer("nobody", OTHER) == known


def test_after_many_wrong_tries_one_is_told_how_long_to_wait(visitor, clock):
    for _ in range(5):
        assert visitor.sign_in("agency1", OTHER).status == 403
    page = visitor.sign_in("agency1", PASSWORD)
    assert page.status == 429
    assert page.response.headers["Retry-After"] == "1"
    assert "Xin chờ 1 giây" in page.words
    clock.now += timedelta(seconds=1)
    assert visitor.sign_in("agency1", PASSWORD).status == 302


def test_an_empty_form_says_what_is_missing_and_leads_to_the_field(visitor):
    page = visitor.post("/login", token_from="/login", login="", password="")
    assert page.status == 400
    assert "Xin nhập tên đăng nhập." in page.words
    assert {"#login", "#password"} <= set(page.links)
    assert page.root.find(".//input[@id='login']").get("aria-describedby") == "login-error"


@pytest.mark.parametrize("token", [None, "", "forged", "IjEi.aaaa.bbbb"])
def test_a_form_without_our_token_changes_nothing(app, token):
    fields = {} if token is None else {"csrf_token": token}
    stranger = Visitor(app)
    assert stranger.post("/login", login="agency1", password=PASSWORD, **fields).status == 400
    assert stranger.get("/agency/").location.startswith("/login")
    reader = signed_in(app)
    assert reader.post("/account/sign-out", **fields).status == 400
    assert reader.get("/agency/").location == "/agency/xa-1"


def test_a_form_token_of_another_browser_is_worth_nothing(app):
    stolen = Visitor(app).get("/login").token()
    victim = Visitor(app)
    victim.get("/login")
    assert victim.post("/login", login="agency1", password=PASSWORD, csrf_token=stolen).status == 400


def test_json_and_plain_text_are_no_forms(app):
    reader = signed_in(app)
    token = reader.get("/account/password").token()
    for kind in ("text/plain", "application/json"):
        answer = reader.client.post("/account/sign-out", data=f"csrf_token={token}", content_type=kind)
        assert answer.status_code == 400
    assert reader.get("/agency/").status == 302


def test_signing_out_needs_a_form_and_ends_every_copy_of_the_cookie(app):
    reader = signed_in(app)
    copied = reader.client.get_cookie("sipas_staff").value
    assert reader.get("/account/sign-out").status == 405
    token = reader.get("/account/password").token()
    assert reader.post("/account/sign-out", csrf_token=token).location == "/login"
    thief = Visitor(app)
    thief.client.set_cookie("sipas_staff", copied)
    for visitor in (reader, thief):
        assert visitor.get("/agency/").location.startswith("/login")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app):
    cookie = Visitor(app).get("/login").response.headers["Set-Cookie"]
    assert cookie.startswith("sipas_staff=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain=" not in cookie


def test_with_tls_the_cookie_is_secure_and_bound_to_the_host(office):
    settings = replace(office.settings, public_url="https://hailong.example")
    app = create_app(replace(office, settings=settings))
    answer = app.test_client().get("/login", base_url="https://hailong.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sipas-staff=")
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_nothing_of_an_earlier_visitor_is_left_in_the_session(app):
    visitor = Visitor(app)
    with visitor.client.session_transaction() as session:
        session["staff"], session["planted"] = "someone", "x"
    visitor.sign_in("agency1", PASSWORD)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert session["staff"] != "someone"


@pytest.mark.parametrize("planted", [{"staff": 7}, {"staff": "x", "version": 1, "at": 1}, {"version": "x"}])
def test_a_strange_session_is_no_session(app, planted):
    visitor = Visitor(app)
    with visitor.client.session_transaction() as session:
        session.update(planted)
    assert visitor.get("/agency/").location.startswith("/login")


def test_a_session_ends_when_its_login_is_disabled(app, office):
    reader = signed_in(app)
    staff.set_active(office, "agency1", active=False)
    assert reader.get("/agency/").location.startswith("/login")
    staff.set_active(office, "agency1", active=True)
    assert reader.get("/agency/").location.startswith("/login")


def test_a_changed_role_holds_from_the_next_page_on(app, office):
    reader = signed_in(app, "admin")
    assert reader.get("/admin/").status == 200
    with office.database.write() as session:
        session.execute(update(Staff).where(Staff.login == "admin").values(role="agency"))
    assert reader.get("/admin/").status == 404


def test_a_session_ends_after_eight_hours(app, clock):
    reader = signed_in(app)
    clock.now += timedelta(hours=7, minutes=59)
    assert reader.get("/agency/").location == "/agency/xa-1"
    clock.now += timedelta(minutes=1)
    assert reader.get("/agency/").location.startswith("/login")


def test_ones_own_password_is_changed_and_other_browsers_are_signed_out(app):
    here, there = signed_in(app), signed_in(app)
    page = here.post("/account/password", token_from="/account/password", old=PASSWORD, new=OTHER, again=OTHER)
    assert page.location == "/account/password"
    assert "Đã đổi mật khẩu." in here.get("/account/password").words
    assert there.get("/agency/").location.startswith("/login")
    assert Visitor(app).sign_in("agency1", OTHER).status == 302
    assert Visitor(app).sign_in("agency1", PASSWORD).status == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": OTHER, "new": OTHER, "again": OTHER}, "Mật khẩu hiện tại không đúng."),
        ({"old": PASSWORD, "new": OTHER, "again": "x"}, "Hai mật khẩu mới không giống nhau."),
        ({"old": PASSWORD, "new": "ngắn", "again": "ngắn"}, "Xin dùng ít nhất 12 ký tự."),
        ({"old": PASSWORD, "new": "x agency1 dài lắm", "again": "x agency1 dài lắm"}, "không được chứa tên đăng nhập"),
        ({"old": PASSWORD, "new": "", "again": ""}, "Xin nhập mật khẩu mới."),
    ],
)
def test_a_password_that_is_not_taken_says_why(app, fields, said):
    reader = signed_in(app)
    page = reader.post("/account/password", token_from="/account/password", **fields)
    assert page.status == 400
    assert said in page.words
    assert Visitor(app).sign_in("agency1", PASSWORD).status == 302


def test_extra_fields_of_a_form_change_nobodys_rights(app, office):
    def rights():
        with office.database.read() as session:
            rows = session.scalars(select(Staff).order_by(Staff.login))
            return [(r.login, r.name, r.role, r.unit_id, r.active, r.language) for r in rows]

    before = rights()
    extra = {
        "role": "admin",
        "is_admin": "1",
        "unit_id": "minh-hai",
        "active": "1",
        "session_version": "9",
        "name": "x",
    }
    reader = signed_in(app)
    reader.post("/account/password", token_from="/account/password", old=PASSWORD, new=OTHER, again=OTHER, **extra)
    Visitor(app).post("/login", token_from="/login", **({"login": "agency2", "password": PASSWORD} | extra))
    reader.post("/account/sign-out", token_from="/account/password", **extra)
    assert rights() == before
    assert len(before) == len(LOGINS)
