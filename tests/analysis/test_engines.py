"""The same responses on every engine: the same cells to the last bit, the same file of indices, clear refusals."""

import json
import sqlite3
from dataclasses import replace

import numpy as np
import psycopg
import pyarrow as pa
import pytest

from analysis.__main__ import main
from analysis.cell_sums import MEASURES
from analysis.design import DesignColumns
from analysis.engines import DuckDb
from analysis.grid import EXACT
from analysis.pipeline import measures_of
from analysis.responses import prepare
from analysis.scan import cells_sql, run_scan
from analysis.sources import opened
from analysis.stored import stored
from instruments.load import newest
from tests.analysis.reference import GOLDEN
from tests.analysis.stored_responses import in_postgresql, into_csv, into_parquet, into_sqlite, typed
from tests.analysis.survey import open_table

DESIGN = DesignColumns(weights="weight", strata="stratum", psu=("psu",), fpc=("fpc",))
YAML = "weights: weight\nstrata: stratum\npsu: psu\nfpc: fpc\n"
ENGINES = ("duckdb parquet", "duckdb csv", "sqlite", "postgresql")
INSTRUMENT = newest("sipas-2017")


@pytest.fixture(scope="module")
def responses():
    return typed(open_table("sipas_2025").columns)


@pytest.fixture(scope="module")
def places(responses, tmp_path_factory, request):
    """For each engine: what follows --engine, and the file if there is one."""
    folder = tmp_path_factory.mktemp("responses")
    shuffled = responses.take(np.random.default_rng(5).permutation(len(responses)))
    with in_postgresql(shuffled, request.getfixturevalue("_postgresql_template")) as postgresql:
        yield {
            "duckdb parquet": ("duckdb", into_parquet(responses, folder / "responses.parquet")),
            "duckdb csv": ("duckdb", into_csv(shuffled, folder / "responses.csv")),
            "sqlite": (into_sqlite(responses, folder / "responses.sqlite"), None),
            "postgresql": (postgresql, None),
        }


def cells_on(place, design=DESIGN, by=("agency",), instrument=INSTRUMENT):
    engine, path = place
    with opened(engine, path) as source:
        over = stored(source, design, by, instrument)
        sql = cells_sql(over.shape, measures_of(instrument, tuple(MEASURES)))
        return run_scan(over, sql, over.shape.keys)


def run_index(folder, name, *arguments, design=YAML):
    (folder / "design.yaml").write_text(design)
    out = folder / f"{name}.json"
    options = ["--instrument", "sipas-2017", "--design", str(folder / "design.yaml"), "--by", "agency"]
    assert main(["index", *map(str, arguments), *options, "--out", str(out)]) == 0
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ENGINES)
def test_cells_are_those_of_the_file_read_whole_to_the_last_bit(places, name):
    ready = prepare(open_table("sipas_2025"), DESIGN, ("agency",), INSTRUMENT)
    sql = cells_sql(ready.shape, measures_of(INSTRUMENT, tuple(MEASURES)))
    expected = by_hand(ready, sql)
    cells = cells_on(places[name])
    for column in set(expected) - {"ry", "rx"}:  # no shipped recipe has an index of respondents
        assert np.array_equal(expected[column], cells[column]), column
    weighted = [column for column in cells if column[0] in "wxysv"]
    assert len(weighted) == 1 + 4 * len(INSTRUMENT.scored_items())
    for column in weighted:
        assert cells[column].dtype == np.float64
        assert np.sum(cells[column]) < EXACT


def by_hand(ready, sql):
    """The cells of a view, added up in Python's whole numbers of unlimited size where they are whole."""
    sums = {}
    view = {name: ready.view.column(name).to_pylist() for name in ready.view.column_names}
    for row in range(ready.view.num_rows):
        key = tuple(view[name][row] for name in ready.shape.keys)
        cell = sums.setdefault(key, {"n": 0, "w": 0, "f1": set(), **{f"x{j}": 0 for j in range(1, 24)}})
        w = int(view["w"][row])
        cell["n"] += 1
        cell["w"] += w
        cell["f1"].add(view["f1"][row])
        for j in range(1, 24):
            cell[f"x{j}"] += w if view[f"q{j}"][row] in (1, 2, 3, 4, 5) else 0
    keys = sorted(sums)
    found = {name: np.array([key[k] for key in keys]) for k, name in enumerate(ready.shape.keys)}
    return found | {name: np.array([sums[key][name] for key in keys]) for name in ("n", "w", "x1", "x7", "x23")}


@pytest.mark.parametrize("name", ENGINES)
def test_the_command_writes_the_same_file_whatever_the_engine(tmp_path, places, name):
    whole = run_index(tmp_path, "whole", GOLDEN / "data/sipas_2025.csv")
    engine, path = places[name]
    assert run_index(tmp_path, "engine", *([path] if path else []), "--engine", engine) == whole


@pytest.mark.parametrize("name", ENGINES)
def test_respondents_as_units_give_the_same_figures_whatever_the_engine(tmp_path, places, name):
    design = "weights: weight\nstrata: stratum\n"
    whole = run_index(tmp_path, "whole", GOLDEN / "data/sipas_2025.csv", design=design)
    engine, path = places[name]
    found = run_index(tmp_path, "engine", *([path] if path else []), "--engine", engine, design=design)
    assert found["units"] == whole["units"]
    for ours, theirs in zip(found["rows"], whole["rows"], strict=True):
        # Squares are no whole numbers: they agree to 1e-12, all else to the last bit.
        if theirs["se"] is None:
            assert ours["se"] is None
        else:
            assert ours["se"] == pytest.approx(theirs["se"], rel=1e-12)
        kept = ("statistic", "estimate", "df", "n", "level_counts", "reason")
        assert [ours[key] for key in kept] == [theirs[key] for key in kept]
    assert len({row["se"] for row in found["rows"]}) > 1000


def test_sampled_units_are_read_with_a_file_only(tmp_path, places, capsys):
    (tmp_path / "units.csv").write_text("stratum,psu\nx,y\n")
    (tmp_path / "design.yaml").write_text(YAML + "frame: units.csv\n")
    design = [
        "--instrument",
        "sipas-2017",
        "--design",
        str(tmp_path / "design.yaml"),
        "--out",
        str(tmp_path / "o.json"),
    ]
    engine, path = places["duckdb parquet"]
    assert main(["index", str(path), "--engine", engine, *design]) == 2
    assert "leave --engine out" in capsys.readouterr().err


@pytest.mark.parametrize("name", ENGINES)
def test_weights_are_rounded_to_the_grid_alike(tmp_path, request, name):
    """Ties too: 2.0000005 is half way between two millionths, and half goes to even."""
    weight = np.array([1 / 3, 2 / 3, 2.0000005, 2.0000015, 4.1, 1e-6, 123456.7890125])
    items = {item.id: pa.array([4] * len(weight)) for item in INSTRUMENT.scored_items()}
    table = pa.table({"weight": weight, "unit": pa.array([f"u{k}" for k in range(len(weight))]), **items})
    with in_postgresql(table, request.getfixturevalue("_postgresql_template")) as postgresql:
        place = {
            "duckdb parquet": lambda: ("duckdb", into_parquet(table, tmp_path / "w.parquet")),
            "duckdb csv": lambda: ("duckdb", into_csv(table, tmp_path / "w.csv")),
            "sqlite": lambda: (into_sqlite(table, tmp_path / "w.sqlite"), None),
            "postgresql": lambda: (postgresql, None),
        }[name]()
        cells = cells_on(place, DesignColumns(weights="weight", psu=("unit",)), ())
    assert cells["w"].tolist() == np.rint(weight * 1e6).tolist()


def test_weights_written_in_millionths_mean_the_same_with_and_without_an_engine(tmp_path, responses):
    place = responses.column_names.index("weight")
    millionths = pa.array(np.rint(responses.column("weight").to_numpy() * 1e6))
    path = into_parquet(responses.set_column(place, "weight", millionths), tmp_path / "millionths.parquet")
    design = DesignColumns(weights="weight", strata="stratum", psu=("psu",), fpc=("fpc",), weights_in_millionths=True)
    expected = cells_on(("duckdb", into_parquet(responses, tmp_path / "plain.parquet")))
    found = cells_on(("duckdb", path), design)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)
    (tmp_path / "millionths.yaml").write_text(YAML + "weights_in_millionths: true\n")
    results = []
    for engine in ([], ["--engine", "duckdb"]):
        arguments = ["--instrument", "sipas-2017", "--design", str(tmp_path / "millionths.yaml"), "--by", "agency"]
        assert main(["index", str(path), *engine, *arguments, "--out", str(tmp_path / "out.json")]) == 0
        results.append(json.loads((tmp_path / "out.json").read_text()))
    assert results[0] == results[1] == run_index(tmp_path, "plain", tmp_path / "plain.parquet")


def test_a_respondents_own_index_is_made_by_the_engine_as_by_us(tmp_path, responses):
    of = replace(INSTRUMENT, recipe=replace(INSTRUMENT.recipe, overall="respondent"))
    ready = prepare(open_table("sipas_2025"), DESIGN, ("agency",), of)
    sql = cells_sql(ready.shape, measures_of(of, tuple(MEASURES)))
    expected = run_scan(DuckDb.over_table(ready.view), sql, ready.shape.keys)
    for place in (
        ("duckdb", into_parquet(responses, tmp_path / "r.parquet")),
        (into_sqlite(responses, tmp_path / "r.sqlite"), None),
    ):
        found = cells_on(place, instrument=of)
        assert np.array_equal(expected["rx"], found["rx"])
        assert np.allclose(expected["ry"], found["ry"], rtol=1e-12, atol=0)


def refusal(capsys, folder, *arguments, design=YAML):
    (folder / "design.yaml").write_text(design)
    known = ["--instrument", "sipas-2017", "--design", str(folder / "design.yaml"), "--by", "agency"]
    assert main(["index", *map(str, arguments), *known, "--out", str(folder / "out.json")]) == 2
    assert not (folder / "out.json").exists()
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("oracle://host/x", "--engine oracle://host/x is not known; use one of duckdb, sqlite"),
        ("sqlite:////nowhere/at/all.sqlite?table=t", "/nowhere/at/all.sqlite is not a file"),
        ("sqlite:///x.sqlite", "'' is no name of a table; end the address with ?table=T"),
        ("sqlite:///x.sqlite?table=t;drop", "'t;drop' is no name of a table"),
        ("postgresql://127.0.0.1:1/x?table=t", "PostgreSQL does not answer"),
        ("spark://127.0.0.1:1", "name the file to scan"),
        ("local[two]", "name the file to scan"),
        ("duckdb", "name the file to scan, ending in .parquet or .csv"),
        ("", "name the file of responses"),
    ],
)
def test_an_engine_that_cannot_be_used_says_what_to_do(tmp_path, capsys, engine, message):
    arguments = ["--engine", engine] if engine else []
    spark_missing = "Spark is not installed"
    error = refusal(capsys, tmp_path, *arguments)
    assert message in error or spark_missing in error, error


def test_a_missing_column_is_named_with_those_there_are(places, tmp_path, capsys):
    for engine, path in places.values():
        error = refusal(capsys, tmp_path, *([path] if path else []), "--engine", engine, design="weights: pw\n")
        assert "column pw is not in the responses; they have" in error
        assert "agency" in error


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("q07", 6, "column q07 of agency A01: 1 values are no level of scale satisfaction; give 1, 2, 3, 4, 5, 9"),
        ("agency", None, "column agency of agency None: 1 values are blank"),
        ("stratum", None, "column stratum of agency A01: 1 values are blank"),
        ("psu", None, "column psu of agency A01: 1 values are blank"),
        ("weight", 0.0, "column weight of agency A01: 1 values are not above 0"),
        ("weight", float("nan"), "column weight of agency A01: 1 values are not above 0"),
        ("weight", None, "column weight of agency A01: 1 values are not above 0"),
        ("fpc", 1, "population counts of stage 1"),
    ],
)
@pytest.mark.parametrize("kind", ["duckdb", "sqlite", "postgresql"])
def test_what_is_wrong_in_the_data_is_counted_and_named(
    responses, tmp_path, capsys, request, kind, column, value, message
):
    agency = responses.column("agency").to_pylist()[2]
    values = responses.column(column).to_pylist()
    values[2] = value
    place = responses.column_names.index(column)
    broken = responses.set_column(place, column, pa.array(values, responses.column(column).type))
    message = message.replace("A01", agency)
    if kind == "postgresql":
        with in_postgresql(broken, request.getfixturevalue("_postgresql_template")) as url:
            assert message in refusal(capsys, tmp_path, "--engine", url)
    elif kind == "sqlite":
        assert message in refusal(capsys, tmp_path, "--engine", into_sqlite(broken, tmp_path / "b.sqlite"))
    else:
        path = into_parquet(broken, tmp_path / "b.parquet")
        assert message in refusal(capsys, tmp_path, path, "--engine", "duckdb")


def test_weights_that_are_decimals_are_refused_where_sums_would_not_be_doubles(responses, tmp_path, capsys, request):
    with in_postgresql(responses, request.getfixturevalue("_postgresql_template")) as url:
        with psycopg.connect(url.replace("&table=responses", "")) as connection:
            connection.execute("ALTER TABLE responses ALTER weight TYPE numeric")
        assert "not stored as doubles" in refusal(capsys, tmp_path, "--engine", url)


def test_a_unit_in_two_strata_is_refused_unless_labels_repeat(responses, tmp_path, capsys):
    psu = ["C000" if k < 400 else v for k, v in enumerate(responses.column("psu").to_pylist())]
    place = responses.column_names.index("psu")
    path = into_parquet(responses.set_column(place, "psu", pa.array(psu)), tmp_path / "psu.parquet")
    assert "stands in two strata" in refusal(capsys, tmp_path, path, "--engine", "duckdb")


def test_the_file_is_only_read(places):
    """The database belongs to somebody: an engine writes nothing, not even a view."""
    address, _ = places["sqlite"]
    with opened(address, None) as source, pytest.raises(sqlite3.OperationalError, match="readonly"):
        source.engine.connection.execute("CREATE TABLE x (y)")
    with opened(places["postgresql"][0], None) as source, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source.engine.connection.execute("CREATE TABLE x (y int)")


def test_a_file_with_odd_headings_is_read_whole_instead(responses, tmp_path, capsys):
    path = into_parquet(responses.rename_columns({"agency": "cơ quan"}), tmp_path / "odd.parquet")
    known = ["--instrument", "sipas-2017", "--design", str(tmp_path / "design.yaml"), "--by", "cơ quan"]
    (tmp_path / "design.yaml").write_text(YAML)
    out = ["--out", str(tmp_path / "out.json")]
    assert main(["index", str(path), "--engine", "duckdb", *known, *out]) == 2
    assert "leave out --engine" in capsys.readouterr().err
    assert main(["index", str(path), *known, *out]) == 0
