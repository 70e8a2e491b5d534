"""The kiosk without a line: answers that were thanked for are kept, and arrive exactly once whatever happens."""

import random
import threading
from datetime import timedelta

import pytest
from playwright.sync_api import Error

from survey_app.services import quarantine
from survey_app.services.quarantine import Group
from tests.browser import kiosk as kiosks
from tests.browser.kiosk import Kiosk, kill_browser, persistent

SPARED = 8  # answers that are thanked for before the browser is killed
COPIES = "queue.add({ seq: kept.seq, key, sealed, round, erasure });"


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request, kiosk_office):
    """A server with a round for kiosks, over each database in turn."""
    return kiosk_office(request.param)


@pytest.fixture
def tablet(office, new_kiosk):
    """A tablet that was set up while there was a line."""
    return new_kiosk(office).set_up(office.code())


def three_offline(tablet, office):
    """Online, offline, three answers, reload offline, online: what waited before the line came back."""
    context = tablet.page.context
    context.set_offline(True)
    for number in range(3):
        tablet.visit(grade=number, comment=f"person {number}")
    tablet.open().at("attract")
    waited = tablet.counts()["waiting"]
    assert office.count() == 0
    context.set_offline(False)
    tablet.send()
    return waited


def test_three_answers_without_a_line_and_a_reload_arrive_as_exactly_three(tablet, office):
    assert three_offline(tablet, office) == 3
    assert tablet.counts() == {"waiting": 0, "refused": 0}
    assert sorted(answer["comment"] for answer in office.answers()) == ["person 0", "person 1", "person 2"]
    assert office.ranges() == [(1, 3)]


def test_a_reply_that_is_lost_after_the_commit_doubles_nothing(tablet, office):
    office.lose_replies(2)
    tablet.visit(comment="once")
    for _try in range(3):
        tablet.send()
    assert tablet.counts() == {"waiting": 0, "refused": 0}
    assert [answer["comment"] for answer in office.answers()] == ["once"]


def test_a_server_that_is_down_takes_nothing_away(tablet, office):
    office.stop()
    tablet.visit(comment="while it was down")
    tablet.open().at("attract")
    assert tablet.counts()["waiting"] == 1
    office.start()
    tablet.send()
    assert [answer["comment"] for answer in office.answers()] == ["while it was down"]


def test_two_windows_never_give_a_number_twice_nor_send_an_answer_twice(tablet, office):
    context = tablet.page.context
    second = Kiosk(context.new_page(), office.url)
    second.open().at("elsewhere")
    context.set_offline(True)
    tablet.visit(comment="first window")
    tablet.page.close()
    second.at("attract").visit(comment="second window")
    third = Kiosk(context.new_page(), office.url).open().at("elsewhere")
    context.set_offline(False)
    for window in (second, third):
        window.page.evaluate(f"() => {{ window.sent = ({kiosks.SYNC})(); }}")
    for window in (second, third):
        window.page.evaluate("() => window.sent")
    assert sorted(answer["comment"] for answer in office.answers()) == ["first window", "second window"]
    assert office.ranges() == [(1, 2)]


def test_numbers_have_no_hole_when_answers_are_erased_before_they_could_be_sent(office, new_kiosk):
    office.patch("sync.js", "const BATCH = 20;", "const BATCH = 1;")
    tablet = new_kiosk(office).set_up(office.code())
    tablet.page.context.set_offline(True)
    for number in range(3):
        tablet.visit(comment=f"too late {number}")
    office.installation.clock.now = office.installation.clock.now.replace(year=office.round.erasure_date.year + 1)
    tablet.page.context.set_offline(False)
    tablet.send()
    assert tablet.counts() == {"waiting": 0, "refused": 0}
    assert (office.count(), office.ranges()) == (0, [(1, 3)])


def test_what_waits_has_no_expiry_before_the_erasure_date(tablet, office):
    """Years without a line: on the last day it is still there, is sent, and kept by the server as late."""
    tablet.page.context.set_offline(True)
    tablet.visit(comment="found years later")
    clock, last_day = office.installation.clock, office.round.erasure_date - timedelta(days=1)
    clock.now = clock.now.replace(year=last_day.year, month=last_day.month, day=last_day.day)
    tablet.page.clock.install(time=clock.now)
    tablet.open().at("attract")
    assert tablet.counts()["waiting"] == 1
    tablet.page.context.set_offline(False)
    tablet.send()
    assert tablet.counts() == {"waiting": 0, "refused": 0}
    assert quarantine.groups(office.installation) == [Group(office.round.code, "after_close", "hai-chau", 1)]


def write_for_ever(tablet):
    """One person after the other, until the browser is gone."""
    for number in range(10_000):
        tablet.visit(grade=number % 5, comment=f"person {number}")


class TestControls:
    """The tests above bite: a broken kiosk is caught by them."""

    @pytest.fixture
    def office(self, kiosk_office):
        return kiosk_office("sqlite")

    def test_a_queue_in_memory_loses_everything_at_the_reload(self, office, new_kiosk):
        office.patch("store.js", COPIES, "(globalThis.held ??= []).push(kept.seq);")
        tablet = new_kiosk(office).set_up(office.code())
        assert three_offline(tablet, office) == 0
        assert office.count() == 0

    def test_a_new_key_at_each_try_is_not_exactly_once(self, office, new_kiosk):
        office.patch("sync.js", "? { seq, key, sealed }", "? { seq, key: crypto.randomUUID(), sealed }")
        tablet = new_kiosk(office).set_up(office.code())
        before = office.count()
        office.lose_replies(1)
        tablet.visit(comment="once")
        tablet.send().send()
        assert (office.count() - before, tablet.counts()) != (1, {"waiting": 0, "refused": 0})


def test_a_browser_that_is_killed_while_it_writes_loses_no_answer_that_was_thanked_for(
    office, chromium, tmp_path, kiosk_pages
):
    folder, thanked, killers = tmp_path / "profile", [], []
    context = persistent(chromium.browser_type, folder)
    tablet = Kiosk(context.pages[0], office.url).set_up(office.code())

    def said(message):
        if not message.text.startswith("thanked "):
            return
        thanked.append(message.text.removeprefix("thanked "))
        if len(thanked) == SPARED:
            killers.append(threading.Timer(random.Random(office.url).uniform(0, 0.2), kill_browser, [folder]))
            killers[0].start()

    tablet.page.on("console", said)
    context.set_offline(True)
    with pytest.raises(Error):
        write_for_ever(tablet)
    killers[0].join()
    assert len(thanked) >= SPARED
    again = persistent(chromium.browser_type, folder)
    kiosk_pages.append(again)
    tablet = Kiosk(again.pages[0], office.url).open().at("attract")
    tablet.send()
    assert tablet.counts() == {"waiting": 0, "refused": 0}
    arrived = [answer["comment"] for answer in office.answers()]
    assert [comment for comment in thanked if arrived.count(comment) != 1] == []
    assert len(arrived) == len(set(arrived))
    assert office.ranges() == [(1, len(arrived))]
