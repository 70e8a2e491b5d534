"""Indices over the years in a bundle: both views, from what was published alone, nothing compared that must not be."""

import csv
from dataclasses import replace
from datetime import date

import pytest

from analysis.annual.model import Result
from analysis.release.bundle import build, contents_of, signed
from analysis.release.checking import verify_files
from analysis.release.container import packed
from analysis.release.figures import UNITS, result_tables, units_of
from analysis.release.following import Previous
from analysis.release.history import BRIDGES, HISTORY, past_with
from analysis.release.rates import COLUMNS, COUNTS, TITLES
from analysis.release.series import (
    HIDDEN,
    INEXACT,
    NOT_MEASURED,
    OTHER_INSTRUMENT,
    OVERLAP,
    PART_HIDDEN,
    SHARE_UNKNOWN,
    series,
)
from analysis.release.sheets import records_of, sheet_of
from analysis.report.source import Source
from analysis.report.wording import LANGUAGES, words_of
from analysis.report.years import years as report_years
from survey_app.domain import unit_events
from survey_app.services import unit_conversion
from tests.analysis.release.sample import FACTS, KEY, two_years
from tests.domain.test_unit_succession import SAMPLE, passages

FACTS_2026 = replace(FACTS, id="song-may-2026", period=("2026-01-01", "2026-12-31"))
A = ("80.00", "1.00", "100", "78.00", "82.00")
B = ("90.00", "1.60", "50", "86.00", "93.00")
MERGE = [["2026-01-01", "merge", old, "2020-01-01", "m", "1", "NQ 1"] for old in ("a", "b")]


def year(unit, figures, returned="300", number=2025, instrument=FACTS.instrument, bound="", label=""):
    """One row of the table of earlier indices."""
    own = [f"sm-{number}/1", f"{number:064}", instrument, f"{number}-01-01", f"{number}-12-31", unit, f"Xã {unit}"]
    return [*own, returned, *figures, bound, label]


def years(rows, succession=(), bridges=(), now=("84.00", "1.20", "120", "81.60", "86.40"), unit="m"):
    """The table of a release that measured one unit in 2026, by view and unit."""
    history = sheet_of(HISTORY.path, (HISTORY.title, HISTORY.title_vi), HISTORY.columns, rows, HISTORY.key)
    figures = dict(zip(("estimate", "se", "df", "low", "high"), now, strict=True))
    overall = result_tables([Result(unit, "overall", "300", **figures)])[0]
    counts = sheet_of(COUNTS, TITLES, COLUMNS, [(unit, 400, *[0] * (len(COLUMNS) - 2))], ["unit"])
    past = past_with(history, succession, bridges)
    made = series(past, FACTS_2026, units_of({"tree": {unit: None}}), overall, counts)
    found = {}
    for row in made.records():
        found.setdefault((row["view"], row["of_unit"]), []).append(row)
    return found


def test_a_merged_unit_is_shown_as_published_and_rebuilt_with_its_sources_and_its_change():
    found = years([year("a", A, "300"), year("b", B, "100")], MERGE)
    assert {key: [row["estimate"] for row in rows] for key, rows in found.items()} == {
        ("published", "m"): ["84.00"],
        ("published", "a"): ["80.00"],
        ("published", "b"): ["90.00"],
        ("rebuilt", "m"): ["82.50", "84.00"],
    }
    past, now = found["rebuilt", "m"]
    # by hand: (300 x 80 + 100 x 90) / 400; -sqrt(1.5^2 + 1^2) = -1.803, +sqrt(1.5^2 + 0.75^2) = 1.677
    assert (past["low"], past["high"], past["origin"]) == ("80.69", "84.18", "rebuilt from scores")
    assert (past["sources"], past["releases"]) == ("a 75; b 25", "sm-2025/1")
    # by hand: se^2 = 0.75^2 + 0.4^2 + 1.2^2 = 2.1625; df = 2.1625^2 / (0.75^4/100 + 0.4^4/50 + 1.2^4/120) = 223.2
    # and t(0.975; 223.2) = 1.9706 (tables: 1.9719 for 200, 1.9695 for 250): 1.50 -+ 2.898
    assert [now[name] for name in ("change", "change_low", "change_high")] == ["1.50", "-1.40", "4.40"]
    assert now["reading"] == "not distinguishable"
    assert now["origin"] == "as published"


@pytest.mark.parametrize(
    ("rows", "succession", "why"),
    [
        ([year("a", A)], MERGE, "an old unit was not measured"),
        ([year("a", A), year("b", B, bound="at_least")], MERGE, "an old unit has no exact index"),
        ([year("a", A), year("b", ("", "", "", "", ""), label="hidden")], MERGE, "an old unit has no exact index"),
        ([year("a", A), year("b", B, label="reweighted")], MERGE, "an old unit has no exact index"),
        (
            [year("a", A)],
            [["2026-01-01", "split", "a", "2020-01-01", new, "", "NQ"] for new in ("m", "n")],
            "no source says how much of an old unit it got",
        ),
    ],
)
def test_nothing_is_rebuilt_from_what_was_hidden_unmeasured_or_unknown(rows, succession, why):
    (past, _now) = years(rows, succession)["rebuilt", "m"]
    assert (past["estimate"], past["low"], past["no_figure"]) == ("", "", why)


def test_a_share_of_a_split_unit_keeps_the_figure_that_was_published():
    split = [
        ["2026-01-01", "split", "a", "2020-01-01", new, share, "NQ"] for new, share in (("m", "0.6"), ("n", "0.4"))
    ]
    (past, _now) = years([year("a", A)], split)["rebuilt", "m"]
    assert [past[name] for name in ("estimate", "low", "high", "sources")] == ["80.00", "78.00", "82.00", "a 100"]


def test_a_unit_that_did_not_exist_yet_is_no_source_of_a_year_before_it():
    chain = [
        ["2025-06-01", "merge", "a", "2020-01-01", "ab", "1", "NQ"],
        ["2025-06-01", "merge", "b", "2020-01-01", "ab", "1", "NQ"],
        ["2026-01-01", "merge", "ab", "2025-06-01", "m", "1", "NQ"],
    ]
    rows = [year("a", A, "300", 2024), year("b", B, "100", 2024)]
    assert years(rows, chain)["rebuilt", "m"][0]["sources"] == "a 75; b 25"


@pytest.fixture(scope="module")
def reform(tmp_path_factory):
    """Rows of succession by the official tables of 1 July 2025, and the units that there were the day before."""
    folder = tmp_path_factory.mktemp("reform")
    unit_conversion.convert(SAMPLE, folder, date(2021, 1, 1), "Luật 72/2025/QH15")
    with (folder / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        events, _problems = unit_events.parse(enumerate(csv.DictReader(file), start=2))
    with (folder / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        since = {row["slug"]: row["valid_from"] for row in csv.DictReader(file)}
    rows = [
        [f"{p.effective}", "merge", p.source, since[p.source], p.target or "", f"{p.share or ''}", "Luật 72/2025/QH15"]
        for p in passages(events)
    ]
    return rows, [slug for slug, day in since.items() if day < "2025-07-01"]


def test_the_provinces_and_communes_of_1_july_2025_get_the_past_of_all_that_went_into_them(reform):
    """Code 15 was Yên Bái's and is Lào Cai's: the new province's past is both provinces', by dossiers."""
    rows, old = reform
    past = [year("yen-bai", A, "300"), year("lao-cai", B, "100")]
    (one, _now) = years(past, rows, unit="lao-cai-2025")["rebuilt", "lao-cai-2025"]
    assert (one["estimate"], one["sources"]) == ("82.50", "lao-cai 25; yen-bai 75")
    assert years([year("lao-cai", B)], rows, unit="lao-cai-2025")["rebuilt", "lao-cai-2025"][0]["estimate"] == ""
    measured = [year(slug, A) for slug in old]
    new = sorted({row[4] for row in rows if row[4]})
    told = {unit: years(measured, rows, unit=unit)["rebuilt", unit][0] for unit in new}
    split = {row[4] for row in rows if row[4] and not row[5]}
    assert split, "the tables have communes that were split without a share"
    assert {unit for unit, row in told.items() if row["no_figure"]} == split
    assert {row["estimate"] for unit, row in told.items() if unit not in split} == {"80.00"}


def test_questionnaires_are_compared_over_a_declared_bridge_only_and_it_widens_the_interval():
    rows = [year("m", A, instrument="sipas-2012/1")]
    now = years(rows)["rebuilt", "m"][1]
    assert (now["change"], now["not_compared"]) == ("", "another questionnaire, and no bridge is declared")
    bridge = ["sipas-2012/1", FACTS.instrument, "1.5", "2", "Trần Văn B", "2025-12-01", "Đo song song"]
    over = years(rows, bridges=[bridge])["rebuilt", "m"][1]
    # by hand: 84 - 80 - 1.5 = 2.5; se^2 = 1 + 1.44, df = 2.44^2 / (1/100 + 1.2^4/120) = 218.2, t = 1.9709:
    # half = sqrt((1.9709 x 1.5620)^2 + 2^2) = 3.671
    assert [over[name] for name in ("change", "change_low", "change_high")] == ["2.50", "-1.17", "6.17"]
    assert over["bridge"] == "Trần Văn B, 2025-12-01: Đo song song"


def test_a_bound_and_periods_that_share_days_are_not_compared():
    assert "no exact index" in years([year("m", A, bound="at_least")])["rebuilt", "m"][1]["not_compared"]
    late = year("m", A)
    late[4] = "2026-01-31"
    assert years([late])["rebuilt", "m"][1]["not_compared"] == "both periods share days"


def test_a_unit_without_a_past_has_no_series():
    assert years([year("elsewhere", A)]) == {}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    place = tmp_path_factory.mktemp("years")
    before, now = two_years()
    (place / "2025.zip").write_bytes(packed(before))
    return Previous(place / "2025.zip", KEY.public_key()), now


def told(files, previous=None):
    return verify_files(files, KEY.public_key(), previous)


def again(now, **changes):
    """The bundle made and signed again by somebody with the key, its past changed."""
    made = contents_of(now)
    return signed(build(replace(made, past=replace(made.past, **changes))), KEY)


def test_the_series_of_a_bundle_is_made_again_and_held_against_the_bundle_before(bundles):
    previous, now = bundles
    assert "results/series.csv" in now
    verdict = told(now, previous)
    assert (verdict.ok, [note for note in verdict.notes if "history" in note]) == (True, [])
    alone = told(now)
    assert alone.ok
    assert any("data/history.csv repeats of song-may-2025/1" in note for note in alone.notes)


def test_an_earlier_index_that_was_changed_or_left_out_is_found_by_row_and_column(bundles):
    previous, now = bundles
    history = contents_of(now).past.history
    place = [column.name for column in history.columns].index("estimate")
    (was, *rest) = history.rows
    better = replace(history, rows=((*was[:place], "99.00", *was[place + 1 :]), *rest))
    forged = again(now, history=better)
    (alone,) = told(forged).findings
    assert alone.problem == "says otherwise of song-may in song-may-2025/1 than data/earlier.csv"
    (finding,) = [f for f in told(forged, previous).findings if f.row]
    assert (finding.file, finding.row, finding.column) == ("data/history.csv", "2", "estimate")
    assert (finding.expected, finding.found) == (was[place], "99.00")
    lacking = told(again(now, history=replace(history, rows=history.rows[:-1])), previous)
    assert [f.problem for f in lacking.findings] == ["lacks a row"]


def test_a_unit_that_gave_or_got_a_part_since_is_not_compared_with_what_it_was(bundles):
    """Of an-khanh 0.3 went to ea-nam on 1 January 2026: both go on under their names, and are others."""
    _previous, now = bundles
    compared = {row["unit"] for row in records_of(now["results/comparison.csv"])}
    assert compared == {"song-may", "hoa-binh"}
    series = [row for row in records_of(now["results/series.csv"]) if row["view"] == "rebuilt" and row["change"]]
    assert {row["unit"] for row in series} == {"song-may", "hoa-binh", "an-khanh", "ea-nam"}


def test_a_bundle_that_lacks_a_part_of_its_past_is_none(bundles):
    _previous, now = bundles
    lacking = {path: content for path, content in now.items() if path != BRIDGES.path}
    assert any(f.file == BRIDGES.path and "missing" in f.problem for f in told(lacking).findings)


def test_a_first_release_carries_no_past():
    before, _now = two_years()
    assert not {"results/series.csv", "data/history.csv", BRIDGES.path} & before.keys()
    assert UNITS in before


def test_the_report_of_a_merged_province_shows_the_years_with_their_sources():
    """By hand in the test of the merged unit: 82.5, then 84.0, a change of 1.5 that may be chance."""
    told = years([year("a", A, "300"), year("b", B, "100")], MERGE)["rebuilt", "m"]
    names = [{"unit": "a", "name": "Tỉnh A"}, {"unit": "b", "name": "Tỉnh B"}]
    tabled = {"units": [{"unit": "m", "parent": "", "name": "Tỉnh M"}], "series": told, "history": names}
    table = report_years(Source({}, {}, {}, tabled), words_of("vi"))
    assert table.rows[0][:3] == ("01/01/2025–31/12/2025", "82,5\u00a0%", "80,7–84,2")
    assert table.rows[0][5] == "tính lại từ: Tỉnh A 75 %, Tỉnh B 25 %"
    assert table.rows[1][3:] == ("+1,5", "\u22121,4 … +4,4", "như đã công bố")
    plain = years([year("m", A)])["rebuilt", "m"]
    assert report_years(Source({}, {}, {}, tabled | {"series": plain}), words_of("vi")) is None
    missing = years([year("a", A)], MERGE)["rebuilt", "m"]
    row = report_years(Source({}, {}, {}, tabled | {"series": missing}), words_of("vi")).rows[0]
    assert (row[1], row[5]) == ("–", "tính lại từ các đơn vị cũ; có đơn vị cũ chưa được đo lường")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reports_have_words_for_every_reason_of_a_series(language):
    reasons = (HIDDEN, PART_HIDDEN, NOT_MEASURED, SHARE_UNKNOWN, OTHER_INSTRUMENT, OVERLAP, INEXACT)
    assert all(words_of(language).label(reason) for reason in reasons)
