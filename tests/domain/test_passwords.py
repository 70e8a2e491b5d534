"""Passwords that are taken, and how long one waits after wrong tries."""

import unicodedata

import pytest

from survey_app.domain import passwords


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("trời hôm nay rất đẹp", ()),
        ("ngắn quá", ("too_short",)),
        ("x1y2z" * 41, ("too_long",)),
        ("Nguyen.An rất vui", ("like_login",)),
        ("aaaaaaaaaaaa", ("few_characters",)),
        ("", ("too_short", "few_characters")),
    ],
)
def test_a_password_is_taken_or_says_every_reason(password, codes):
    assert passwords.problems(password, "nguyen.an") == codes


def test_a_password_typed_on_another_keyboard_is_the_same():
    composed, decomposed = (unicodedata.normalize(form, "trời hôm nay") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert passwords.normal(composed) == passwords.normal(decomposed)


def test_case_and_blanks_around_a_login_do_not_count():
    assert passwords.fold_login(" Nguyen.An ") == "nguyen.an"


@pytest.mark.parametrize(
    ("failures", "since", "wait"),
    [(4, 0, 0), (5, 0, 1), (5, 1, 0), (6, 0, 2), (9, 0, 16), (9, 15.5, 1), (11, 0, 60), (500, 0, 60), (500, 60, 0)],
)
def test_the_wait_grows_to_a_minute_and_no_further(failures, since, wait):
    assert passwords.wait_seconds(failures, since) == wait


def test_wrong_tries_are_forgotten_after_a_day():
    assert passwords.wait_seconds(500, 24 * 3600) == 0
