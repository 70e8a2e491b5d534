"""Stratified two-stage sample, lonely strata and odd domains against R survey 4.5."""

import numpy as np
import pytest

from analysis.design import DesignColumns, build_design
from analysis.errors import AnalysisError
from analysis.intervals import wald_t
from analysis.variance import Lonely, lay_out
from tests.analysis.reference import GOLDEN, load_json
from tests.analysis.survey import ask, close, close_matrix, domain_labels, open_table, with_columns

REL = 1e-12
TWOSTAGE = DesignColumns(weights="w", strata="h", psu=("psu", "ssu"), fpc=("fpc1", "fpc2"), nest=True)
LONELY = {
    "nofpc": {"weights": "w", "strata": "h", "psu": ("psu",), "nest": True},
    "fpc": {"weights": "w", "strata": "h", "psu": ("psu",), "fpc": ("fpc",), "nest": True},
}
DOMAINS = DesignColumns(weights="w", strata="h", psu=("psu",), fpc=("fpc",), nest=True)


def answers_of(case):
    return {a["id"]: a["result"] for a in load_json(GOLDEN / f"{case}.json")["assertions"]}


B1, C1, F1 = (answers_of(case) for case in ("b1_twostage_strat", "c1_lonely_psu", "f1_domains"))


def compare(found, r, statistics):
    rows, results = found
    if "df" in r:
        assert {rows[s].df for s in statistics} == {r["df"]}
    close([rows[s].estimate for s in statistics], r["estimate"], REL)
    close([rows[s].se for s in statistics], r["se"], REL)
    if "vcov" in r and results.covariance is not None:
        close_matrix(results.covariance, r["vcov"], REL)
    if "deff" in r:
        close([rows[s].deff for s in statistics], r["deff"], REL)
    if "ci" in r:
        close([rows[s].ci for s in statistics], r["ci"], REL)


def test_two_stage_means_totals_and_ratio():
    table = open_table("twostage")
    columns = ["y", "x", "z"]
    compare(ask(table, TWOSTAGE, [{"mean": columns}], covariance=True), B1["mean"], [("mean:" + c,) for c in columns])
    compare(
        ask(table, TWOSTAGE, [{"total": columns}], covariance=True),
        B1["total"],
        [("total:" + c,) for c in columns],
    )
    rows, _ = ask(table, TWOSTAGE, [{"ratio": ["y", "x"]}])
    ratio = rows[("ratio:y/x",)]
    close(
        [ratio.estimate, ratio.se, *ratio.ci], [B1["ratio"]["estimate"], B1["ratio"]["se"], *B1["ratio"]["ci"][0]], REL
    )
    assert ratio.df == B1["degf"]["df"] == B1["ratio"]["df"]
    assert build_design(table, TWOSTAGE).weight.sum() == pytest.approx(B1["weights_sum"]["value"], rel=REL)


def test_weights_follow_from_the_population_counts_if_none_are_given():
    table = open_table("twostage")
    without = DesignColumns(strata="h", psu=("psu", "ssu"), fpc=("fpc1", "fpc2"), nest=True)
    close(build_design(table, without).weight, table.numbers("w"), REL)


@pytest.mark.parametrize(("kind", "column", "case"), [("mean", "y", "by_mean"), ("total", "z", "by_total")])
def test_two_stage_domains(kind, column, case):
    found = ask(open_table("twostage"), TWOSTAGE, [{kind: [column]}], by=["dom"], covariance=True)
    assert [label for (label,) in domain_labels(found[1])] == B1[case]["domains"]
    compare(found, B1[case], [(d, f"{kind}:{column}") for d in B1[case]["domains"]])


def test_ultimate_cluster_uses_the_first_stage_only():
    design = DesignColumns(
        weights="w", strata="h", psu=("psu", "ssu"), fpc=("fpc1", "fpc2"), nest=True, ultimate_cluster=True
    )
    found = ask(open_table("twostage"), design, [{"mean": ["y", "x"]}], covariance=True)
    compare(found, B1["mean_ultimate_cluster"], [("mean:y",), ("mean:x",)])


@pytest.mark.parametrize("fpc", LONELY)
@pytest.mark.parametrize("rule", ["remove", "certainty", "adjust", "average"])
def test_lonely_strata(rule, fpc):
    table, design = open_table("lonely"), DesignColumns(**LONELY[fpc], lonely=Lonely(rule))
    for kind in ("mean", "total"):
        found = ask(table, design, [{kind: ["y", "z"]}], covariance=True)
        compare(found, C1[f"{kind}_{rule}_{fpc}"], [(f"{kind}:y",), (f"{kind}:z",)])
    by = C1[f"by_{rule}_{fpc}"]
    found = ask(table, design, [{"mean": ["y"]}], by=["dom"])
    compare(found, by, [(d, "mean:y") for d in by["domains"]])
    rows, _ = ask(table, design, [{"mean": ["y"]}])
    assert rows[("mean:y",)].df == C1[f"degf_remove_{fpc}"]["df"]


@pytest.mark.parametrize("fpc", LONELY)
def test_lonely_strata_stop_the_work_by_default_and_are_named(fpc):
    assert "only one PSU" in C1[f"mean_fail_{fpc}"]["error"]
    with pytest.raises(AnalysisError, match="stratum 2 has only one sampled unit at stage 1"):
        ask(open_table("lonely"), LONELY[fpc], [{"mean": ["y"]}])


def test_collapse_equals_a_design_in_which_the_strata_were_joined_by_hand():
    table = open_table("lonely")
    # 2 joins 3; 5 is taken completely (1 of 1) and stays; counts of units drawn and there are added up.
    joined = {"1": 1, "2": 3, "3": 3, "4": 4, "5": 5, "6": 6}
    counts = {"1": 10, "2": 8, "3": 8, "4": 20, "5": 1, "6": 9}
    strata = table.columns.column("h").to_pylist()
    psu = [f"{h}-{p}" for h, p in zip(strata, table.columns.column("psu").to_pylist(), strict=True)]
    by_hand = with_columns(table, j=[joined[h] for h in strata], n=[counts[h] for h in strata], u=psu)
    ours, _ = ask(table, DesignColumns(**LONELY["fpc"], lonely=Lonely.COLLAPSE), [{"mean": ["y"]}, {"total": ["z"]}])
    hand, _ = ask(
        by_hand, DesignColumns(weights="w", strata="j", psu=("u",), fpc=("n",)), [{"mean": ["y"]}, {"total": ["z"]}]
    )
    for statistic, row in hand.items():
        assert ours[statistic].se == pytest.approx(row.se, rel=REL)
        assert ours[statistic].df == row.df


def rows_in(domain):
    return open_table("domains").columns.column("dom").to_pylist().count(domain)


KNOWN = ["A", "B", "D2strata", "F1stratum"]  # domains with degrees of freedom and a valid value


def test_odd_domains_give_what_r_gives_where_something_can_be_said():
    found = ask(open_table("domains"), DOMAINS, [{"mean": ["y"]}, {"total": ["y"]}, {"ratio": ["y", "x"]}], by=["dom"])
    rows, _ = found
    for domain in KNOWN:
        mean, total, ratio = (rows[domain, s] for s in ("mean:y", "total:y", "ratio:y/x"))
        r = F1[f"subset_mean_{domain}"]
        close([mean.estimate, mean.se, mean.deff], [*r["estimate"], *r["se"], *r["deff"]], REL)
        close([mean.se**2, *mean.ci], [*r["vcov"][0], *r["ci_df_subset"][0]], REL)
        close(wald_t(mean.estimate, mean.se, F1["degf"]["df"]), r["ci_df_full"], REL)
        assert (mean.df, mean.n, rows_in(domain)) == (r["df_subset"], r["n_valid"], r["n"])
        r = F1[f"subset_total_{domain}"]
        close([total.estimate, total.se, total.se**2], [*r["estimate"], *r["se"], *r["vcov"][0]], REL)
        r = F1[f"subset_ratio_{domain}"]
        close([ratio.estimate, ratio.se], [r["estimate"], r["se"]], REL)


@pytest.mark.parametrize("domain", ["C1psu", "E1obs"])
def test_a_domain_in_one_psu_has_an_estimate_and_no_error(domain):
    rows, _ = ask(
        open_table("domains"), DOMAINS, [{"mean": ["y"]}, {"total": ["y"]}, {"ratio": ["y", "x"]}], by=["dom"]
    )
    for statistic, case in (("mean:y", "mean"), ("total:y", "total"), ("ratio:y/x", "ratio")):
        row = rows[domain, statistic]
        close([row.estimate], F1[f"subset_{case}_{domain}"]["estimate"], REL)
        assert (row.se, row.ci, row.deff, row.df, row.reason) == (None, None, None, 0, "no degrees of freedom")
    r = F1[f"subset_mean_{domain}"]
    assert (rows[domain, "mean:y"].df, rows[domain, "mean:y"].n) == (r["df_subset"], r["n_valid"])
    assert rows_in(domain) == r["n"]


def test_a_domain_without_a_value_has_no_estimate():
    rows, _ = ask(open_table("domains"), DOMAINS, [{"mean": ["y"]}, {"total": ["y"]}], by=["dom"])
    for statistic in ("mean:y", "total:y"):
        row = rows["GallNA", statistic]
        assert (row.estimate, row.se, row.n, row.reason) == (None, None, 0, "no valid answer")
        r = F1["subset_mean_GallNA"]
        assert (row.n, row.df, rows_in("GallNA")) == (r["n_valid"], r["df_subset"], r["n"])


def test_a_domain_without_rows_has_no_row_and_the_file_keeps_its_degrees_of_freedom():
    rows, _ = ask(open_table("domains"), DOMAINS, [{"mean": ["y"]}], by=["dom"])
    assert "Hempty" not in {domain for domain, _ in rows}
    assert F1["subset_Hempty"]["n"] == rows_in("Hempty")
    whole, _ = ask(open_table("domains"), DOMAINS, [{"mean": ["y"]}])
    assert whole[("mean:y",)].df == F1["degf"]["df"]


def test_the_engine_itself_gives_r_s_error_of_a_total_in_one_psu():
    table = open_table("domains")
    design = build_design(table, DOMAINS)
    values = np.nan_to_num(table.numbers("y"))
    for domain in ("C1psu", "E1obs"):
        inside = np.array(table.columns.column("dom").to_pylist()) == domain
        taylor = lay_out(design.stages, (~inside).astype(np.int64), 2)
        variance = taylor.variance((design.weight * values)[:, None])[0, 0]
        r = F1[f"subset_total_{domain}"]
        close([np.sqrt(variance), variance], [*r["se"], *r["vcov"][0]], REL)


def test_domains_covary_and_their_joint_covariance_is_r_s():
    r = F1["by_mean_all"]
    rows, found = ask(open_table("domains"), DOMAINS, [{"mean": ["y"]}], by=["dom"], covariance=True)
    places = [r["domains"].index(d) for d in KNOWN]
    ours = [[label for (label,) in domain_labels(found)].index(d) for d in KNOWN]
    close_matrix(found.covariance[np.ix_(ours, ours)], np.array(r["vcov"])[np.ix_(places, places)], REL)
    close([rows[d, "mean:y"].deff for d in KNOWN], [r["deff"][p] for p in places], REL)
    for figure in ("estimate", "se"):
        close([getattr(rows[d, "mean:y"], figure) for d in KNOWN], [r[figure][p] for p in places], REL)
    with_empty = F1["by_mean_drop_empty_false"]
    close([rows[d, "mean:y"].se for d in KNOWN], [with_empty["se"][with_empty["domains"].index(d)] for d in KNOWN], REL)
    for d in (*KNOWN, "C1psu", "E1obs"):
        theirs = [answer["estimate"][answer["domains"].index(d)] for answer in (r, with_empty)]
        close([rows[d, "mean:y"].estimate] * 2, theirs, REL)
    unknown = [p for p in range(found.covariance.shape[0]) if p not in ours]
    assert np.isnan(found.covariance[unknown]).all()


def test_the_size_of_a_domain_is_the_total_of_its_indicator():
    table = open_table("domains")
    inside = [float(d == "A") for d in table.columns.column("dom").to_pylist()]
    rows, _ = ask(with_columns(table, inside=inside), DOMAINS, [{"total": ["inside"]}])
    r = F1["domain_is_total_of_indicator"]
    row = rows[("total:inside",)]
    close([row.estimate, row.se, row.se**2], [*r["estimate"], *r["se"], *r["vcov"][0]], REL)


def test_filtering_the_rows_first_would_give_another_error():
    rows, _ = ask(open_table("domains"), DOMAINS, [{"mean": ["y"]}], by=["dom"])
    wrong = F1["WRONG_rebuilt_design_for_domain2"]
    close([rows["B", "mean:y"].estimate], wrong["estimate"], REL)
    assert abs(rows["B", "mean:y"].se / wrong["se"][0] - 1) > 0.05
