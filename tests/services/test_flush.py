"""Answers move once, whatever kills the flush; nothing that is published rests on fewer than ten."""

import json
from collections import Counter as Tally
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from survey_app.domain import sealing
from survey_app.models import Batch, BatchCells, Comment, Inbox, Receipt, Response, Stratum
from survey_app.services import codes, collection, flush, inbox, publication
from survey_app.services.flush import ReleaseStoppedError
from tests import province


@pytest.fixture
def place(installation):
    return province.make(installation, desks=2, per_desk=120)


def answer_all(place, numbers, desk="desk-1", **extra):
    """Let the first dossiers of a desk answer, each in a way of its own; gives what was sent."""
    sent = []
    slips = place.slips(desk)
    for n in numbers:
        raw = {"q00": str(1 + n % 5), "q01": str(1 + n // 5 % 5), "q02": str(1 + n // 25 % 5), **extra}
        taken = place.answer(slips[n].token, raw)
        assert taken.outcome == "stored"
        sent.append((raw, taken))
    return sent


def stored(place, table=Response):
    with place.installation.database.read() as session:
        return session.scalars(select(table)).all()


def contents(responses):
    return sorted(tuple(sorted((k, str(v)) for k, v in r.answers.items())) for r in responses)


def expected(sent):
    return sorted(tuple(sorted(raw.items())) for raw, _taken in sent)


def test_twenty_four_answers_wait_and_the_twenty_fifth_lets_ten_move(place):
    answer_all(place, range(24))
    report = flush.flush_round(place.installation, place.code)
    assert (report.batches, report.answers, report.waiting) == (0, 0, 24)
    answer_all(place, range(24, 25))
    report = flush.flush_round(place.installation, place.code)
    assert (report.batches, report.answers, report.waiting) == (1, 10, 15)


def test_the_close_moves_every_answer_exactly_once(place):
    sent = answer_all(place, range(40)) + answer_all(place, range(13), "desk-2")
    flush.flush_round(place.installation, place.code)
    report = flush.close(place.installation, place.code)
    assert report.waiting == 0
    assert contents(stored(place)) == expected(sent)
    assert stored(place, Inbox) == []
    for batch in stored(place, Batch):
        assert batch.n >= 10
    month = f"{place.installation.today():%Y-%m}"
    assert {codes.receipt_status(place.installation, taken.receipt) for _raw, taken in sent} == {("counted", month)}
    assert not collection.withdraw(place.installation, sent[0][1].withdrawal)


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it, and the connection is lost."""


def kill_at(place, number):
    """Let the flush die at its n-th statement or commit; False if it ended before."""
    engine, seen = place.installation.database.writer, [0]

    def tick(*_args):
        seen[0] += 1
        if seen[0] == number:
            raise KilledError

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(engine, name, tick)
    try:
        flush.flush_round(place.installation, place.code)
    except KilledError:
        return True
    finally:
        for name in names:
            event.remove(engine, name, tick)
    return False


def test_a_flush_killed_at_any_statement_loses_and_doubles_nothing(installation, clock):
    place = province.make(installation, desks=1, per_desk=700, per_year=700)
    slips = iter(place.slips("desk-1"))
    sent, number, killed = [], 1, True
    while killed:
        for _ in range(25 if number == 1 else 10):  # so that there is always a batch to move
            n = len(sent)
            raw = {"q00": str(1 + n % 5), "q01": str(1 + n // 5 % 5), "q02": str(1 + n // 25 % 5)}
            sent.append((raw, place.answer(next(slips).token, raw | {"comment": "Cảm ơn"})))
        clock.now += timedelta(days=1)  # so that what waits is sealed again, too
        killed = kill_at(place, number)
        with installation.database.read() as session:
            moved = session.scalar(select(func.count()).select_from(Response))
            waiting = session.scalar(select(func.count()).select_from(Inbox))
            receipts = session.scalar(select(func.count()).select_from(Receipt))
            in_cells = session.scalar(select(func.sum(BatchCells.n))) or 0
            in_batches = session.scalar(select(func.sum(Batch.n))) or 0
        assert moved + waiting == len(sent)
        assert moved == receipts == in_cells == in_batches
        number += 1
    assert number > 25, "a flush has more statements than this; was anything killed?"
    flush.close(installation, place.code)
    assert contents(stored(place)) == expected(sent)
    assert [c.text for c in stored(place, Comment)] == ["Cảm ơn"] * len(sent)


def test_an_answer_withdrawn_while_the_flush_plans_is_not_moved(place, monkeypatch):
    sent = answer_all(place, range(30))
    real = flush.moving.move
    withdrawn = []

    def move_after_a_withdrawal(installation, row, strata, step, own):
        if not withdrawn:
            moving = {a.receipt_hash for a in step.answers}
            spent = installation.keys.round_keys(place.code).spent
            taken = next(t for _r, t in sent if codes.digest(spent, "receipt", t.receipt) in moving)
            withdrawn.append(collection.withdraw(installation, taken.withdrawal))
        real(installation, row, strata, step, own)

    monkeypatch.setattr(flush.moving, "move", move_after_a_withdrawal)
    report = flush.flush_round(place.installation, place.code)
    assert withdrawn == [True]
    assert report.answers + report.waiting == 29


def test_more_answers_than_addresses_stop_the_release(place):
    answer_all(place, range(30))
    with place.installation.database.write() as session:
        for stratum in session.scalars(select(Stratum)):
            stratum.issued = min(stratum.issued, 5)
    with pytest.raises(ReleaseStoppedError, match="only 5 addresses"):
        flush.flush_round(place.installation, place.code)
    assert len(stored(place, Inbox)) == 30


def test_no_comment_is_shown_before_ten_wait_and_persons_are_masked(place):
    answer_all(place, range(9), comment="Anh Nguyễn Văn Bình 0912 345 678 rất tốt")
    flush.close(place.installation, place.code)
    assert stored(place, Comment) == []


def test_ten_comments_move_without_their_answers_and_masked(place):
    answer_all(place, range(14), comment="Gọi anh Nguyễn Văn Bình 0912 345 678, CCCD 012345678901")
    flush.close(place.installation, place.code)
    comments = stored(place, Comment)
    assert len(comments) == 14
    assert {c.text for c in comments} == {"Gọi anh […] […], CCCD […]"}
    assert all("comment" not in r.answers for r in stored(place))


def test_ethnicity_never_stands_beside_a_unit_or_another_answer(place):
    answer_all(place, range(14), ethnicity="other")
    flush.close(place.installation, place.code)
    assert all("ethnicity" not in r.answers for r in stored(place))


def test_a_trait_stays_with_the_answers_only_if_each_of_its_classes_has_ten(place):
    answer_all(place, range(12))
    slips = place.slips("desk-1")
    for n in range(12, 14):
        place.answer(slips[n].token, {"q00": "4"}, device="desk")
    flush.close(place.installation, place.code)
    responses = stored(place)
    assert {r.language for r in responses} == {"vi", None} or {r.language for r in responses} == {"vi"}
    assert all(r.device in (None, "own") for r in responses)


def test_day_keys_are_destroyed_once_their_answers_have_moved(place, clock):
    answer_all(place, range(30))
    first = place.installation.today()
    with place.installation.database.read() as session:
        sealed = session.scalar(select(Inbox.sealed))
    private = place.installation.keys.private(first.isoformat())
    assert json.loads(sealing.open_with(private, sealed))["answers"]
    clock.now += timedelta(days=3)
    flush.close(place.installation, place.code)
    assert first not in place.installation.keys.days()
    with pytest.raises(Exception, match="missing"):
        place.installation.keys.private(first.isoformat())


def test_answers_that_wait_are_sealed_again_so_that_old_keys_open_no_old_copy(place, clock):
    sent = answer_all(place, range(5))
    first = place.installation.today()
    before = {row.id: row.sealed for row in stored(place, Inbox)}
    clock.now += timedelta(days=30)
    flush.flush_round(place.installation, place.code)
    assert first not in place.installation.keys.days()
    assert {row.day for row in stored(place, Inbox)} == {place.installation.today()}
    assert not {row.sealed for row in stored(place, Inbox)} & set(before.values())
    assert {row.id for row in stored(place, Inbox)} == set(before)
    assert codes.receipt_status(place.installation, sent[0][1].receipt) == ("waiting", None)
    assert collection.withdraw(place.installation, sent[0][1].withdrawal)
    answer_all(place, range(5, 40))
    flush.close(place.installation, place.code)
    assert len(stored(place)) == 39


def test_the_flush_comes_once_a_week_at_its_hour(place, clock):
    answer_all(place, range(30))
    assert flush.due(place.installation) == [place.code]  # its hour had come since the field began
    assert flush.flush_round(place.installation, place.code).answers == 15
    assert flush.due(place.installation) == []
    clock.now += timedelta(days=6, hours=20)
    assert flush.due(place.installation) == []
    clock.now += timedelta(hours=4)
    assert flush.due(place.installation) == [place.code]


def test_published_figures_come_from_released_batches_only(place):
    answer_all(place, range(24))
    flush.flush_round(place.installation, place.code)
    publication.refresh(place.installation, place.code)
    from survey_app.services import indices

    page = indices.unit_page(place.installation, row_id(place), unit_id(place, "desk-1"), "vi")
    assert not page.overall.shown
    assert page.rates.answered == "0"


def row_id(place):
    from survey_app.services import rounds

    with place.installation.database.read() as session:
        return rounds.by_code(session, place.code).id


def unit_id(place, slug):
    from survey_app.services import units

    with place.installation.database.read() as session:
        return units.unit_by_slug(session, slug).id


def test_opening_the_inbox_needs_every_key_and_says_which_is_missing(place):
    answer_all(place, range(3))
    today = place.installation.today()
    (place.installation.keys.root / "flush" / f"{today}.key").unlink()
    with place.installation.database.read() as session, pytest.raises(Exception, match=f"{today}.key is missing"):
        inbox.open_all(place.installation, session, row_id(place))


def test_shuffling_leaves_no_order_of_arrival(place):
    """Negative control included: an order kept on purpose is found by the same measure."""
    sent = answer_all(place, range(100))
    flush.close(place.installation, place.code)
    order = {tuple(sorted(raw.items())): n for n, (raw, _t) in enumerate(sent)}
    stored_order = [order[tuple(sorted((k, str(v)) for k, v in r.answers.items()))] for r in stored(place)]
    assert abs(spearman(stored_order)) < 0.33  # 99.9 % limit of 100 shuffled ranks
    assert spearman(sorted(stored_order)) > 0.99
    assert Tally(stored_order).most_common(1)[0][1] == 1


def spearman(order):
    n = len(order)
    return 1 - 6 * sum((rank - value) ** 2 for rank, value in enumerate(order)) / (n * (n * n - 1))
