"""Fixtures of the tests of pages: an application over each kind of database, a round in the field, one token."""

import pytest

from survey_app.app import create_app
from tests.conftest import copied_province
from tests.factories import a_round, a_token


@pytest.fixture
def app(installation):
    return create_app(installation)


@pytest.fixture
def round_(installation):
    return a_round(installation)


@pytest.fixture
def token(installation, round_):
    return a_token(installation, round_)


@pytest.fixture(scope="module")
def figures_app(province_template, tmp_path_factory):
    """An application over the province of tests/figures.py, for pages that are read and not changed."""
    with copied_province(province_template, tmp_path_factory.mktemp("province")) as installation:
        yield create_app(installation)


@pytest.fixture
def own_app(province_template, tmp_path):
    """The same province in a database of the test's own, for what changes it."""
    with copied_province(province_template, tmp_path) as installation:
        yield create_app(installation)
