"""The report of a bundle: the bundle's own figures in two languages, nothing over-read, nothing given away."""

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

import html5lib
import pytest
import yaml

from analysis import annual, report
from analysis.canvas import BAD, BAD_SOFT, GOOD, GOOD_SOFT, NEUTRAL
from analysis.charts import ChartWords, LevelRow, stacked_levels
from analysis.release.bundle import build, signed
from analysis.release.checking import verify_files
from analysis.release.signing import OUTSIDE, sums
from analysis.report.findings import three
from analysis.report.source import Source, comparable
from analysis.report.wording import words_of
from tests.analysis.release.sample import INSTRUMENT, KEY, PROTOCOL, contents, frame, responses, two_years

WORDS = Path(report.__file__).parent
RESULTS = ("overall", "factors", "items", "rates", "comparison", "ranks")
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
HTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def files():
    return two_years()[1]


def page(files, language="vi"):
    return html5lib.parse(files[f"report/{language}.html"].decode())


def tables(files, language="vi"):
    """Cells of every table by its caption."""
    found = {}
    for table in page(files, language).iter(f"{HTML}table"):
        rows = [["".join(cell.itertext()) for cell in row] for row in table.iter(f"{HTML}tr")]
        found["".join(table.find(f"{HTML}caption").itertext())] = rows
    return found


def printed(files):
    """Every number of the results and counts, as it is and rounded half up to one decimal."""
    numbers = set()
    for path in (*(f"results/{name}.csv" for name in RESULTS), "data/fieldwork.csv"):
        for text in re.findall(r"(?<![\w.-])-?\d+(?:\.\d+)?", files[path].decode()):
            numbers |= {Decimal(text), Decimal(text).quantize(Decimal("0.1"), ROUND_HALF_UP)}
    return {abs(number) for number in numbers}


def numbers_of(cell, language):
    text = cell.replace(".", "").replace(",", ".") if language == "vi" else cell.replace(",", "")
    return [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("language", report.LANGUAGES)
def test_every_number_of_every_table_stands_in_the_results(files, language):
    known = printed(files)
    answered = {Decimal(140)}  # complete and partial answers of the sample's units together
    looked_at = 0
    for caption, rows in tables(files, language).items():
        if caption == words_of(language)("reading_table"):
            continue
        for row in rows[1:]:
            for number in (n for cell in row[1:] for n in numbers_of(cell, language)):
                assert number in known | answered, (caption, row, number)
                looked_at += 1
    assert looked_at > 100


def test_the_reading_aid_shows_the_noise_of_published_formulas(files):
    """Half-widths as 1.96 sqrt(0.85 x 0.15 / n); the ten units as deciles of a binomial with 100 trials (R: qbinom)."""
    noise = tables(files)[words_of("vi")("reading_table")]
    assert [row[1] for row in noise[1:]] == ["±\u00a012,8", "±\u00a07,0", "±\u00a04,0", "±\u00a02,2"]
    drawn = [svg for svg in page(files).iter("{http://www.w3.org/2000/svg}svg") if svg.get("aria-labelledby")]
    text = " ".join(drawn[0].itertext())
    # round(qbinom((0:9 + 0.5) / 10, 100, 0.85))
    assert sorted(int(n) for n in re.findall(r"(\d\d),0 % \(", text)) == [79, 81, 83, 84, 85, 86, 86, 87, 89, 91]


def test_a_share_of_several_levels_is_told_and_drawn_as_such(files):
    """results/items.csv prints 18 for levels 1 and 2 of q00: nobody may read 18 % very dissatisfied."""
    (csv_row,) = [
        line for line in files["results/items.csv"].decode().split("\n") if line.startswith("song-may,share:q00")
    ]
    assert ",18,,24,35,23," in csv_row
    (table,) = [t for t in page(files).iter(f"{HTML}table") if t[0].text == words_of("vi")("items_table")]
    cells = [(cell.get("colspan"), cell.text) for cell in table.find(f"{HTML}tbody")[0].findall(f"{HTML}td")]
    assert cells[:4] == [("2", "18"), ("1", "24"), ("1", "35"), ("1", "23")]


def test_a_share_that_reaches_over_to_satisfied_has_the_colour_of_no_level():
    words = ChartWords("t", "m", "n", tuple("abcdefgh"), "e", levels=tuple("abcde"), joined="several")
    row = LevelRow("x", (5.0, 95.0, 0.0, 0.0, 0.0), 71.1, "218", spans=(1, 4, 0, 0, 0))
    svg = stacked_levels([row], words, prefix="a").svg
    bar = svg.split(">x<")[1]
    assert [fill for fill in (BAD, BAD_SOFT, NEUTRAL, GOOD_SOFT, GOOD) if f'"{fill.lower()}"' in bar.lower()] == [BAD]
    assert ">95<" in bar
    assert ">several<" in svg


def test_a_figure_changed_in_the_report_is_found_and_its_place_told(files):
    """Even by somebody who has the key: the page is made again from the cells."""
    path = "report/vi.html"
    text = files[path].decode()
    figure = re.search(r"<td>(\d\d,\d)\u00a0%</td>", text)
    forged = {p: c for p, c in files.items() if p not in OUTSIDE}
    forged[path] = (text[: figure.start(1)] + "99,9" + text[figure.end(1) :]).encode()
    forged = signed(forged | {"SHA256SUMS": sums(forged)}, KEY)
    (finding,) = [f for f in verify_files(forged, KEY.public_key()).findings if f.file == path]
    assert finding.row == str(text[: figure.start()].count("\n") + 1)
    assert (finding.expected, finding.found) == (f"{figure[1]}\u00a0%", "99,9\u00a0%")


def test_a_script_put_into_the_report_is_found(files):
    path = "report/en.html"
    forged = {p: c for p, c in files.items() if p not in OUTSIDE}
    forged[path] = forged[path].replace(b"<main>", b"<main><script></script>", 1)
    forged = signed(forged | {"SHA256SUMS": sums(forged)}, KEY)
    assert [f.file for f in verify_files(forged, KEY.public_key()).findings if f.file == path] == [path]


def test_both_languages_have_every_text_with_the_same_values_in_it():
    vi, en = (yaml.safe_load((WORDS / f"{code}.yaml").read_text(encoding="utf-8")) for code in report.LANGUAGES)
    assert vi.keys() == en.keys()
    for key, text in vi.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", en[key])), key
        assert bool(text) == bool(en[key]) or key == "translation"
        assert text.count("|") == en[key].count("|"), key


def test_the_english_report_has_no_vietnamese_but_names(files):
    text = "".join(page(files, "en").itertext())
    for name in ("Tỉnh Sông Mây", "=Phường An Khánh", "UBND tỉnh Sông Mây", "Sông Mây"):
        text = text.replace(name, "")
    assert VIETNAMESE.findall(text) == []
    assert VIETNAMESE.findall("".join(page(files, "vi").itertext()))


@lru_cache(maxsize=1)
def one_small_unit():
    """Ea Nam answered 20 times only; names are attacks."""
    answers = responses(1)
    rows = answers.unit != "ea-nam"
    rows[answers.unit == "ea-nam"] = [place < 20 for place in range(60)]
    names = PROTOCOL["names"] | {"hoa-binh": "<script>alert(1)</script>{{ 7*7 }}", "an-khanh": '=cmd|"/c calc"!A1'}
    protocol = PROTOCOL | {"names": names}
    made = annual.estimate(answers.taken(rows), frame(), INSTRUMENT, protocol)
    from analysis.release.cell_table import cell_table

    before = contents(1)
    return build(replace(before, protocol=annual.complete(protocol, INSTRUMENT), cells=cell_table(made.cells)))


def test_a_unit_with_too_few_answers_stands_there_with_the_reason_and_without_figures():
    found = tables(one_small_unit())
    words = words_of("vi")
    (row,) = [row for row in found[words("units_table")] if row[0] == "Xã Ea Nam 2"]
    assert row[1:3] == ["–", "–"]
    assert row[-1] == "dưới 30 câu trả lời"
    assert ["Xã Ea Nam 2", "dưới 30 câu trả lời"] in found[words("hidden_units")]


def test_names_are_text_and_nothing_else():
    files = one_small_unit()
    for language in report.LANGUAGES:
        made = page(files, language)
        assert list(made.iter(f"{HTML}script")) == []
        text = "".join(made.itertext())
        assert "<script>alert(1)</script>{{ 7*7 }}" in text
        assert '=cmd|"/c calc"!A1' in text


def source(units, factors=((70, 1), (70, 1)), change=None):
    """Figures as a bundle prints them: (estimate, se) of the whole, then of each unit; and of the factors."""
    names = [f"u{k}" for k in range(len(units))]
    row = {"n": "400", "df": "50", "low": "60.00", "high": "80.00", "bound": "", "label": ""}
    rows = [
        {"unit": u, "statistic": "overall", "estimate": f"{e:.2f}", "se": f"{se:.2f}", **row}
        for u, (e, se) in zip(names, units, strict=True)
    ]
    factor = [
        {"unit": "u0", "statistic": f"factor:f{k}", "estimate": f"{e:.2f}", "se": f"{se:.2f}", **row}
        for k, (e, se) in enumerate(factors)
    ]
    book = [{"factor": f"f{k}", "factor_vi": f"Yếu tố {k}", "factor_en": f"Factor {k}"} for k in range(len(factors))]
    listed = [{"unit": u, "parent": "u0" if k else "", "name": f"Đơn vị {k}"} for k, u in enumerate(names)]
    changed = [{"unit": "u0", "statistic": "overall", **change}] if change else []
    tabled = {"units": listed, "overall": rows, "factors": factor, "codebook": book, "comparison": changed}
    return Source({}, {}, {}, tabled)


def test_a_unit_differs_clearly_only_beyond_the_chance_of_all_comparisons():
    """4 points at se 1 and 1: t = 2.83, df 50, p = 0.0067 (R: 2 * pt(-2.8284, 50)); of ten comparisons 0.067."""
    one = three(source([(70, 1), (74, 1), (70, 1)]), words_of("vi"))[2]
    assert one.head == "1 đơn vị cao hơn rõ so với toàn địa bàn."
    ten = three(source([(70, 1), (74, 1), *[(70, 1)] * 9]), words_of("vi"))[2]
    assert ten.head == "Chưa thấy đơn vị nào khác rõ so với toàn địa bàn."


def test_a_factor_is_the_lowest_only_if_it_differs_from_every_other():
    sure = three(source([(70, 1)], [(60, 1), (70, 1), (75, 1)]), words_of("vi"))[1]
    assert sure.head == "Yếu tố thấp nhất là “Yếu tố 0”: 60,0\u00a0%."
    unsure = three(source([(70, 1)], [(60, 1), (61, 1), (75, 1)]), words_of("vi"))[1]
    assert unsure.head == "Chưa đủ căn cứ để nói yếu tố nào thấp nhất."
    assert unsure.sentences[0].endswith("nhưng chưa khác rõ với: “Yếu tố 1”.")


def test_a_change_is_a_rise_only_if_the_bundle_reads_it_so():
    up = {"earlier": "60.00", "change": "10.00", "low": "6.00", "high": "14.00", "reading": "up"}
    said = three(source([(70, 1)], change=up), words_of("vi"))[0].sentences[-1]
    assert said == "So với kỳ trước (60,0\u00a0%), chỉ số tăng 10,0 điểm; mức tăng nằm trong khoảng 6,0 đến 14,0 điểm."
    down = {"earlier": "80.00", "change": "-10.00", "low": "-14.00", "high": "-6.00", "reading": "down"}
    said = three(source([(70, 1)], change=down), words_of("en"))[0].sentences[-1]
    assert "down by 10.0 points" in said
    assert "between 6.0 and 14.0" in said
    unclear = {"earlier": "69.00", "change": "1.00", "low": "-3.00", "high": "5.00", "reading": "not distinguishable"}
    said = three(source([(70, 1)], change=unclear), words_of("vi"))[0].sentences[-1]
    assert "Chưa đủ căn cứ" in said
    assert "tăng 1" not in said


def test_figures_without_a_standard_error_are_compared_with_nothing():
    (row, *_rest) = source([(70, 1), (90, 1)]).tables["overall"]
    assert comparable(row)
    assert not comparable(row | {"se": ""})
    assert not comparable(row | {"bound": "at_least"})
    assert not comparable(row | {"label": "reweighted"})
    assert not comparable(None)


def test_pictures_write_indices_with_the_decimal_that_the_tables_write():
    """62,0 % in a table and 62 % in the picture above it looks like two figures; a bound has no decimal in either."""
    number = words_of("vi").number
    assert number.bounded(62.0, "exact") == f"{words_of('vi').figure('62.00')} %"
    assert number.interval(70.2, 72.0) == "70,2–72,0 %"
    assert number.bounded(95.0, "at_least") == "≥ 95 %"


def test_what_was_not_weighted_is_not_said_to_be(files):
    """The sample is calibrated to on-time classes, and silence is not adjusted for."""
    text = files["report/vi.html"].decode()
    assert "nghịch đảo xác suất được chọn; hiệu chỉnh về tổng số hồ sơ theo" in text
    assert "điều chỉnh người không trả lời" not in text
    assert "wording_status" not in text
