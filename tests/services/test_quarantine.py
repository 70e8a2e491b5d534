"""What lies apart: counted, opened by the machine alone, accepted or discarded by two people, counted once."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from survey_app.models import AuditEntry, DeadLetter, Inbox, Quarantine, Round
from survey_app.services import inbox, kiosk_keys, quarantine, round_roles
from survey_app.services.errors import RefusedError
from survey_app.services.quarantine import Decision, Group
from survey_app.services.round_roles import Actor
from tests.factories import a_forged_token, a_round, a_token
from tests.kiosk import a_tablet

STORED = ("stored", None)
NOT_OURS = "unknown_address"


@pytest.fixture
def round_(installation):
    return a_round(installation, desks=("desk-1", "desk-2"))


@pytest.fixture
def tablet(installation, round_):
    return a_tablet(installation, round_.province, "desk-1")


@pytest.fixture
def decision(round_):
    asked = Actor("lan", frozenset({"fieldwork"}), round_.province)
    agreed = Actor("minh", frozenset({"checker"}), round_.province)

    def decided(reason=NOT_OURS, desk="desk-1", why="Máy quét cũ đọc sai mã", asked=asked, agreed=agreed):
        return Decision(round_.code, reason, desk, why, asked, agreed)

    return decided


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


def test_accepted_answers_count_once_as_answers_without_a_slip(installation, round_, tablet, decision):
    sent = forged(tablet, round_, 3)
    tablet.outcomes(*sent)
    assert quarantine.accept(installation, decision()) == (3, 0)
    found = waiting(installation, round_)
    assert sorted(one.answers["q00"] for one in found) == [1, 2, 3]
    assert {(one.stratum, one.desk, one.grade) for one in found} == {(-1, round_.desks[0].hex, "G3")}
    assert quarantine.accept(installation, decision()) == (0, 0)
    assert {outcome for outcome, _ in tablet.outcomes(*sent).values()} == {"duplicate"}
    assert (count(installation, Inbox), quarantine.groups(installation)) == (3, [])


def test_what_would_count_a_dossier_twice_or_too_late_is_never_accepted(installation, round_, tablet, decision):
    slip = a_token(installation, round_).text
    tablet.outcomes(tablet.answer(round_.code, slip), tablet.answer(round_.code, slip, {"q00": "1"}))
    for reason in ("second_answer", "says_not_answered", "after_close", "expired", "over_issued"):
        with pytest.raises(RefusedError, match="never count"):
            quarantine.accept(installation, decision(reason))
    assert count(installation, Inbox) == 1


def test_what_is_against_the_rule_or_of_other_words_stays(installation, round_, tablet, decision):
    against = tablet.answer(round_.code, raw={"q00": "9"})
    other = tablet.answer(round_.code, instrument="kiosk-short/1")
    tablet.outcomes(against, other)
    assert quarantine.accept(installation, decision("not_valid")) == (0, 2)
    assert (count(installation, Inbox), count(installation, Quarantine)) == (0, 2)


def test_a_claim_that_has_no_desk_is_never_accepted(installation, round_, decision):
    from survey_app.services.collection import Submission, submit

    token = a_forged_token(round_).text
    given = {"nonce": b"n" * 16, "raw": {"q00": "4"}, "language": "vi", "says_not_answered": True}
    submit(installation, Submission(token_text=token, **given))
    assert quarantine.groups(installation) == [Group(round_.code, NOT_OURS, "", 1)]
    assert quarantine.accept(installation, decision(desk="")) == (0, 1)


def test_one_person_alone_decides_nothing(installation, round_, tablet, decision):
    tablet.outcomes(*forged(tablet, round_))
    both = Actor("lan", frozenset({"fieldwork", "checker"}), round_.province)
    elsewhere = Actor("hoa", frozenset({"checker"}), round_.desks[1])
    nobody = Actor("an", frozenset(), round_.province)
    command = round_roles.COMMAND_LINE
    for wrong in (
        {"asked": both, "agreed": both},
        {"agreed": elsewhere},
        {"agreed": nobody},
        {"asked": command, "agreed": command},
        {"agreed": command},
        {"why": " "},
    ):
        for work in (quarantine.accept, quarantine.discard):
            with pytest.raises(RefusedError):
                work(installation, decision(**wrong))
    assert (count(installation, Inbox), len(quarantine.groups(installation))) == (0, 1)


def test_the_log_says_who_and_why_and_nothing_of_an_answer(installation, round_, tablet, decision):
    tablet.outcomes(*forged(tablet, round_))
    quarantine.accept(installation, decision())
    with installation.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "quarantine accept")).one()
    assert (entry.actor, entry.subject) == ("minh", f"{round_.code} {NOT_OURS} desk-1")
    assert entry.detail == "1 accepted, 0 stay; asked by lan, agreed by minh: Máy quét cũ đọc sai mã"


def test_a_closed_round_takes_nothing_more(installation, round_, tablet, decision):
    tablet.outcomes(*forged(tablet, round_))
    with installation.database.write() as session:
        session.execute(update(Round).values(state="closed"))
    with pytest.raises(RefusedError, match="takes no answers"):
        quarantine.accept(installation, decision())


def test_discarded_answers_are_gone_and_do_not_come_back(installation, round_, tablet, decision):
    sent = forged(tablet, round_, 2)
    tablet.outcomes(*sent)
    assert quarantine.discard(installation, decision()) == 2
    with installation.database.read() as session:
        assert set(session.scalars(select(Quarantine.sealed))) == {b""}
    tablet.outcomes(*sent)
    assert quarantine.groups(installation) == []


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
    assert (count(installation, Inbox), count(installation, DeadLetter)) == (1, 1)
    assert quarantine.groups(installation) == [Group("", "damaged", "desk-1", 1)]
    clock.now += timedelta(days=1)
    assert quarantine.retry_letters(installation) == Counter(left=1)
