"""Fixtures of the tests of pages: an application over each kind of database, a round in the field, one token."""

import pytest

from survey_app.app import create_app
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
