"""Live figures, splits, counters and annual cells together give no small set away; a threshold alone does."""

import numpy as np

from bench.annual_streams import attacked, ten_each
from bench.stream_attack import Part, Shown, half_known, small_sets, unanimous
from tests.analysis.published import published

STREAMS = (0, 2, 16)  # in 2 floods of praise come from one class alone, in 16 a class is in one batch alone


def leaking(rule):
    """Share of the streams in which a published simulation of a rule found a leak."""
    result = published("sdc_live_release_rules")["results"][rule]
    return result["with_leak"] / result["streams"]


def test_batches_splits_rounded_figures_and_annual_cells_leak_nothing():
    assert leaking("leaf_batch10_plus_closed_field_split") == 0
    assert [attacked(seed, house=True)[0] for seed in STREAMS] == [0] * len(STREAMS)


def test_flags_that_stay_by_their_number_alone_leak():
    assert attacked(2, house=True, stays=ten_each)[0] > 0


def test_a_threshold_alone_leaks():
    assert leaking("threshold10_weekly_cumulative") == 1
    assert attacked(STREAMS[0], house=False)[0] > 0


def shown_of(*parts):
    return Shown([Part("a", k, k, "", answers) for k, answers in enumerate(parts)])


def test_the_attack_finds_what_two_totals_leave_between_them():
    shown = shown_of((1,) * 20, (0, 1, 1))
    shown.total([0])
    assert small_sets(shown) == []
    shown.total([0, 1])
    assert small_sets(shown) == [(1,)]


def test_the_attack_puts_up_to_three_parts_together():
    shown = shown_of((1,) * 20, (0, 1), (1, 1), (0, 0, 1))
    shown.total([0])
    shown.total([0, 1, 2, 3])
    assert small_sets(shown) == [(1, 2, 3)]


def test_the_attack_knows_a_batch_of_one_opinion_and_the_other_half_of_ten():
    shown = shown_of((1,) * 10)
    shown.add([0], 0.0, 1.0, 10, 10)
    shown.add([0], 1.0, 0.0, 10, 10)
    assert (unanimous(shown), half_known(shown)) == (1, 1)
    open_ = shown_of((1,) * 10)
    open_.add([0], 0.0, 1.0, 10, 10)
    open_.add([0], 1.0, 0.0, 8, 10)
    assert (unanimous(open_), half_known(open_)) == (0, 0)
    assert np.shape(open_.rows) == (2, 2)
