"""The demo years as `make demo` loads them: anybody of fifty could have answered, loading twice changes nothing."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from survey_app.cli import sipas
from survey_app.models import Dossier, Inbox, Invitation, Response, Round, Spent, Stratum
from tests.services.test_unlinkability import ROOM, candidates

COUNTED = (Dossier, Invitation, Response, Round, Spent, Stratum, Inbox)


@pytest.fixture
def database_url(sqlite_url):
    """The demo's own kind of database; the ways it goes are tested on both kinds by their own tests."""
    return sqlite_url


@pytest.fixture
def demo(installation, tmp_path):
    """Run `sipas demo` without serving."""

    def run():
        arguments = ["demo", "--no-serve", "--folder", str(tmp_path / "demo")]
        result = CliRunner().invoke(sipas, arguments, obj=installation, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def counts(installation):
    with installation.database.read() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in COUNTED}


def test_the_demo_year_is_unlinkable_and_loading_it_again_doubles_nothing(installation, demo):
    said = demo()
    assert "/T/" in said
    assert "phuong.hoabinh" in said
    before = counts(installation)
    assert before["response"] > 800
    with installation.database.read() as session:
        rooms = [room for _response, room in candidates(session)]
        states = set(session.scalars(select(Round.state)))
    assert len(rooms) == before["response"]
    assert min(rooms) >= ROOM
    assert states == {"published", "field"}
    assert "yes: song-may-sm-" in said  # two years are published, and the second bundle follows from the first
    demo()
    after = counts(installation)
    assert after["invitation"] - before["invitation"] <= 1  # a fresh address for the QR code, if the last was not
    assert {k: v for k, v in after.items() if k != "invitation"} == {
        k: v for k, v in before.items() if k != "invitation"
    }
