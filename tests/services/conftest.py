"""A round that two desks are measured in, and a kiosk at the first; a module may override either."""

import pytest

from tests.factories import a_round
from tests.kiosk import a_tablet


@pytest.fixture
def round_(installation):
    return a_round(installation, desks=("desk-1", "desk-2"))


@pytest.fixture
def tablet(installation, round_):
    return a_tablet(installation, round_.province, "desk-1")
