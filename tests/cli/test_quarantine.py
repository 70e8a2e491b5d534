"""What lies apart, at the terminal: counted, held against the rule, read once more."""

import pytest

from tests.factories import a_forged_token, a_round
from tests.kiosk import a_tablet

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # services are tested on both
NOT_OURS = "unknown_address"


@pytest.fixture
def round_(installation):
    return a_round(installation, desks=("desk-1", "desk-2"))


@pytest.fixture
def apart(installation, round_):
    """Ten answers of one desk with slips that are none of ours, and three of another."""
    token = a_forged_token(round_).text
    for desk, number in (("desk-1", 10), ("desk-2", 3)):
        tablet = a_tablet(installation, round_.province, desk)
        tablet.send(*(tablet.answer(round_.code, token, {"q00": "4"}) for _ in range(number)))


@pytest.fixture
def run(run, round_, apart):
    """Type a command of the quarantine where answers lie apart."""
    return lambda *words: run("quarantine", *words)


def test_the_list_counts_large_groups_and_says_nothing_of_small_ones(run, round_):
    lines = [f"{round_.code}\t{NOT_OURS}\tdesk-1\t10", f"{round_.code}\t{NOT_OURS}\tdesk-2\tfewer than 10"]
    assert run("list") == (0, "\n".join([*lines, ""]))
    assert run("open", round_.code) == (0, f"{NOT_OURS}\tdesk-1\t10\tfits 10\n")


def test_letters_that_nobody_can_read_stay(installation, run, round_):
    tablet = a_tablet(installation, round_.province, "desk-1")
    tablet.send(tablet.item(b"no answer"))
    assert run("retry") == (0, "0 stored, 0 known before, 1 cannot be read.\n")
