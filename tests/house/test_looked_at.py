"""Every page is looked at by axe in the browser, or its list says why there is nothing to look at."""

import pytest
from werkzeug.exceptions import HTTPException

from survey_app.app import create_app
from tests.browser import looked_at
from tests.conftest import Clock, opened_installation


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("looked-at")
    with opened_installation(f"sqlite:///{folder / 'x.sqlite'}", folder, Clock()) as installation:
        yield create_app(installation)


def opened(app):
    """Routes that the browser tests open, by the addresses in their list."""
    adapter, found = app.url_map.bind("localhost"), set()
    signed = [*looked_at.RELEASES, *looked_at.REPORTS.values(), *looked_at.FACTS.values()]
    for path in [*(path for _login, path in looked_at.PAGES), *signed]:
        try:
            found.add(adapter.match(path.partition("?")[0], return_rule=True)[0].rule)
        except HTTPException:
            assert path == "/nothing", f"{path} leads nowhere; only the page that says so may"
    return found | looked_at.CITIZEN_ROUTES | looked_at.KIOSK_ROUTES


def test_a_new_page_is_added_to_what_axe_looks_at(app):
    """Add it to PAGES in tests/browser/looked_at.py, or to NO_PAGE with the reason."""
    routes = {rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert routes - opened(app) - set(looked_at.NO_PAGE) == set()
    assert set(looked_at.NO_PAGE) <= routes, "it is no route any more"
    assert opened(app) & set(looked_at.NO_PAGE) == set()


def test_a_new_template_is_looked_at_too():
    """Pages that only answer to a form have no address of their own; their templates are counted."""
    looked = looked_at.DESK | looked_at.FORMS | looked_at.SIGNED | looked_at.CHECKED | looked_at.CITIZEN
    assert looked_at.page_templates() == looked | set(looked_at.NO_ROUTE)


def test_every_exception_carries_its_reason():
    assert all((looked_at.NO_PAGE | looked_at.NO_ROUTE).values())
