"""What every chart promises a reader: the same bytes, words as text, its table, nothing that a page must refuse."""

import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring

from analysis.charts import (
    ChartWords,
    IntervalRow,
    LevelRow,
    MonthRow,
    caterpillar,
    factor_bars,
    stacked_levels,
    trend,
)
from analysis.errors import AnalysisError
from tests.analysis.chart_samples import DIACRITICS, ENGLISH, POLYGLOT, SAMPLES, VIETNAMESE, words

NAMES = [sample.name for sample in SAMPLES]
every_chart = pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [element.text for element in fromstring(svg).iter(f"{SVG}text")]


def test_another_process_with_another_hash_seed_draws_the_same_bytes():
    drawn = [
        subprocess.run(
            [sys.executable, "-m", "tests.analysis.chart_samples"],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0].decode().strip() == "".join(sample.draw(3).svg for sample in SAMPLES)


@every_chart
def test_vietnamese_words_can_be_selected_and_searched(sample):
    drawn = " ".join(texts(sample.draw(2).svg))
    for letters in DIACRITICS.split():
        assert letters in drawn


@every_chart
def test_a_picture_says_what_it_is_and_fits_its_place(sample):
    root = fromstring(sample.draw(2, prefix="p7").svg)
    given = words(sample.columns)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "p7-title p7-desc"
    assert root.find(f"{SVG}title").text == given.title
    assert given.measure in root.find(f"{SVG}desc").text
    assert root.attrib["viewBox"].startswith("0 0 640 ")
    assert not {"width", "height"} & set(root.attrib)


@every_chart
def test_two_pictures_on_a_page_share_no_id(sample):
    ids = [re.findall(r'\bid="([^"]+)"', sample.draw(3, prefix=prefix).svg) for prefix in ("a", "b")]
    assert ids[0]
    assert len(set(ids[0] + ids[1])) == len(ids[0]) + len(ids[1])


@every_chart
def test_nothing_in_a_picture_is_refused_by_a_strict_policy(sample):
    svg = sample.draw(3).svg
    for forbidden in ("style", "<script", "href", "<metadata", "<!DOCTYPE", "<?xml", "Matplotlib", "url("):
        assert forbidden not in svg


@every_chart
def test_a_hostile_name_stays_text(sample):
    picture = sample.draw(2, label=POLYGLOT)
    root = fromstring(picture.svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "title", "desc", "path", "text"}
    # a chart may leave a name out for want of room, or break it; what it writes it writes as it is
    shown = "".join(texts(picture.svg))
    assert "49" not in "".join(re.findall(r"\{\{.*?\}\}", shown))
    assert not re.search("[\x00-\x1f\u202e]", shown)


@every_chart
@pytest.mark.parametrize("width", [320.0, 640.0])
@pytest.mark.parametrize("count", [0, 1, 300])
def test_any_number_of_rows_is_drawn_and_tabled(sample, count, width):
    picture = sample.draw(count, width=width)
    assert len(picture.rows) == count
    assert all(len(row) == len(picture.columns) == sample.columns for row in picture.rows)
    assert ("Chưa có số liệu." in texts(picture.svg)) == (count == 0)


@every_chart
def test_the_table_writes_numbers_as_the_language_does(sample):
    vietnamese, english = (sample.draw(2, number=number).rows[0] for number in (VIETNAMESE, ENGLISH))
    assert any(re.search(r"\d,5\u00a0%", cell) for cell in vietnamese)
    assert any(re.search(r"\d\.5%", cell) for cell in english)


def test_numbers_are_written_as_people_write_them():
    assert VIETNAMESE.plain(1234.5) == "1.234,5"
    assert ENGLISH.plain(1234.5) == "1,234.5"
    assert ENGLISH.plain(-0.04) == "0"
    assert ENGLISH.plain(-3.0) == "\u22123"
    assert VIETNAMESE.bounded(95.0, "at_least") == "≥ 95\u00a0%"
    assert ENGLISH.interval(74.0, 87.0) == "74–87%"


def test_a_hidden_factor_says_why_in_picture_and_table():
    rows = [IntervalRow("Kết quả", None, None, None, "", reason="Chưa đủ 10 câu trả lời")]
    picture = factor_bars(rows, words(4), prefix="a")
    assert "Chưa đủ 10 câu trả lời" in texts(picture.svg)
    assert picture.rows == (("Kết quả", "Chưa đủ 10 câu trả lời", "–", "–"),)


def test_hidden_units_are_listed_below_the_others_and_never_drawn():
    hidden = IntervalRow("Xã A", None, None, None, "", reason="ít hơn 50 hồ sơ")
    shown = IntervalRow("Xã B", 80.0, 75.0, 85.0, "≈ 200")
    picture = caterpillar([hidden, shown], words(4), prefix="a")
    assert [row[0] for row in picture.rows] == ["Xã B", "Xã A"]
    written = texts(picture.svg)
    assert written.index("Xã B") < written.index("Chưa có số liệu riêng") < written.index("Xã A: ít hơn 50 hồ sơ")


def test_units_stand_by_name_unless_asked_and_a_rank_is_an_interval():
    rows = [IntervalRow("A", 90.0, 85.0, 95.0, "", rank="1–4"), IntervalRow("B", 70.0, 65.0, 75.0, "", rank="3–6")]
    assert [r[0] for r in caterpillar(rows, words(5), prefix="a").rows] == ["A", "B"]
    by_estimate = caterpillar(rows, words(5), prefix="a", by_estimate=True)
    assert [(r[0], r[3]) for r in by_estimate.rows] == [("B", "3–6"), ("A", "1–4")]


def test_no_line_is_drawn_through_a_month_without_a_release():
    def joined(months):
        rows = [MonthRow(f"2026-{m:02d}", f"{m}", 70.0 + m if shown else None, None, None, "") for m, shown in months]
        # lines of the series are 1.6 wide
        return trend(rows, words(4), prefix="a").svg.count('stroke-width="1.6"')

    assert joined([(1, True), (2, True), (3, True)]) == 2
    assert joined([(1, True), (2, False), (3, True)]) == 0
    assert joined([(1, True), (3, True), (4, True)]) == 1  # a month that is not even listed is a gap too


def test_a_bound_is_no_point():
    rows = [IntervalRow("Kết quả", 95.0, 90.0, 100.0, "≈ 20", bound="at_least")]
    picture = factor_bars(rows, words(4), prefix="a")
    assert picture.rows[0][1] == "≥ 95\u00a0%"
    assert any(text.startswith("≥ 95") for text in texts(picture.svg))


def test_segments_of_a_bar_fill_it_and_the_neutral_level_stands_apart():
    rows = [LevelRow("x", (10.0, 10.0, 30.0, 25.0, 24.0), 49.0, "")]  # sums to 99 after rounding
    svg = stacked_levels(rows, words(8), prefix="a", width=320.0).svg
    boxes = [sorted({float(x) for x in re.findall(r"[ML] ([\d.]+)", d)}) for d in re.findall(r' d="([^"]+)"', svg)]
    bar = boxes[5:]  # after the five swatches of the legend
    assert bar[0][0] == 0.0
    assert bar[-1][1] == 320.0
    gaps = [round(right[0] - left[1], 1) for left, right in pairwise(bar)]
    assert gaps == [1.5, 8.0, 8.0, 1.5]


def test_a_table_with_a_heading_too_few_is_refused():
    with pytest.raises(AnalysisError, match="4 columns; 3 headings"):
        factor_bars([], ChartWords("t", "m", "n", ("a", "b", "c"), "e"), prefix="a")
