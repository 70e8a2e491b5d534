"""What lies apart, as somebody decides on it at the terminal: two people with their passwords, or nothing happens."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from survey_app.cli import sipas
from survey_app.models import Inbox
from survey_app.services import round_roles, staff
from survey_app.services.staff import NewStaff
from tests.factories import a_forged_token, a_round
from tests.kiosk import a_tablet

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # services are tested on both
LAN, MINH = "mưa rào tháng bảy", "nắng nhẹ tháng ba"
NOT_OURS = "unknown_address"


@pytest.fixture
def round_(installation):
    found = a_round(installation, desks=("desk-1", "desk-2"))
    for login, role, password in (("lan", "fieldwork", LAN), ("minh", "checker", MINH)):
        staff.create(installation, NewStaff(login, login, "province", "minh-hai", password))
        round_roles.grant(installation, role, login)
    return found


@pytest.fixture
def apart(installation, round_):
    """Ten answers of one desk with slips that are none of ours, and three of another."""
    token = a_forged_token(round_).text
    for desk, number in (("desk-1", 10), ("desk-2", 3)):
        tablet = a_tablet(installation, round_.province, desk)
        tablet.send(*(tablet.answer(round_.code, token, {"q00": "4"}) for _ in range(number)))


@pytest.fixture
def run(installation, round_, apart):
    def run_it(*words, passwords=""):
        done = CliRunner().invoke(sipas, ["quarantine", *words], obj=installation, input=passwords)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run_it


@pytest.fixture
def decide(run, round_):
    def decided(what, *, desk="desk-1", asked="lan", agreed="minh", passwords=f"{LAN}\n{MINH}\n"):
        group = (round_.code, "--reason", NOT_OURS, "--desk", desk, "--why", "Máy quét cũ đọc sai mã")
        return run(what, *group, "--asked-by", asked, "--agreed-by", agreed, passwords=passwords)

    return decided


def waiting(installation):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(Inbox))


def test_the_list_counts_large_groups_and_says_nothing_of_small_ones(run, round_):
    lines = [f"{round_.code}\t{NOT_OURS}\tdesk-1\t10", f"{round_.code}\t{NOT_OURS}\tdesk-2\tfewer than 10"]
    assert run("list") == (0, "\n".join([*lines, ""]))
    assert run("open", round_.code) == (0, f"{NOT_OURS}\tdesk-1\t10\tfits 10\n")


def test_two_people_let_a_group_count_once(installation, decide, run, round_):
    assert decide("accept") == (0, "10 wait for the next flush, 0 stay apart.\n")
    assert waiting(installation) == 10
    assert decide("accept") == (0, "0 wait for the next flush, 0 stay apart.\n")
    assert decide("discard", desk="desk-2") == (0, "3 were deleted.\n")
    assert (run("list"), waiting(installation)) == ((0, ""), 10)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"passwords": f"{LAN}\n{LAN}\n"}, "password"),
        ({"passwords": f"{LAN}\n"}, "password"),
        ({"asked": "minh", "agreed": "lan", "passwords": f"{MINH}\n{LAN}\n"}, "does not have the role fieldwork"),
        ({"agreed": "lan", "passwords": f"{LAN}\n{LAN}\n"}, "does not have the role checker"),
        ({"desk": "desk-9"}, "desk-9"),
    ],
)
def test_without_both_nothing_happens(installation, decide, run, wrong, said):
    before = run("list")
    for what in ("accept", "discard"):
        code, told = decide(what, **wrong)
        assert code == 1
        assert said in told
    assert (run("list"), waiting(installation)) == (before, 0)


def test_letters_that_nobody_can_read_stay(installation, run, round_):
    tablet = a_tablet(installation, round_.province, "desk-1")
    tablet.send(tablet.item(b"no answer"))
    assert run("retry") == (0, "0 stored, 0 known before, 1 cannot be read.\n")
