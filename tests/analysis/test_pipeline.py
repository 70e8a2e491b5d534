"""Indices from the scan: the figures of R, the same cells on every engine, the same answer as the front door."""

import json
import sqlite3

import numpy as np
import pyarrow as pa
import pytest

from analysis import cells_of, element_cells, index, index_figures, pipeline, variance, with_composite
from analysis.__main__ import main
from analysis.cell_sums import MEASURES
from analysis.databases import Sqlite
from analysis.design import DesignColumns
from analysis.engines import DuckDb
from analysis.errors import AnalysisError
from analysis.grid import grid_weights
from analysis.pipeline import compute_indices
from analysis.reading import Table
from analysis.recipe import worth_of
from analysis.responses import prepare
from analysis.scan import Measure, cells_sql, levels_sql, run_scan
from instruments.load import newest
from tests.analysis.reference import GOLDEN, load_json
from tests.analysis.sample_instrument import ITEMS, instrument, random_answers
from tests.analysis.survey import close, close_matrix, open_table

REL = 1e-11
DESIGN = DesignColumns(weights="weight", strata="stratum", psu=("psu",), fpc=("fpc",))
YAML = "weights: weight\nstrata: stratum\npsu: psu\nfpc: fpc\n"


def prepared(by=("agency",)):
    return prepare(open_table("sipas_2025"), DESIGN, by, newest("sipas-2017"))


def measures(of):
    return [
        Measure(n, table)
        for kind, names in MEASURES.items()
        for n, table in zip(names, worth_of(of, kind), strict=True)
    ]


def test_command_gives_the_figures_of_r(tmp_path):
    (tmp_path / "design.yaml").write_text(YAML)
    out = tmp_path / "index.json"
    data = GOLDEN / "data/sipas_2025.csv"
    arguments = ["index", str(data), "--instrument", "sipas-2017", "--design", str(tmp_path / "design.yaml")]
    assert main([*arguments, "--by", "agency", "--out", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    r_cases = {a["id"].split("=")[1]: a["result"] for a in load_json(GOLDEN / "g1_sipas_agency.json")["assertions"]}
    same_items = {"share:q" + s: "sat:q" + s for s in (f"{i:02d}" for i in range(1, 23))}
    ending = {"pooled": "sat_pooled", "item_mean": "sat_itemavg"}[newest("sipas-2017").recipe.factor]
    same_items |= {f"factor:{f}": f"{ending}:{f}" for f in ("access", "feedback")}  # as in R's factor map
    compared = 0
    for row in found["rows"]:
        if row["statistic"] in same_items:
            r = r_cases[row["domain"]["agency"]]
            place = r["names"].index(same_items[row["statistic"]])
            close([row["estimate"]], [r["estimate"][place]], REL)
            close([row["se"]], [r["se"][place]], 1e-7, null_for_zero=row["df"] == 0)
            assert row["df"] == r["df"]
            compared += 1
    assert compared == 24 * 24
    assert found["level"] == 0.95
    assert [unit["agency"] for unit in found["units"]] == sorted(r_cases)
    overall = {r["domain"]["agency"]: r["se"] for r in found["rows"] if r["statistic"] == "overall"}
    diagonal = [found["covariance"]["matrix"][k][k] for k in range(24)]
    close(np.sqrt(np.array([np.nan if v is None else v for v in diagonal])), list(overall.values()), REL)


def sqlite_over(view):
    connection = sqlite3.connect(":memory:")
    names = view.column_names
    connection.execute(f"CREATE TABLE responses ({', '.join(names)})")
    rows = zip(*(column.to_pylist() for column in view.columns), strict=True)
    marks = ", ".join("?" * len(names))
    connection.executemany(f"INSERT INTO responses VALUES ({marks})", rows)
    return Sqlite(connection)


def test_cells_are_the_same_numbers_on_duckdb_and_sqlite_in_any_order_of_rows():
    ready = prepared()
    shape = ready.shape
    sql = cells_sql(shape, measures(newest("sipas-2017")))
    shuffled = ready.view.take(np.random.default_rng(3).permutation(ready.view.num_rows))
    duck = run_scan(DuckDb.over_table(ready.view), sql, shape.keys)
    for other in (DuckDb.over_table(shuffled), sqlite_over(ready.view)):
        cells = run_scan(other, sql, shape.keys)
        for name in duck:
            if name not in ("ry", "rx"):  # the respondents' index is no whole number
                assert np.array_equal(duck[name], cells[name]), name
        assert np.allclose(duck["ry"], cells["ry"], rtol=1e-12)


def test_parquet_gives_what_the_table_in_memory_gives(tmp_path):
    ready = prepared()
    path = tmp_path / "responses.parquet"
    pa.parquet.write_table(ready.view, path)
    sql = levels_sql(ready.shape)
    first = run_scan(DuckDb.over_table(ready.view), sql, ready.shape.domain_keys)
    second = run_scan(DuckDb.over_parquet(path), sql, ready.shape.domain_keys)
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_the_text_of_the_scan_keeps_to_the_common_dialect():
    text = cells_sql(prepared().shape, measures(newest("sipas-2017"))) + levels_sql(prepared().shape)
    for forbidden in ("CAST", "FILTER", "::", '"', "`", "BIGINT"):
        assert forbidden not in text


def both_doors(overall):
    """The figures of the files' door and of the application's, from the same answers."""
    whole = with_composite(random_answers(8, n=400), instrument())
    n_h = np.bincount(whole.stratum)
    frame = {h: int(n) * (h + 2) for h, n in enumerate(n_h)}
    columns = {
        "stratum": whole.stratum,
        "N": np.array([frame[h] for h in whole.stratum.tolist()]),
        "unit": whole.domain,
    } | {item: whole.level[:, k].astype(str) for k, item in enumerate(ITEMS)}
    text = {
        name: pa.array(["" if str(v) == "0" and name in ITEMS else str(v) for v in col])
        for name, col in columns.items()
    }
    table = Table(GOLDEN, pa.table(text))
    of = instrument(overall=overall)
    design = DesignColumns(strata="stratum", fpc=("N",))
    ready = prepare(table, design, ("unit",), of)
    scanned = compute_indices(DuckDb.over_table(ready.view), ready.shape, design, of)
    return scanned.figures, index_figures(cells_of(whole), whole, frame, of)


@pytest.mark.parametrize("overall", ["factor_mean", "pooled", "general_question", "respondent"])
def test_the_scan_and_the_front_door_are_one_estimator(overall):
    scanned, front = both_doors(overall)
    assert len(scanned) == len(front)
    for ours, theirs in zip(scanned, front, strict=True):
        assert (ours.statistic, ours.n, ours.level_counts) == (theirs.statistic, theirs.n, theirs.level_counts)
        close([ours.estimate, ours.se], [theirs.estimate, theirs.se], 1e-7 if overall == "respondent" else REL)
        assert (ours.df, ours.reason, ours.ci_method) == (theirs.df, theirs.reason, theirs.ci_method)


def test_both_doors_estimate_with_the_same_functions(monkeypatch):
    assert index.linearise is pipeline.linearise is element_cells.linearise
    assert index.figures_of is pipeline.figures_of
    before = both_doors("pooled")
    scale = variance.stage_scale
    monkeypatch.setattr(variance, "stage_scale", lambda stage: 4 * scale(stage))
    for plain, changed in zip(before, both_doors("pooled"), strict=True):  # what changes one changes the other
        close([f.se for f in changed], [f.se and 2 * f.se for f in plain], REL)


def test_joint_covariance_of_units_equals_the_estimate_of_the_same_design():
    ready = prepared(by=("district",))
    of = newest("sipas-2017")
    found = compute_indices(DuckDb.over_table(ready.view), ready.shape, DESIGN, of)
    overall = [f for f in found.figures if f.statistic == "overall"]
    close(np.sqrt(np.diag(found.overall_covariance)), [f.se for f in overall], REL)
    close_matrix(found.overall_covariance, found.overall_covariance.T, REL)


def test_weights_beyond_exact_sums_are_refused():
    big = pa.table(
        {name: pa.array([str(v)] * 20) for name, v in {"w": 1e9, "h": 1}.items()}
        | {item: pa.array(["4"] * 20) for item in ITEMS}
    )
    design = DesignColumns(weights="w", strata="h")
    ready = prepare(Table(GOLDEN, big), design, (), instrument())
    with pytest.raises(AnalysisError, match="no longer be exact"):
        compute_indices(DuckDb.over_table(ready.view), ready.shape, design, instrument())


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("q07", "6", "column q07, row 3: 6 is no level of scale satisfaction"),
        ("q07", "gut", "column q07, row 3: 'gut' is not a number"),
        ("agency", "", "column agency, row 3: blank"),
        ("weight", "0", "column weight, row 3: weight 0 is not above 0"),
        ("fpc", "0.2", "column fpc, row"),
    ],
)
def test_bad_input_names_column_row_and_remedy(column, value, message):
    table = open_table("sipas_2025")
    place = table.columns.column_names.index(column)
    values = table.columns.column(column).to_pylist()
    values[2] = value
    broken = Table(table.path, table.columns.set_column(place, column, pa.array(values)))
    with pytest.raises(AnalysisError, match=message):
        prepare(broken, DESIGN, ("agency",), newest("sipas-2017"))


def test_weights_are_put_on_the_grid_of_millionths_once():
    thirds = grid_weights(np.array([1 / 3, 2 / 3, 4.1, 2.0000004]))
    assert thirds.tolist() == [333333.0, 666667.0, 4100000.0, 2000000.0]
