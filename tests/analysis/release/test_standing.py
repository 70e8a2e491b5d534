"""Where units stand in a release: rank sets and expected ranges that follow from the printed indices alone."""

import math

import numpy as np
import pytest

from analysis.annual.model import Result
from analysis.funnel import expected_range
from analysis.release.bundle import contents_of, fieldwork_table, results_of
from analysis.release.figures import result_tables
from analysis.release.rates import COLUMNS
from analysis.release.standing import standing
from bench.expected_range import alike
from tests.analysis.published import published
from tests.analysis.release.sample import two_years

TOP = "province"
STATISTICS = [
    {
        "name": "overall",
        "parts": [{"weight": 1, "terms": [{"weight": 1, "columns": ["a"]}]}],
        "reweight": False,
        "ends": [0, 100],
        "plain_share": False,
    }
]


def protocol(units, **more):
    tree = {TOP: None, **dict.fromkeys(units, TOP)}
    return {"tree": tree, "statistics": STATISTICS, **more}


def printed(unit, estimate, se, n=300, **more):
    """The overall index of a unit as a release prints it."""
    values = {"df": "1000000000", "rankable": "yes", **more}
    return Result(unit, "overall", str(n), estimate=f"{estimate:.2f}", se=f"{se:.2f}", **values)


def table(results, returned=0, **more):
    """Rows by unit; every unit returned as many dossiers, or it is not told how many."""
    overall, _factors, _items = result_tables(results)
    counts = [(r.domain, returned, *[0] * (len(COLUMNS) - 2)) for r in results]
    given = protocol([r.domain for r in results], **more)
    return {r["unit"]: r for r in standing(overall, fieldwork_table(counts), given).records()}


def places(rows):
    return {unit: (int(row["first"]), int(row["last"])) for unit, row in rows.items()}


def test_the_published_ranks_of_klein_wright_and_wieczorek_come_from_printed_figures():
    """Their table ranks the shortest time first: hundred less the minutes does the same with the largest first."""
    example = published("rank_kww_travel_time_2011")
    rows = example["two_decimal_variant_computed"]
    found = table(
        [printed(row["abbr"].lower(), 100 - row["estimate"], row["se"]) for row in rows],
        confidence=1 - example["alpha"],
    )
    assert places(found) == {row["abbr"].lower(): (row["rank_lo"], row["rank_hi"]) for row in rows}
    assert {row["of"] for row in found.values()} == {str(len(rows))}


def test_the_word_is_that_of_the_funnel_with_over_dispersion():
    """Published counts of hospitals, printed as a release prints indices: the range is that of the counts.

    `expected_range` is held to R with these counts (test_funnel); a printed standard error has two decimals, so limits
    agree to 0.3 points.
    """
    example = published("funnel_surgical12")
    cases = [(r / n, n) for r, n in zip(example["r"], example["n"], strict=True) if r]
    results = [printed(f"u{k:02}", 100 * p, 100 * math.sqrt(p * (1 - p) / n), n) for k, (p, n) in enumerate(cases * 3)]
    rows = list(table(results).values())
    shares, sizes = (np.array(column * 3) for column in zip(*cases, strict=True))
    expected = expected_range(shares, sizes)
    for row, low, high, word in zip(rows, expected.lower, expected.upper, expected.word, strict=True):
        assert float(row["expected_low"]) == pytest.approx(100 * low, abs=0.3)
        assert float(row["expected_high"]) == pytest.approx(100 * high, abs=0.3)
        assert row["expected"] == word


def test_a_unit_far_from_the_others_is_called_so():
    rows = table([*(printed(f"u{k}", 85, 1.8, 400) for k in range(9)), printed("low", 20, 2.0, 400)])
    assert {row["unit"] for row in rows.values() if row["expected"] == "below"} == {"low"}
    assert {row["expected"] for unit, row in rows.items() if unit != "low"} == {"within"}


def test_a_unit_with_few_answers_has_no_place_but_its_interval_counts_for_others():
    rows = table([printed("a", 90, 1), printed("b", 60, 1), printed("c", 30, 1, 40, rankable="no")])
    assert (rows["c"]["first"], rows["c"]["last"]) == ("", "")
    assert rows["c"]["no_rank"].startswith("fewer than 100 answers")
    assert (rows["b"]["first"], rows["b"]["last"]) == ("2", "2")


def test_a_unit_without_an_exact_figure_may_hold_any_place_and_counts():
    bound = Result("c", "overall", "200", estimate="95.00", bound="at_least", rankable="no")
    rows = table([printed("a", 90, 1), printed("b", 60, 1), bound])
    assert places({unit: rows[unit] for unit in ("a", "b")}) == {"a": (1, 2), "b": (2, 3)}
    assert rows["c"]["no_rank"] == "no exact index with a standard error"
    assert rows["c"]["low"] == ""


def test_where_differences_are_mostly_chance_only_quarters_are_told():
    """Eight alike units: their spread is what sampling alone gives."""
    rows = table([printed(f"u{k}", 80 + k / 4, 2) for k in range(8)])
    assert {row["first"] for row in rows.values()} == {""}
    assert {(row["first_quarter"], row["last_quarter"]) for row in rows.values()} == {("1", "4")}
    assert {row["no_rank"] for row in rows.values()} == {"the table does not tell places apart"}
    assert float(rows["u0"]["reliability"]) < 0.7


def test_units_of_another_kind_and_pools_of_small_ones_are_not_compared():
    results = [printed("a", 90, 1), printed("b", 60, 1), printed("s", 75, 1), printed("p.pooled", 70, 1)]
    rows = table(results, kinds={TOP: "province", "a": "commune", "b": "commune", "s": "department"})
    assert {unit: row["of"] for unit, row in rows.items()} == {"a": "2", "b": "2", "s": "1"}
    assert rows["s"]["no_rank"] == "nobody to compare with"


def test_with_few_units_nobody_is_called_above_or_below():
    rows = table([printed("a", 99, 0.1), printed("b", 40, 0.1), printed("c", 60, 0.1), printed("d", 61, 0.1)])
    assert {row["expected"] for row in rows.values()} == {""}
    assert {row["no_range"] for row in rows.values()} == {"fewer than 5 units with an index of enough answers"}


def test_a_standard_error_of_nothing_makes_no_certain_place():
    """All answers alike in a small sample: the sample could not tell."""
    rows = table([printed("a", 100, 0), printed("b", 60, 1), printed("c", 30, 1)])
    assert rows["a"]["no_rank"] == "no exact index with a standard error"
    assert places({"b": rows["b"]})["b"] == (1, 2)


def test_an_index_that_lacks_a_part_decides_the_place_of_nobody():
    """The index of c leaves a factor out: it may stand anywhere among the others, and they around it."""
    lacking = printed("c", 75, 1, label="reweighted", rankable="no")
    rows = table([printed("a", 90, 1), printed("b", 60, 1), lacking])
    assert places({unit: rows[unit] for unit in ("a", "b")}) == {"a": (1, 2), "b": (2, 3)}
    assert (rows["c"]["no_rank"], rows["c"]["low"]) == ("a part of the index is missing", "")


def test_units_with_few_answers_are_called_neither_above_nor_below():
    """Their standard errors rest on two or three differences: identical units were called different too often."""
    few = [printed(f"f{k}", 80, 1, 40, rankable="no") for k in range(6)]
    rows = table([*few, *(printed(f"u{k}", 80 + k, 2) for k in range(4))])
    assert {row["expected"] for row in rows.values()} == {""}
    rows = table([*few, *(printed(f"u{k}", 80 + k, 2) for k in range(5))])
    assert {unit: (row["expected"], row["no_range"]) for unit, row in rows.items() if unit[0] == "f"} == {
        f"f{k}": ("", "fewer than 100 answers") for k in range(6)
    }
    assert {row["expected"] for unit, row in rows.items() if unit[0] == "u"} == {"within"}


@pytest.mark.parametrize("fraction", [0, 0.6])
def test_of_a_thousand_units_that_do_not_differ_about_two_are_marked(fraction):
    """As the level of 99.8 % says, whatever share of the dossiers answered (bench/expected_range.py in full)."""
    marked = 0
    for estimate, se in alike(np.random.default_rng(20_261_122), 60, 34, fraction):
        units = [
            printed(f"u{k:02}", 100 * p, 100 * e, 150, df="14")
            for k, (p, e) in enumerate(zip(estimate, se, strict=True))
        ]
        rows = table(units, returned=round(150 / fraction) if fraction else 0)
        marked += sum(row["expected"] != "within" for row in rows.values())
    assert marked / (60 * 34) < 0.004


def test_sets_can_be_read_again_from_the_printed_limits():
    """Whoever has the table alone counts who lies wholly above and wholly below."""
    chance = np.random.Generator(np.random.PCG64(4))
    rows = table([printed(f"u{k:02}", float(m), 1.1) for k, m in enumerate(chance.uniform(60, 95, 21))])
    for row in rows.values():
        better = sum(float(other["low"]) >= float(row["high"]) for other in rows.values())
        worse = sum(float(other["high"]) <= float(row["low"]) for other in rows.values())
        assert (int(row["first"]), int(row["last"])) == (1 + better, 21 - worse)


def test_a_bundle_holds_the_table_and_the_picture_names_the_intervals():
    files = two_years()[1]
    overall = results_of(contents_of(files))[0]
    made = standing(overall, contents_of(files).fieldwork, contents_of(files).protocol)
    assert files["results/ranks.csv"] == made.content()
    assert {row["evidence"] for row in made.records()} == {"G1"}
    assert {row["unit"] for row in made.records()} == {"an-khanh", "ea-nam", "hoa-binh"}
