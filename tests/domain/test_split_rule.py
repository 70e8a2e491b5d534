"""Splits that overlap could be subtracted from each other, so only one of them is ever shown."""

import pytest

from survey_app.domain.periods import parse
from survey_app.domain.split_rule import Split, apart, clash, gives_away

AGENCIES = {"land-office", "justice-office"}
SHOWN = [Split("land-office", "2026-Q1", "channel"), Split("justice-office", "2026-Q1", "channel")]


def test_the_same_split_may_be_asked_for_again():
    assert clash(SHOWN, AGENCIES, parse("2026-Q1"), "channel") is None


@pytest.mark.parametrize("period", ["2026-01", "2026-H1", "2026"])
def test_a_month_of_a_quarter_that_was_shown_is_refused(period):
    assert clash(SHOWN, AGENCIES, parse(period), "channel") == SHOWN[1]


@pytest.mark.parametrize("period", ["2026-Q2", "2026-04", "2025"])
def test_a_period_beside_it_is_free(period):
    assert clash(SHOWN, AGENCIES, parse(period), "channel") is None


def test_the_province_is_refused_once_its_agencies_were_shown():
    assert clash(SHOWN, {"province"}, parse("2026-Q1"), "channel") == SHOWN[1]
    assert clash(SHOWN, {"province"}, parse("2026-Q2"), "channel") is None


@pytest.mark.parametrize("period", ["2026-Q1", "2026-02", "2026"])
def test_another_variable_is_refused_for_the_same_time(period):
    """Online applications may all be of one field: the field less those online would be the few others."""
    assert clash(SHOWN, AGENCIES, parse(period), "field") == SHOWN[1]
    assert clash(SHOWN, AGENCIES, parse("2026-Q2"), "field") is None


def test_of_two_units_that_share_a_batch_only_the_smaller_is_split():
    assert apart({"commune": {1, 2, 3}, "office": {3}, "other": {4}}) == ["office", "other"]
    assert apart({"one": {1}, "two": {2}}) == ["one", "two"]


def test_a_class_of_one_batch_alone_gives_away_what_the_batch_has_beside_it():
    """The batch's own figure less the class would be the 5 of the other class."""
    assert gives_away([{"desk": 5, "online": 24}, {"desk": 30}])
    assert not gives_away([{"desk": 10, "online": 24}, {"desk": 30}])


def test_a_class_in_every_batch_gives_nothing_away():
    assert not gives_away([{"desk": 5, "online": 24}, {"desk": 30, "online": 1}])


def test_two_classes_together_give_away_what_their_batches_have_beside_them():
    assert gives_away([{"desk": 9, "online": 6, "post": 3}, {"desk": 9, "online": 12}, {"post": 40}])
