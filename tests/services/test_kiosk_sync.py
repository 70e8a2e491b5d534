"""What kiosks send: each answer exactly once, one bad item never in the way of others, every number accounted for."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from survey_app.domain import sealing
from survey_app.models import DeadLetter, Inbox, Kiosk, KioskDay, Quarantine, Round, Spent, Unit
from survey_app.services import kiosk_items, kiosk_package, kiosk_sync
from tests import province
from tests.factories import a_forged_token, a_round, a_token
from tests.kiosk import HEARTBEAT, a_tablet

STORED, DUPLICATE = ("stored", None), ("duplicate", None)
ANSWERS = {"q00": "4", "q01": "5"}


def count(installation, table, *where):
    with installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where))


def waiting(installation):
    with installation.database.read() as session:
        rows = session.scalars(select(Inbox)).all()
    return [json.loads(sealing.open_with(installation.keys.private(r.day.isoformat()), r.sealed)) for r in rows]


def reasons(installation):
    with installation.database.read() as session:
        return sorted(session.scalars(select(Quarantine.reason)))


def seen(tablet):
    with tablet.installation.database.read() as session:
        return session.get_one(Kiosk, tablet.id)


def test_answers_are_stored_once_however_often_they_are_sent(installation, round_, tablet):
    items = [tablet.answer(round_.code, raw={"q00": str(n)}) for n in (1, 2, 3)]
    assert tablet.outcomes(*items) == {1: STORED, 2: STORED, 3: STORED}
    assert tablet.outcomes(*items) == {1: DUPLICATE, 2: DUPLICATE, 3: DUPLICATE}
    assert (count(installation, Inbox), count(installation, Spent)) == (3, 3)
    assert sorted(a["answers"]["q00"] for a in waiting(installation)) == [1, 2, 3]
    assert (seen(tablet).answers, seen(tablet).reused, count(installation, KioskDay)) == (3, 0, 1)


def test_fifty_calls_at_once_store_each_answer_once(installation, round_, tablet):
    items = [tablet.answer(round_.code, raw={"q00": str(n)}) for n in (1, 2, 3, 4)]
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda _: tablet.outcomes(*items), range(50)))
    assert sum(outcome == STORED for one in told for outcome in one.values()) == 4
    assert count(installation, Inbox) == 4
    assert (seen(tablet).answers, tablet.send()["received"]) == (4, [(1, 4)])


def test_a_slip_answered_on_the_office_device_is_g2_and_without_slip_g3(installation, round_, tablet):
    token = a_token(installation, round_).text
    given = [
        tablet.answer(round_.code, token),
        tablet.answer(round_.code),
        tablet.answer(round_.code, a_token(installation, round_, "H00-2").text, assisted=True),
        tablet.answer(round_.code, assisted=True),
    ]
    assert set(tablet.outcomes(*given).values()) == {STORED}
    grades = {(a["stratum"], a["assisted"]): (a["grade"], a["device"]) for a in waiting(installation)}
    assert grades == {
        (1, False): ("G2", "desk"),
        (-1, False): ("G3", "desk"),
        (1, True): ("G3", "desk"),
        (-1, True): ("G4", "desk"),
    }


def test_the_desk_of_an_answer_is_the_devices_and_nothing_sent_changes_it(installation, round_, tablet):
    tablet.outcomes(tablet.answer(round_.code))
    [answer] = waiting(installation)
    assert uuid.UUID(answer["desk"]) == round_.desks[0]
    for name in ("desk", "unit", "agency", "channel", "officer", "location", "device", "grade"):
        forged = tablet.answer(round_.code, **{name: str(round_.desks[1])})
        assert tablet.outcomes(forged) == {forged["seq"]: ("rejected", "damaged")}
    assert count(installation, Inbox) == 1


@pytest.mark.parametrize("token", ["", [], ["A", "B"], 7, {"a": 1}, True])
def test_a_token_that_is_none_is_no_walk_up(installation, round_, tablet, token):
    item = tablet.answer(round_.code, token, started_without_slip=False)
    told = tablet.outcomes(item)[1]
    assert told == (STORED if token == "" else ("rejected", "damaged"))
    assert (count(installation, Inbox), count(installation, Spent)) == (0, 0)
    assert reasons(installation) == (["unknown_address"] if token == "" else [])


def test_leaving_the_token_out_or_claiming_both_is_refused(installation, round_, tablet):
    token = a_token(installation, round_).text
    both = tablet.answer(round_.code, token, started_without_slip=True)
    neither = tablet.answer(round_.code, None, started_without_slip=False)
    assert set(tablet.outcomes(both, neither).values()) == {("rejected", "damaged")}
    assert (count(installation, Inbox), count(installation, DeadLetter)) == (0, 2)


def test_bad_and_second_slips_lie_in_the_visible_quarantine_and_the_device_is_not_told(installation, round_, tablet):
    other = a_round(installation, desks=("desk-1",), code="OTHER", number=9)
    slip = a_token(installation, round_).text
    items = [
        tablet.answer(round_.code, slip),
        tablet.answer(round_.code, slip, ANSWERS),
        tablet.answer(round_.code, a_forged_token(round_).text),
        tablet.answer(round_.code, "MISTYPED"),
        tablet.answer(round_.code, a_token(installation, other).text),
    ]
    assert tablet.outcomes(*items) == dict.fromkeys(range(1, 6), STORED)
    assert tablet.outcomes(*items) == dict.fromkeys(range(1, 6), DUPLICATE)
    assert reasons(installation) == ["second_answer", *["unknown_address"] * 3]
    assert count(installation, Inbox) == 1
    with installation.database.read() as session:
        assert set(session.scalars(select(Quarantine.unit_id))) == {round_.desks[0]}


def test_of_two_answers_with_one_slip_in_a_call_the_first_counts(installation, round_, tablet):
    for n in range(8):
        slip = a_token(installation, round_, f"H00-{n}").text
        first, second = (tablet.answer(round_.code, slip, {"q00": grade}) for grade in ("5", "1"))
        tablet.outcomes(second, first)
    assert {a["answers"]["q00"] for a in waiting(installation)} == {5}
    assert reasons(installation) == ["second_answer"] * 8


def test_a_slip_used_at_home_before_the_kiosk_sends_counts_as_answered_at_home(installation, clock):
    place = province.make(installation, desks=1)
    with installation.database.read() as session:
        top = session.scalar(select(Unit.id).where(Unit.slug == "minh-hai"))
    tablet = a_tablet(installation, top, "desk-1")
    slip = place.slips("desk-1")[0].token
    offline = tablet.answer(place.code, slip, {"q00": "1"})
    assert place.answer(slip, {"q00": "5"}).outcome == "stored"
    assert tablet.outcomes(offline) == {1: STORED}
    assert [a["answers"]["q00"] for a in waiting(installation)] == [5]
    assert reasons(installation) == ["second_answer"]


def test_after_the_close_an_answer_is_late_and_after_the_erasure_date_refused(installation, round_, tablet, clock):
    early = tablet.answer(round_.code)
    slip = tablet.answer(round_.code, a_token(installation, round_).text)
    assert tablet.outcomes(early) == {1: STORED}
    clock.now += timedelta(days=330)
    walk_up = tablet.answer(round_.code)
    installation.keys.prepare_days(installation.today())
    assert tablet.outcomes(walk_up, slip) == {2: STORED, 3: STORED}
    assert tablet.outcomes(early, walk_up) == {1: DUPLICATE, 3: DUPLICATE}
    assert reasons(installation) == ["after_close", "after_close"]
    assert count(installation, Inbox) == 1
    assert tablet.send()["erase"] == []
    clock.now = clock.now.replace(year=2028, month=12, day=31)
    installation.keys.prepare_days(installation.today())
    told = tablet.send(tablet.answer(round_.code))
    assert told["items"][0]["outcome"] == "rejected"
    assert (told["items"][0]["reason"], told["erase"]) == ("erased", [round_.code])
    assert count(installation, Quarantine) == 2


def test_what_comes_before_the_first_day_lies_apart_and_is_stored_when_it_comes_again(installation, round_, tablet):
    today = installation.today()
    with installation.database.write() as session:
        session.execute(update(Round).values(field_start=today + timedelta(days=1)))
    early = [tablet.answer(round_.code), tablet.answer(round_.code, a_token(installation, round_).text)]
    assert tablet.outcomes(*early) == {1: STORED, 2: STORED}
    assert (reasons(installation), count(installation, Inbox)) == (["before_start", "before_start"], 0)
    with installation.database.write() as session:
        session.execute(update(Round).values(field_start=today))
    assert tablet.outcomes(*early) == {1: STORED, 2: STORED}
    assert tablet.outcomes(*early) == {1: DUPLICATE, 2: DUPLICATE}
    assert (count(installation, Inbox), seen(tablet).reused) == (2, 0)
    assert count(installation, Quarantine, func.length(Quarantine.sealed) > 0) == 0


def test_an_answer_left_in_the_middle_is_kept_only_where_the_round_says_so_and_is_marked(installation, round_, tablet):
    left = {"raw": {"q01": "2"}, "partial": True}
    assert tablet.outcomes(tablet.answer(round_.code, **left)) == {1: ("rejected", "partial")}
    kiosk_package.set_round(installation, round_.code, 45, "keep_partial")
    assert tablet.outcomes(tablet.answer(round_.code, **left)) == {2: STORED}
    whole = tablet.answer(round_.code, raw={"q01": "2"})  # the required question is missing and no time ran out
    assert tablet.outcomes(whole) == {3: ("rejected", "not_valid")}
    assert [a["partial"] for a in waiting(installation)] == [True]
    assert reasons(installation) == ["not_valid"]


def test_keeping_partial_answers_cannot_be_taken_back_once_the_round_has_begun(installation, round_):
    kiosk_package.set_round(installation, round_.code, 45, "keep_partial")
    with pytest.raises(Exception, match="has begun"):
        kiosk_package.set_round(installation, round_.code, 45, "discard")


def test_what_cannot_be_opened_is_a_dead_letter_and_holds_up_nothing(installation, round_, tablet):
    good = tablet.answer(round_.code)
    moved = tablet.answer(round_.code) | {"key": str(uuid.uuid4())}  # sealed for another key
    noise = {"seq": 3, "key": str(uuid.uuid4()), "sealed": "AAAA"}
    tablet.last = 3
    strange = [tablet.item(plain) for plain in (b"", b"no json", b"[]", b'{"round": "\\ud800"}', b"9" * 40_000)]
    lost = tablet.answer("NO-SUCH-ROUND")
    no_code = tablet.answer("\x00")
    told = tablet.outcomes(moved, noise, *strange, lost, no_code, good)
    assert told.pop(1) == STORED
    assert set(told.values()) == {("rejected", "damaged")}
    assert count(installation, DeadLetter) == len(told)
    tablet.outcomes(noise, *strange)
    assert count(installation, DeadLetter) == len(told)
    assert (seen(tablet).answers, seen(tablet).rejected) == (1, len(told))


@pytest.mark.parametrize("sent", [{}, {"seq": "1"}, {"seq": 0}, {"seq": 1, "key": []}, {"seq": True, "key": "x"}])
def test_an_item_without_number_or_key_is_answered_and_buried(installation, round_, tablet, sent):
    good = tablet.answer(round_.code)
    told = tablet.send(sent, good)["items"]
    assert {(one["seq"], one["outcome"]) for one in told} == {(sent.get("seq"), "rejected"), (1, "stored")}


def test_a_questionnaire_that_the_round_never_used_is_kept_apart(installation, round_, tablet):
    item = tablet.answer(round_.code, instrument="kiosk-short/1")
    assert tablet.outcomes(item) == {1: ("rejected", "not_valid")}
    assert (reasons(installation), count(installation, Inbox)) == (["not_valid"], 0)


def test_a_fault_of_ours_with_one_item_leaves_it_on_the_device(installation, round_, tablet, monkeypatch, caplog):
    real = kiosk_items.take

    def failing(installation, device, key, answer, measured_by):
        if answer.answers == {"q00": "1"}:
            raise ZeroDivisionError
        return real(installation, device, key, answer, measured_by)

    monkeypatch.setattr(kiosk_items, "take", failing)
    items = [tablet.answer(round_.code, raw={"q00": n}) for n in "123"]
    assert tablet.outcomes(*items) == {2: STORED, 3: STORED}
    assert tablet.send()["missing"] == [(1, 1)]
    assert "could not be taken" in caplog.text
    monkeypatch.setattr(kiosk_items, "take", real)
    assert tablet.outcomes(items[0]) == {1: STORED}


def test_numbers_are_kept_as_ranges_and_holes_show(installation, round_, tablet):
    items = [tablet.answer(round_.code) for _ in range(6)] + [tablet.void()]
    told = tablet.send(items[0], items[1], items[5])
    assert (told["received"], told["missing"]) == ([(1, 2), (6, 6)], [(3, 5)])
    told = tablet.send(items[3], items[6])
    assert (told["received"], told["missing"]) == ([(1, 2), (4, 4), (6, 7)], [(3, 3), (5, 5)])
    told = tablet.send(items[2], items[4])
    assert (told["received"], told["missing"]) == ([(1, 7)], [])
    assert seen(tablet).answers == 6


def test_a_number_used_twice_shows(installation, round_, tablet):
    first = tablet.answer(round_.code)
    tablet.last = 0
    again = tablet.answer(round_.code)
    assert tablet.outcomes(first) == tablet.outcomes(again) == {1: STORED}
    assert (seen(tablet).answers, seen(tablet).reused) == (1, 1)


def test_a_wrong_clock_costs_nothing_and_is_noted(installation, round_, tablet):
    item = tablet.answer(round_.code)
    for clock, drift in (("2025-03-02T09:00:00+07:00", -365 * 86400), ("9999-12-31T23:59:59Z", 2**31 - 1), (7, None)):
        tablet.send(item, heartbeat=HEARTBEAT | {"clock": clock})
        assert seen(tablet).drift == drift
    assert count(installation, Inbox) == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"items": []},
        {"items": {}, "heartbeat": HEARTBEAT},
        {"items": [1], "heartbeat": HEARTBEAT},
        {"items": [{}] * 101, "heartbeat": HEARTBEAT},
        {"items": [], "heartbeat": HEARTBEAT | {"waiting": -1}},
        {"items": [], "heartbeat": HEARTBEAT | {"battery": 1.5}},
        {"items": [], "heartbeat": HEARTBEAT | {"persisted": "yes"}},
        {"items": [], "heartbeat": HEARTBEAT | {"version": "\x00"}},
        {"items": [], "heartbeat": HEARTBEAT | {"officer": "x"}},
    ],
)
def test_a_body_of_another_shape_is_refused_as_a_whole(body):
    with pytest.raises(kiosk_sync.ShapeError):
        kiosk_sync.read_body(body)
