"""What is said of figures: which is lowest, what to look at first, what has changed."""

import pytest

from survey_app.domain import findings
from survey_app.domain.figures import PublishedFigure, Reason, TrendPoint


def figure(name, estimate=None, low=None, high=None, bound="exact"):
    reason = Reason.TOO_FEW if estimate is None else None
    shown = estimate is not None
    return PublishedFigure(name, name, shown, reason, estimate, bound, low, high, "", None, None, None, None, "G1")


def month(name, estimate=None, low=None, high=None):
    return TrendPoint(name, estimate, low, high, "", None)


def test_lowest_share_is_looked_at_first_bounds_later_hidden_last():
    given = [figure("hidden"), figure("high", 90), figure("bound", 60, bound="at_least"), figure("low", 70)]
    assert [f.statistic for f in findings.mend_first(given)] == ["low", "high", "bound", "hidden"]


def test_a_lowest_figure_is_clear_only_when_its_interval_lies_below_all_others():
    low = figure("a", 60, 55, 65)
    assert findings.lowest([low, figure("b", 80, 66, 85)]) == findings.Lowest(low, clear=True)
    assert findings.lowest([low, figure("b", 80, 65, 85)]) == findings.Lowest(low, clear=False)
    assert findings.lowest([low, figure("b", 80, 70, 85), figure("c", 61, 50, 70)]).clear is False
    assert findings.lowest([low, figure("b", 80)]).clear is False  # no interval, no claim


def test_one_figure_alone_is_not_lowest():
    assert findings.lowest([figure("a", 60, 55, 65), figure("b")]) is None


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ((70, 65, 75), (80, 76, 85), "up"),
        ((70, 65, 75), (60, 55, 64), "down"),
        ((70, 65, 75), (74, 75, 85), "unclear"),
        ((70, 65, 75), (66, 60, 65), "unclear"),
        ((70, None, None), (99, 98, 100), "unclear"),
    ],
)
def test_a_change_is_told_only_where_intervals_do_not_touch(before, after, direction):
    points = [month("2026-01", *before), month("2026-02"), month("2026-03", *after)]
    found = findings.change(points)
    assert (found.direction, found.before.month, found.after.month) == (direction, "2026-01", "2026-03")


def test_one_released_month_is_no_change():
    assert findings.change([month("2026-01", 70, 65, 75), month("2026-02")]) is None
