"""Answers move in batches of at least ten, and nobody is alone in one."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain import batching
from survey_app.domain.batching import Atom

PARENT = {"a": "x", "b": "x", "c": "y", "d": "y", "x": "p", "y": "p", "p": None}


def atom(desk, grade="G1"):
    return Atom(desk, "", "sipas-2017/1", grade)


def roomy(answers):
    return 1000


def test_a_batch_moves_only_when_ten_more_and_five_kept_back_remain():
    assert batching.due({atom("a"): range(24)}, random.Random(1)) == []
    moves = batching.due({atom("a"): range(25)}, random.Random(1))
    assert [len(move.answers) for move in moves] == [10]


def test_which_answers_stay_is_chance_and_not_the_order_of_arrival():
    stays = Counter()
    for seed in range(2000):
        (move,) = batching.due({atom("a"): range(30)}, random.Random(seed))
        stays.update(set(range(30)) - set(move.answers))
    assert all(abs(stays[n] - 1000) < 120 for n in range(30))  # 15 of 30 stay; 5 standard deviations


def test_after_a_regular_flush_the_rest_always_makes_a_last_batch():
    for n in range(25, 200):
        (move,) = batching.due({atom("a"): range(n)}, random.Random(n))
        assert n - len(move.answers) >= batching.BATCH
        assert len(move.answers) >= batching.BATCH


def test_at_the_close_small_desks_are_pooled_under_the_unit_above():
    moves, held = batching.last(
        {atom("a"): range(6), atom("b"): range(100, 105), atom("c"): range(200, 240)},
        PARENT.get,
        roomy,
        random.Random(1),
    )
    assert not held
    assert {(m.atom.desk, m.pool, len(m.answers)) for m in moves} == {("c", None, 40), ("", "x", 11)}


def test_one_small_desk_alone_is_pooled_higher_up_with_another():
    moves, held = batching.last({atom("a"): range(8), atom("c"): range(50, 57)}, PARENT.get, roomy, random.Random(1))
    assert [(m.pool, len(m.answers)) for m in moves] == [("p", 15)]
    assert not held


def test_what_is_too_little_for_the_whole_round_is_held_and_told():
    moves, held = batching.last({atom("a"): range(4), atom("c"): range(50, 54)}, PARENT.get, roomy, random.Random(1))
    assert not moves
    assert sum(len(answers) for answers in held.values()) == 8


def test_a_single_small_desk_takes_in_the_smallest_other_batch_so_that_its_voices_count_for_the_province():
    moves, held = batching.last(
        {atom("a"): range(4), atom("c"): range(50, 90), atom("d"): range(100, 112)}, PARENT.get, roomy, random.Random(1)
    )
    assert not held
    assert {(m.atom.desk, m.pool, len(m.answers)) for m in moves} == {("c", None, 40), ("", "p", 16)}


def test_grades_are_never_pooled_with_each_other():
    moves, held = batching.last(
        {atom("a", "G1"): range(9), atom("b", "G2"): range(9)}, PARENT.get, roomy, random.Random(1)
    )
    assert not moves
    assert len(held) == 2


def test_ten_answers_that_fewer_than_fifty_dossiers_could_have_given_are_pooled():
    def room(answers):
        return 30 if len(answers) < 15 else 60

    moves, _held = batching.last({atom("a"): range(12), atom("b"): range(50, 60)}, PARENT.get, room, random.Random(1))
    assert [(m.pool, len(m.answers)) for m in moves] == [("x", 22)]


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 60)), st.integers())
def test_every_answer_moves_once_or_is_held(sizes, seed):
    start, waiting = 0, {}
    for desk, size in sizes.items():
        waiting[atom(desk)] = range(start, start + size)
        start += size
    moves, held = batching.last(waiting, PARENT.get, roomy, random.Random(seed))
    moved = [answer for move in moves for answer in move.answers]
    stayed = [answer for answers in held.values() for answer in answers]
    assert sorted(moved + stayed) == list(range(start))
    assert all(len(move.answers) >= batching.BATCH for move in moves)
    assert len(stayed) < batching.BATCH or len({a.desk for a in held}) < 2
