"""Sheets of paper count once, after both times agree, as G4, and what waits can be read by nobody without the sheet."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from survey_app.domain.access import Reader
from survey_app.models import Counter, Inbox, PaperEntry, Quarantine, Spent, Stratum, Unit
from survey_app.services import flush, invitations, paper, taking
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError, LateError, RefusedError
from tests import province

ANSWERS = {"q00": ["4"], "q01": ["5"], "needs": ["time", "fees"]}


@pytest.fixture
def place(installation):
    return province.make(installation, desks=2)


def reader_of(installation, slug, role="agency"):
    with installation.database.read() as session:
        unit = session.scalars(select(Unit).where(Unit.slug == slug)).one()
    return Reader(unit.id, "canbo", "Cán bộ", role, unit.id, "vi")


@pytest.fixture
def clerk(installation, place):
    return reader_of(installation, "xa-1")


def printed(installation, place):
    """Codes of fifty sheets of the first desk."""
    with installation.database.read() as session:
        desk = select(Unit.id).where(Unit.slug == "desk-1").scalar_subquery()
        number = session.scalars(select(Stratum.number).where(Stratum.desk_id == desk)).first()
    return [slip.token for slip in invitations.roll(installation, place.code, "desk-1", 50, number, "paper").slips]


@pytest.fixture
def codes(installation, place):
    return printed(installation, place)


def count(installation, table):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def send(installation, clerk, code, answers, language="vi", form=None, shown=""):
    """Send a sheet from a form of its own, as somebody does who has opened the sheet anew."""
    number = form or secrets.token_hex(16)
    return paper.key_in(installation, clerk, code, answers, language, form=number, shown=shown)


def counts(installation):
    return [count(installation, table) for table in (PaperEntry, Inbox, Spent, Quarantine)]


def test_a_sheet_counts_when_both_times_agree_and_not_before(installation, clerk, codes):
    assert send(installation, clerk, codes[0], ANSWERS).outcome == "kept"
    assert counts(installation) == [1, 0, 0, 0]
    assert paper.waiting(installation, clerk) == 1
    assert send(installation, clerk, codes[0], ANSWERS).outcome == "stored"
    assert counts(installation) == [0, 1, 1, 0]
    assert paper.waiting(installation, clerk) == 0


def test_a_counted_sheet_opens_nothing_more(installation, clerk, codes):
    for _time in range(2):
        send(installation, clerk, codes[0], ANSWERS)
    with pytest.raises(ClosedDoorError):
        send(installation, clerk, codes[0], ANSWERS)
    assert counts(installation) == [0, 1, 1, 0]


def test_where_the_two_times_differ_nothing_counts_until_it_is_settled(installation, clerk, codes):
    send(installation, clerk, codes[0], ANSWERS)
    keyed = send(installation, clerk, codes[0], ANSWERS | {"q01": ["2"], "q02": ["3"]})
    assert keyed.outcome == "differs"
    assert keyed.differing == ("q01", "q02")
    assert keyed.first["q01"] == 5
    assert counts(installation) == [1, 0, 0, 0]
    settled = send(installation, clerk, codes[0], ANSWERS | {"q02": ["3"]}, shown=keyed.shown)
    assert settled.outcome == "stored"
    assert counts(installation) == [0, 1, 1, 0]


def test_another_language_of_the_sheet_is_a_difference_too(installation, clerk, codes):
    send(installation, clerk, codes[0], ANSWERS)
    keyed = send(installation, clerk, codes[0], ANSWERS, "en")
    assert (keyed.outcome, keyed.differing, keyed.first_language) == ("differs", (), "vi")


def test_the_same_form_sent_again_is_still_the_first_time(installation, clerk, codes):
    for _time in range(3):  # a double click, a reload, a retry on a bad line
        assert send(installation, clerk, codes[0], ANSWERS, form="ab" * 16).outcome == "kept"
    assert counts(installation) == [1, 0, 0, 0]
    assert send(installation, clerk, codes[0], ANSWERS).outcome == "stored"


def test_a_form_that_was_mended_and_sent_again_holds_what_was_sent_last(installation, clerk, codes):
    for answers in (ANSWERS | {"q01": ["1"]}, ANSWERS):
        assert send(installation, clerk, codes[0], answers, form="ab" * 16).outcome == "kept"
    assert send(installation, clerk, codes[0], ANSWERS).outcome == "stored"


def test_two_first_times_at_once_leave_one_entry_or_count_as_two(installation, clerk, codes):
    with ThreadPoolExecutor(2) as at_once:
        keyed = list(at_once.map(lambda _n: send(installation, clerk, codes[0], ANSWERS).outcome, range(2)))
    assert sorted(keyed) == ["kept", "stored"]
    with ThreadPoolExecutor(2) as at_once:
        keyed = list(at_once.map(lambda _n: send(installation, clerk, codes[1], ANSWERS, form="ab").outcome, range(2)))
    assert keyed == ["kept", "kept"]
    assert counts(installation) == [1, 1, 1, 0]


def test_a_difference_that_nobody_was_shown_cannot_be_settled(installation, clerk, codes):
    send(installation, clerk, codes[1], ANSWERS)
    elsewhere = send(installation, clerk, codes[1], ANSWERS | {"q01": ["1"]}).shown
    send(installation, clerk, codes[0], ANSWERS, form="ab" * 16)
    for mark in ("", "yes", "00" * 60, elsewhere):
        assert send(installation, clerk, codes[0], ANSWERS | {"q01": ["1"]}, shown=mark).outcome == "differs"
    seen = send(installation, clerk, codes[0], ANSWERS | {"q01": ["1"]}).shown
    # the slip of the hand that the comparison did not show is shown first
    assert send(installation, clerk, codes[0], ANSWERS | {"q02": ["1"]}, shown=seen).differing == ("q02",)
    send(installation, clerk, codes[0], ANSWERS | {"q01": ["3"]}, form="ab" * 16)  # the first time is mended meanwhile
    assert send(installation, clerk, codes[0], ANSWERS | {"q01": ["1"]}, shown=seen).outcome == "differs"
    assert counts(installation) == [2, 0, 0, 0]


def test_a_second_time_that_comes_while_the_sheet_is_counted_leaves_nothing(installation, clerk, codes, monkeypatch):
    send(installation, clerk, codes[0], ANSWERS)
    opened = paper.open_sheet(installation, clerk, codes[0])
    assert send(installation, clerk, codes[0], ANSWERS).outcome == "stored"
    monkeypatch.setattr(paper, "open_sheet", lambda *_given: opened)  # it was looked at a moment before
    with pytest.raises(ClosedDoorError):
        send(installation, clerk, codes[0], ANSWERS)
    assert counts(installation) == [0, 1, 1, 0]


def test_after_a_crash_between_counting_and_forgetting_nothing_is_doubled_and_nothing_left(
    installation, clerk, codes, monkeypatch
):
    def crash(*_given):
        raise ConnectionError

    send(installation, clerk, codes[0], ANSWERS)
    with monkeypatch.context() as broken:
        broken.setattr(paper, "_delete", crash)
        with pytest.raises(ConnectionError):
            send(installation, clerk, codes[0], ANSWERS)
    assert counts(installation) == [1, 1, 1, 0]
    with pytest.raises(ClosedDoorError):
        paper.open_sheet(installation, clerk, codes[0])
    assert counts(installation) == [0, 1, 1, 0]


def test_beginning_again_forgets_the_first_time(installation, clerk, codes):
    send(installation, clerk, codes[0], ANSWERS)
    paper.forget(installation, clerk, codes[0])
    assert counts(installation) == [0, 0, 0, 0]
    assert not paper.open_sheet(installation, clerk, codes[0]).keyed_once


def test_a_sheet_of_another_desk_does_not_exist(installation, codes, clerk):
    stranger = reader_of(installation, "xa-2")
    send(installation, clerk, codes[0], ANSWERS)
    with pytest.raises(ClosedDoorError):
        send(installation, stranger, codes[0], ANSWERS)
    with pytest.raises(ClosedDoorError):
        paper.forget(installation, stranger, codes[0])
    assert paper.waiting(installation, stranger) == 0
    assert counts(installation) == [1, 0, 0, 0]


def test_nobody_uses_up_a_citizens_own_address_by_keying_it_in(installation, place, clerk):
    own = place.slips("desk-1")[0].token
    with pytest.raises(ClosedDoorError):
        send(installation, clerk, own, ANSWERS)
    assert place.answer(own).outcome == "stored"


def test_a_sheet_answered_on_the_phone_is_not_keyed_in_as_well(installation, place, clerk, codes):
    place.answer(codes[0])
    with pytest.raises(ClosedDoorError):
        send(installation, clerk, codes[0], ANSWERS)
    assert counts(installation) == [0, 1, 1, 0]


def test_what_is_no_answer_is_refused_and_nothing_kept(installation, clerk, codes):
    with pytest.raises(AnswersNotValidError):
        send(installation, clerk, codes[0], {"q01": ["7"]})
    assert counts(installation) == [0, 0, 0, 0]


def test_a_sheet_without_the_general_question_counts_as_partial(installation, clerk, codes, monkeypatch):
    sealed = []
    monkeypatch.setattr(taking.sealing, "seal_to", lambda _public, plain: sealed.append(json.loads(plain)) or b"x")
    for _time in range(2):
        last = send(installation, clerk, codes[0], {"q01": ["5"], "q00": []})
    assert last.outcome == "stored"
    assert [(one["answers"], one["partial"], one["grade"]) for one in sealed] == [({"q01": 5}, True, "G4")]
    for _time in range(2):
        send(installation, clerk, codes[1], ANSWERS)
    assert not sealed[1]["partial"]


def test_a_sheets_code_gives_grade_g4_by_whatever_door(installation, place, codes, monkeypatch):
    sealed = []
    monkeypatch.setattr(taking.sealing, "seal_to", lambda _public, plain: sealed.append(json.loads(plain)) or b"x")
    place.answer(codes[0])  # a citizen's phone, or a clerk with a stack of sheets
    place.answer(codes[1], device="desk")
    place.answer(codes[2], device="desk", assisted=True)
    place.answer(place.slips("desk-1")[0].token)
    assert [one["grade"] for one in sealed] == ["G4", "G4", "G4", "G1"]


def test_a_sheet_printed_as_a_slip_of_a_roll_is_still_keyed_in(installation, place, clerk):
    old = invitations.roll(installation, place.code, "desk-1", 50).slips[0].token
    assert [send(installation, clerk, old, ANSWERS).outcome for _time in range(2)] == ["kept", "stored"]


def test_sheets_handed_out_are_counted_apart_from_slips(installation, place, codes):
    paper.handed_out(installation, place.code, "desk-1", 30)
    with pytest.raises(RefusedError, match="50 sheets printed and reported 30"):
        paper.handed_out(installation, place.code, "desk-1", 21)
    with installation.database.read() as session:
        assert session.scalar(select(func.sum(Stratum.handed_out))) == 0
        told = select(Counter.value).where(Counter.name == "sheets_handed_out")
        assert session.scalars(told).all() == [30]


def test_the_close_names_sheets_that_were_keyed_in_once(installation, place, clerk, codes):
    for code in codes[:3]:
        send(installation, clerk, code, ANSWERS)
    send(installation, clerk, codes[0], ANSWERS)
    assert flush.close(installation, place.code).sheets == {"desk-1": 2}


def test_an_empty_sheet_is_not_counted(installation, clerk, codes):
    assert send(installation, clerk, codes[0], {"q00": [], "q01": [""]}).outcome == "empty"
    assert counts(installation) == [0, 0, 0, 0]


def test_a_sheet_that_came_too_late_says_so_before_it_is_keyed_in(installation, place, clerk, codes, clock):
    send(installation, clerk, codes[0], ANSWERS)
    today = clock.now
    clock.now = today.replace(month=8)  # its life of 90 days after the month of printing is over
    for code in codes[:2]:
        with pytest.raises(LateError) as told:
            send(installation, clerk, code, ANSWERS)
        assert told.value.reason == "expired"
    clock.now = today
    flush.close(installation, place.code)
    with pytest.raises(LateError) as told:
        paper.open_sheet(installation, clerk, codes[1])
    assert told.value.reason == "after_close"
    assert counts(installation) == [1, 0, 0, 0]
    assert paper.waiting(installation, clerk) == 0


def test_a_scanner_opens_a_sheet_by_its_whole_address(installation, place, clerk):
    slip = invitations.roll(installation, place.code, "desk-1", 50, way="paper").slips[0]
    for scanned in (slip.url, f" {slip.url.lower()}\r\n"):
        assert paper.open_sheet(installation, clerk, scanned).address.token.text == slip.token


def test_sheets_are_graded_g4_and_never_joined_to_other_answers(installation, place, clerk, codes, batches):
    for code in codes[:30]:
        for _time in range(2):
            send(installation, clerk, code, ANSWERS)
    for slip in place.slips("desk-1")[:30]:
        place.answer(slip.token)
    flush.flush_round(installation, place.code)
    assert {grade for grade, _n in batches()} >= {"G4"}
    assert all(n >= 10 for _grade, n in batches())
    assert len([grade for grade, _n in batches() if grade == "G4"]) == 1


@pytest.fixture
def batches(installation):
    from survey_app.models import Batch

    def now():
        with installation.database.read() as session:
            return [(grade, n) for grade, n in session.execute(select(Batch.grade, Batch.n))]

    return now
