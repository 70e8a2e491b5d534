"""Counting answers: nothing lost, nothing doubled, whatever the order and the batches."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import AnalysisError, Answers, Cells, cells_of, merge, roll_up, with_composite
from tests.analysis.sample_instrument import ITEMS, answers, instrument, random_answers


def part(of, rows):
    composite = None if of.composite is None else of.composite[rows]
    return Answers(of.items, of.stratum[rows], of.domain[rows], of.level[rows], composite)


def test_counts_of_a_hand_made_file():
    cells = cells_of(answers([(7, 1, 5, 4, 9, 0, 3), (7, 1, 5, 1, 9, 2, 3), (8, 1, 3, 3, 3, 3, 3)]))
    assert cells.domain.tolist() == [7, 8]
    assert cells.stratum.tolist() == [1, 1]
    assert cells.n.tolist() == [2, 1]
    assert cells.counts[0].tolist() == [
        [0, 0, 0, 0, 2, 0, 0],
        [1, 0, 0, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 2, 0],
        [0, 1, 0, 0, 0, 0, 1],
        [0, 0, 2, 0, 0, 0, 0],
    ]


def test_no_answers_make_no_cells():
    cells = cells_of(answers([]))
    assert cells.to_rows() == []
    assert merge(cells, cells_of(answers([(1, 1, 5, 5, 5, 5, 5)]))).n.tolist() == [1]


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cut=st.lists(st.integers(0, 3), min_size=200, max_size=200))
def test_batches_add_up_to_the_whole_in_any_order_and_grouping(seed, cut):
    whole = with_composite(random_answers(seed), instrument())
    batches = [cells_of(part(whole, np.flatnonzero(np.array(cut) == b))) for b in range(4)]
    once = cells_of(whole)
    assert merge(*batches) == once
    assert merge(*reversed(batches)) == once
    assert merge(merge(batches[0], batches[1]), merge(batches[2], batches[3])) == once
    assert merge(batches[0], merge(batches[1], merge(batches[2], batches[3]))) == once


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), order=st.randoms(use_true_random=False))
def test_order_of_answers_does_not_matter(seed, order):
    whole = random_answers(seed)
    shuffled = list(range(200))
    order.shuffle(shuffled)
    assert cells_of(part(whole, np.array(shuffled))) == cells_of(whole)


def test_cells_survive_json_and_rows_of_several_batches_add_up():
    whole = with_composite(random_answers(5), instrument())
    first, second = (cells_of(part(whole, np.arange(200) % 2 == half)) for half in (0, 1))
    stored = json.loads(json.dumps(first.to_rows() + second.to_rows()))
    assert Cells.from_rows(stored, ITEMS) == cells_of(whole)


def test_children_roll_up_to_the_province():
    whole = random_answers(11)
    provinces = {0: 100, 1: 100, 2: 200}
    lifted = np.array([provinces[d] for d in whole.domain.tolist()])
    assert roll_up(cells_of(whole), provinces) == cells_of(Answers(whole.items, whole.stratum, lifted, whole.level))


def test_a_unit_without_a_province_is_named():
    with pytest.raises(AnalysisError, match="domain 2 has no parent"):
        roll_up(cells_of(random_answers(11)), {0: 100, 1: 100})


def test_a_level_outside_the_scale_names_row_item_and_remedy():
    with pytest.raises(AnalysisError, match=r"row 2, item b1: 7 is no level; give 1 to 5"):
        answers([(1, 1, 5, 5, 5, 5, 5), (1, 1, 5, 5, 7, 5, 5)])


def test_columns_of_different_length_are_refused():
    with pytest.raises(AnalysisError, match="differ in length"):
        Answers(ITEMS, np.zeros(3, dtype=np.int64), np.zeros(2, dtype=np.int64), np.zeros((3, 5), dtype=np.int8))


def test_a_stored_row_that_does_not_add_up_is_refused():
    rows = cells_of(answers([(1, 1, 5, 5, 5, 5, 5)])).to_rows()
    rows[0]["counts"]["a1"][4] = 2
    with pytest.raises(AnalysisError, match=r"item a1: counts .* do not add up to n = 1"):
        Cells.from_rows(rows, ITEMS)


def test_cells_of_two_versions_are_never_added():
    other = answers([(1, 1, 5, 5)], items=("a1", "a2"))
    with pytest.raises(AnalysisError, match="keep instrument versions apart"):
        merge(cells_of(other), cells_of(answers([(1, 1, 5, 5, 5, 5, 5)])))
    with pytest.raises(AnalysisError, match="not those of the instrument"):
        Cells.from_rows(cells_of(other).to_rows(), ITEMS)
