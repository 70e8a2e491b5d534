"""The key that kiosks seal to, made anew at the terminal: what waits on a device is still read."""

import pytest
from click.testing import CliRunner

from survey_app.cli import sipas
from tests.factories import a_round
from tests.kiosk import a_tablet


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_key_is_made_anew_and_says_until_when_the_old_one_is_kept(installation):
    def run(*words):
        done = CliRunner().invoke(sipas, ["keys", *words], obj=installation)
        assert done.exit_code == 0, done.output
        return done.output

    assert "day keys were made" in run("prepare")
    assert "until `sipas keys destroy`: no round has used it" in run("rotate-kiosks")
    assert run("destroy") == "1 keys were destroyed.\n"
    round_ = a_round(installation, desks=("desk-1",))
    tablet = a_tablet(installation, round_.province, "desk-1")
    waits = tablet.answer(round_.code)
    assert f"kept until {round_.erasure_date:%d/%m/%Y}." in run("rotate-kiosks")
    assert run("destroy") == "0 keys were destroyed.\n"
    assert tablet.outcomes(waits) == {1: ("stored", None)}
