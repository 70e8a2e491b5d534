"""Two people at the same moment: nothing is counted wrongly, nothing that was thanked for is left behind."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, func, select, text

from survey_app.models import Inbox, Invitation, Quarantine, Stratum
from survey_app.services import collection, flush, invitations, ledger, publication, rounds, taking
from tests import province


@pytest.fixture
def place(installation):
    return province.make(installation, desks=2, per_desk=60)


def sums(place, column):
    with place.installation.database.read() as session:
        return session.scalar(select(func.sum(column)))


def test_addresses_issued_at_once_are_all_counted_and_none_twice(place):
    every = place.dossiers["desk-1"] + place.dossiers["desk-2"]
    asked = [every[:80], every[40:], every[20:100], every]
    with ThreadPoolExecutor(4) as at_once:
        made = list(at_once.map(lambda codes: invitations.issue(place.installation, place.code, codes), asked))
    assert all(not issued.refused for issued in made)
    assert sums(place, Stratum.issued) == len(every)
    with place.installation.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == len(every)


def test_rolls_made_at_once_are_all_counted(place):
    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(lambda _n: invitations.roll(place.installation, place.code, "desk-1", 50), range(4)))
    assert sums(place, Stratum.issued) == 200


def test_a_reader_sees_one_moment_however_long_it_reads(place):
    with place.installation.database.read() as session:
        before = session.scalar(select(func.sum(Stratum.issued)))
        place.slips("desk-1")
        assert session.scalar(select(func.sum(Stratum.issued)).where(Stratum.number >= 0)) == before
    assert sums(place, Stratum.issued) == 60


def test_an_answer_sent_while_the_round_closes_is_counted_or_said_to_be_late(place, monkeypatch):
    slip = place.slips("desk-1")[0]
    checking, closed = threading.Event(), threading.Event()
    check = collection.rule.check

    def slow(*args, **kwargs):
        checking.set()
        closed.wait(2)  # on SQLite the close waits for this answer; on PostgreSQL it goes on
        return check(*args, **kwargs)

    monkeypatch.setattr(collection.rule, "check", slow)
    with ThreadPoolExecutor(2) as at_once:
        sending = at_once.submit(place.answer, slip.token)
        assert checking.wait(60)
        closing = at_once.submit(flush.close, place.installation, place.code)
        closing.add_done_callback(lambda _future: closed.set())
        taken, report = sending.result(), closing.result()
    seen = report.waiting + report.answers
    assert (taken.outcome, taken.reason, seen) in {("stored", None, 1), ("quarantined", "after_close", 0)}


def test_a_slower_computation_of_fewer_answers_does_not_replace_a_newer_figure(place):
    with place.installation.database.read() as session:
        row = rounds.by_code(session, place.code)
    newer, older = ((n, {"shown": True, "estimate": n, "n": n}) for n in (60, 45))
    assert ledger.write(place.installation, row.id, {"live|G1|xa-1|all|overall": newer}) == 1
    assert ledger.write(place.installation, row.id, {"live|G1|xa-1|all|overall": older}) == 0


def test_one_slip_in_many_hands_fills_no_disk(place, monkeypatch):
    monkeypatch.setattr(taking, "MAX_APART", 3)
    slip = place.slips("desk-1")[0]
    sent = [place.answer(slip.token).outcome for _ in range(8)]
    assert sent == ["stored", *["quarantined"] * 7]  # told alike
    with place.installation.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Quarantine)) == 3
    at_kiosk = [place.answer(slip.token, device="desk").outcome for _ in range(2)]
    assert at_kiosk == ["quarantined"] * 2
    with place.installation.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Quarantine)) == 5  # what devices send is always kept


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_taking_back_what_a_flush_is_moving_is_not_said_to_be_done(place):
    taken = place.answer(place.slips("desk-1")[0].token)
    database = place.installation.database
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(1) as at_once:
        with database.write() as session:
            session.execute(delete(Inbox))  # as a move does
            said = at_once.submit(collection.withdraw, place.installation, taken.withdrawal)
            while not said.done() and not session.scalar(waits):
                pass
        assert said.result() is False


def test_the_minimum_of_a_year_is_the_highest_that_anybody_asked_for(place):
    with place.installation.database.write() as session:
        row = rounds.by_code(session, place.code)
        row.minimum_n = 60
        assert publication.minimum_of(publication.ANNUAL, row) == 60
        assert publication.minimum_of(publication.LIVE, row) < 60
