"""Every route of the address map, for every reader: closed to strangers, and another unit's page is not there.

The routes come from the application itself, so a new one is tested from its first day and fails closed.
"""

import pytest

from survey_app.web import staff_session
from tests.figures import LIVE, LOGINS, PASSWORD, PUBLISHED
from tests.web.pages import Visitor

OPEN = {"public", "login", "citizen", "device", "kiosk"}  # blueprints with guards and tests of their own
# For each argument of an address: what belongs to somebody else, for each reader.
FOREIGN = {
    "slug": {
        "agency1": ["xa-2", "desk-2", "minh-hai", "tinh-khac", "nowhere"],
        "agency2": ["xa-1", "desk-1", "minh-hai", "tinh-khac", "nowhere"],
        "province": ["tinh-khac", "nowhere"],
        "admin": ["tinh-khac", "nowhere"],
    },
    "login": {login: ["far", "nobody"] for login in LOGINS},
    "number": {login: [2, 99] for login in LOGINS},
    "code": {login: [LIVE, PUBLISHED, "R2099"] for login in LOGINS},
}


def staff_rules(app):
    """Routes for people who sign in: all but the open ones and those of programs, which bring a key."""
    rules = [r for r in app.url_map.iter_rules() if r.endpoint != "static" and not r.rule.startswith("/api/")]
    return [r for r in rules if blueprint_of(r) not in OPEN]


def blueprint_of(rule):
    return rule.endpoint.partition(".")[0]


def addresses(app, rule, login):
    """Every way to fill a route with what is not the reader's."""
    unknown = rule.arguments - set(FOREIGN)
    assert not unknown, f"{rule}: say in FOREIGN what belongs to somebody else for {unknown}"
    filled = [{}]
    for name in sorted(rule.arguments):
        filled = [{**values, name: value} for values in filled for value in FOREIGN[name][login]]
    adapter = app.url_map.bind("localhost")
    # a default such as code=None is filled by the route itself
    return [adapter.build(rule.endpoint, {**(rule.defaults or {}), **values}) for values in filled]


@pytest.fixture(scope="module")
def readers(figures_app):
    found = {}
    for login in LOGINS:
        found[login] = Visitor(figures_app)
        assert found[login].sign_in(login, PASSWORD).status == 302
    return found


def test_every_blueprint_is_known_and_guarded_as_its_pages_need(figures_app):
    guards = figures_app.extensions["guards"]
    assert set(guards) == set(figures_app.blueprints)
    expected = {
        "login": staff_session.public_guard,
        "account": staff_session.staff_guard,
        "agency": staff_session.agency_guard,
        "province": staff_session.province_guard,
        "paper": staff_session.agency_guard,
        "admin": staff_session.admin_guard,
    }
    assert {name: guards[name] for name in expected} == expected
    assert {blueprint_of(rule) for rule in staff_rules(figures_app)} == set(expected) - {"login"}


def test_strangers_are_sent_to_sign_in_from_every_staff_route(figures_app):
    rules = staff_rules(figures_app)
    assert len(rules) >= 15
    for rule in rules:
        for address in addresses(figures_app, rule, "agency1"):
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                answer = figures_app.test_client().open(address, method=method)
                assert (answer.status_code, answer.headers["Location"][:6]) == (302, "/login"), (method, address)


@pytest.mark.parametrize("login", LOGINS)
def test_what_is_anothers_is_not_there_on_any_route(figures_app, readers, login):
    tried = 0
    for rule in staff_rules(figures_app):
        if not rule.arguments:
            continue
        for address in addresses(figures_app, rule, login):
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                token = readers[login].get("/account/password").token() if method == "POST" else None
                answer = readers[login].client.open(address, method=method, data={"csrf_token": token})
                assert answer.status_code == 404, (login, method, address)
                tried += 1
    assert tried >= 20


@pytest.mark.parametrize(
    ("login", "closed"),
    [("agency1", ("province", "admin")), ("agency2", ("province", "admin")), ("province", ("admin",))],
)
def test_kinds_of_page_that_a_role_does_not_open_are_not_there(figures_app, readers, login, closed):
    own = {"slug": LOGINS[login][1], "code": LIVE, "login": login, "number": 1}
    adapter = figures_app.url_map.bind("localhost")
    for rule in staff_rules(figures_app):
        if blueprint_of(rule) in closed:
            address = adapter.build(rule.endpoint, {n: own[n] for n in rule.arguments} | (rule.defaults or {}))
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                assert readers[login].client.open(address, method=method).status_code == 404, (method, address)


def test_no_route_that_changes_something_works_without_our_form(figures_app, readers):
    own = {"slug": "xa-1", "code": LIVE, "login": "agency1", "number": 1}
    adapter = figures_app.url_map.bind("localhost")
    changing = [r for r in staff_rules(figures_app) if r.methods & {"POST", "PUT", "PATCH", "DELETE"}]
    assert changing
    for rule in changing:
        address = adapter.build(rule.endpoint, {name: own[name] for name in rule.arguments})
        for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            assert readers["admin"].client.open(address, method=method).status_code == 400, address


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("agency1", "/agency/xa-1"),
        ("agency1", f"/agency/desk-1/{LIVE}"),
        ("province", f"/agency/xa-2/{PUBLISHED}"),
        ("province", "/province/minh-hai"),
        ("province", "/province/xa-1"),
        ("admin", "/agency/xa-1"),
        ("admin", "/admin/units/desk-6"),
    ],
)
def test_what_is_ones_own_is_there(readers, login, path):
    assert readers[login].get(path).status == 200


def test_no_filter_in_the_address_opens_more(readers):
    for query in ("?unit=xa-2", "?slug=xa-2&code=R2026", "?unit_id=xa-2", "?next=/agency/xa-2"):
        page = readers["agency1"].get("/agency/xa-1" + query)
        assert page.heading == "Xã Đông Ngũ"
        assert "Phường Ặ" not in page.words
