"""A satisfaction survey of 12,000 answers, 24 agencies, two years, against R survey 4.5."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import t as student

from analysis.association import rao_scott
from analysis.design import DesignColumns, build_design
from analysis.reading import Table
from tests.analysis.reference import GOLDEN, load_json
from tests.analysis.survey import ask, close, close_matrix, labels_of, open_table, with_columns

REL = 1e-11
REL_SE = 1e-7  # R's joint delta method subtracts entries of a covariance of 66 totals; ours does not
DESIGN = DesignColumns(weights="weight", strata="stratum", psu=("psu",), fpc=("fpc",))
ITEMS = [f"q{i:02d}" for i in range(1, 23)]
FACTORS = {
    "access": tuple(ITEMS[0:4]),
    "procedures": tuple(ITEMS[4:8]),
    "officials": tuple(ITEMS[8:13]),
    "results": tuple(ITEMS[13:18]),
    "feedback": tuple(ITEMS[18:22]),
}
WEIGHTS = {"access": 0.20, "procedures": 0.20, "officials": 0.25, "results": 0.20, "feedback": 0.15}
SATISFIED = {"satisfied": [4, 5]}


def result(case, assertion):
    return next(a["result"] for a in load_json(GOLDEN / f"{case}.json")["assertions"] if a["id"] == assertion)


def variant(of, how):
    """The statistics of one variant, as asked and as R named them."""
    ending = {"share": "sat", "score": "mean"}[of] + {"pooled": "_pooled", "item_mean": "_itemavg"}[how]
    options = {"of": of, "how": how} | (SATISFIED if of == "share" else {})
    entries = [{"factor": list(FACTORS)} | options, {"overall": options | {"weights": WEIGHTS}}]
    names = {f"factor:{f}": f"{ending}:{f}" for f in FACTORS} | {"overall": f"{ending}:overall"}
    return entries, names


def items():
    entries = [{"share": ITEMS} | SATISFIED, {"score": ITEMS, "range": [1, 5]}]
    return entries, {f"share:{q}": f"sat:{q}" for q in ITEMS} | {f"score:{q}": f"mean:{q}" for q in ITEMS}


VARIANTS = [items(), *(variant(of, how) for of in ("share", "score") for how in ("pooled", "item_mean"))]


def ask_variant(table, design, by, entries, **options):
    return ask(table, design, entries, by=by, factors=FACTORS, missing=[9], **options)


@pytest.mark.parametrize("by", ["all", "province", "district", "agency", "resp_type"])
def test_every_index_of_every_domain(by):
    table = open_table("sipas_2025")
    cases = {a["id"].split("=")[1]: a["result"] for a in load_json(GOLDEN / f"g1_sipas_{by}.json")["assertions"]}
    compared = 0
    for entries, names in VARIANTS:
        rows, _ = ask_variant(table, DESIGN, [] if by == "all" else [by], entries)
        for (*domain, statistic), row in rows.items():
            r = cases[domain[0] if domain else "ALL"]
            place = r["names"].index(names[statistic])
            close([row.estimate], [r["estimate"][place]], REL)
            close([row.se], [r["se"][place]], REL_SE, null_for_zero=row.df == 0)
            assert row.df == r["df"]
            interval = row.ci_wald if statistic.startswith("share:") else row.ci
            close(interval or (None, None), [r["ci_lo"][place], r["ci_hi"][place]], REL_SE)
            if statistic[6:] in ITEMS:
                assert row.n == r["n_valid"][f"v_{statistic[6:]}"]
            compared += 1
    assert compared == sum(len(r["names"]) for r in cases.values())


@pytest.mark.parametrize("by", ["all", "province", "district", "agency", "resp_type"])
def test_size_of_every_domain(by):
    table = open_table("sipas_2025")
    weight, stratum, psu = table.numbers("weight"), table.labels("stratum").code, table.labels("psu").code
    labels = ["ALL"] * len(table) if by == "all" else labels_of(table, by)
    for a in load_json(GOLDEN / f"g1_sipas_{by}.json")["assertions"]:
        r, inside = a["result"], np.array([label == a["id"].split("=")[1] for label in labels])
        assert inside.sum() == r["n"]
        assert len(set(psu[inside].tolist())) == r["n_psu"]
        assert len(set(stratum[inside].tolist())) == r["n_strata"]
        close([weight[inside].sum()], [r["sum_w"]], 1e-12)


def test_one_item_by_agency_and_by_district_with_joint_covariance():
    table = open_table("sipas_2025")
    r = result("g2_sipas_native", "svyby_svyratio_q05_agency")
    rows, found = ask_variant(table, DESIGN, ["agency"], [{"score": ["q05"]}], covariance=True)
    close([rows[a, "score:q05"].estimate for a in r["domains"]], r["estimate"], REL)
    close([rows[a, "score:q05"].se for a in r["domains"]], r["se"], REL, null_for_zero=True)
    close_matrix(found.covariance, r["vcov"], REL, null_for_zero=True)
    r = result("g2_sipas_native", "svyby_svyratio_sat_q05_district")
    rows, found = ask_variant(table, DESIGN, ["district"], [{"share": ["q05"]} | SATISFIED], covariance=True)
    close([rows[d, "share:q05"].estimate / 100 for d in r["domains"]], r["estimate"], REL)
    close([rows[d, "share:q05"].se / 100 for d in r["domains"]], r["se"], REL)
    close_matrix(found.covariance / 1e4, r["vcov"], REL)


def test_design_effect_of_an_item_by_agency():
    r = result("g2_sipas_native", "svyby_svymean_narm_q05_agency")
    rows, _ = ask_variant(open_table("sipas_2025"), DESIGN, ["agency"], [{"score": ["q05"]}])
    for figure in ("deff", "se"):
        close([getattr(rows[a, "score:q05"], figure) for a in r["domains"]], r[figure], REL, null_for_zero=True)
    close([rows[a, "score:q05"].estimate for a in r["domains"]], r["estimate"], REL)


def test_overall_index_equals_a_nonlinear_contrast_of_totals():
    r = result("g2_sipas_native", "svycontrast_overall")
    entries, _ = variant("score", "pooled")
    rows, _ = ask_variant(open_table("sipas_2025"), DESIGN, [], entries)
    row = rows[("overall",)]
    close([row.estimate, row.se, row.se**2], [*r["estimate"], *r["se"], *r["vcov"][0]], REL)
    assert row.df == result("g2_sipas_native", "agency_overall_vcov")["df"]


def test_differences_between_agencies_keep_the_covariance():
    entries, _ = variant("score", "pooled")
    rows, found = ask_variant(open_table("sipas_2025"), DESIGN, ["agency"], entries[1:], covariance=True)
    r = result("g2_sipas_native", "agency_overall_vcov")
    close([rows[a, "overall"].estimate for a in r["agencies"]], r["estimate"], REL)
    close([rows[a, "overall"].se for a in r["agencies"]], r["se"], REL, null_for_zero=True)
    close_matrix(found.covariance, r["vcov"], REL, null_for_zero=True)
    pairs = result("g2_sipas_native", "agency_pairwise_differences")
    assert len(pairs["a"]) == 276
    first = [r["agencies"].index(a) for a in pairs["a"]]
    second = [r["agencies"].index(b) for b in pairs["b"]]
    v = found.covariance
    se = np.sqrt(v[first, first] + v[second, second] - 2 * v[first, second])
    known = ~np.isnan(se)
    assert known.sum() == 253  # one agency lies in one PSU: R's differences take its error as 0, ours are null
    assert {(pairs["a"][k], pairs["b"][k])[1] for k in np.flatnonzero(~known)} == {"A24"}
    close(se[known], np.array(pairs["se"])[known], REL)


def two_years():
    tables = [open_table(f"sipas_{year}") for year in (2025, 2024)]
    columns = [name for name in tables[0].columns.column_names if name in tables[1].columns.column_names]
    joined = Table(tables[0].path, pa.concat_tables([t.columns.select(columns) for t in tables]))
    year = labels_of(joined, "year")
    return with_columns(
        joined,
        psuY=[f"{p} {y}" for p, y in zip(labels_of(joined, "psu"), year, strict=True)],
        stratumY=[f"{s} {y}" for s, y in zip(labels_of(joined, "stratum"), year, strict=True)],
        ALL=["ALL"] * len(joined),
    )


YEAR_DESIGNS = {
    "shared": DESIGN,
    "independent": DesignColumns(weights="weight", strata="stratumY", psu=("psuY",), fpc=("fpc",)),
}
YEAR_STATISTICS = {
    "mean_pooled:overall": (variant("score", "pooled")[0][1], "overall"),
    "sat_pooled:overall": (variant("share", "pooled")[0][1], "overall"),
    "mean:q05": ({"score": ["q05"]}, "score:q05"),
    "sat:q05": ({"share": ["q05"]} | SATISFIED, "share:q05"),
    "mean_pooled:officials": ({"factor": ["officials"], "of": "score"}, "factor:officials"),
}


@pytest.mark.parametrize("design", YEAR_DESIGNS)
def test_change_between_years_keeps_the_covariance_of_shared_communes(design):
    table = two_years()
    cases = {
        a["id"].split(":")[1]: a["result"]
        for a in load_json(GOLDEN / "g3_sipas_years.json")["assertions"]
        if a["id"].startswith(design)
    }
    whole, _ = ask(table, YEAR_DESIGNS[design], [{"mean": ["q05"]}])
    compared = 0
    for r_name, (entry, statistic) in YEAR_STATISTICS.items():
        for by in ("ALL", "province", "district", "agency"):
            rows, found = ask_variant(table, YEAR_DESIGNS[design], [by, "year"], [entry], covariance=True)
            order = [key[:2] for key in rows]
            for domain in {d for d, _ in order}:
                r = cases[domain]
                place = r["names"].index(r_name)
                new, old = order.index((domain, "2025")), order.index((domain, "2024"))
                now, then = rows[domain, "2025", statistic], rows[domain, "2024", statistic]
                v = found.covariance
                se = np.sqrt(v[new, new] + v[old, old] - 2 * v[new, old])
                close([now.estimate, then.estimate], [r["est2025"][place], r["est2024"][place]], REL)
                close(
                    [now.se, then.se, se],
                    [r[k][place] for k in ("se2025", "se2024", "se_diff")],
                    REL_SE,
                    null_for_zero=True,
                )
                assert whole[("mean:q05",)].df == r["df"]
                compared += 1
    assert compared == len(YEAR_STATISTICS) * len(cases)


def test_difference_of_two_groups_is_r_s_t_test():
    rows, found = ask_variant(open_table("sipas_2025"), DESIGN, ["resp_type"], [{"score": ["q05"]}], covariance=True)
    r = result("g2_sipas_native", "ttest_resp_type_q05")
    v = found.covariance
    difference = rows["org", "score:q05"].estimate - rows["ind", "score:q05"].estimate
    t = difference / np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1])
    whole, _ = ask_variant(open_table("sipas_2025"), DESIGN, [], [{"score": ["q05"]}])
    df = whole[("score:q05",)].df - 1
    assert df == r["df"]
    close([difference, t, 2 * student.sf(abs(t), df)], [r["diff"], r["t"], r["p"]], 1e-9)


def test_association_of_satisfaction_and_kind_of_applicant():
    table = open_table("sipas_2025")
    design = build_design(table, DESIGN)
    level = table.numbers("q05")
    valid = (level >= 1) & (level <= 5)
    kind = table.labels("resp_type").code
    r = result("g2_sipas_native", "chisq_sat_resp_type_F")
    ours = rao_scott(np.where(valid, level >= 4, -1).astype(np.int64), kind, design)
    close([ours.f, *ours.f_df, ours.f_p], [r["F"], r["ndf"], r["ddf"], r["p"]], 1e-10)
    r = result("g2_sipas_native", "chisq_q05_resp_type_Chisq")
    ours = rao_scott(np.where(valid, level - 1, -1).astype(np.int64), kind, design)
    close([ours.chi_square, ours.chi_square_df, ours.chi_square_p], [r["X2"], r["df"], r["p"]], 1e-10)
