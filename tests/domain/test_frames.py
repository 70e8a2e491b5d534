"""The frozen frame has one form, whatever the register looked like."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain import frames
from survey_app.domain.frames import Line

LINE = Line("H01.1-260105-00001", "desk-1", "xa-1", "returned", "on_time", "Đất đai", "counter", "2026-01-05")


def test_a_line_is_eight_parts_between_tabs():
    text = "H01.1-260105-00001\tdesk-1\txa-1\treturned\ton_time\tĐất đai\tcounter\t2026-01-05"
    assert LINE.text == text
    assert frames.parse(text) == LINE


def test_a_field_written_in_another_way_gives_the_same_line():
    odd = LINE._replace(field=unicodedata.normalize("NFD", " Đất\t đai\n"))
    assert odd.text == LINE.text
    assert LINE._replace(channel="").text.split("\t")[6] == "unknown"


@pytest.mark.parametrize("text", ["", "A\tB", LINE.text + "\tmore", LINE.text.replace("desk-1", "")])
def test_what_is_no_line_is_refused(text):
    with pytest.raises(frames.FrameError, match="parts"):
        frames.parse(text)


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1), unique=True))
def test_a_stored_frame_comes_back_whole_and_in_no_order_of_import(codes):
    lines = [LINE._replace(code=code).text for code in codes]
    packed = frames.pack(lines)
    assert frames.pack(list(reversed(lines))) == packed
    assert sorted(frames.unpack(packed)) == sorted(lines)


def test_what_changed_since_the_freeze_is_named():
    other = LINE._replace(code="B").text
    change = frames.compare([LINE.text, other], [LINE._replace(outcome="refused").text, LINE._replace(code="C").text])
    assert (change.gone, change.new, change.changed) == (("B",), ("C",), (LINE.code,))
    assert change.any
    assert not frames.compare([LINE.text, other], [other, LINE.text]).any
