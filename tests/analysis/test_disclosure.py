"""What is shown of a figure never tells what a single answer was."""

import pytest

from analysis import AnalysisError, Figure, publishable, released_groups, rounded_count
from tests.analysis.published import published


def figure(counts: tuple[int, ...], **changes: object) -> Figure:
    n = sum(counts)
    values = {
        "domain": 0,
        "statistic": "share:q01",
        "estimate": 100 * sum(counts[3:]) / n if n else None,
        "se": None,
        "ci": None,
        "ci_method": None,
        "df": n - 1,
        "n": n,
        "not_valid": 0,
        "level_counts": counts,
        "mean": None,
        "dissatisfied": None,
        "reason": None,
        "reweighted": False,
    }
    return Figure(**{**values, **changes})


def test_nothing_is_shown_below_the_minimum():
    assert publishable(figure((0, 0, 3, 3, 3)), 10, probability_sample=False) is None
    assert publishable(figure((0, 0, 4, 3, 3)), 10, probability_sample=False) is not None
    assert publishable(figure((0, 0, 4, 3, 22)), 30, probability_sample=True) is None


def test_a_minimum_below_ten_is_refused():
    with pytest.raises(AnalysisError, match="at least 10"):
        publishable(figure((0, 0, 4, 3, 3)), 9, probability_sample=False)


@pytest.mark.parametrize(("n", "shown"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1003, 1005)])
def test_counts_are_rounded_to_five(n, shown):
    assert rounded_count(n) == shown


@pytest.mark.parametrize(
    ("counts", "bound"),
    [
        ((0, 0, 0, 10, 0), 80),  # 10 of 10: 100(10-2)/10 = 80
        ((0, 1, 1, 20, 18), 95),  # 38 of 40: 95
        ((0, 0, 2, 150, 50), 95),  # never more than 95
        ((0, 0, 0, 5, 15), 90),  # 20 of 20: 90
    ],
)
def test_a_share_within_two_answers_of_all_is_shown_as_a_bound(counts, bound):
    safe = publishable(figure(counts), 10, probability_sample=False)
    assert (safe.bound, safe.estimate, safe.high, safe.levels) == ("at_least", bound, 100, None)


def test_a_share_within_two_answers_of_none_is_mirrored():
    safe = publishable(figure((10, 8, 1, 1, 0)), 10, probability_sample=False)
    assert (safe.bound, safe.estimate, safe.low) == ("at_most", 10, 0)


def test_three_answers_from_the_end_are_shown_in_whole_per_cents():
    safe = publishable(figure((0, 0, 3, 10, 27)), 10, probability_sample=False)
    assert (safe.bound, safe.estimate) == ("exact", 93)  # 37 of 40 = 92.5
    assert safe.merged == (1, 2)


def test_from_a_thousand_answers_one_decimal_is_shown():
    assert publishable(figure((10, 100, 123, 500, 300)), 10, probability_sample=False).estimate == 77.4


@pytest.mark.parametrize(
    "counts",
    [(5, 1, 0, 10, 4), (0, 2, 1, 9, 1), (1, 1, 1, 2, 20), (2, 9, 2, 1, 30), (30, 20, 9, 20, 11), (0, 3, 0, 0, 10)],
)
def test_levels_with_fewer_than_three_answers_stand_with_a_neighbour(counts):
    safe = publishable(figure(counts), 10, probability_sample=False)
    assert sum(safe.levels) == 100
    assert safe.levels[3] + safe.levels[4] == safe.estimate
    for level in safe.merged:
        assert safe.levels[level - 1] == 0
    alone = [level for level in range(1, 6) if level not in safe.merged]
    assert all(safe.levels[level - 1] > 0 for level in alone)
    neighbours = {1: (2, 3), 2: (1, 3), 3: (1, 2), 4: (5,), 5: (4,)}
    for level in alone:
        pooled = sum(counts[m - 1] for m in safe.merged if m in neighbours[level])
        assert counts[level - 1] + pooled >= 3


def test_the_interval_comes_from_the_rounded_figures_and_holds_the_share():
    first = publishable(figure((1, 1, 3, 10, 26)), 10, probability_sample=False)  # 36 of 41
    second = publishable(figure((0, 2, 3, 15, 20)), 10, probability_sample=False)  # 35 of 40
    assert (first.estimate, first.n) == (second.estimate, second.n) == (88, 40)
    assert (first.low, first.high) == (second.low, second.high)
    assert first.low <= 74
    assert first.high >= 95  # Wilson of 0.88 and 40: 74.0 to 94.7


def test_clustering_widens_the_interval():
    narrow = publishable(figure((0, 5, 10, 40, 45)), 10, probability_sample=True)
    wide = publishable(figure((0, 5, 10, 40, 45), se=7.0), 10, probability_sample=True)
    assert wide.high - wide.low > narrow.high - narrow.low


def test_an_item_whose_batch_is_too_small_waits_for_the_next_batch():
    assert released_groups([12, 15], [0, 0]) == [0, 1]
    assert released_groups([9, 15], [3, 0]) == [-1, -1]  # 24 valid, but 3 that are not stay exposed
    assert released_groups([9, 15], [3, 7]) == [1, 1]
    assert released_groups([12, 11, 14], [0, 1, 0]) == [0, -1, -1]
    assert released_groups([12, 11, 14], [0, 1, 9]) == [0, 2, 2]


def of_share(n: int, satisfied: int) -> Figure:
    return figure((n - satisfied, 0, 0, 0, satisfied))


def test_one_more_answer_does_not_show_in_a_figure_near_the_end():
    for example in published("sdc_differencing")["live_mean"]:
        if "satisfied_pct" not in example["before"]:
            continue
        shown = [
            publishable(of_share(x["n"], round(x["n"] * x["satisfied_pct"] / 100)), 10, probability_sample=False)
            for x in (example["before"], example["after"])
        ]
        assert shown[0] == shown[1]
        assert shown[0].bound == "at_least"


def test_a_part_too_small_to_be_shown_does_not_follow_from_total_and_rest():
    parts = published("sdc_differencing")["subtraction"]
    small, rest = parts["hidden_part"], parts["published_part"]
    assert small["n"] + rest["n"] == parts["total"]["n"]
    assert publishable(of_share(**small), 10, probability_sample=False) is None
    assert released_groups([rest["n"], small["n"]], [0, 0]) == [0, -1]  # it waits: no total holds it


def test_where_nobody_is_satisfied_the_figure_does_not_say_so():
    example = published("sdc_differencing")["unanimous"]
    safe = publishable(of_share(example["n"], example["satisfied"]), 10, probability_sample=False)
    assert safe is not None
    assert (safe.bound, safe.levels) == ("at_most", None)
    assert safe.estimate >= 5
