"""Sharing a sample among domains, first-stage units and strata: properties that hold for every frame."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis
from survey_app.domain.sample_design import SampleDesign, of_plan
from survey_app.domain.strata import Key, assign
from survey_app.services.sample_plan import Tree, plan

SIZES = st.lists(st.integers(1, 400), min_size=1, max_size=12)
DESIGNS = st.builds(
    SampleDesign,
    stages=st.sampled_from([1, 2]),
    half_width=st.sampled_from([0.03, 0.05, 0.1]),
    response_rate=st.sampled_from([0.3, 1.0]),
    first_stage_method=st.sampled_from(["pps", "srs"]),
)


def tree(communes):
    """Communes with a desk each under one province, and a centre of the province itself."""
    parents = {"p": None, "centre": "p"}
    kinds = {"p": "province", "centre": "service_centre"}
    for n in range(communes):
        parents |= {f"c{n}": "p", f"d{n}": f"c{n}"}
        kinds |= {f"c{n}": "commune", f"d{n}": "desk"}
    return Tree(parents, kinds, {unit: unit for unit in parents})


def counts(sizes, centre=0):
    """Dossiers by key: a third refused, half online, at each commune's desk."""
    found = Counter()
    for n, size in [*enumerate(sizes), ("entre", centre)]:
        desk, agency = ("centre", "p") if n == "entre" else (f"d{n}", f"c{n}")
        for i in range(size):
            outcome = "refused" if i % 3 == 0 else "returned"
            found[Key(desk, agency, outcome, "on_time", "f", "online" if i % 2 else "counter")] += 1
    return found


@settings(deadline=None, max_examples=40)
@given(SIZES, st.integers(0, 300), DESIGNS, st.text("abc", min_size=1, max_size=3))
def test_every_dossier_falls_in_one_stratum_and_each_stratum_has_room(sizes, centre, design, seed):
    frame = counts(sizes, centre)
    made = plan(frame, tree(len(sizes)), design, seed)
    fallen = Counter()
    for key, n in frame.items():
        fallen[assign(made.tree, key)] += n
    assert {cell.leaf.number: cell.leaf.register_count for cell in made.cells} == {k: n for k, n in fallen.items() if k}
    assert design.stages == 2 or not fallen[0]
    for cell in made.cells:
        assert min(50, cell.leaf.register_count) <= cell.draw <= cell.leaf.register_count
    by_unit = Counter()
    for cell in made.cells:
        by_unit[cell.part] += cell.draw
    whole = {cell.part: sum(c.leaf.register_count for c in made.cells if c.part == cell.part) for cell in made.cells}
    for part, n in by_unit.items():
        assert n == part.draw >= min(60, whole[part])
    # Weights add up to the frame as the design expects it: sure parts are there, the others stand for their stratum.
    assert all(0 < part.probability <= 1 and part.psus_drawn <= part.psus for part in by_unit)


def test_every_first_stage_unit_has_its_chance_and_the_weights_give_back_the_frame():
    sizes = [100, 150, 250, 300, 400]
    frame, units = counts(sizes), tree(5)
    design = SampleDesign(stages=2, first_stage_units=2)
    seen, totals = Counter(), []
    for seed in range(400):
        made = plan(frame, units, design, str(seed))
        parts = {cell.part.psu: cell.part.probability for cell in made.cells}
        seen.update(parts.keys())
        size_of = {f"c{n}": size for n, size in enumerate(sizes)}
        totals.append(sum(size_of[psu] / p for psu, p in parts.items()))
    for n, size in enumerate(sizes):
        p = 2 * size / 1200
        assert abs(seen[f"c{n}"] / 400 - p) < 4 * (p * (1 - p) / 400) ** 0.5
    assert totals == pytest.approx([1200] * 400)


def test_first_stage_units_are_as_many_as_the_half_width_needs():
    # Kish: deff = 1 + (m - 1) icc with m = 60 x 0.5 = 30: 2.45. n = 2.45 x 384.146 / (1 + (941.2 - 1) / 3600) = 746.3;
    # 746.3 / 30 = 24.9 units.
    sizes = [100] * 36
    made = plan(counts(sizes), tree(36), SampleDesign(stages=2), "x")
    assert len({cell.part.psu for cell in made.cells}) == 25


def test_simple_random_first_stage_gives_equal_chances():
    made = plan(
        counts([100, 200, 300, 400]),
        tree(4),
        SampleDesign(stages=2, first_stage_units=2, first_stage_method="srs"),
        "x",
    )
    assert {cell.part.probability for cell in made.cells} == {0.5}


def test_what_is_no_commune_is_taken_for_sure():
    made = plan(counts([200, 200, 200], centre=500), tree(3), SampleDesign(stages=2, first_stage_units=2), "x")
    centre = {cell.part.probability for cell in made.cells if cell.part.psu == "centre"}
    assert centre == {1.0}


def test_too_few_first_stage_units_are_refused():
    with pytest.raises(analysis.AnalysisError, match="total is 1"):
        plan(counts([200, 200]), tree(2), SampleDesign(stages=2, first_stage_units=1), "x")


def test_a_plan_says_per_cent_and_leaves_the_rest_to_the_defaults():
    read = of_plan({"mode": "closed", "stages": 2, "half_width": 4, "second_stage_take": 80, "domains": None})
    assert (read.stages, read.half_width, read.take, read.first_stage_units) == (2, 0.04, 80, None)
    assert read.answers_per_unit == 40
