"""Flags: quick answers and straight lines, and where a flag may stay beside an answer."""

import pytest

from survey_app.domain.flags import is_quick, is_straight_line, may_stay


@pytest.mark.parametrize(
    ("seconds", "answered", "quick"), [(45.9, 23, True), (46.0, 23, False), (None, 23, False), (0.5, 0, False)]
)
def test_an_answer_is_quick_below_two_seconds_a_question(seconds, answered, quick):
    assert is_quick(seconds, answered) is quick


@pytest.mark.parametrize("level", [1, 3, 4, 5])
def test_ten_questions_of_one_level_are_a_straight_line_whatever_the_level(level):
    assert is_straight_line([level] * 10)


@pytest.mark.parametrize("levels", [[5] * 9, [5] * 22 + [4], [], [4, 5] * 5])
def test_short_forms_and_any_difference_are_none(levels):
    assert not is_straight_line(levels)


def batch(**parts):
    """Answers of a batch: so many (flagged, not flagged) by stratum."""
    return [
        (number, flag)
        for number, both in enumerate(parts.values())
        for flag, n in zip((True, False), both, strict=True)
        for _ in range(n)
    ]


@pytest.mark.parametrize(
    ("parts", "stays"),
    [
        ({"land": (10, 10)}, True),
        ({"land": (9, 40)}, False),
        ({"land": (40, 9)}, False),
        ({"land": (12, 0)}, True),  # the whole batch
        ({"land": (0, 12)}, True),
        ({"land": (10, 10), "births": (0, 3)}, True),
        ({"land": (10, 10), "births": (1, 30)}, False),
        ({"land": (10, 0), "births": (0, 10)}, False),  # the flags would be the strata
    ],
)
def test_flags_stay_where_ten_are_flagged_and_ten_are_not_in_each_stratum_with_a_flag(parts, stays):
    assert may_stay(batch(**parts)) is stays
