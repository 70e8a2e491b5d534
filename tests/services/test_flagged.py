"""Attack 19: praise by script and straight lines are flagged, told with and without, and never deleted."""

import hmac
import random

import pytest
from sqlalchemy import func, select, update

from instruments.load import shipped
from survey_app.domain import grades
from survey_app.models import Batch, Response, Round, Unit
from survey_app.services import embargo, flush, indices, publication
from survey_app.services.released import CellsDisagreeError
from survey_app.services.taking import NO_STRATUM, Circumstances, Form, Origin
from tests import province
from tests.services.test_kiosk_figures import send, tablet_at

HONEST = 40
PRAISE = 60
BURST = 5_000


def honest(number):
    """Answers of people who differ: 60 % satisfied with each question, nobody alike everywhere."""
    chance = random.Random(19)
    return [{item: chance.choice("22444") for item in province.ITEMS} | {"q01": "2", "q02": "4"} for _ in range(number)]


@pytest.fixture
def place(installation):
    return province.make(installation, desks=1, per_desk=100)


def released(place, praise, *, seconds=120.0):
    """Answer at the kiosk, honest people first, and release."""
    tablet = tablet_at(place, "desk-1")
    send(tablet, place.code, honest(HONEST))
    send(tablet, place.code, [praise] * PRAISE, seconds=seconds)
    flush.close(place.installation, place.code)
    publication.refresh(place.installation, place.code)


def page(place):
    with place.installation.database.read() as session:
        row = session.scalar(select(Round))
        unit = session.scalar(select(Unit.id).where(Unit.slug == "desk-1"))
    return indices.unit_page(place.installation, row.id, unit, "vi")


def test_quick_praise_is_told_apart_and_stays(place):
    praise = {item: "54"[n % 2] for n, item in enumerate(province.ITEMS)}  # no straight line
    released(place, praise, seconds=6.0)
    [line] = page(place).flagged
    assert (line.left_out, line.evidence) == ("60", "G3")
    assert line.without.estimate == pytest.approx(60, abs=6)
    assert line.all_answers.estimate == pytest.approx((PRAISE * 100 + HONEST * 60) / (PRAISE + HONEST), abs=6)
    with place.installation.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == PRAISE + HONEST
        assert session.scalars(select(Batch.flagged)).all() == [PRAISE]


def burst(place, number, **how):
    """Answers without a slip as a device's door passes them on, all within one night and one transaction."""
    keys, instrument = place.installation.keys.round_keys(place.code), shipped("sipas-2017/1")
    with place.installation.database.write() as session:
        row, desk = session.scalar(select(Round)), session.scalar(select(Unit.id).where(Unit.slug == "desk-1"))
        for n in range(number):
            name = f"burst {n}".encode()
            spent = hmac.digest(keys.spent, name, "sha256")
            origin = Origin(row.id, row.code, instrument, desk, name, spent, NO_STRATUM, "G3", desk=desk)
            how_given = Circumstances(name, "vi", ("vi",), grades.DESK_DEVICE, **how)
            form = Form(place.installation, session, origin, how_given, dict.fromkeys(province.ITEMS, 5))
            assert form.store().outcome == "stored"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the rule is tested on both with fewer
def test_five_thousand_by_script_are_flagged_and_honest_people_still_seen(place):
    tablet = tablet_at(place, "desk-1")
    send(tablet, place.code, honest(HONEST))
    burst(place, BURST, seconds=6.0)
    flush.close(place.installation, place.code)
    publication.refresh(place.installation, place.code)
    [line] = page(place).flagged
    assert (line.left_out, line.without.shown) == ("5.000", True)
    assert line.without.estimate == pytest.approx(60, abs=6)
    assert line.all_answers.estimate == pytest.approx((BURST * 100 + HONEST * 60) / (BURST + HONEST), abs=1)
    with place.installation.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == BURST + HONEST


def test_praise_that_takes_its_time_is_a_straight_line(place):
    released(place, dict.fromkeys(province.ITEMS, "5"))
    [line] = page(place).flagged
    assert line.left_out == "60"
    assert line.all_answers.estimate - line.without.estimate > 15
    assert embargo.of_unit(page(place)).flagged == ()


def test_a_few_flags_stay_beside_no_answer_and_change_no_figure(place):
    tablet = tablet_at(place, "desk-1")
    send(tablet, place.code, honest(20))
    send(tablet, place.code, [dict.fromkeys(province.ITEMS, "5")] * 9)
    flush.close(place.installation, place.code)
    publication.refresh(place.installation, place.code)
    assert page(place).flagged == ()
    with place.installation.database.read() as session:
        assert set(session.scalars(select(Response.flagged))) == {None}
        assert session.scalars(select(Batch.flagged)).all() == [9]


def test_where_everything_is_flagged_no_figure_is_left_without(place):
    tablet = tablet_at(place, "desk-1")
    send(tablet, place.code, [dict.fromkeys(province.ITEMS, "5")] * 20)
    flush.close(place.installation, place.code)
    publication.refresh(place.installation, place.code)
    [line] = page(place).flagged
    assert (line.all_answers.shown, line.without.shown, line.left_out) == (True, False, "20")


def test_a_flag_changed_by_hand_is_noticed(place):
    tablet = tablet_at(place, "desk-1")
    send(tablet, place.code, honest(10))
    send(tablet, place.code, [dict.fromkeys(province.ITEMS, "5")] * 10)
    flush.close(place.installation, place.code)
    with place.installation.database.write() as session:
        one = session.scalar(select(Response.id).where(Response.flagged))
        session.execute(update(Response).where(Response.id == one).values(flagged=False))
    with pytest.raises(CellsDisagreeError, match="flags"):
        publication.refresh(place.installation, place.code)
