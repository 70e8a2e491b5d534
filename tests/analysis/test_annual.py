"""The annual index: printed figures follow from the published cells alone, and those give no answer away."""

from dataclasses import replace

import numpy as np
import pytest

from analysis import AnalysisError, annual
from tests.analysis.sample_instrument import instrument

UNITS = ("an", "binh", "cau", "dong")
PROTOCOL = {
    "tree": {**dict.fromkeys(UNITS, "tinh"), "tinh": None},
    "nonresponse": ["outcome"],
    "calibration": ["field", "outcome"],
    "calibration_depth": 1,
    "seed": 20,
}


def sample(seed=1, answers=80, satisfied=0.8):
    """Responses and frame of four communes; those whose dossier was refused answered half as often."""
    random = np.random.default_rng(seed)
    n = answers * len(UNITS)
    unit = np.repeat(UNITS, answers)
    field = random.choice(["land", "civil"], n)
    outcome = np.where(random.random(n) < 0.9, "returned", "refused")
    chance = np.where(outcome == "returned", satisfied, satisfied - 0.4)
    level = np.where(
        random.random((n, 5)) < chance[:, None], random.choice([4, 5], (n, 5)), random.choice([1, 2, 3], (n, 5))
    )
    blank = random.random((n, 5)) < 0.01
    responses = annual.Responses(
        unit=unit,
        psu=unit,
        stratum=np.full(n, ""),
        classes={"field": field, "outcome": outcome},
        level=np.where(blank, 0, level).astype(np.int8),
        grade=np.full(n, "G1"),
    )
    rows = [(u, f, o) for u in UNITS for f in ("land", "civil") for o in ("returned", "refused")]
    inside = [int(np.sum((unit == u) & (field == f) & (outcome == o))) for u, f, o in rows]
    asked = [2 * count if o == "refused" else count + 10 for count, (_, _, o) in zip(inside, rows, strict=True)]
    frame = annual.Frame(
        unit=np.array([r[0] for r in rows]),
        psu=np.array([r[0] for r in rows]),
        stratum=np.full(len(rows), ""),
        first=np.full(len(rows), ""),
        classes={"field": np.array([r[1] for r in rows]), "outcome": np.array([r[2] for r in rows])},
        dossiers=np.array([7 * count for count in asked]),
        drawn=np.array(asked),
    )
    return responses, frame


@pytest.fixture(scope="module")
def made():
    return annual.estimate(*sample(), instrument(factor="item_mean"), PROTOCOL)


@pytest.fixture(scope="module")
def published():
    return annual.complete(PROTOCOL, instrument(factor="item_mean"))


def result(made, domain, statistic):
    (found,) = [r for r in made.results if (r.domain, r.statistic) == (domain, statistic)]
    return found


def test_a_stranger_recomputes_every_printed_text_from_the_file_of_cells(made, published):
    cells = annual.read_cells(annual.write_cells(made.cells))
    assert annual.recompute(cells, published) == made.results
    assert annual.read_results(annual.write_results(made.results)) == made.results


def test_the_same_answers_give_the_same_bytes(made):
    again = annual.estimate(*sample(), instrument(factor="item_mean"), PROTOCOL)
    assert annual.write_cells(again.cells) == annual.write_cells(made.cells)


def test_a_changed_digit_in_a_sum_changes_a_printed_figure(made, published):
    place = next(k for k, row in enumerate(made.cells) if row.kind == "sum")
    row = made.cells[place]
    changed = (*made.cells[:place], replace(row, y=row.y - 10**6), *made.cells[place + 1 :])
    assert annual.recompute(changed, published) != made.results


def test_the_printed_index_is_that_of_weighted_answers(made):
    responses, frame = sample()
    here = responses.unit == "an"
    totals = {
        o: frame.dossiers[(frame.unit == "an") & (frame.classes["outcome"] == o)].sum() for o in ("returned", "refused")
    }
    share = result(made, "an", "share:a1")
    # Raking two margins that are nearly independent: the weight is nearly N/n of the outcome.
    weight = np.array(
        [totals[o] / np.sum(here & (responses.classes["outcome"] == o)) for o in responses.classes["outcome"]]
    )
    valid = here & (responses.level[:, 0] > 0)
    expected = 100 * (weight * (responses.level[:, 0] >= 4))[valid].sum() / weight[valid].sum()
    assert float(share.estimate) == pytest.approx(expected, abs=1.0)
    assert share.n == "80"
    assert (share.df, share.rankable) == ("7", "no")


def test_figures_say_how_far_those_who_kept_silent_could_move_them(made):
    share = result(made, "tinh", "overall")
    responses, frame = sample()
    rate = len(responses) / frame.drawn.sum()
    assert float(share.none_satisfied) == pytest.approx(float(share.estimate) * rate, abs=0.02)
    assert float(share.all_satisfied) == pytest.approx(float(share.estimate) * rate + 100 * (1 - rate), abs=0.02)


def test_only_answers_of_the_protocols_evidence_grades_count(made):
    responses, frame = sample()
    extra = responses.taken(np.arange(len(responses)) < 30)
    both = annual.Responses(
        unit=np.concatenate([responses.unit, extra.unit]),
        psu=np.concatenate([responses.psu, extra.psu]),
        stratum=np.concatenate([responses.stratum, extra.stratum]),
        classes={k: np.concatenate([responses.classes[k], extra.classes[k]]) for k in responses.classes},
        level=np.concatenate([responses.level, extra.level]),
        grade=np.concatenate([responses.grade, np.full(30, "G2")]),
    )
    again = annual.estimate(both, frame, instrument(factor="item_mean"), PROTOCOL)
    assert again.weight_report["left_out"] == {"G2": 30}
    assert {r.estimate for r in again.results} == {r.estimate for r in made.results}


def test_an_item_with_two_dissatisfied_answers_is_a_bound_and_its_sum_moves_one_level_up():
    responses, frame = sample(satisfied=0.85)
    own = np.flatnonzero(responses.unit == "an")
    responses.level[own, 0] = 5
    responses.level[own[:2], 0] = 1
    made = annual.estimate(responses, frame, instrument(factor="item_mean"), PROTOCOL)
    share = result(made, "an", "share:a1")
    assert (share.bound, share.se, share.rankable) == ("at_least", "", "no")
    assert float(share.estimate) <= 95
    assert [row.cell for row in made.cells if (row.kind, row.domain, row.statistic) == ("sum", "an", "share:a1")] == []
    assert "tinh/rest" in {row.cell for row in made.cells if row.statistic == "share:a1"}
    assert result(made, "tinh", "share:a1").bound == ""
    assert annual.audit(made.cells, annual.complete(PROTOCOL, instrument(factor="item_mean"))) == ()


def test_a_cell_that_says_that_everybody_was_satisfied_is_a_leak(made, published):
    place = next(k for k, row in enumerate(made.cells) if row.kind == "sum")
    unanimous = replace(made.cells[place], y=made.cells[place].x)
    leaks = annual.audit((*made.cells[:place], unanimous, *made.cells[place + 1 :]), published)
    assert [(leak.unit, leak.column) for leak in leaks] == [(unanimous.domain, unanimous.statistic)]


def test_units_with_few_answers_are_named_without_a_figure():
    responses, frame = sample()
    keep = (responses.unit != "dong") | (np.cumsum(responses.unit == "dong") <= 20)
    made = annual.estimate(responses.taken(keep), frame, instrument(), {**PROTOCOL, "nonresponse": []})
    overall = result(made, "dong", "overall")
    assert (overall.n, overall.estimate, overall.label) == ("20", "", "fewer than 30 answers")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tree": {}}, "tree is missing"),
        ({"minimum": 20}, "may not be below 30"),
        ({"design": "cluster"}, "use elements or two-stage"),
        ({"tree": {"an": "nowhere"}}, "above an, is not in the tree"),
        ({"shares": {"field": {"land": 0.5}}}, "add up to 0.5"),
    ],
)
def test_a_protocol_that_cannot_be_is_refused_with_the_remedy(change, told):
    with pytest.raises(AnalysisError, match=told):
        annual.read_protocol({**PROTOCOL, **change})


def test_a_response_from_outside_the_drawn_strata_is_refused():
    responses, frame = sample()
    responses.stratum[0] = "x"
    with pytest.raises(AnalysisError, match="response 1: stratum x of an has no drawn dossier"):
        annual.estimate(responses, frame, instrument(), PROTOCOL)


def test_a_file_of_cells_with_a_broken_line_is_refused(made):
    lines = annual.write_cells(made.cells).split("\n")
    lines[2] = lines[2].replace(",80,", ",eighty,", 1)
    with pytest.raises(AnalysisError, match=r"line 3: .* restore the file"):
        annual.read_cells("\n".join(lines))
