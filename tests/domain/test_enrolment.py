"""Codes that enrol a device, and running numbers with holes."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.domain import base32, enrolment, number_ranges

CODES = [enrolment.new_code() for _ in range(40)]


@pytest.mark.parametrize("code", CODES, ids=range(40))
def test_any_one_wrong_character_and_any_swap_of_neighbours_is_found(code):
    assert enrolment.read_code(code) == code
    for place in range(8):
        for letter in base32.ALPHABET:
            wrong = code[:place] + letter + code[place + 1 :]
            assert wrong == code or enrolment.read_code(wrong) is None
    for place in range(7):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or enrolment.read_code(swapped) is None


def test_a_code_may_be_typed_as_people_type():
    code = next(c for c in (enrolment.new_code() for _ in range(10_000)) if "0" in c and "1" in c)
    typed = f" {code[:4]}-{code[4:]} ".lower().replace("0", "o").replace("1", "l")
    assert enrolment.read_code(typed) == code


@pytest.mark.parametrize("text", ["", "7", "UUUUUUUU", "0" * 9, "0" * 1_000_000, "Ặ" * 8, "\x00" * 8])
def test_what_cannot_be_a_code_is_none(text):
    assert enrolment.read_code(text) is None


@settings(deadline=None)
@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_ranges_hold_exactly_the_numbers_that_came_and_the_holes_between(first, second):
    ranges = number_ranges.merged(number_ranges.merged([], first), second)
    there = first | second
    assert {n for a, b in ranges for n in range(a, b + 1)} == there
    assert {n for a, b in number_ranges.missing(ranges) for n in range(a, b + 1)} == set(
        range(1, max(there, default=0))
    ) - there
    assert all(b + 1 < c for (_, b), (c, _) in pairwise(ranges))
    assert number_ranges.size(ranges) == len(there)
    assert all(number_ranges.contains(ranges, n) == (n in there) for n in range(1, 62))
