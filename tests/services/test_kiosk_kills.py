"""Sync killed at any statement, before, in and after each commit: sent again, every answer is there exactly once."""

import json
import uuid

import pytest
from sqlalchemy import event, func, select

from survey_app.domain import sealing
from survey_app.models import Inbox, Kiosk, KioskDay, Quarantine, Spent
from survey_app.services import kiosk_items
from tests.factories import a_round, a_token
from tests.kiosk import a_tablet


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, and the connection is lost."""


def kill_at(installation, number, action):
    """Run until the number-th statement or commit; True if it was killed there."""
    engine = installation.database.writer
    seen = 0

    def count(*_arguments):
        nonlocal seen
        seen += 1
        if seen == number:
            raise Killed

    for moment in ("before_cursor_execute", "commit"):
        event.listen(engine, moment, count)
    try:
        action()
    except Killed:
        return True
    finally:
        for moment in ("before_cursor_execute", "commit"):
            event.remove(engine, moment, count)
    return False


def grades(installation):
    with installation.database.read() as session:
        rows = session.scalars(select(Inbox)).all()
    opened = [sealing.open_with(installation.keys.private(r.day.isoformat()), r.sealed) for r in rows]
    return sorted(json.loads(text)["answers"]["q01"] for text in opened)


def test_a_sync_killed_at_any_statement_loses_and_doubles_nothing(installation):
    round_ = a_round(installation, desks=("desk-1",))
    tablet = a_tablet(installation, round_.province, "desk-1")
    number, killed, sent = 1, True, 0
    while killed:
        slip = a_token(installation, round_, f"H00-{number}").text
        given = {"q00": "4", "q01": str(1 + number % 5)}
        items = [
            tablet.answer(round_.code, raw=given),
            tablet.answer(round_.code, slip, given),
            tablet.answer(round_.code, slip, {"q00": "1"}),
            tablet.void(),
        ]
        killed = kill_at(installation, number, lambda items=items: tablet.send(*items))
        told = tablet.send(*items)  # the device got no answer, so it sends everything again
        assert {one["outcome"] for one in told["items"]} <= {"stored", "duplicate"}
        sent += 1
        assert told["received"] == [(1, 4 * sent)]
        with installation.database.read() as session:
            counts = [session.scalar(select(func.count()).select_from(table)) for table in (Inbox, Spent, Quarantine)]
            row = session.get_one(Kiosk, tablet.id)
            of_day = session.scalar(select(KioskDay.answers))
        assert counts == [2 * sent, 2 * sent, sent]
        assert (row.answers, of_day) == (3 * sent, 3 * sent)
        number += 1
    assert number > 25, "a sync has more statements than this; was anything killed?"
    assert grades(installation) == sorted(1 + n % 5 for n in range(1, number) for _ in range(2))


def test_a_call_sent_again_while_the_first_one_still_runs_is_no_copied_store(installation, monkeypatch):
    round_ = a_round(installation, desks=("desk-1",))
    tablet = a_tablet(installation, round_.province, "desk-1")
    item, real, again = tablet.answer(round_.code), kiosk_items.take, [1]

    def slow(*given):
        taken = real(*given)
        if again:
            again.clear()
            assert tablet.outcomes(item) == {1: ("duplicate", None)}
        return taken

    monkeypatch.setattr(kiosk_items, "take", slow)
    assert tablet.outcomes(item) == {1: ("stored", None)}
    with installation.database.read() as session:
        row = session.get_one(Kiosk, tablet.id)
    assert (row.answers, row.reused) == (1, 0)


def test_counting_without_the_devices_own_key_would_be_found(installation, monkeypatch):
    """Negative control: a key made by the server doubles what is sent again."""
    round_ = a_round(installation, desks=("desk-1",))
    tablet = a_tablet(installation, round_.province, "desk-1")
    real = kiosk_items.take
    monkeypatch.setattr(kiosk_items, "take", lambda i, d, _key, *rest: real(i, d, uuid.uuid4(), *rest))
    item = tablet.answer(round_.code)
    tablet.send(item)
    tablet.send(item)
    with installation.database.read() as session, pytest.raises(AssertionError):
        assert session.scalar(select(func.count()).select_from(Inbox)) == 1
