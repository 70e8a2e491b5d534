"""Sheets of paper count once, after both times agree, as G4, and what waits can be read by nobody without the sheet."""

import pytest
from sqlalchemy import func, select

from survey_app.domain import sealing
from survey_app.domain.access import Reader
from survey_app.models import Inbox, PaperEntry, Quarantine, Spent, Stratum, Unit
from survey_app.services import flush, invitations, paper
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError
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


@pytest.fixture
def codes(installation, place):
    with installation.database.read() as session:
        desk = select(Unit.id).where(Unit.slug == "desk-1").scalar_subquery()
        number = session.scalars(select(Stratum.number).where(Stratum.desk_id == desk)).first()
    return [slip.token for slip in invitations.roll(installation, place.code, "desk-1", 50, number).slips]


def count(installation, table):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def counts(installation):
    return [count(installation, table) for table in (PaperEntry, Inbox, Spent, Quarantine)]


def test_a_sheet_counts_when_both_times_agree_and_not_before(installation, clerk, codes):
    assert paper.key_in(installation, clerk, codes[0], ANSWERS, "vi").outcome == "kept"
    assert counts(installation) == [1, 0, 0, 0]
    assert paper.waiting(installation, clerk) == 1
    assert paper.key_in(installation, clerk, codes[0], ANSWERS, "vi").outcome == "stored"
    assert counts(installation) == [0, 1, 1, 0]
    assert paper.waiting(installation, clerk) == 0


def test_a_counted_sheet_opens_nothing_more(installation, clerk, codes):
    for _time in range(2):
        paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    with pytest.raises(ClosedDoorError):
        paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    assert counts(installation) == [0, 1, 1, 0]


def test_where_the_two_times_differ_nothing_counts_until_it_is_settled(installation, clerk, codes):
    paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    keyed = paper.key_in(installation, clerk, codes[0], ANSWERS | {"q01": ["2"], "q02": ["3"]}, "vi")
    assert keyed.outcome == "differs"
    assert keyed.differing == ("q01", "q02")
    assert keyed.first["q01"] == 5
    assert counts(installation) == [1, 0, 0, 0]
    settled = paper.key_in(installation, clerk, codes[0], ANSWERS | {"q02": ["3"]}, "vi", settled=True)
    assert settled.outcome == "stored"
    assert counts(installation) == [0, 1, 1, 0]


def test_another_language_of_the_sheet_is_a_difference_too(installation, clerk, codes):
    paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    keyed = paper.key_in(installation, clerk, codes[0], ANSWERS, "en")
    assert (keyed.outcome, keyed.differing, keyed.first_language) == ("differs", (), "vi")


def test_settled_means_nothing_the_first_time(installation, clerk, codes):
    assert paper.key_in(installation, clerk, codes[0], ANSWERS, "vi", settled=True).outcome == "kept"
    assert counts(installation) == [1, 0, 0, 0]


def test_after_a_crash_between_counting_and_forgetting_nothing_is_doubled_and_nothing_left(
    installation, clerk, codes, monkeypatch
):
    def crash(*_given):
        raise ConnectionError

    paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    with monkeypatch.context() as broken:
        broken.setattr(paper, "forget", crash)
        with pytest.raises(ConnectionError):
            paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    assert counts(installation) == [1, 1, 1, 0]
    with pytest.raises(ClosedDoorError):
        paper.open_sheet(installation, clerk, codes[0])
    assert counts(installation) == [0, 1, 1, 0]


def test_beginning_again_forgets_the_first_time(installation, clerk, codes):
    paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    paper.forget(installation, clerk, paper.open_sheet(installation, clerk, codes[0]).address)
    assert counts(installation) == [0, 0, 0, 0]
    assert not paper.open_sheet(installation, clerk, codes[0]).keyed_once


def test_a_sheet_of_another_desk_does_not_exist(installation, codes, clerk):
    stranger = reader_of(installation, "xa-2")
    paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    with pytest.raises(ClosedDoorError):
        paper.key_in(installation, stranger, codes[0], ANSWERS, "vi")
    paper.forget(installation, stranger, paper.open_sheet(installation, clerk, codes[0]).address)
    assert paper.waiting(installation, stranger) == 0
    assert counts(installation) == [1, 0, 0, 0]


def test_nobody_uses_up_a_citizens_own_address_by_keying_it_in(installation, place, clerk):
    own = place.slips("desk-1")[0].token
    with pytest.raises(ClosedDoorError):
        paper.key_in(installation, clerk, own, ANSWERS, "vi")
    assert place.answer(own).outcome == "stored"


def test_a_sheet_answered_on_the_phone_is_not_keyed_in_as_well(installation, place, clerk, codes):
    place.answer(codes[0])
    with pytest.raises(ClosedDoorError):
        paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    assert counts(installation) == [0, 1, 1, 0]


def test_what_is_no_answer_is_refused_and_nothing_kept(installation, clerk, codes):
    with pytest.raises(AnswersNotValidError):
        paper.key_in(installation, clerk, codes[0], {"q01": ["4"]}, "vi")
    assert counts(installation) == [0, 0, 0, 0]


def test_a_sheet_keyed_in_after_the_close_is_put_aside_visibly(installation, clerk, codes, clock):
    clock.now = clock.now.replace(year=2027)
    paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    assert paper.key_in(installation, clerk, codes[0], ANSWERS, "vi").outcome == "quarantined"
    assert counts(installation) == [0, 0, 0, 1]


def test_database_and_keys_together_do_not_open_a_first_entry_without_the_sheet(installation, place, clerk, codes):
    paper.key_in(installation, clerk, codes[0], ANSWERS, "vi")
    with installation.database.read() as session:
        entry = session.scalars(select(PaperEntry)).one()
    keys = [path.read_bytes() for path in installation.keys.root.rglob("*") if path.is_file()]
    assert len(keys) > 10
    for key in (key for key in keys if len(key) == 32):
        with pytest.raises(sealing.SealError):
            sealing.unseal(key, entry.sealed, paper.PURPOSE)
    assert codes[0].encode() not in entry.sealed + entry.sheet_hash


def test_the_length_of_an_entry_tells_nothing(installation, clerk, codes):
    paper.key_in(installation, clerk, codes[0], {"q00": ["4"]}, "vi")
    paper.key_in(installation, clerk, codes[1], {"q00": ["4"], "q01": ["1"], "q02": ["2"]}, "vi")
    with installation.database.read() as session:
        assert len({len(entry.sealed) for entry in session.scalars(select(PaperEntry))}) == 1


def test_sheets_are_graded_g4_and_never_joined_to_other_answers(installation, place, clerk, codes, batches):
    for code in codes[:30]:
        for _time in range(2):
            paper.key_in(installation, clerk, code, ANSWERS, "vi")
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
