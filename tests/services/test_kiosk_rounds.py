"""Which of several open rounds a device asks people without a slip about."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from survey_app.models import AuditEntry, Round, Unit
from survey_app.services import kiosk_package
from survey_app.services.errors import NotFoundError, RefusedError
from tests.factories import a_round
from tests.kiosk import a_tablet


def asked(tablet):
    return [one["code"] for one in kiosk_package.package(tablet.installation, tablet.id)["rounds"]]


def test_the_newest_round_stands_first_unless_the_device_is_set_to_another(installation):
    older = a_round(installation, desks=("desk-1", "desk-2"), code="OLDER")
    a_round(installation, desks=("desk-1",), code="NEWER", field_start=date(2026, 2, 1))
    first, second = (a_tablet(installation, older.province, desk) for desk in ("desk-1", "desk-2"))
    before = kiosk_package.package(installation, first.id)["version"]
    assert asked(first) == ["NEWER", "OLDER"]
    kiosk_package.ask_without_slip(installation, first.number, "OLDER")
    assert (asked(first), asked(second)) == (["OLDER", "NEWER"], ["NEWER", "OLDER"])
    assert kiosk_package.package(installation, first.id)["version"] != before, "the device fetches it"
    kiosk_package.ask_without_slip(installation, first.number, "NEWER")
    assert asked(first) == ["NEWER", "OLDER"]
    with installation.database.read() as session:
        told = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "kiosk ask")).all()
    assert sorted(told) == ["NEWER", "OLDER"]


def test_a_round_of_tomorrow_stands_behind_those_that_have_begun(installation, clock):
    running = a_round(installation, desks=("desk-1",), code="RUNNING")
    tomorrow = installation.today() + timedelta(days=1)
    a_round(installation, desks=("desk-1",), code="TOMORROW", field_start=tomorrow)
    tablet = a_tablet(installation, running.province, "desk-1")
    assert asked(tablet) == ["RUNNING", "TOMORROW"]
    kiosk_package.ask_without_slip(installation, tablet.number, "TOMORROW")
    assert asked(tablet) == ["RUNNING", "TOMORROW"]
    clock.now += timedelta(days=1)
    assert asked(tablet) == ["TOMORROW", "RUNNING"]


def test_a_device_is_set_to_rounds_of_its_desk_only(installation):
    own = a_round(installation, desks=("desk-1",))
    tablet = a_tablet(installation, own.province, "desk-1")
    foreign = a_round(installation, desks=("far",), code="FAR")
    with installation.database.write() as session:
        top = Unit(slug="elsewhere")
        session.add(top)
        session.flush()
        session.get_one(Round, foreign.id).unit_id = top.id
    with pytest.raises(RefusedError, match="does not measure"):
        kiosk_package.ask_without_slip(installation, tablet.number, "FAR")
    with pytest.raises(NotFoundError, match="no kiosk 7"):
        kiosk_package.ask_without_slip(installation, 7, own.code)
    assert asked(tablet) == [own.code]
