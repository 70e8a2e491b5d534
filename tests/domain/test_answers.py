"""The one rule for a valid answer: what it takes, what it refuses, and why."""

import pytest

from instruments.load import shipped
from survey_app.domain import answers as rule

SIPAS = shipped("sipas-2017/1")
GOOD = {"q00": "4", "q01": "5", "q02": 3, "needs": ["time", "fees"], "comment": "Cảm ơn"}


def codes(raw):
    return [(p.item, p.code) for p in rule.check(SIPAS, raw).problems]


def test_texts_and_numbers_mean_the_same():
    checked = rule.check(SIPAS, GOOD)
    assert checked.valid
    assert checked.answers == {"q00": 4, "q01": 5, "q02": 3, "needs": ("time", "fees"), "comment": "Cảm ơn"}


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({}, ("q00", "missing")),
        ({"q00": None}, ("q00", "missing")),
        ({"q00": ""}, ("q00", "missing")),
        ({"q00": []}, ("q00", "missing")),
        ({"q00": "6"}, ("q00", "not_allowed")),
        ({"q00": "0"}, ("q00", "not_allowed")),
        ({"q00": "-1"}, ("q00", "not_allowed")),
        ({"q00": "4.0"}, ("q00", "not_allowed")),
        ({"q00": "٤"}, ("q00", "not_allowed")),
        ({"q00": ["4", "5"]}, ("q00", "not_one")),
        ({"q00": True}, ("q00", "not_text")),
        ({"q00": {"$gt": 0}}, ("q00", "not_text")),
        ({"q00": 4.5}, ("q00", "not_text")),
        ({"q00": [["4"]]}, ("q00", "not_text")),
        ({"q00": "4", "agency": "x"}, ("agency", "unknown_item")),
        ({"q00": "4", "Q01": "4"}, ("Q01", "unknown_item")),
        ({"q00": "4", "sex": "Male"}, ("sex", "not_allowed")),
        ({"q00": "4", "needs": ["time", "fees", "other", "attitude"]}, ("needs", "too_many")),
        ({"q00": "4", "needs": ["time"] * 50}, ("needs", "too_many")),
        ({"q00": "4", "needs": ["gold"]}, ("needs", "not_allowed")),
        ({"q00": "4", "comment": "x" * 501}, ("comment", "too_long")),
        ({"q00": "4", "comment": ["a", "b"]}, ("comment", "not_one")),
    ],
)
def test_what_is_not_an_answer_is_refused_with_its_reason(raw, problem):
    assert problem in codes(raw)


def test_every_problem_is_told_and_not_only_the_first():
    assert len(codes({"q00": "9x", "sex": "?", "needs": ["gold"], "no_such": "1"})) == 4


def test_an_answer_to_a_question_that_was_not_asked_is_dropped():
    assert "q19" not in rule.check(SIPAS, {"q00": "4", "gave_feedback": "no", "q19": "5"}).answers
    assert rule.check(SIPAS, {"q00": "4", "gave_feedback": "yes", "q19": "5"}).answers["q19"] == 5


def test_a_page_can_be_checked_before_the_rest_is_filled_in():
    assert rule.check(SIPAS, {"q01": "4"}, pages=["access"]).valid
    assert not rule.check(SIPAS, {"q01": "7"}, pages=["access"]).valid


def test_control_and_direction_characters_do_not_survive_in_a_comment():
    given = {"q00": "4", "comment": "a\x00b\u202ec\r\nd\u200b\u0007"}
    assert rule.check(SIPAS, given).answers["comment"] == "abc\nd"


def test_decomposed_vietnamese_is_stored_composed():
    assert rule.check(SIPAS, {"q00": "4", "comment": "Hài lòng"}).answers["comment"] == "Hài lòng"


def test_the_disposition_follows_the_share_of_asked_items():
    every = {item.id: 4 for item in SIPAS.scored_items()}
    assert rule.enough(SIPAS, every | {"gave_feedback": "yes"}) == "complete"
    without_feedback = {i: v for i, v in every.items() if i not in ("q19", "q20", "q21", "q22")}
    assert rule.enough(SIPAS, without_feedback | {"gave_feedback": "no"}) == "complete"
    assert rule.enough(SIPAS, dict(list(without_feedback.items())[:10])) == "partial"
    assert rule.enough(SIPAS, dict(list(without_feedback.items())[:9])) == "break_off"
