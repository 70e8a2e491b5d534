"""Devices that need a look: old faults do not hide new ones, and what waits on a device is not called arrived."""

from datetime import date, timedelta

import pytest

from survey_app.services import kiosk_overview, kiosk_package
from tests.factories import a_round
from tests.kiosk import HEARTBEAT, a_tablet


@pytest.fixture
def round_(installation):
    return a_round(installation, desks=("desk-1",), field_start=date(2026, 2, 1))


def signs(tablet):
    return kiosk_overview.lines(tablet.installation)[0].signs


def test_an_answer_that_was_refused_is_a_sign_for_a_week_and_counted_for_ever(tablet, round_, clock):
    tablet.send(tablet.answer(round_.code), tablet.answer(round_.code, raw={"q00": "77"}))
    assert signs(tablet) == ("rejected",)
    for _day in range(7):
        clock.now += timedelta(days=1)
        tablet.send(tablet.answer(round_.code))
    assert signs(tablet) == ("clock",)  # the test moves only the server's
    assert kiosk_overview.lines(tablet.installation)[0].rejected == 1


def test_a_number_used_twice_is_a_sign_for_a_week(tablet, round_, clock):
    first, copied = tablet.answer(round_.code), tablet.answer(round_.code)
    tablet.send(first)
    tablet.send(copied | {"seq": first["seq"]})
    assert signs(tablet) == ("reused",)
    clock.now += timedelta(days=7)
    tablet.send(tablet.answer(round_.code), heartbeat=HEARTBEAT)
    assert "reused" not in signs(tablet)


def test_answers_that_wait_while_none_arrives_are_a_sign_however_few_they_are(tablet, round_, clock):
    tablet.send(tablet.answer(round_.code))
    for waiting, days, sign in ((150, 1, ()), (150, 1, ("waiting",)), (0, 0, ()), (201, 0, ("waiting",))):
        clock.now += timedelta(days=days)
        tablet.send(heartbeat=HEARTBEAT | {"waiting": waiting})
        assert set(signs(tablet)) - {"clock"} == set(sign)


def test_the_device_that_takes_another_s_place_asks_what_that_one_asked(installation, tablet, round_):
    older = a_round(installation, desks=("desk-1",), code="OLDER")
    kiosk_package.ask_without_slip(installation, tablet.number, older.code)
    new = a_tablet(installation, round_.province, "desk-1", replaces=tablet.number)
    asked = kiosk_package.package(installation, new.id)["rounds"]
    assert [one["code"] for one in asked] == [older.code, round_.code]
