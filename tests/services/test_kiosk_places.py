"""Whose answers a kiosk takes: those of rounds that its desk stood under, however the tree of units changed since."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app.models import DeadLetter, Inbox, Round, Unit, UnitState
from survey_app.services import inbox, kiosk_package
from tests.factories import a_forged_token, a_round, a_token, a_unit

STORED = ("stored", None)


def count(installation, table):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def moved(installation, slug, day, parent):
    """Let a desk stand under another unit from a day on, or under none: then it ends."""
    with installation.database.write() as session:
        state = session.scalar(select(UnitState).join(Unit, Unit.id == UnitState.unit_id).where(Unit.slug == slug))
        state.valid_to = day
        if parent is not None:
            kept = {name: getattr(state, name) for name in ("unit_id", "kind", "name", "folded")}
            session.add(UnitState(**kept, parent_id=parent, valid_from=day))


@pytest.mark.parametrize("elsewhere", [True, False])
def test_answers_of_a_desk_that_moved_or_ended_since_count_as_before(installation, round_, tablet, clock, elsewhere):
    given = [tablet.answer(round_.code), tablet.answer(round_.code, a_token(installation, round_).text)]
    before = kiosk_package.package(installation, tablet.id)
    parent = a_unit(installation, "new-province", kind="province") if elsewhere else None
    clock.now += timedelta(days=2)
    installation.keys.prepare_days(installation.today())
    moved(installation, "desk-1", installation.today() - timedelta(days=1), parent)
    assert tablet.outcomes(*given) == {1: STORED, 2: STORED}
    assert (count(installation, Inbox), count(installation, DeadLetter)) == (2, 0)
    asked = kiosk_package.package(installation, tablet.id)["rounds"]
    assert [one["code"] for one in asked] == [one["code"] for one in before["rounds"]] == [round_.code]
    clock.now = clock.now.replace(year=2028, month=12, day=31)
    installation.keys.prepare_days(installation.today())
    assert tablet.send()["erase"] == [round_.code]


def test_a_desk_is_measured_by_rounds_of_the_unit_that_it_moves_to_from_that_day_on(installation, round_, tablet):
    today = installation.today()
    parent = a_unit(installation, "new-province", kind="province")
    other = a_round(installation, desks=("far",), code="OTHER")
    with installation.database.write() as session:
        session.get_one(Round, other.id).unit_id = parent
    moved(installation, "desk-1", today + timedelta(days=2), parent)
    with installation.database.read() as session:
        own = [one.code for one in kiosk_package.rounds_of_desk(session, installation, round_.desks[0])]
    assert own == [round_.code]
    installation.clock.now += timedelta(days=1)  # the day before, as of rounds that begin
    with installation.database.read() as session:
        both = [one.code for one in kiosk_package.rounds_of_desk(session, installation, round_.desks[0])]
    assert both == ["OTHER", round_.code]


def test_a_slip_of_a_round_of_another_province_is_taken_for_its_own_desk(installation, round_, tablet):
    foreign = a_round(installation, desks=("far",), code="FAR")
    elsewhere = a_unit(installation, "elsewhere", kind="province")
    with installation.database.write() as session:
        session.get_one(Round, foreign.id).unit_id = elsewhere
    slip, forged = a_token(installation, foreign).text, a_forged_token(foreign).text
    told = tablet.outcomes(*(tablet.answer("FAR", token) for token in (slip, forged, None)))
    assert told == {1: STORED, 2: ("rejected", "damaged"), 3: ("rejected", "damaged")}
    with installation.database.read() as session:
        assert [one.grade for one in inbox.open_all(installation, session, foreign.id)] == ["G2"]


def test_a_round_of_another_province_takes_nothing(installation, round_, tablet):
    foreign = a_round(installation, desks=("far",), code="FAR")
    with installation.database.write() as session:
        top = Unit(slug="elsewhere")
        session.add(top)
        session.flush()
        session.get_one(Round, foreign.id).unit_id = top.id
    assert tablet.outcomes(tablet.answer("FAR")) == {1: ("rejected", "damaged")}
