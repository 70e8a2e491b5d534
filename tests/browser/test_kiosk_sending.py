"""Sending from a kiosk goes on: on a line that takes little, past answers that the server leaves, whatever hangs."""

import pytest

from survey_app.services import kiosk_items, kiosk_package
from tests.browser.kiosk import STORE

AT_ONCE = 4  # answers in one call, so that few visits do
IDLE_SECONDS = f"async () => (await (await {STORE}).fact('package')).rounds[0].settings.idle_seconds"


@pytest.fixture(scope="module")
def office(kiosk_office_of_module):
    office = kiosk_office_of_module("sqlite")
    office.patch("sync.js", "const BATCH = 20;", f"const BATCH = {AT_ONCE};")
    return office


def answered_offline(tablet, comments):
    """Answer once for each comment without a line; then the line is there again."""
    tablet.page.context.set_offline(True)
    for comment in comments:
        tablet.visit(comment=comment)
    tablet.page.context.set_offline(False)


def line(tablet):
    return tablet.page.get_attribute("html", "data-line")


def test_a_line_that_takes_little_at_once_empties_the_queue(tablet, office, monkeypatch):
    """A first call has four answers; three of them are too many."""
    monkeypatch.setattr(office, "most", 2000)
    comments = [f"slow line {number}" for number in range(5)]
    answered_offline(tablet, comments)
    for _try in range(8):
        tablet.send()
    assert tablet.counts() == {"waiting": 0, "refused": 0}
    arrived = [answer.get("comment") for answer in office.answers()]
    assert [comment for comment in comments if arrived.count(comment) != 1] == []


def test_answers_that_the_server_leaves_hold_up_no_later_one_and_are_tried_again(tablet, office, monkeypatch):
    taken, broken = kiosk_items.take, True

    def take(installation, device, key, answer, measured_by):
        if broken and answer.answers["comment"].startswith("left"):
            raise ValueError("a fault of the server that one item meets")
        return taken(installation, device, key, answer, measured_by)

    monkeypatch.setattr(kiosk_items, "take", take)
    answered_offline(tablet, [*[f"left {number}" for number in range(AT_ONCE)], "behind them"])
    tablet.send()
    assert tablet.counts() == {"waiting": AT_ONCE, "refused": 0}
    assert "behind them" in [answer.get("comment") for answer in office.answers()]
    broken = False
    tablet.send()
    assert tablet.counts() == {"waiting": 0, "refused": 0}


def test_a_battery_that_never_answers_holds_no_answer_up(tablet, office):
    tablet.page.evaluate("() => { navigator.getBattery = () => new Promise(() => {}); }")
    with tablet.page.expect_response(lambda response: "sealed" in (response.request.post_data or "")):
        tablet.visit(comment="nobody knows the battery")
    assert "nobody knows the battery" in [answer.get("comment") for answer in office.answers()]


def test_the_line_is_up_once_answers_are_taken_also_where_the_package_does_not_come(tablet, office):
    kiosk_package.set_round(office.installation, office.round.code, 90, kiosk_package.DISCARD)
    office.break_once("package")
    tablet.send()
    assert (office.broken, line(tablet), tablet.page.evaluate(IDLE_SECONDS)) == ([], "up", 60)
    tablet.send()
    assert (line(tablet), tablet.page.evaluate(IDLE_SECONDS)) == ("up", 90)
