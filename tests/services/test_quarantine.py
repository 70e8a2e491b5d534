"""What lies apart: counted, opened by the machine alone, accepted or discarded as a group, counted once."""

import json
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from survey_app.domain import sealing
from survey_app.keys import QUARANTINE
from survey_app.models import DeadLetter, Inbox, Kiosk, Quarantine
from survey_app.services import collection, inbox, kiosk_items, kiosk_keys, quarantine, rounds
from survey_app.services.collection import Submission
from survey_app.services.quarantine import Group
from tests.factories import a_forged_token, a_token

STORED = ("stored", None)
NOT_OURS = "unknown_address"


def accept(installation, round_, reason=NOT_OURS, desk="desk-1"):
    with installation.database.write() as session:
        return quarantine.accept(session, installation, rounds.by_code(session, round_.code), reason, desk)


def forged(tablet, round_, number=1):
    """Answers with slips that are none of ours."""
    token = a_forged_token(round_).text
    return [tablet.answer(round_.code, token, {"q00": str(1 + n % 5)}) for n in range(number)]


def count(installation, table):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def waiting(installation, round_):
    with installation.database.read() as session:
        return inbox.open_all(installation, session, round_.id)


def test_accepted_answers_count_once_as_answers_without_a_slip(installation, round_, tablet):
    sent = forged(tablet, round_, 3)
    tablet.outcomes(*sent)
    assert accept(installation, round_) == (3, 0)
    found = waiting(installation, round_)
    assert sorted(one.answers["q00"] for one in found) == [1, 2, 3]
    assert {(one.stratum, one.desk, one.grade) for one in found} == {(-1, round_.desks[0].hex, "G3")}
    assert accept(installation, round_) == (0, 0)
    assert {outcome for outcome, _ in tablet.outcomes(*sent).values()} == {"duplicate"}
    assert (count(installation, Inbox), quarantine.groups(installation)) == (3, [])


def test_what_is_against_the_rule_or_of_other_words_stays(installation, round_, tablet):
    against = tablet.answer(round_.code, raw={"q00": "9"})
    other = tablet.answer(round_.code, instrument="kiosk-short/1")
    tablet.outcomes(against, other)
    assert accept(installation, round_, "not_valid") == (0, 2)
    assert (count(installation, Inbox), count(installation, Quarantine)) == (0, 2)


@pytest.fixture
def at_fault(installation, tablet, monkeypatch):
    """Send answers that are good, and are found against the rule through a fault of ours."""

    def send(*items):
        nothing_fits = SimpleNamespace(check=lambda *_args, **_more: SimpleNamespace(valid=False, problems={}))
        with monkeypatch.context() as fault:
            fault.setattr(kiosk_items, "rule", nothing_fits)
            fault.setattr(collection, "rule", nothing_fits)
            assert set(tablet.outcomes(*items).values()) == {("rejected", "not_valid")}
        return items

    return send


def copied(tablet):
    with tablet.installation.database.read() as session:
        return session.get_one(Kiosk, tablet.id).reused


def at_home(installation, token, nonce=b"n"):
    given = {"nonce": nonce * 16, "raw": {"q00": "5"}, "language": "vi"}
    return collection.submit(installation, Submission(token_text=token, **given)).outcome


def test_accepted_answers_that_are_sent_again_stay_one(installation, round_, tablet, at_fault):
    slip = a_token(installation, round_).text
    items = at_fault(*(tablet.answer(round_.code, raw={"q00": n}) for n in "12345"), tablet.answer(round_.code, slip))
    assert accept(installation, round_, "not_valid") == (6, 0)
    assert set(tablet.outcomes(*items).values()) == {("duplicate", None)}
    assert (count(installation, Inbox), quarantine.groups(installation), copied(tablet)) == (6, [], 0)


def test_answers_that_are_sent_again_are_not_accepted_too(installation, round_, tablet, at_fault):
    slip = a_token(installation, round_).text
    items = at_fault(*(tablet.answer(round_.code, raw={"q00": n}) for n in "12345"), tablet.answer(round_.code, slip))
    assert set(tablet.outcomes(*items).values()) == {STORED}
    assert copied(tablet) == 0, "the same answers again are no copied store"
    assert accept(installation, round_, "not_valid") == (0, 0)
    assert set(tablet.outcomes(*items).values()) == {("duplicate", None)}
    found = waiting(installation, round_)
    assert (len(found), quarantine.groups(installation)) == (6, [])
    assert Counter(one.grade for one in found) == Counter(G3=5, G2=1)


def test_a_slip_of_an_accepted_answer_is_used_up(installation, round_, tablet, at_fault):
    slip = a_token(installation, round_).text
    at_fault(tablet.answer(round_.code, slip))
    assert accept(installation, round_, "not_valid") == (1, 0)
    assert at_home(installation, slip) == "quarantined"
    assert [one.grade for one in waiting(installation, round_)] == ["G3"]
    assert quarantine.groups(installation) == [Group(round_.code, "second_answer", "desk-1", 1)]


def test_an_answer_whose_slip_was_used_meanwhile_stays_apart(installation, round_, tablet, at_fault):
    slip = a_token(installation, round_).text
    at_fault(tablet.answer(round_.code, slip), tablet.answer(round_.code, slip, {"q00": "2"}))
    assert accept(installation, round_, "not_valid") == (1, 1), "two answers with one slip are one dossier"
    other = a_token(installation, round_, "H00-2").text
    at_fault(tablet.answer(round_.code, other))
    assert at_home(installation, other) == "stored"
    assert accept(installation, round_, "not_valid") == (0, 2)
    assert count(installation, Inbox) == 2


def test_a_slip_in_what_is_accepted_is_not_sealed_into_what_waits(installation, round_, tablet, at_fault):
    at_fault(tablet.answer(round_.code, a_token(installation, round_).text))
    tablet.outcomes(tablet.answer(round_.code))
    accept(installation, round_, "not_valid")
    with installation.database.read() as session:
        private = installation.keys.private(installation.today().isoformat())
        held = [json.loads(sealing.open_with(private, row.sealed)) for row in session.scalars(select(Inbox))]
    assert set(held[0]) == set(held[1])


def test_a_claim_that_has_no_desk_is_never_accepted(installation, round_):
    token = a_forged_token(round_).text
    given = {"nonce": b"n" * 16, "raw": {"q00": "4"}, "language": "vi", "says_not_answered": True}
    collection.submit(installation, Submission(token_text=token, **given))
    assert quarantine.groups(installation) == [Group(round_.code, NOT_OURS, "", 1)]
    assert accept(installation, round_, desk="") == (0, 1)


def test_discarded_answers_are_gone_and_do_not_come_back(installation, round_, tablet):
    sent = forged(tablet, round_, 2)
    tablet.outcomes(*sent)
    with installation.database.write() as session:
        assert quarantine.discard(session, rounds.by_code(session, round_.code), NOT_OURS, "desk-1") == 2
    with installation.database.read() as session:
        assert set(session.scalars(select(Quarantine.sealed))) == {b""}
    tablet.outcomes(*sent)
    assert quarantine.groups(installation) == []


def test_a_discarded_second_answer_that_is_sent_again_is_not_called_received(installation, round_):
    slip = a_token(installation, round_).text
    assert [at_home(installation, slip, nonce) for nonce in (b"n", b"o")] == ["stored", "quarantined"]
    with installation.database.write() as session:
        quarantine.discard(session, rounds.by_code(session, round_.code), "second_answer", "desk-1")
    assert [at_home(installation, slip, nonce) for nonce in (b"n", b"o")] == ["already_received", "quarantined"]
    assert quarantine.groups(installation) == []


def test_the_code_of_a_slip_in_what_was_typed_is_not_kept_apart(installation, round_, tablet):
    slip = a_token(installation, round_).text
    comment = f"Cảm ơn https://khaosat.example/t/{slip} nhiều"
    tablet.outcomes(tablet.answer(round_.code, a_forged_token(round_).text, {"q00": "4", "comment": comment}))
    with installation.database.read() as session:
        private = installation.keys.private(QUARANTINE)
        [content] = [
            json.loads(sealing.open_with(private, sealed)) for sealed in session.scalars(select(Quarantine.sealed))
        ]
    assert content["answers"] == {"q00": "4", "comment": "Cảm ơn  nhiều"}


def test_the_machine_says_how_many_fit_and_nothing_of_small_groups(installation, round_, tablet):
    tablet.outcomes(*forged(tablet, round_, 10), *[tablet.answer(round_.code, raw={"q00": "9"}) for _ in range(9)])
    [one] = quarantine.opened(installation, round_.code)
    assert (one.group, one.found) == (Group(round_.code, NOT_OURS, "desk-1", 10), Counter(fits=10))


def test_a_letter_that_can_be_read_again_is_taken_once(installation, round_, tablet, tmp_path, clock):
    lost = tablet.answer(round_.code)
    kiosk_keys.rotate(installation)
    [key] = (installation.keys.root / "web" / "kiosks" / "retired").iterdir()
    away = key.rename(tmp_path / key.name)
    noise = tablet.item(b"no answer")
    assert {reason for _, reason in tablet.outcomes(lost, noise).values()} == {"damaged"}
    assert quarantine.retry_letters(installation) == Counter(left=2)
    away.rename(key)
    assert quarantine.retry_letters(installation) == Counter(stored=1, left=1)
    assert tablet.outcomes(lost) == {1: ("duplicate", None)}
    assert copied(tablet) == 0
    assert (count(installation, Inbox), count(installation, DeadLetter)) == (1, 1)
    assert quarantine.groups(installation) == [Group("", "damaged", "desk-1", 1)]
    clock.now += timedelta(days=1)
    assert quarantine.retry_letters(installation) == Counter(left=1)


def test_a_letter_that_the_device_sends_again_is_no_copied_store(installation, round_, tablet, tmp_path):
    lost = tablet.answer(round_.code)
    kiosk_keys.rotate(installation)
    [key] = (installation.keys.root / "web" / "kiosks" / "retired").iterdir()
    away = key.rename(tmp_path / key.name)
    assert tablet.outcomes(lost) == {1: ("rejected", "damaged")}
    away.rename(key)
    assert tablet.outcomes(lost) == {1: STORED}
    assert (copied(tablet), count(installation, Inbox), count(installation, DeadLetter)) == (0, 1, 0)
    tablet.last = 0
    assert tablet.outcomes(tablet.answer(round_.code)) == {1: STORED}
    assert copied(tablet) == 1, "another answer with the number is one"
