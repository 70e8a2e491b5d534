"""Intervals near 100 % against R survey 4.5 and published examples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import intervals
from analysis.design import DesignColumns
from tests.analysis.published import published
from tests.analysis.reference import GOLDEN, exempt, load_csv, load_json
from tests.analysis.survey import ask, close, close_matrix, open_table

CASE = "i1_ciprop"
SVYCIPROP = [a for a in load_json(GOLDEN / f"{CASE}.json")["assertions"] if a["id"].count(":") == 2]
BINOMIAL = [a for a in load_json(GOLDEN / f"{CASE}.json")["assertions"] if a["id"].startswith("binom_")]
MEANS = [a for a in load_json(GOLDEN / f"{CASE}.json")["assertions"] if a["id"].endswith(":mean")]
METHODS = {
    "beta": intervals.korn_graubard,
    "wilson": lambda p, se, n, df, level: intervals.wilson(p, intervals.effective_n(p, se, n), level, df=df),
    "mean": lambda p, se, _n, df, level: intervals.wald_t(p, se, df, level),
    "logit": lambda p, se, _n, df, level: intervals.logit_t(p, se, df, level),
}


@pytest.mark.parametrize("assertion", SVYCIPROP, ids=lambda a: a["id"])
def test_interval_of_a_share_equals_svyciprop(assertion):
    if (CASE, assertion["id"]) in exempt():
        return
    data, method, level = assertion["id"].split(":")
    r = assertion["result"]
    n = len(load_csv(GOLDEN / "data" / f"prop_{data}.csv"))
    ours = METHODS[method](r["estimate"], r["se"], n, r["df"], float(level))
    assert [float(limit) for limit in ours] == pytest.approx(r["ci"], rel=1e-8)


@pytest.mark.parametrize("assertion", MEANS, ids=lambda a: a["id"])
def test_share_as_a_mean_equals_svymean(assertion):
    data, r = assertion["id"].split(":")[0], assertion["result"]
    clustered = {"psu": ("psu",), "strata": "st", "nest": True} if data.startswith("clus") else {}
    design = DesignColumns(weights="w", **clustered)
    rows, found = ask(open_table(f"prop_{data}"), design, [{"mean": ["y"]}], covariance=True)
    row = rows[("mean:y",)]
    close([row.estimate, row.se, *row.ci], [*r["estimate"], *r["se"], *r["ci"][0]], 1e-12)
    close_matrix(found.covariance, r["vcov"], 1e-12)
    close([row.deff], r["deff"] if r["estimate"][0] not in (0, 1) else [None], 1e-12)
    assert row.df == r["df"]


@pytest.mark.parametrize("assertion", BINOMIAL, ids=lambda a: a["id"])
def test_exact_and_score_intervals_of_counts_equal_binom_test_and_prop_test(assertion):
    _, hits, n = assertion["id"].split("_")
    share, trials = int(hits) / int(n), int(n)
    exact = [float(limit) for limit in intervals.clopper_pearson(share, trials)]
    score = [float(limit) for limit in intervals.wilson(share, trials)]
    assert exact == pytest.approx(assertion["result"]["clopper_pearson"], rel=1e-8, abs=1e-15)
    assert score == pytest.approx(assertion["result"]["wilson"], rel=1e-8, abs=1e-15)


def test_wilson_and_newcombe_give_the_published_tables():
    # Newcombe (1998), Statistics in Medicine 17:857-872, Table I, and 17:873-890, method 10
    example = published("intervals_wilson_newcombe")
    for row in example["wilson"]:
        limits = [float(x) for x in intervals.wilson(row["x"] / row["n"], row["n"])]
        assert limits == pytest.approx([row["lo"], row["hi"]], abs=5e-5)
    for row in example["difference"]:
        found = intervals.newcombe(row["x1"] / row["n1"], row["n1"], row["x2"] / row["n2"], row["n2"])
        assert [float(x) for x in found] == pytest.approx([row["lo"], row["hi"]], abs=5e-5)
    for row in example.get("extra_computed", []):
        limits = [float(x) for x in intervals.wilson(row["x"] / row["n"], row["n"])]
        assert limits == pytest.approx([row["lo"], row["hi"]], abs=5e-7)


def test_an_office_where_all_are_satisfied_is_not_certain():
    lo, hi = intervals.korn_graubard(1.0, 0.0, 30, 29)
    assert float(hi) == 1.0
    # Closed form: with all n satisfied the exact lower limit is (alpha / 2) to the power 1 / n.
    assert float(lo) == pytest.approx(0.025 ** (1 / 30), rel=1e-12)


def test_clustering_makes_the_interval_of_a_unanimous_office_wider():
    plain, _ = intervals.korn_graubard(1.0, 0.0, 60, 59)
    clustered, _ = intervals.korn_graubard(1.0, 0.0, 60, 59, deff=2.0)
    assert float(clustered) == pytest.approx(0.025 ** (1 / 30), rel=1e-12)
    assert clustered < plain


def test_no_degrees_of_freedom_gives_no_interval():
    assert all(math.isnan(x) for x in intervals.korn_graubard(0.9, 0.0, 12, 0))
    assert all(math.isnan(x) for x in intervals.wald_t(50.0, 0.0, 0))


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_outside_zero_to_one_is_refused(level):
    with pytest.raises(ValueError, match="level is"):
        intervals.wilson(0.5, 10, level)


@settings(deadline=None, max_examples=400)
@given(
    p=st.integers(0, 10_000).map(lambda k: k / 10_000),  # a share of answers: 1 - p loses no digit that matters
    n=st.integers(2, 10_000),
    df=st.integers(1, 500),
    level=st.sampled_from([0.8, 0.9, 0.95, 0.998]),
)
def test_limits_stay_in_zero_to_one_around_the_share_and_mirror(p, n, df, level):
    se = math.sqrt(p * (1 - p) / n)
    lo, hi = (float(x) for x in intervals.korn_graubard(p, se, n, df, level))
    assert 0 <= lo <= p + 1e-9
    assert p - 1e-9 <= hi <= 1
    mirrored = intervals.korn_graubard(1 - p, se, n, df, level)
    assert np.allclose([1 - float(mirrored[1]), 1 - float(mirrored[0])], [lo, hi], atol=1e-7)
