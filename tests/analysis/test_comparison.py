"""Differences between domains and between years against R, and where there is nothing to compare."""

import math

import numpy as np
import pyarrow as pa
import pytest

from analysis.asked import parse_asked
from analysis.comparison import compare_domains, compare_years
from analysis.contrasts import ADJUSTMENTS, differences, differences_of_shares, linear_contrasts
from analysis.design import DesignColumns
from analysis.errors import AnalysisError
from analysis.reading import Table
from analysis.specification import Specification
from tests.analysis.published import published
from tests.analysis.reference import GOLDEN, load_json
from tests.analysis.survey import close, numbers, open_table, with_columns
from tests.analysis.test_oracle_sipas import DESIGN, FACTORS, REL, YEAR_STATISTICS, variant

DIFFERENCE_REL = 1e-9  # a difference loses the digits that its two figures share


def specified(entries, by=(), design=DESIGN, missing=(9,), level=0.95):
    return Specification(design, tuple(by), level, missing, parse_asked(entries, FACTORS))


def native(assertion):
    return next(a["result"] for a in load_json(GOLDEN / "g2_sipas_native.json")["assertions"] if a["id"] == assertion)


def column(found, name):
    return numbers([getattr(one, name) for one in found])


@pytest.mark.parametrize(
    ("adjustment", "name"),
    [
        ("none", "p"), ("holm", "p_holm"), ("hochberg", "p_hochberg"), ("bonferroni", "p_bonferroni"),
        ("bh", "p_BH"), ("by", "p_BY"),
    ],
)  # fmt: skip
def test_all_pairs_of_agencies_equal_svycontrast_and_p_adjust(adjustment, name):
    r = native("agency_pairwise_differences")
    entries, _ = variant("score", "pooled")
    found = compare_domains(
        open_table("sipas_2025"), specified(entries[1:], ["agency"]), adjustment="none", whole_design_df=True
    )
    assert [(one.first["agency"], one.second["agency"]) for one in found] == list(zip(r["a"], r["b"], strict=True))
    # One agency lies in one PSU: R takes its error as 0, for us those comparisons cannot be made.
    made = np.array([one.reason is None for one in found])
    assert (~made).sum() == 23
    assert {one.reason for one in found if one.se is None} == {"no degrees of freedom"}
    close(column(found, "difference"), r["diff"], DIFFERENCE_REL)
    close(column(found, "se")[made], np.array(r["se"])[made], REL)
    close(column(found, "t")[made], np.array(r["t"])[made], DIFFERENCE_REL)
    # Far in the tail a p-value is as good as exp(-t^2 / 2) times what t has lost.
    close(column(found, "p")[made], np.array(r["p"])[made], 1e-8)
    assert {one.df for one in found} == {r["df"]}
    # R adjusts over all 276; so do we, given the same p-values.
    close(ADJUSTMENTS[adjustment](np.array(r["p"])), np.array(r[name]), 1e-12)


@pytest.mark.parametrize("independent", [False, True])
def test_changes_between_years_equal_r(independent):
    kind = "independent" if independent else "shared"
    cases = {
        a["id"].split(":")[1]: a["result"]
        for a in load_json(GOLDEN / "g3_sipas_years.json")["assertions"]
        if a["id"].startswith(kind)
    }
    compared = 0
    for r_name, (entry, statistic) in YEAR_STATISTICS.items():
        for by in ((), ("province",), ("district",), ("agency",)):
            found = compare_years(
                open_table("sipas_2024"),
                open_table("sipas_2025"),
                specified([entry], by),
                independent=independent,
                adjustment="none",
                whole_design_df=True,
            )
            for one in found:
                r = cases[next(iter(one.first.values()), "ALL")]
                place = r["names"].index(r_name)
                assert one.statistic == statistic
                close([one.difference], [r["diff"][place]], DIFFERENCE_REL)
                compared += 1
                if one.se is None:
                    assert one.reason == "no degrees of freedom"
                    continue
                # R's error of these comes from a covariance of 66 totals, good to 1e-7.
                close([one.se], [r["se_diff"][place]], 1e-7)
                close([one.t, one.p], [r["t"][place], r["p"][place]], 1e-6)
                assert one.df == r["df"]
    assert compared == len(YEAR_STATISTICS) * len(cases)


def test_two_groups_of_the_same_communes_covary_and_r_s_interval_is_ours():
    r = native("ttest_resp_type_q05")
    (found,) = compare_domains(
        open_table("sipas_2025"), specified([{"score": ["q05"]}], ["resp_type"]), [(1, 0)], whole_design_df=True
    )
    # R's svyttest is a regression: one degree of freedom goes to the slope.
    again = linear_contrasts([found.difference], [[found.se**2]], [[1.0]], df=found.df - 1)
    close([found.difference, again.t[0], again.p[0]], [r["diff"], r["t"], r["p"]], 1e-9)
    close([again.ci_lower[0], again.ci_upper[0]], r["ci"], 1e-9)


def small(**columns):
    return Table(GOLDEN, pa.table({name: pa.array([str(v) for v in values]) for name, values in columns.items()}))


def test_plain_shares_get_newcombe_s_interval():
    # Newcombe (1998), Statistics in Medicine 17:873-890, method 10: 56/70 - 48/80 is 0.0524 to 0.3339.
    table = small(q=[5] * 56 + [1] * 14 + [5] * 48 + [1] * 32, d=["a"] * 70 + ["b"] * 80)
    (found,) = compare_domains(table, specified([{"share": ["q"]}], ["d"], DesignColumns()))
    assert found.ci == pytest.approx((5.24, 33.39), abs=0.005)
    assert found.ci_method == "newcombe"
    weighted = with_columns(table, w=[2.0] * 150)
    (clustered,) = compare_domains(weighted, specified([{"share": ["q"]}], ["d"], DesignColumns(weights="w")))
    assert clustered.ci_method == "t"
    assert clustered.difference == pytest.approx(found.difference)


def years(earlier, later, design, **more):
    """Change of one share between two years: hits and answers of each."""
    tables = [small(q=[5] * hits + [1] * (n - hits), c=[k // 6 for k in range(n)], N=[n] * n)
              for hits, n in (earlier, later)]  # fmt: skip
    (found,) = compare_years(*tables, specified([{"share": ["q"]}], (), design), **more)
    return found


@pytest.mark.parametrize("independent", [True, False])
def test_shares_of_two_plain_years_get_newcombe_s_interval_though_all_answers_agree(independent):
    # Wilson's lower limit of 30 of 30 is 30 / (30 + 1.96^2) = 88.65 %; of 28 of 30 they are 78.68 and 98.15 %.
    same = years((30, 30), (30, 30), DesignColumns(), independent=independent)
    assert same.ci == pytest.approx((-11.35, 11.35), abs=0.005)
    fell = years((30, 30), (28, 30), DesignColumns(), independent=independent)
    assert fell.ci == pytest.approx((-21.323, 5.665), abs=0.001)
    for found in (same, fell):
        assert (found.se, found.p, found.ci_method) == (None, None, "newcombe")
        assert found.reason == "all answers of a domain agree: they show no error"


def test_unanimous_clusters_are_not_certain_either():
    """30 of 30 in five clusters of six: Korn and Graubard with n_eff 30 and df 4."""
    found = years((30, 30), (30, 30), DesignColumns(psu=("c",)), independent=True)
    assert (found.difference, found.se, found.p) == (0.0, None, None)
    # n_eff = 30 (qt(0.975, 29) / qt(0.975, 4))^2 = 16.28; the lower limit is 0.025^(1 / 16.28) = 79.7 %.
    assert found.ci == pytest.approx((-20.28, 20.28), abs=0.01)
    assert found.ci_method == "recovered from both intervals"


def test_a_unanimous_mean_has_no_interval_and_a_census_is_certain():
    tables = [small(y=[3.0] * 8, c=[k // 2 for k in range(8)]) for _year in range(2)]
    (found,) = compare_years(*tables, specified([{"mean": ["y"]}], (), DesignColumns(psu=("c",)), ()), independent=True)
    assert (found.difference, found.se, found.ci) == (0.0, None, None)
    assert found.reason
    census = years((30, 30), (30, 30), DesignColumns(fpc=("N",)), independent=True)
    assert (census.se, census.ci, census.reason) == (0.0, (0.0, 0.0), None)


def test_degrees_of_freedom_are_those_of_both_domains():
    # Three strata of two PSUs each; a and a2 lie in two of them: 4 - 2. a with b is in all three: 4 - 3.
    table = small(y=[1, 2, 3, 4, 5, 7], h=[1, 1, 2, 2, 3, 3], c=[1, 2, 3, 4, 5, 6], d=["a", "a2", "a", "a2", "b", "b"])
    design = DesignColumns(strata="h", psu=("c",))
    found = compare_domains(table, specified([{"mean": ["y"]}], ["d"], design, ()))
    assert {(one.first["d"], one.second["d"]): one.df for one in found} == {
        ("a", "a2"): 2, ("a", "b"): 1, ("a2", "b"): 1,
    }  # fmt: skip


def test_a_domain_minus_its_twin_has_no_error_and_no_test():
    table = small(y=[1, 2, 3, 4] * 2, c=[1, 2, 3, 4] * 2, d=["a"] * 4 + ["b"] * 4)
    (found,) = compare_domains(table, specified([{"mean": ["y"]}], ["d"], DesignColumns(psu=("c",)), ()))
    assert (found.difference, found.se, found.t, found.p) == (0.0, 0.0, None, None)


def test_a_year_without_the_domain_is_left_out_and_one_without_answers_is_null():
    old = small(y=[1, 2, 3, 4], d=["a", "a", "b", "b"])
    new = small(y=[2, 3, 5, ""], d=["a", "a", "c", "c"])
    (found,) = compare_years(old, new, specified([{"mean": ["y"]}], ["d"], DesignColumns(), ()), independent=True)
    assert (found.first, found.second, found.difference) == ({"d": "a"}, {"d": "a"}, 1.0)
    silent = small(y=["", "", 5], d=["a", "a", "b"])
    found = compare_years(old, silent, specified([{"mean": ["y"]}], ["d"], DesignColumns(), ()))
    assert (found[0].difference, found[0].reason) == (None, "no valid answer")


def test_answers_on_site_and_by_mail_differ_as_published():
    r = published("mode_effect_onsite_vs_mail")
    found = differences_of_shares((r["x1"], r["x2"]), (r["n1"], r["n2"]))
    limits = [found.ci_lower[0], found.ci_upper[0]]
    assert found.estimate[0] == pytest.approx(r["diff"], abs=5e-4)
    assert limits == pytest.approx(r["newcombe95"], abs=5e-4)
    assert found.p[0] == pytest.approx(r["p_two_sided"], abs=5e-5)


def test_the_pooled_test_by_hand_and_more_hits_than_answers_are_refused():
    # By hand: 8 of 10 against 4 of 10, pooled 0.6: se = sqrt(0.24 x 0.2), z = 0.4 / 0.219.
    found = differences_of_shares((8, 4), (10, 10), adjustment="none")
    assert found.t[0] == pytest.approx(0.4 / math.sqrt(0.048))
    with pytest.raises(AnalysisError, match="between 0 and trials"):
        differences_of_shares((11, 4), (10, 10))


def test_an_unknown_error_leaves_other_contrasts_known():
    covariance = [[1.0, 0.0, math.nan], [0.0, 1.0, math.nan], [math.nan, math.nan, math.nan]]
    found = linear_contrasts([5.0, 3.0, math.nan], covariance, [[1, -1, 0], [0, 1, -1]], df=[10, 10])
    assert found.se.tolist() == pytest.approx([math.sqrt(2), math.nan], nan_ok=True)
    assert found.estimate.tolist() == pytest.approx([2.0, math.nan], nan_ok=True)
    # One comparison could be made, so nothing is adjusted.
    assert found.p_adjusted[0] == found.p[0]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda t: compare_domains(t, specified([{"mean": ["y"]}], (), DesignColumns(), ())), "by: name"),
        (lambda t: compare_domains(t, specified([{"mean": ["y"]}], "d", DesignColumns(), ()), [(0, 9)]), "pair"),
        (lambda t: compare_domains(t, specified([{"quantile": ["y"]}], "d", DesignColumns(), ())), "quantiles have"),
        (lambda t: compare_years(t, small(y=[1], d=["z"]), specified([{"mean": ["y"]}], "d", DesignColumns(), ())),
         "no domain is in both"),
        (lambda _: differences([1.0, 2.0], np.eye(2), adjustment="tukey"), "choose from none, holm"),
        (lambda _: differences([1.0, 2.0], np.eye(3)), "one row"),
        (lambda _: linear_contrasts([1.0], [[1.0]], [[1.0, 2.0]]), "one estimate per column"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call(small(y=[1, 2, 3, 4], d=["a", "a", "b", "b"]))
