"""Two people decide about a group that lies apart, each with a login; the flush carries out what they agreed."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from survey_app.models import AuditEntry, Inbox, QuarantineRequest, Round
from survey_app.services import audit, due, quarantine, quarantine_requests, round_roles
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.quarantine import Group
from survey_app.services.quarantine_requests import Wish
from survey_app.services.round_roles import Actor
from tests.factories import a_round
from tests.kiosk import slips_of_nobody

NOT_OURS = "unknown_address"
WHY = "Máy quét cũ đọc sai mã"


@pytest.fixture
def round_(installation):
    """Ten answers of one desk with slips that are none of ours, nine of another."""
    found = a_round(installation, desks=("desk-1", "desk-2"))
    slips_of_nobody(installation, found, {"desk-1": 10, "desk-2": 9})
    return found


@pytest.fixture
def people(round_):
    roles = {"lan": {"fieldwork"}, "minh": {"checker"}, "hoa": {"fieldwork", "checker"}}
    return {login: Actor(login, frozenset(held), round_.province) for login, held in roles.items()}


@pytest.fixture
def asked(installation, round_, people):
    """Ask, and give the number of the request."""

    def ask(action, by="lan", reason=NOT_OURS, desk="desk-1", why=WHY):
        actor = by if isinstance(by, Actor) else people[by]
        quarantine_requests.ask(installation, round_.code, Wish(reason, desk, action, why), actor)
        found = quarantine_requests.page(installation, round_.code, people["minh"]).requests
        return next(one.id for one in found if one.state == "asked")  # settled ones were asked at the same moment

    return ask


def waiting(installation):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(Inbox))


def states(installation):
    with installation.database.read() as session:
        return session.scalars(select(QuarantineRequest.state)).all()


def test_what_two_people_want_counted_waits_for_the_flush_and_counts_once(installation, round_, people, asked):
    request = asked("accept")
    quarantine_requests.agree(installation, round_.code, request, people["minh"])
    assert (waiting(installation), states(installation)) == (0, ["agreed"])
    [done] = due.run(installation, (due.QUARANTINE,))
    assert done.said == "of the quarantine 10 answers wait for the next flush, 0 stay apart."
    assert (waiting(installation), states(installation)) == (10, ["done"])
    assert list(due.run(installation, (due.QUARANTINE,))) == []
    assert quarantine.groups(installation) == [Group(round_.code, NOT_OURS, "desk-2", 9)]


def test_whoever_has_no_key_of_the_quarantine_counts_nothing(installation, round_, people, asked):
    quarantine_requests.agree(installation, round_.code, asked("accept"), people["minh"])
    (installation.keys.root / "flush" / "quarantine.key").unlink()
    [done] = due.run(installation, (due.QUARANTINE,))
    assert done.failed
    assert (waiting(installation), states(installation)) == (0, ["agreed"])


def test_what_two_people_want_deleted_is_gone_at_once(installation, round_, people, asked):
    quarantine_requests.agree(installation, round_.code, asked("discard"), people["minh"])
    assert quarantine.groups(installation) == [Group(round_.code, NOT_OURS, "desk-2", 9)]
    assert (waiting(installation), states(installation)) == (0, ["done"])


def test_one_person_alone_decides_nothing(installation, round_, people, asked):
    request = asked("discard", by="hoa")
    elsewhere = Actor("ba", frozenset({"checker"}), round_.desks[1])
    nobody = Actor("an", frozenset(), round_.province)
    for wrong in (people["hoa"], people["lan"], nobody, elsewhere, round_roles.COMMAND_LINE):
        for work in (quarantine_requests.agree, quarantine_requests.refuse):
            with pytest.raises(RefusedError):
                work(installation, round_.code, request, wrong)
    for wrong in (people["minh"], nobody):
        with pytest.raises(RefusedError):
            asked("discard", by=wrong, desk="")
    assert len(quarantine.groups(installation)) == 2


def test_a_request_can_be_taken_back_until_somebody_answers(installation, round_, people, asked):
    request = asked("accept")
    with pytest.raises(RefusedError, match="Whoever asked"):
        quarantine_requests.withdraw(installation, round_.code, request, people["hoa"])
    quarantine_requests.withdraw(installation, round_.code, request, people["lan"])
    for work in (quarantine_requests.agree, quarantine_requests.refuse):
        with pytest.raises(RefusedError, match="settled"):
            work(installation, round_.code, request, people["minh"])
    again = asked("discard")
    quarantine_requests.refuse(installation, round_.code, again, people["minh"])
    assert sorted(states(installation)) == ["refused", "withdrawn"]
    assert quarantine.groups(installation)[0].number == 10


def test_one_group_has_one_open_request(installation, round_, people, asked):
    asked("accept")
    [group] = quarantine_requests.page(installation, round_.code, people["hoa"]).groups
    assert (group.asked, group.may) == (True, ())
    with pytest.raises(RefusedError, match="already"):
        asked("discard", by="hoa")


def test_small_groups_are_neither_listed_nor_decided_on(installation, round_, people, asked):
    page = quarantine_requests.page(installation, round_.code, people["lan"])
    assert [(group.desk, group.number, group.may) for group in page.groups] == [("desk-1", 10, ("accept", "discard"))]
    assert page.small == 10  # nine, rounded
    for desk in ("desk-2", "desk-9"):
        with pytest.raises(RefusedError, match="no such group"):
            asked("discard", desk=desk)


def test_what_would_count_a_dossier_twice_or_too_late_is_never_accepted(installation, round_, people, asked):
    for reason in ("second_answer", "says_not_answered", "after_close", "expired", "over_issued"):
        with installation.database.write() as session:
            session.execute(update(quarantine.Quarantine).values(reason=reason))
        with pytest.raises(RefusedError, match="can not be decided on in this way"):
            asked("accept", reason=reason)
        page = quarantine_requests.page(installation, round_.code, people["lan"])
        assert page.groups[0].may == ("discard",)


def test_what_came_before_the_first_day_may_count_from_that_day_on(installation, round_, people, asked):
    today = installation.today()
    with installation.database.write() as session:
        session.execute(update(quarantine.Quarantine).values(reason="before_start"))
        session.execute(update(Round).values(field_start=today + timedelta(days=1)))
    with pytest.raises(RefusedError, match="can not be decided on in this way"):
        asked("accept", reason="before_start")
    with installation.database.write() as session:
        session.execute(update(Round).values(field_start=today))
    quarantine_requests.agree(installation, round_.code, asked("accept", reason="before_start"), people["minh"])
    assert not next(due.run(installation, (due.QUARANTINE,))).failed
    assert waiting(installation) == 10


def test_after_the_close_nothing_is_counted_any_more(installation, round_, people, asked):
    quarantine_requests.agree(installation, round_.code, asked("accept"), people["minh"])
    with installation.database.write() as session:
        session.execute(update(Round).values(state="closed"))
    assert not next(due.run(installation, (due.QUARANTINE,))).failed
    assert (waiting(installation), states(installation)) == (0, ["too_late"])
    with pytest.raises(RefusedError):
        asked("accept")
    assert quarantine.groups(installation)[0].number == 10


def test_the_log_says_who_and_why_and_nothing_of_an_answer(installation, round_, people, asked):
    quarantine_requests.agree(installation, round_.code, asked("discard"), people["minh"])
    with installation.database.read() as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("quarantine"))).all()
    by_step = {f"quarantine discard {step}": n for n, step in enumerate(("asked", "agreed", "done"))}
    assert {entry.subject for entry in kept} == {f"{round_.code} {NOT_OURS} desk-1"}
    assert [
        (entry.action, entry.actor, entry.detail) for entry in sorted(kept, key=lambda entry: by_step[entry.action])
    ] == [
        ("quarantine discard asked", "lan", WHY),
        ("quarantine discard agreed", "minh", f"asked by lan: {WHY}"),
        ("quarantine discard done", audit.COMMAND, "10 discarded, 0 stay; asked by lan, agreed by minh"),
    ]


def test_a_request_that_is_not_there_is_not_found(installation, round_, people):
    with pytest.raises(NotFoundError):
        quarantine_requests.agree(installation, round_.code, uuid.uuid4(), people["minh"])
