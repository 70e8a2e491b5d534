"""Fixtures of the browser tests: a live server over a seeded SQLite database, and Chromium to walk through it.

A module gets its own `site`. To seed it, the module overrides the fixture `seed` (module scope) with a function that
takes the installation:

    @pytest.fixture(scope="module")
    def seed():
        return lambda installation: ...

    def test_something(open_page, site):
        page = open_page("/q", width=320, locale="vi-VN", javascript=False)

A module that wants a province full of released figures overrides `site`: see test_desk.py.
"""

import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask, template_rendered

from survey_app.app import create_app
from survey_app.installation import Installation
from tests.browser.chromium import DESK, TABLET, Watch, axe_violations, new_context, running_browser
from tests.browser.kiosk import Kiosk
from tests.browser.kiosk_office import Office
from tests.browser.serving import Serving
from tests.conftest import Clock, copied_province, empty_database, opened_installation


@dataclass(frozen=True)
class Site:
    """A running server: its address, and the installation behind it."""

    url: str
    installation: Installation
    clock: Clock
    app: Flask


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for the whole session; each test gets contexts of its own."""
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def seed():
    """What the module wants to find in the database; nothing unless it says so."""
    return lambda installation: None


@pytest.fixture(scope="module")
def province(province_template, tmp_path_factory):
    """The province of tests/figures.py with its released figures, in a database of this module's own."""
    with copied_province(province_template, tmp_path_factory.mktemp("province")) as installation:
        yield installation


@contextmanager
def served(installation):
    """Serve an installation on a free port of 127.0.0.1 while the block runs."""
    app = create_app(installation)
    serving = Serving(app, threads=4)
    yield Site(f"http://127.0.0.1:{serving.port}", installation, installation.clock, app)
    serving.stop()


@pytest.fixture
def rendered(site):
    """Names of the templates that the server has rendered since the test began."""
    names = set()

    def heard(_app, template, **_more):
        names.add(template.name)

    with template_rendered.connected_to(heard, site.app):
        yield names


@pytest.fixture(scope="module")
def site(seed, _sqlite_template, tmp_path_factory):
    """A server over a seeded SQLite database of this module's own."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(_sqlite_template, folder / "sipas.sqlite")
    with opened_installation(f"sqlite:///{folder / 'sipas.sqlite'}", folder, Clock()) as installation:
        seed(installation)
        with served(installation) as running:
            yield running


@pytest.fixture
def open_page(chromium, site):
    """Open a path in a fresh browser context; the test fails if any page left the server or broke the policy."""
    watch, contexts = Watch(site.url), []

    def opened(path="/", *, width=DESK, height=800, locale="vi-VN", javascript=True, cookies=(), context=None):
        if context is None:
            context = new_context(
                chromium,
                viewport={"width": width, "height": height},
                locale=locale,
                java_script_enabled=javascript,
            )
            context.add_cookies(list(cookies))
            contexts.append(context)
        page = context.new_page()
        watch.look_at(page)
        page.goto(site.url + path)
        return page

    opened.watch = watch
    yield opened
    for context in contexts:
        context.close()
    assert watch.problems == []


@pytest.fixture
def axe():
    """Accept a page only when axe finds nothing."""

    def check(page):
        assert axe_violations(page) == []

    return check


@pytest.fixture
def kiosk_pages():
    """Browser contexts that a test opened itself; they are closed in the end."""
    opened = []
    yield opened
    for context in opened:
        context.close()


@contextmanager
def _offices(request, tmp_path_factory):
    """Open offices with a round for kiosks, each over a database of the kind asked for."""
    with ExitStack() as stack:

        def opened(kind="sqlite", **wishes):
            folder = tmp_path_factory.mktemp("office")
            url = stack.enter_context(empty_database(kind, request, folder))
            installation = stack.enter_context(opened_installation(url, folder, Clock()))
            office = Office(installation, folder, **wishes)
            stack.callback(office.stop)
            return office

        yield opened


@pytest.fixture
def kiosk_office(request, tmp_path_factory):
    """Open an office with a round for kiosks; it is gone after the test."""
    with _offices(request, tmp_path_factory) as opened:
        yield opened


@pytest.fixture(scope="module")
def kiosk_office_of_module(request, tmp_path_factory):
    """Open an office that all tests of a module share."""
    with _offices(request, tmp_path_factory) as opened:
        yield opened


@contextmanager
def _kiosks(chromium):
    """Open tablets; it is an error if a page left the server, broke the policy or raised in a script."""
    contexts, watches = [], []

    def opened(office, *, width=TABLET, height=1024, **wishes):
        context = new_context(
            chromium, viewport={"width": width, "height": height}, locale="vi-VN", has_touch=True, **wishes
        )
        contexts.append(context)
        watches.append(Watch(office.url))
        context.on("page", watches[-1].look_at)
        return Kiosk(context.new_page(), office.url)

    yield opened
    for context in contexts:
        context.close()
    assert [
        problem for watch in watches for problem in watch.problems if "Failed to load resource" not in problem
    ] == []


@pytest.fixture
def new_kiosk(chromium):
    """Open a tablet; it is gone after the test."""
    with _kiosks(chromium) as opened:
        yield opened


@pytest.fixture(scope="module")
def kiosk_of_module(chromium):
    """Open a tablet that all tests of a module share."""
    with _kiosks(chromium) as opened:
        yield opened


@pytest.fixture(scope="module")
def office(kiosk_office_of_module):
    """A kiosk's office; a module that wants another one, or one for each test, overrides this and what follows."""
    return kiosk_office_of_module("sqlite")


@pytest.fixture(scope="module")
def standing(office, kiosk_of_module):
    """A tablet that stands in the hall since the module began."""
    return kiosk_of_module(office).set_up(office.code())


@pytest.fixture
def tablet(standing):
    """The same, waiting for people."""
    return standing.open().at("attract")
