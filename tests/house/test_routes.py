"""Addresses that were ever given out keep working: a printed QR code must not die."""

from pathlib import Path

import pytest

from survey_app.app import create_app
from tests.conftest import Clock, opened_installation

LIST = Path(__file__).with_name("routes.txt")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routes")
    with opened_installation(f"sqlite:///{folder / 'x.sqlite'}", folder, Clock()) as installation:
        yield create_app(installation)


def routes(app):
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_no_address_has_vanished_and_every_new_one_is_written_down(app):
    """A removed line needs a redirect first; a new route is added to routes.txt."""
    assert routes(app) == set(LIST.read_text(encoding="utf-8").split("\n")) - {""}


def test_every_blueprint_has_a_guard_that_runs_before_its_pages(app):
    guards = app.extensions["guards"]
    assert set(app.blueprints) == set(guards)
    for name, guard in guards.items():
        assert app.before_request_funcs[name][0] is guard


def test_nothing_is_served_without_a_blueprint_but_static_files(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint} == {"static"}
