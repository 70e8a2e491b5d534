"""An answer is taken exactly once, whatever is sent and however often."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from secrets import token_bytes

import pytest
from sqlalchemy import func, select

from survey_app.domain import sealing, tokens
from survey_app.models import Counter, Inbox, Quarantine, Spent
from survey_app.services import codes, collection, flush, invitations, rounds
from survey_app.services.collection import Submission
from survey_app.services.errors import AnswersNotValidError, ClosedDoorError
from tests import province
from tests.factories import a_forged_token, a_round

ANSWERS = {"q00": "4", "q01": "5"}


@pytest.fixture
def place(installation):
    return province.make(installation, desks=2)


@pytest.fixture
def token(place):
    return place.slips("desk-1")[0].token


def count(place, table):
    with place.installation.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def counted(place, name):
    with place.installation.database.read() as session:
        return session.scalar(select(func.sum(Counter.value)).where(Counter.name == name)) or 0


def test_an_answer_is_stored_once_and_its_codes_work(place, token):
    taken = place.answer(token)
    assert taken.outcome == "stored"
    assert (count(place, Inbox), count(place, Spent)) == (1, 1)
    assert codes.receipt_status(place.installation, taken.receipt) == ("waiting", None)
    assert codes.receipt_status(place.installation, "0000-0000-0000") == ("unknown", None)


def test_the_same_form_sent_again_gets_the_same_codes_and_is_not_doubled(place, token):
    nonce = token_bytes(16)
    first = place.answer(token, ANSWERS, nonce=nonce)
    again = place.answer(token, ANSWERS, nonce=nonce)
    assert again.outcome == "already_received"
    assert (again.receipt, again.withdrawal) == (first.receipt, first.withdrawal)
    assert count(place, Inbox) == 1
    assert count(place, Quarantine) == 0


def test_fifty_posts_at_once_store_one_answer(place, token):
    nonce = token_bytes(16)
    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(lambda _: place.answer(token, ANSWERS, nonce=nonce).outcome, range(50)))
    assert sorted(outcomes) == ["already_received"] * 49 + ["stored"]
    assert (count(place, Inbox), count(place, Spent)) == (1, 1)


def test_other_content_on_a_used_token_goes_to_a_visible_quarantine_once(place, token):
    nonce = token_bytes(16)
    place.answer(token, ANSWERS, nonce=nonce)
    for _ in range(3):
        other = place.answer(token, ANSWERS | {"q01": "1"}, nonce=nonce)
        assert (other.outcome, other.reason) == ("quarantined", "second_answer")
    assert count(place, Inbox) == 1
    assert count(place, Quarantine) == 1
    assert counted(place, "second_answer") == 1


def test_the_same_content_from_another_browser_is_a_second_answer(place, token):
    place.answer(token, ANSWERS)
    assert place.answer(token, ANSWERS).outcome == "quarantined"


def test_many_people_with_one_photo_of_a_slip_store_one_answer(place, token):
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda n: place.answer(token, {"q00": str(1 + n % 5)}).outcome, range(24)))
    assert outcomes.count("stored") == 1
    assert count(place, Inbox) == 1
    assert count(place, Quarantine) == 23


def test_a_citizen_who_finds_the_address_used_can_say_so_and_is_counted(place, token):
    place.answer(token, ANSWERS)
    with pytest.raises(ClosedDoorError):
        collection.open_address(place.installation, token)
    assert collection.open_claim(place.installation, token).instrument.id == "sipas-2017"
    taken = place.answer(token, ANSWERS, says_not_answered=True)
    assert (taken.outcome, taken.reason) == ("quarantined", "says_not_answered")
    assert counted(place, "says_not_answered") == 1
    assert count(place, Inbox) == 1


def test_a_forged_token_opens_nothing_and_stores_nothing(place, installation):
    with installation.database.read() as session:
        row = rounds.by_code(session, place.code)
    forged = a_forged_token(row, month=0).text
    with pytest.raises(ClosedDoorError):
        collection.open_address(installation, forged)
    with pytest.raises(ClosedDoorError):
        place.answer(forged, ANSWERS)
    assert count(place, Spent) == 0
    claimed = place.answer(forged, ANSWERS, says_not_answered=True)
    assert (claimed.outcome, claimed.reason) == ("quarantined", "unknown_address")


def test_many_forged_tokens_raise_one_alarm_that_names_none(place, installation, caplog, monkeypatch):
    monkeypatch.setattr(collection.alarm, "FORGED", collection.alarm.ForgedTries())
    with installation.database.read() as session:
        row = rounds.by_code(session, place.code)
    forged = a_forged_token(row, month=0).text
    for _ in range(150):
        with pytest.raises(ClosedDoorError):
            collection.open_address(installation, forged)
    alarms = [r.getMessage() for r in caplog.records if r.name == "sipas.alarm"]
    assert len(alarms) == 1
    assert alarms[0].startswith("100 addresses")
    assert forged not in caplog.text


def test_a_token_of_another_round_does_not_open_this_one(place, installation, token):
    other = a_round(installation, desks=("desk-9",), code="OTHER")
    parsed = tokens.parse(token)
    moved = tokens.Token(parsed.month, other.number, parsed.stratum_number, parsed.identifier, parsed.mac).text
    with pytest.raises(ClosedDoorError):
        collection.open_address(installation, moved)
    with pytest.raises(ClosedDoorError):
        place.answer(moved, ANSWERS)


def test_an_expired_token_and_a_closed_round_open_nothing_but_lose_nothing(place, token, clock):
    clock.now = clock.now.replace(month=7)
    with pytest.raises(ClosedDoorError):
        collection.open_address(place.installation, token)
    assert place.answer(token, ANSWERS).reason == "expired"
    clock.now = clock.now.replace(year=2027)
    assert place.answer(token, ANSWERS, nonce=b"n" * 16).reason == "after_close"
    assert count(place, Quarantine) == 2
    assert count(place, Spent) == 0


def test_a_round_whose_keys_were_erased_stands_in_the_way_of_no_other(place, token, clock, installation):
    """After the erasure date its folder of keys is deleted; addresses and receipts of it are unknown, nothing more."""
    taken = place.answer(token)
    clock.now = clock.now.replace(year=2029)
    shutil.rmtree(installation.keys.root / "web" / "rounds" / "R2026")
    assert codes.receipt_status(installation, taken.receipt) == ("unknown", None)
    with pytest.raises(ClosedDoorError):
        collection.open_address(installation, token)
    with pytest.raises(ClosedDoorError):
        collection.open_claim(installation, token)


@pytest.mark.parametrize(
    "raw", [{}, {"q00": None}, {"q00": []}, {"q00": ["4", "5"]}, {"q00": "4", "unit": "desk-2"}, {"q00": "4", "sex": 1}]
)
def test_answers_that_are_none_are_refused_and_the_token_stays_good(place, token, raw):
    with pytest.raises(AnswersNotValidError):
        place.answer(token, raw)
    assert count(place, Spent) == 0
    assert place.answer(token, ANSWERS).outcome == "stored"


def test_withdrawing_takes_the_answer_back_until_it_moves_and_leaves_the_token_used(place, token):
    taken = place.answer(token, ANSWERS)
    assert not collection.withdraw(place.installation, taken.receipt)
    assert collection.withdraw(place.installation, taken.withdrawal.lower())
    assert not collection.withdraw(place.installation, taken.withdrawal)
    assert count(place, Inbox) == 0
    with pytest.raises(ClosedDoorError):
        collection.open_address(place.installation, token)


def test_what_no_batch_takes_at_the_close_is_said_to_be_held_and_can_be_taken_back(place, token, installation):
    taken = place.answer(token, ANSWERS)
    assert flush.close(installation, place.code).waiting == 1
    with installation.database.write() as session:
        rounds.by_code(session, place.code).state = "computed"
    assert codes.receipt_status(installation, taken.receipt) == ("held", None)
    assert collection.withdraw(installation, taken.withdrawal)
    assert not collection.withdraw(installation, taken.withdrawal)
    assert (count(place, Inbox), codes.receipt_status(installation, taken.receipt)) == (0, ("unknown", None))


def test_if_the_day_key_is_missing_nothing_is_half_written(place, token, clock):
    clock.now = clock.now.replace(month=11)  # no key was made that far ahead, as if the key folder were gone
    other = place.slips("desk-2")[0].token
    with pytest.raises(Exception, match="keys prepare"):
        place.answer(other, ANSWERS)
    assert (count(place, Spent), count(place, Inbox)) == (0, 0)


def test_what_waits_can_be_read_with_the_day_key_only(place, token, installation):
    place.answer(token, ANSWERS | {"comment": "Rất nhanh"})
    with installation.database.read() as session:
        row = session.scalar(select(Inbox))
    assert b"nhanh" not in row.sealed
    content = sealing.open_with(installation.keys.private(row.day.isoformat()), row.sealed)
    assert "Rất nhanh" in content.decode()
    assert token not in content.decode()
    with pytest.raises(sealing.SealError):
        sealing.open_with(sealing.new_private_key(), row.sealed)


def test_asking_again_for_an_address_gives_the_same_one_and_counts_a_repeat(place, installation):
    code = place.dossiers["desk-1"][0]
    first = invitations.issue(installation, place.code, [code])
    again = invitations.issue(installation, place.code, [code])
    assert first.slips == again.slips
    assert again.repeated == 1
    assert counted(place, "invited") == 1
    assert counted(place, "repeated") == 1


def test_a_dossier_code_alone_opens_nothing(place, installation):
    with pytest.raises(tokens.MistypedError):
        collection.open_address(installation, place.dossiers["desk-1"][0])


def test_no_table_holds_an_address(place, installation):
    slip = place.slips("desk-1")[0]
    parsed = tokens.parse(slip.token)
    with installation.database.read() as session:
        for table in installation_tables():
            for row in session.execute(select(table)):
                text = " ".join(v.hex() if isinstance(v, bytes) else str(v) for v in row)
                assert slip.token not in text
                assert parsed.identifier.hex() not in text
                assert parsed.mac.hex() not in text


def installation_tables():
    from survey_app.db import Base

    return Base.metadata.sorted_tables


def test_a_roll_of_random_slips_works_and_only_its_size_is_kept(installation):
    place = province.make(installation, desks=1, per_year=2000)
    with pytest.raises(Exception, match="at least 50"):
        invitations.roll(installation, place.code, "desk-1", 49)
    with pytest.raises(Exception, match="--stratum"):
        invitations.roll(installation, place.code, "desk-1", 50)
    issued = invitations.roll(installation, place.code, "desk-1", 50, stratum=1)
    assert len({slip.token for slip in issued.slips}) == 50
    assert all(slip.dossier_code is None for slip in issued.slips)
    assert place.answer(issued.slips[0].token).outcome == "stored"
    invitations.handed_out(installation, place.code, "desk-1", 30, 1)
    with pytest.raises(Exception, match="too many"):
        invitations.handed_out(installation, place.code, "desk-1", 21, 1)


def test_a_drawn_token_counts_as_g1_only_on_the_citizens_own_device(installation):
    import json

    made = province.make(installation, desks=1, draw=0.5, per_year=2000)
    slips = made.slips("desk-1")
    for place, device, assisted in ((0, "own", False), (1, "desk", False), (2, "own", True)):
        drawn = [s for s in slips if drawn_dossier(installation, made.code, s.dossier_code)][place]
        made.answer(drawn.token, device=device, assisted=assisted)
    undrawn = next(s for s in slips if not drawn_dossier(installation, made.code, s.dossier_code))
    made.answer(undrawn.token)
    with installation.database.read() as session:
        rows = session.scalars(select(Inbox)).all()
        opened = [sealing.open_with(installation.keys.private(r.day.isoformat()), r.sealed) for r in rows]
    grades = sorted(json.loads(text)["grade"] for text in opened)
    assert grades == ["G1", "G2", "G2", "G2"]


def drawn_dossier(installation, code, dossier):
    return tokens.is_drawn(installation.keys.seed(code), dossier, 0.5)


def test_a_submission_carries_no_unit_channel_or_officer():
    assert not {"unit", "agency", "channel", "officer", "desk"} & set(Submission.__dataclass_fields__)
