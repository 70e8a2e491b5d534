"""What must hold for every sample: order, scale, domains and totals."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import draw_systematic, jackknife, posterior_ranks, psus_of, rao_wu_bootstrap, replicate_estimates
from analysis.design import DesignColumns
from analysis.reading import Table
from tests.analysis.reference import GOLDEN
from tests.analysis.survey import ask, close, with_columns

DESIGN = DesignColumns(weights="w", strata="h", psu=("c",), fpc=("N",), nest=True)
ENTRIES = [{"mean": ["y"]}, {"total": ["y"]}, {"ratio": ["y", "x"]}, {"share": ["q"], "satisfied": [4, 5]}]
STATISTICS = ["mean:y", "total:y", "ratio:y/x", "share:q"]


def table_of(columns):
    text = {name: ["" if v is None else repr(v) for v in values] for name, values in columns.items()}
    return Table(GOLDEN, pa.table({name: pa.array(values) for name, values in text.items()}))


@st.composite
def samples(draw):
    """Two to four strata with two to four PSUs each, one to six answers in a PSU, some blank."""
    columns = {name: [] for name in ("h", "c", "N", "w", "y", "x", "q", "d")}
    for h in range(draw(st.integers(2, 4))):
        psus = draw(st.integers(2, 4))
        for c in range(psus):
            for _ in range(draw(st.integers(1, 6))):
                columns["h"].append(h)
                columns["c"].append(c)
                columns["N"].append(psus + 3 * (h + 1))
                columns["w"].append(draw(st.integers(1, 40)) / 4)
                columns["y"].append(draw(st.none() | st.integers(-20, 60)))
                columns["x"].append(draw(st.integers(1, 30)))
                columns["q"].append(draw(st.none() | st.integers(1, 5)))
                columns["d"].append(draw(st.integers(0, 2)))
    return columns


def figures(rows, keys):
    return [value for key in keys for value in (rows[key].estimate, rows[key].se)]


@settings(deadline=None, max_examples=40)
@given(columns=samples(), seed=st.integers(0, 1000))
def test_order_of_rows_does_not_matter(columns, seed):
    order = np.random.default_rng(seed).permutation(len(columns["h"])).tolist()
    shuffled = {name: [values[k] for k in order] for name, values in columns.items()}
    ours, _ = ask(table_of(columns), DESIGN, ENTRIES, by=["d"])
    theirs, _ = ask(table_of(shuffled), DESIGN, ENTRIES, by=["d"])
    assert list(ours) == list(theirs)
    np.testing.assert_allclose(*np.array([figures(r, ours) for r in (ours, theirs)], dtype=float), rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(columns=samples(), factor=st.sampled_from([0.25, 3.0, 1000.0]))
def test_scale_of_the_weights_changes_totals_only(columns, factor):
    scaled = columns | {"w": [w * factor for w in columns["w"]]}
    ours, _ = ask(table_of(columns), DESIGN, ENTRIES)
    theirs, _ = ask(table_of(scaled), DESIGN, ENTRIES)
    for statistic in STATISTICS:
        by = factor if statistic == "total:y" else 1.0
        pair = np.array([figures(ours, [(statistic,)]), figures(theirs, [(statistic,)])], dtype=float)
        np.testing.assert_allclose(pair[0] * by, pair[1], rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(columns=samples())
def test_a_domain_mean_is_a_ratio_of_indicator_totals(columns):
    inside = [float(d == 1) for d in columns["d"]]
    valid = [float(d == 1 and y is not None) for d, y in zip(columns["d"], columns["y"], strict=True)]
    products = [float(v * (y or 0)) for v, y in zip(valid, columns["y"], strict=True)]
    if not any(valid):
        return
    table = with_columns(table_of(columns), yd=products, vd=valid, inside=inside)
    domain, _ = ask(table, DESIGN, [{"mean": ["y"]}], by=["d"])
    whole, _ = ask(table, DESIGN, [{"ratio": ["yd", "vd"]}])
    row, ratio = domain["1", "mean:y"], whole[("ratio:yd/vd",)]
    assert row.estimate == pytest.approx(ratio.estimate, rel=1e-9, abs=1e-9)
    if row.df > 0:
        assert row.se == pytest.approx(ratio.se, rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(columns=samples())
def test_domain_totals_add_up_to_the_total_and_so_do_their_covariances(columns):
    table = table_of(columns)
    parts, found = ask(table, DESIGN, [{"total": ["x"]}], by=["d"], covariance=True)
    whole, _ = ask(table, DESIGN, [{"total": ["x"]}])
    total = whole[("total:x",)]
    close([sum(row.estimate for row in parts.values())], [total.estimate], 1e-9)
    if not np.isnan(found.covariance).any():
        np.testing.assert_allclose(found.covariance.sum(), total.se**2, rtol=1e-7, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(columns=samples())
def test_a_complete_count_has_no_error_and_more_population_only_adds_to_it(columns):
    sampled = {
        h: len({c for k, c in zip(columns["h"], columns["c"], strict=True) if k == h}) for h in set(columns["h"])
    }
    errors = []
    for extra in (0, 1, 10, 1000):
        counted = columns | {"N": [sampled[h] + extra for h in columns["h"]]}
        rows, _ = ask(table_of(counted), DESIGN, [{"mean": ["x"]}])
        errors.append(rows[("mean:x",)].se)
    assert errors[0] == 0.0
    assert all(a <= b * (1 + 1e-9) for a, b in itertools.pairwise(errors))


@settings(deadline=None, max_examples=25)
@given(columns=samples(), seed=st.integers(0, 1000))
def test_replicates_agree_with_taylor_within_their_noise(columns, seed):
    rows = range(len(columns["h"]))
    psu = [f"{columns['h'][k]} {columns['c'][k]}" for k in rows]
    w, x = np.array(columns["w"]), np.array(columns["x"], dtype=float)
    without_counts = DesignColumns(weights="w", strata="h", psu=("c",), nest=True)
    taylor, _ = ask(table_of(columns), without_counts, [{"total": ["x"]}])
    se = taylor[("total:x",)].se
    psus = psus_of(psu, columns["h"])
    jack = replicate_estimates(lambda v: v @ x, jackknife(w, psus)).se[0]
    assert jack == pytest.approx(se, rel=1e-9, abs=1e-7)
    boot = replicate_estimates(lambda v: v @ x, rao_wu_bootstrap(w, psus, replicates=800, seed=seed)).se[0]
    # The noise of a standard error from R replicates is 1 / sqrt(2 R) = 2.5 % if they are normal, up to twice that
    # for the two-point distributions of few PSUs: six times the larger.
    assert boot == pytest.approx(se, rel=0.3, abs=1e-7)


@settings(deadline=None, max_examples=15)
@given(columns=samples(), seed=st.integers(0, 10_000))
def test_a_seed_gives_the_same_draws_again(columns, seed):
    w = np.array(columns["w"])
    psus = psus_of([f"{h} {c}" for h, c in zip(columns["h"], columns["c"], strict=True)], columns["h"])
    made = [rao_wu_bootstrap(w, psus, replicates=5, seed=seed).weights for _ in "ab"]
    assert np.array_equal(*made)
    names = [f"unit {k}" for k in range(len(w))]
    drawn = [draw_systematic(names, min(3, len(names)), seed=str(seed)).units for _ in "ab"]
    assert list(drawn[0]) == list(drawn[1])
    sets = [posterior_ranks([3, 5, 8], [10, 10, 10], draws=500, seed=seed).mean.tolist() for _ in "ab"]
    assert sets[0] == sets[1]
