"""What annual cells hold of small units and rare answers: nothing that could be told from them by subtraction."""

from dataclasses import replace

import pytest

from analysis import AnalysisError, annual
from analysis.figures import round_half_up
from tests.analysis.annual_sample import INSTRUMENT, estimated, rows_of
from tests.analysis.test_annual import PROTOCOL as WEIGHTED
from tests.analysis.test_annual import sample as weighted

THREE_LEVELS = {"t": None, "D1": "t", "D2": "t", "a": "D1", "b": "D1", "c": "D1", "x": "D2"}


@pytest.fixture(scope="module")
def districts():
    """A province with a district of three communes and one of a single commune, almost all satisfied in three."""
    levels = {"a": (0, 2, 0, 0, 32), "b": (0, 2, 0, 0, 32), "c": (0, 14, 0, 0, 22), "x": (0, 1, 0, 0, 33)}
    return estimated(levels, THREE_LEVELS)


def test_a_shared_cell_names_its_units_where_districts_share_too(districts):
    """The commune of the single district takes one from a district that already has a shared cell of its own."""
    made, protocol = districts
    shared = {row.domain: row.note for row in rows_of(made, "sum") if row.cell != row.domain}
    assert shared == {"D1": "a b", "t": "c x"}
    assert annual.audit(made.cells, protocol) == ()
    whole = next(r for r in made.results if (r.domain, r.statistic) == ("t", "share:a1"))
    assert (whole.n, whole.estimate) == ("138", "86.23")  # 119 of 138


def test_sums_that_contradict_each_other_are_told_at_once(districts, monkeypatch):
    made, protocol = districts
    wrong = [replace(row, y=row.x - 3 * 10**6) if row.cell == "t/rest" else row for row in made.cells]
    wrong = [replace(row, n=row.n + 60) if row.cell == "D1/rest" else row for row in wrong]
    told = annual.audit(wrong, protocol)
    assert "published sums contradict each other" in {leak.told for leak in told}
    monkeypatch.setattr("analysis.annual.build.audit", lambda _cells, _protocol: told)
    with pytest.raises(AnalysisError, match="contradict each other; this is a defect of the program"):
        estimated({"a": (0, 12, 0, 0, 22), "b": (0, 14, 0, 0, 20)}, {"t": None, "a": "t", "b": "t"})


def test_levels_of_an_item_add_up_to_its_share_and_give_no_count_below_three():
    """Of 50 answers 2 chose the middle level: with the share of 30 satisfied, levels 3 to 5 may not stand together."""
    levels = {"a": (9, 9, 9, 18, 15), "b": (10, 8, 2, 20, 10)}
    made, _ = estimated(levels, {"t": None, "a": "t", "b": "t"})
    printed = {r.domain: (r.estimate, r.levels) for r in made.results if r.statistic == "share:a1"}
    assert printed["b"] == ("60.00", "20|20||40|20")
    assert printed["a"] == ("55.00", "15|15|15|30|25")


def test_the_top_shows_no_level_that_would_be_the_rest_of_a_district_with_one_silent_commune():
    """Commune a has one answer of level 1; its district hides that boundary for it, so the province must, too."""
    levels = {"a": (1, 10, 10, 10, 10), "b": (9, 9, 9, 9, 9), "c": (9, 9, 9, 9, 9)}
    tree = {"t": None, "D": "t", "a": "D", "b": "D", "c": "t"}
    made, _ = estimated(levels, tree)
    first = {row.domain: row.cell for row in rows_of(made, "level") if row.cell == "2"}
    assert first == {"b": "2", "c": "2"}


def test_the_satisfied_share_of_a_level_table_is_the_printed_one_where_weights_differ():
    made = annual.estimate(*weighted(), INSTRUMENT, WEIGHTED)
    shown = [r for r in made.results if r.levels and r.statistic.startswith("share:")]
    assert len(shown) > 10
    for one in shown:
        lower, upper = one.levels.split("|")[:3], one.levels.split("|")[3:]
        assert sum(int(x) for x in upper if x) == round_half_up(float(one.estimate), 0)
        assert sum(int(x) for x in lower if x) == 100 - round_half_up(float(one.estimate), 0)


@pytest.fixture(scope="module")
def small_unit():
    """A commune of 7 answers beside one of 60 and one of 50, which stands between the two in the file."""
    levels = {"a": (9, 9, 9, 18, 15), "b": (10, 8, 5, 17, 10), "c": (1, 1, 1, 2, 2)}
    return estimated(levels, {"t": None, "a": "t", "b": "t", "c": "t"})


def test_a_count_below_ten_does_not_follow_by_subtraction(small_unit):
    made, protocol = small_unit
    counts = {row.domain: (row.n, row.w, row.fraction) for row in made.cells if row.kind == "domain"}
    assert counts["b"] == counts["c"] == (None, None, None)
    assert (counts["t"][0], counts["a"][0]) == (117, 60)
    assert {row.domain for row in made.cells if row.kind in ("sum", "pool")} == {"a", "t"}
    assert annual.audit(made.cells, protocol) == ()
    shares = {row.fraction for row in made.cells if row.kind == "square" and row.stage == "units"}
    assert all(round(100 * share, 6) == round(100 * share) for share in shares)


def test_a_unit_whose_count_is_hidden_for_its_neighbour_says_so(small_unit):
    made, _ = small_unit
    printed = {r.domain: (r.n, r.estimate, r.label) for r in made.results if r.statistic == "overall"}
    assert printed["b"] == ("", "", "hidden to protect another figure")
    assert printed["c"] == ("", "", "fewer than 30 answers")
    assert printed["t"][0] == "117"


def test_a_count_that_follows_by_subtraction_is_a_leak(small_unit):
    made, protocol = small_unit
    told = [
        replace(row, n=50, w=250 * 10**6, fraction=0.5, note="") if (row.kind, row.domain) == ("domain", "b") else row
        for row in made.cells
    ]
    assert ("t", "its count of answers tells that of a unit that hides it") in {
        (leak.unit, leak.told) for leak in annual.audit(told, protocol)
    }


def test_the_minimum_of_a_cell_is_that_of_the_protocol():
    levels = {"a": (9, 9, 9, 18, 15), "b": (10, 8, 5, 17, 10), "c": (9, 9, 9, 9, 9), "d": (9, 9, 9, 9, 8)}
    made, protocol = estimated(levels, {"t": None, **dict.fromkeys("abcd", "t")}, cell_minimum=50, minimum=50)
    assert {row.n >= 50 for row in made.cells if row.kind == "sum"} == {True}
    assert {row.note for row in rows_of(made, "sum") if row.note} == {"c d"}
    leaks = annual.audit(made.cells, {**protocol, "cell_minimum": 55, "minimum": 55})
    assert {leak.unit for leak in leaks if "fewer than 55 answers" in leak.told} == {"b"}
    with pytest.raises(AnalysisError, match="cell_minimum is 50, above minimum 30"):
        annual.read_protocol({**protocol, "minimum": 30})
