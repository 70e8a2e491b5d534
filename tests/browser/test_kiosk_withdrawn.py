"""A device that the server takes no answers from any more asks nobody, and loses nothing that waits on it."""

import pytest
from sqlalchemy import select

from survey_app.models import Kiosk

HOUR = 3_600_000
WITHDRAWN = "Thiết bị này không còn nhận câu trả lời"


@pytest.fixture
def tablet(office, new_kiosk):
    tablet = new_kiosk(office)
    tablet.page.clock.install()
    return tablet.set_up(office.code())


def change_key(office, key=None):
    """Let every device have another key on the server, as if it had never met ours; gives the one before."""
    with office.installation.database.write() as session:
        rows = list(session.scalars(select(Kiosk).where(Kiosk.revoked_at.is_(None))))
        before = rows[0].public_key
        for row in rows:
            row.public_key = key or before[:1] + before[33:] + before[1:33]
    return before


def asks_nobody(tablet, office):
    """True if no door is there and a slip begins nothing."""
    tablet.at("attract").page.get_by_role("heading", name=WITHDRAWN).wait_for()
    tablet.scan(office.token())
    for _step in range(3):  # what a scan would read lies before these in the queue of the database
        tablet.counts()
    return (tablet.screen, tablet.page.locator(".door").count()) == ("attract", 0)


def test_a_revoked_device_asks_nobody_any_more_also_without_a_line(office, tablet):
    tablet.page.context.set_offline(True)
    tablet.visit()
    office.revoke()
    tablet.page.context.set_offline(False)
    tablet.send()
    assert asks_nobody(tablet, office)
    tablet.page.context.set_offline(True)
    tablet.open()
    assert asks_nobody(tablet, office)
    tablet.page.locator("[lang=en]").get_by_text("Please ask at the desk").wait_for()
    assert tablet.counts()["waiting"] == 1
    tablet.staff(office.pin).press("#close")
    assert asks_nobody(tablet, office)


def test_a_device_that_is_unknown_for_hours_asks_nobody_until_it_is_known_again(office, tablet):
    tablet.visit()
    key = change_key(office)
    for hours in (0, 3):  # a server that is put back from its copy
        tablet.page.clock.fast_forward(hours * HOUR)
        tablet.send()
        assert tablet.page.locator("html").get_attribute("data-line") == "stranger"
        tablet.open().at("attract").page.wait_for_selector(".door")
    tablet.page.clock.fast_forward(HOUR)
    tablet.send()
    assert asks_nobody(tablet, office)
    change_key(office, key)
    tablet.send().page.wait_for_selector(".door")
    tablet.visit()
