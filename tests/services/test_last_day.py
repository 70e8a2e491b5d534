"""The day that stands on a slip is the last one on which its code opens."""

import re
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from survey_app.cli import sipas, slips
from survey_app.services import collection, invitations, rounds
from survey_app.services.errors import ClosedDoorError
from tests import province

DAY = re.compile(r"\d\d/\d\d/\d{4}")


@pytest.fixture
def database_url(sqlite_url):
    """SQLite: days are counted by the program."""
    return sqlite_url


@pytest.fixture
def place(installation):
    return province.make(installation, desks=1, per_year=160)


def opens_to_the_end_of(place, clock, token, printed):
    day = datetime.strptime(printed, "%d/%m/%Y").replace(tzinfo=UTC)  # seven in the morning in Hà Nội
    clock.now = day
    assert collection.open_address(place.installation, token)
    clock.now = day.replace(hour=16, minute=59)
    assert collection.open_address(place.installation, token)
    clock.now = day.replace(hour=17)
    with pytest.raises(ClosedDoorError):
        collection.open_address(place.installation, token)


@pytest.mark.parametrize(
    ("field_end", "printed"), [(date(2026, 12, 31), "29/06/2026"), (date(2026, 4, 20), "20/04/2026")]
)
@pytest.mark.parametrize("roll", [False, True], ids=["dossiers", "roll"])
def test_a_slip_names_the_last_day_on_which_it_opens(place, clock, field_end, printed, roll):
    with place.installation.database.write() as session:
        rounds.by_code(session, place.code).field_end = field_end
    made = invitations.roll(place.installation, place.code, "desk-1", 50).slips if roll else place.slips("desk-1")
    page = slips.page(place.installation, made, place.code)
    assert set(DAY.findall(page)) == {printed}
    assert len(DAY.findall(page)) == 2 * len(made), "once in each language"
    assert "at any time" not in page
    assert "lúc nào cũng được" not in page
    opens_to_the_end_of(place, clock, made[0].token, printed)


def test_a_sheet_of_paper_names_it_too(place, tmp_path):
    out = tmp_path / "sheets.html"
    words = ["paper", "print", "--round", place.code, "--unit", "desk-1", "--out", str(out)]
    assert CliRunner().invoke(sipas, words, obj=place.installation).exit_code == 0
    assert DAY.findall(out.read_text(encoding="utf-8")) == ["29/06/2026"] * 50


def test_an_address_that_opens_no_longer_is_not_given_out_again(place, clock):
    [slip] = invitations.issue(place.installation, place.code, place.dossiers["desk-1"][:1]).slips
    clock.now = clock.now.replace(month=6, day=29)
    assert invitations.issue(place.installation, place.code, [slip.dossier_code]).slips == (slip,)
    clock.now = clock.now.replace(day=30)
    late = invitations.issue(place.installation, place.code, [slip.dossier_code])
    assert (late.slips, late.repeated) == ((), 0)
    assert late.refused == ((slip.dossier_code, "Its address opened until 29/06/2026."),)
