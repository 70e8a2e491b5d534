"""Splits that overlap could be subtracted from each other, so only one of them is ever shown."""

import pytest

from survey_app.domain.periods import parse
from survey_app.domain.split_rule import apart, clash

AGENCIES = {"land-office", "justice-office"}
SHOWN = [("land-office", "2026-Q1"), ("justice-office", "2026-Q1")]


def test_the_same_split_may_be_asked_for_again():
    assert clash(SHOWN, AGENCIES, parse("2026-Q1")) is None


@pytest.mark.parametrize("period", ["2026-01", "2026-H1", "2026"])
def test_a_month_of_a_quarter_that_was_shown_is_refused(period):
    assert clash(SHOWN, AGENCIES, parse(period)) == ("justice-office", "2026-Q1")


@pytest.mark.parametrize("period", ["2026-Q2", "2026-04", "2025"])
def test_a_period_beside_it_is_free(period):
    assert clash(SHOWN, AGENCIES, parse(period)) is None


def test_the_province_is_refused_once_its_agencies_were_shown():
    assert clash(SHOWN, {"province"}, parse("2026-Q1")) == ("justice-office", "2026-Q1")
    assert clash(SHOWN, {"province"}, parse("2026-Q2")) is None


def test_of_two_units_that_share_a_batch_only_the_smaller_is_split():
    assert apart({"commune": {1, 2, 3}, "office": {3}, "other": {4}}) == ["office", "other"]
    assert apart({"one": {1}, "two": {2}}) == ["one", "two"]
