"""What is printed on a sheet and keyed from it: numbers that mean the same both ways."""

import pytest

from instruments.load import shipped
from survey_app.domain import answers, paper

KEYS = ["sipas-2012/1", "sipas-2017/1", "kiosk-short/1"]


@pytest.mark.parametrize("key", KEYS)
def test_every_question_has_a_number_and_every_answer_a_box(key):
    instrument = shipped(key)
    lines = paper.lines(instrument)
    assert [line.number for line in lines] == list(range(1, len(instrument.items) + 1))
    for line in lines:
        assert [box.number for box in line.boxes] == list(range(1, len(line.boxes) + 1))
        assert line.written or line.boxes
        for box in line.boxes:
            assert instrument.text(box.key, "vi").text


@pytest.mark.parametrize("key", KEYS)
def test_what_is_keyed_for_an_answer_reads_as_that_answer(key):
    instrument = shipped(key)
    typed = {line.item.id: "Ghế ngồi" if line.written else "2" for line in paper.lines(instrument)}
    raw, problems = paper.read(instrument, typed)
    assert problems == []
    checked = answers.check(instrument, raw)
    assert checked.valid
    asked = {item: text for item, text in typed.items() if item in checked.answers}
    assert len(asked) > 5
    assert paper.typed(instrument, checked.answers) == asked


def test_the_last_box_of_a_grade_is_does_not_apply():
    raw, problems = paper.read(shipped("sipas-2017/1"), {"q01": "6", "q02": " 05 "})
    assert problems == []
    assert (raw["q01"], raw["q02"]) == (["9"], ["5"])


@pytest.mark.parametrize("text", ["1 3", "1,3", "1; 3", "3/1"])
def test_several_ticks_are_keyed_in_any_order_with_anything_between(text):
    instrument = shipped("sipas-2017/1")
    raw, problems = paper.read(instrument, {"needs": text})
    options = instrument.item("needs").options
    assert problems == []
    assert sorted(raw["needs"]) == sorted([options[0], options[2]])


@pytest.mark.parametrize("text", ["7", "0", "12", "x", "1x", "4.5"])
def test_a_number_without_a_box_is_never_taken_for_another(text):
    raw, problems = paper.read(shipped("sipas-2017/1"), {"q00": text})
    checked = answers.check(shipped("sipas-2017/1"), raw)
    assert problems or not checked.valid
    assert "q00" not in checked.answers
