"""Classical samples against R survey 4.5, read from the reference folder where one is set."""

import numpy as np
import pytest

from analysis.design import DesignColumns, build_design
from analysis.dispersion import population_covariance
from analysis.errors import AnalysisError
from analysis.intervals import wald_t
from analysis.quantiles import Rule, Share, distribution_of, quantile_limits
from analysis.variance import lay_out
from tests.analysis.reference import GOLDEN, exempt, load_json, reference_folder
from tests.analysis.survey import (
    ask,
    close,
    close_matrix,
    domain_labels,
    labels_of,
    open_table,
    with_columns,
)

REL = 1e-12
TWOSTAGE = {"weights": "w", "strata": "h", "psu": ("psu", "ssu"), "fpc": ("fpc1", "fpc2"), "nest": True}
DESIGNS = {
    "b1_twostage_strat": ("twostage", TWOSTAGE),
    "a1_api_srs": ("apisrs", {"weights": "pw", "fpc": ("fpc",)}),
    "a2_api_strat": ("apistrat", {"weights": "pw", "strata": "stype", "fpc": ("fpc",)}),
    "a3_api_clus1": ("apiclus1", {"weights": "pw", "psu": ("dnum",), "fpc": ("fpc",)}),
    "a4_api_clus1_nofpc": ("apiclus1", {"weights": "pw", "psu": ("dnum",)}),
}
CLASSIC = {
    "mean": ("twostage", TWOSTAGE),
    "total": ("twostage", TWOSTAGE),
    "mu284": ("mu284", {"psu": ("id1", "id2"), "fpc": ("n1", "n2")}),
    "fpc_withrep": ("fpc", {"weights": "weight", "strata": "stratid", "psu": ("psuid",), "nest": True}),
    "fpc_nh": (
        "fpc",
        {"weights": "weight", "strata": "stratid", "psu": ("psuid",), "fpc": ("Nh",), "nest": True},
    ),
    "apiclus2": ("apiclus2", {"weights": "pw", "psu": ("dnum", "snum"), "fpc": ("fpc1", "fpc2")}),
    "apiclus2_withrep": ("apiclus2", {"weights": "pw", "psu": ("dnum",)}),
}


def assertions(cases):
    """Every assertion of the cases that is not exempt; our frozen two-stage sample if no folder is set."""
    folder = reference_folder()
    if folder is None:
        frozen = load_json(GOLDEN / "b1_twostage_strat.json")["assertions"]
        return [("b1_twostage_strat", a["id"], a["result"]) for a in frozen if a["id"] in ("mean", "total")]
    return [
        (case, a["id"], a["result"])
        for case in cases
        for a in load_json(folder / f"oracle/{case}.json")["assertions"]
        if (case, a["id"]) not in exempt()
    ]


def compare(found, r, keys):
    rows, results = found
    picked = [rows[key] for key in keys]
    close([row.estimate for row in picked], r["estimate"], REL)
    close([row.se for row in picked], r["se"], REL)
    if r.get("deff"):
        close([row.deff for row in picked], r["deff"], REL)
    if "vcov" in r and results.covariance is not None:
        order = [list(rows).index(key) for key in keys]
        close_matrix(results.covariance[np.ix_(order, order)], r["vcov"], REL)


def plain(case, kind, r, columns):
    table_name, design = DESIGNS[case]
    table = open_table(table_name)
    for column in columns:
        if column not in table.columns.column_names:
            factor = next(f for f in ("stype", "awards") if column.startswith(f))
            label = column.removeprefix(factor)
            table = with_columns(table, **{column: [float(x == label) for x in labels_of(table, factor)]})
    found = ask(table, DesignColumns(**design), [{kind: list(columns)}], covariance=True)
    keys = [(f"{kind}:{c}",) for c in columns]
    compare(found, r, keys)
    if r.get("df") is not None:
        assert all(found[0][key].df == r["df"] for key in keys)
        close([found[0][key].ci for key in keys], r["ci"], REL)
    return found[0]


def by_domain(case, kind, r, columns, by):
    table_name, design = DESIGNS[case]
    entry = {kind: columns if kind == "ratio" else list(columns)}
    statistics = ["ratio:" + "/".join(columns)] if kind == "ratio" else [f"{kind}:{c}" for c in columns]
    found = ask(open_table(table_name), DesignColumns(**design), [entry], by=[by], covariance=True)
    assert [label for (label,) in domain_labels(found[1])] == r["domains"]
    compare(found, r, [(d, s) for s in statistics for d in r["domains"]])


def quantiles(case, assertion, r):
    table_name, columns = DESIGNS[case]
    _, rule, *kind = assertion.split("_")
    table = open_table(table_name)
    design = build_design(table, DesignColumns(**columns))
    taylor = lay_out(design.stages, np.zeros(len(table), dtype=np.int64), 1)
    total = design.weight.sum()
    for column, expected in r["values"].items():
        x = table.numbers(column)
        sample = distribution_of(x, design.weight)
        for k, probability in enumerate(r.get("quantiles", [0.25, 0.5, 0.75])):
            if (case, f"{assertion}/values/{column}/{k}") in exempt():
                continue
            values = expected[k]
            q = sample.quantile(probability, Rule(rule))
            below = (x <= q).astype(float)
            share = float(design.weight @ below / total)
            se = float(np.sqrt(taylor.variance((design.weight * (below - share) / total)[:, None])[0, 0]))
            limits = quantile_limits(
                sample,
                (share, se),
                (len(x), int(taylor.df[0])),
                0.95,
                rule=Rule(rule),
                interval=Share(kind[0]) if kind else Share.MEAN,
            )
            close([q, *limits], values, 1e-9)


@pytest.mark.parametrize(
    ("case", "assertion", "r"), assertions(tuple(DESIGNS)[1:]), ids=lambda x: x if isinstance(x, str) else ""
)
def test_classical_sample(case, assertion, r):
    by = grouping(case)
    checks = {
        "mean": lambda: plain(case, "mean", r, r["names"]),
        "mean_factor": lambda: plain(case, "mean", r, r["names"]),
        "total": lambda: plain(case, "total", r, r["names"]),
        "total_factor": lambda: plain(case, "total", r, r["names"]),
        "mean_deff_replace": lambda: replaced(case, r),
        "mean_ci90_normal": lambda: normal_interval(case, r),
        "degf": lambda: degrees(case, r),
        "ratio": lambda: ratio(case, r),
        "var": lambda: dispersion(case, r),
        "by_mean": lambda: by_domain(case, "mean", r, named(r), by),
        "by_total": lambda: by_domain(case, "total", r, [numeric(case)[0]], by),
        "by_ratio": lambda: by_domain(case, "ratio", r, ["api.stu", "enroll"], by),
        "diff_domains": lambda: difference(case, r),
        "contrast_nonlinear": lambda: nonlinear(case, r),
    }
    if assertion.startswith("quantile_"):
        quantiles(case, assertion, r)
    elif assertion.startswith("subset_mean_"):
        subset(case, assertion.removeprefix("subset_mean_"), r)
    else:
        checks[assertion]()


def named(r):
    return list(dict.fromkeys(name.split(":")[1] for name in r["names"]))


def numeric(case):
    return ["api00", "enroll"] if case in ("a1_api_srs", "a3_api_clus1") else ["api00", "api99"]


def grouping(case):
    return "stype" if case in ("a1_api_srs", "a3_api_clus1") else "awards"


def replaced(case, r):
    table_name, design = DESIGNS[case]
    found = ask(open_table(table_name), DesignColumns(**design), [{"mean": r["names"]}], covariance=True)
    close([found[0][(f"mean:{c}",)].deff_replace for c in r["names"]], r["deff"], REL)
    compare(found, {key: r[key] for key in ("estimate", "se", "vcov")}, [(f"mean:{c}",) for c in r["names"]])


def normal_interval(case, r):
    table_name, design = DESIGNS[case]
    found = ask(open_table(table_name), DesignColumns(**design), [{"mean": r["names"]}], covariance=True)
    compare(found, {key: r[key] for key in ("estimate", "se", "vcov")}, [(f"mean:{c}",) for c in r["names"]])
    rows = [found[0][(f"mean:{c}",)] for c in r["names"]]
    close([wald_t(row.estimate, row.se, np.inf, 0.9) for row in rows], r["ci"], REL)


def degrees(case, r):
    table_name, design = DESIGNS[case]
    rows, _ = ask(open_table(table_name), DesignColumns(**design), [{"mean": ["api00"]}])
    assert rows[("mean:api00",)].df == r["df"]


def ratio(case, r):
    table_name, design = DESIGNS[case]
    rows, _ = ask(open_table(table_name), DesignColumns(**design), [{"ratio": ["api.stu", "enroll"]}])
    row = rows[("ratio:api.stu/enroll",)]
    close([row.estimate, row.se, row.deff, *row.ci], [r["estimate"], r["se"], r["deff"], *r["ci"][0]], REL)
    close([row.se**2, row.df], [r["var"], r["df"]], REL)


def dispersion(case, r):
    table_name, columns = DESIGNS[case]
    table = open_table(table_name)
    values = np.stack([table.numbers(c) for c in numeric(case)], axis=1)
    ours = population_covariance(values, build_design(table, DesignColumns(**columns)))
    close(ours.estimate, r["estimate"], REL)
    close(ours.se, r["se"], REL)
    close_matrix(ours.vcov, r["vcov"], REL)


def subset(case, label, r):
    table_name, design = DESIGNS[case]
    rows, _ = ask(open_table(table_name), DesignColumns(**design), [{"mean": ["api00"]}], by=[grouping(case)])
    row = rows[label, "mean:api00"]
    close([row.estimate, row.se, row.se**2], [*r["estimate"], *r["se"], *r["vcov"][0]], REL)
    assert row.df == r["df_subset"] == r["df"]
    close(row.ci, r["ci"], REL)
    close(np.ravel(wald_t(row.estimate, row.se, r["df_full"])), r["ci_full_df"], REL)


def difference(case, r):
    table_name, design = DESIGNS[case]
    by = grouping(case)
    rows, found = ask(open_table(table_name), DesignColumns(**design), [{"mean": ["api00"]}], by=[by], covariance=True)
    first, second = list(rows.values())[:2]
    v = found.covariance
    se = np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1])
    close([first.estimate - second.estimate, se, se**2], [*r["estimate"], *r["se"], *r["vcov"][0]], REL)


def nonlinear(case, r):
    table_name, design = DESIGNS[case]
    columns = numeric(case)
    rows, _ = ask(open_table(table_name), DesignColumns(**design), [{"ratio": columns}])
    row = rows[("ratio:" + "/".join(columns),)]
    ours = [100 * row.estimate, 100 * row.se, (100 * row.se) ** 2]
    close(ours, [*r["estimate"], *r["se"], *r["vcov"][0]], REL)


def classic(assertion):
    name = next(n for n in sorted(CLASSIC, key=len, reverse=True) if assertion.startswith(n))
    table_name, design = CLASSIC[name]
    return open_table(table_name), DesignColumns(**design)


@pytest.mark.parametrize(
    ("case", "assertion", "r"), assertions(["b2_classic_multistage"]), ids=lambda x: x if isinstance(x, str) else ""
)
def test_classical_multistage_sample(case, assertion, r):
    table, design = classic(assertion)
    if assertion.endswith("degf"):
        rows, _ = ask(table, design, [{"mean": [table.columns.column_names[-2]]}])
        assert {row.df for row in rows.values()} == {r["df"]}
        return
    if assertion == "apiclus2_ratio_na":
        rows, _ = ask(table, design, [{"ratio": ["api.stu", "enroll"]}])
        row = rows[("ratio:api.stu/enroll",)]
        close([row.estimate, row.se], [r["estimate"], r["se"]], REL)
        return
    kind = "total" if "total" in assertion else "mean"
    by = ["stype"] if assertion.endswith("_by") else []
    columns = r.get("names", ["api00"])
    found = ask(table, design, [{kind: columns}], by=by, covariance=True)
    keys = [(*([d] if by else []), f"{kind}:{c}") for c in columns for d in (r["domains"] if by else [""])]
    compare(found, r, keys)
    if r.get("df") is not None:
        close([found[0][key].ci for key in keys], r["ci"], REL)


def test_a_fraction_as_population_count_is_refused():
    table = open_table("twostage")
    fraction = with_columns(table, f=[0.25] * len(table))
    design = DesignColumns(weights="w", strata="h", psu=("psu",), fpc=("f",), nest=True)
    with pytest.raises(AnalysisError, match=r"column f, row 1: population count 0.25 is less than"):
        ask(fraction, design, [{"mean": ["y"]}])
