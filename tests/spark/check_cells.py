"""The cell query on Spark, with and without a dying worker: the bits of DuckDB, SQLite and PostgreSQL."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pyarrow as pa
import pytest

from analysis.__main__ import main
from analysis.cell_sums import MEASURES
from analysis.design import DesignColumns
from analysis.grid import EXACT
from analysis.pipeline import measures_of
from analysis.scan import cells_sql, run_scan
from analysis.sources import opened
from analysis.stored import stored
from instruments.load import newest
from tests.analysis.stored_responses import in_postgresql, into_parquet, into_sqlite
from tests.spark.cluster import running_cluster

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
INSTRUMENT = newest("sipas-2017")
DESIGN = DesignColumns(weights="weight", strata="stratum", psu=("psu",), fpc=("size",))
RESPONSES, PARTS, PSUS, STRATA, AGENCIES = 48_000, 12, 100, 10, 4


@pytest.fixture(scope="module")
def responses():
    """Made-up answers in 22 items, weights that no double holds exactly, units with text labels."""
    draw = np.random.default_rng(2026)
    psu = draw.integers(0, PSUS, RESPONSES)
    agency = np.array([f"A{k:02}" for k in range(AGENCIES)])
    columns = {
        "stratum": psu % STRATA,
        "psu": psu,
        "size": np.full(RESPONSES, 500),
        "agency": agency[draw.integers(0, AGENCIES, RESPONSES)],
        "weight": draw.uniform(1, 9, RESPONSES),
    }
    levels = draw.choice([0, 1, 2, 3, 4, 5, 9], (RESPONSES, 23), p=[0.02, 0.03, 0.04, 0.08, 0.4, 0.33, 0.1])
    for place, item in enumerate(INSTRUMENT.scored_items()):
        found = np.where(levels[:, place] == 9, INSTRUMENT.scales[item.scale].not_applicable or 0, levels[:, place])
        columns[item.id] = pa.array(found, mask=found == 0)
    return pa.table(columns)


@pytest.fixture(scope="module")
def folder(responses, tmp_path_factory):
    """The responses as a folder of Parquet files, a task each."""
    folder = tmp_path_factory.mktemp("spark") / "responses.parquet"
    folder.mkdir()
    size = RESPONSES // PARTS
    for part in range(PARTS):
        into_parquet(responses.slice(part * size, size), folder / f"part-{part:02}.parquet")
    return folder


@pytest.fixture(scope="module")
def expected(responses, tmp_path_factory):
    """Cells on DuckDB, from one file of all responses."""
    return cells_on("duckdb", into_parquet(responses, tmp_path_factory.mktemp("whole") / "responses.parquet"))


@pytest.fixture(scope="module", autouse=True)
def _loopback():
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"


def cells_on(address, path=None, watch=None):
    with opened(address, path) as source:
        if "spark" in address or "local" in address:
            size = max(file.stat().st_size for file in path.glob("*.parquet"))
            source.engine.session.conf.set("spark.sql.files.maxPartitionBytes", str(size))  # a task per file
        over = stored(source, DESIGN, ("agency",), INSTRUMENT)
        sql = cells_sql(over.shape, measures_of(INSTRUMENT, tuple(MEASURES)))
        if watch is None:
            return run_scan(over, sql, over.shape.keys)
        return watch(source.engine.session, lambda: run_scan(over, sql, over.shape.keys))


def assert_same(expected, found):
    assert set(expected) == set(found)
    assert expected["n"].sum() == RESPONSES
    assert len(expected["n"]) == PSUS * AGENCIES
    assert expected["w"].sum() < EXACT
    for name, column in expected.items():
        assert (column == found[name]).all(), name


def test_sqlite_and_postgresql_give_the_bits_of_duckdb(responses, expected, tmp_path, request):
    assert_same(expected, cells_on(into_sqlite(responses, tmp_path / "responses.sqlite")))
    with in_postgresql(responses, request.getfixturevalue("_postgresql_template")) as url:
        assert_same(expected, cells_on(url))


def test_spark_on_this_machine_gives_the_bits_of_duckdb(folder, expected):
    assert_same(expected, cells_on("local[2]", folder))


def test_a_worker_that_dies_in_the_middle_changes_no_bit(folder, expected, tmp_path):
    with running_cluster(tmp_path, workers=2) as cluster:
        story = {}
        found = cells_on(cluster.address, folder, lambda *given: scan_and_kill(cluster, story, *given))
        assert story["running"] >= 1  # tasks ran on the worker when it died
        assert 0 < story["done"] < story["tasks"]  # the scan had begun and was not over
        assert (
            story["again"] >= 1
        )  # Spark ran lost tasks once more: counted as failed, or in a new attempt of the stage
        assert story["dead"] == story["killed"]  # and wrote off the executors of that worker, no other
        assert story["process"].wait(10) == -signal.SIGKILL
        assert_same(expected, found)


def scan_and_kill(cluster, story, session, scan):
    """Scan in a thread; once a worker has tasks running, freeze it, look again, and kill it."""
    tracker, answer = session.sparkContext.statusTracker(), []
    thread = threading.Thread(target=lambda: answer.append(scan()))
    thread.start()
    while thread.is_alive() and "process" not in story:
        for stage in filter(None, map(tracker.getStageInfo, tracker.getActiveStageIds())):
            if stage.numTasks == PARTS and 2 <= stage.numCompletedTasks <= PARTS // 2:
                kill_busy_worker(cluster, story, session, stage.stageId)
                break
        time.sleep(0.02)
    thread.join(240)
    last = tracker.getStageInfo(story["stage"])
    story["again"] = last.currentAttemptId + last.numFailedTasks
    story["dead"] = {summary.id() for summary in executors(session, active=False) if not summary.isActive()}
    return answer[0]


def kill_busy_worker(cluster, story, session, stage):
    for worker in cluster.workers:
        if running_tasks(session, worker):
            worker.send(signal.SIGSTOP)  # frozen, it can finish nothing between our look and its death
            time.sleep(0.5)
            running, info = running_tasks(session, worker), session.sparkContext.statusTracker().getStageInfo(stage)
            if running and info.numCompletedTasks < info.numTasks:
                story |= {"stage": stage, "running": running, "tasks": info.numTasks, "done": info.numCompletedTasks}
                worker.send(signal.SIGKILL)
                story |= {"process": worker.process, "killed": worker.executors()}
                return
            worker.send(signal.SIGCONT)


def running_tasks(session, worker):
    """Tasks that Spark's own bookkeeping has on the executors of a worker."""
    own = worker.executors()
    return sum(summary.activeTasks() for summary in executors(session, active=True) if summary.id() in own)


def executors(session, *, active):
    """Spark's summaries of its executors, also of the dead unless `active`."""
    found = session.sparkContext._jsc.sc().statusStore().executorList(active)
    return [found.apply(k) for k in range(found.size())]


def index(tmp_path, name, *arguments, design="weights: weight\nstrata: stratum\npsu: psu\nfpc: size\n"):
    (tmp_path / "design.yaml").write_text(design)
    out = tmp_path / f"{name}.json"
    known = ["--instrument", "sipas-2017", "--design", str(tmp_path / "design.yaml"), "--by", "agency"]
    return main(["index", *map(str, arguments), *known, "--out", str(out)]), out


def test_the_command_writes_the_same_file_by_spark(folder, responses, tmp_path):
    whole = into_parquet(responses, tmp_path / "whole.parquet")
    code, by_duckdb = index(tmp_path, "duckdb", whole, "--engine", "duckdb")
    assert code == 0
    code, by_spark = index(tmp_path, "spark", folder, "--engine", "local[2]")
    assert code == 0
    assert json.loads(by_spark.read_text()) == json.loads(by_duckdb.read_text())


def test_respondents_as_units_give_the_same_figures_by_spark(folder, responses, tmp_path):
    design = "weights: weight\nstrata: stratum\n"
    code, by_duckdb = index(tmp_path, "duckdb", into_parquet(responses, tmp_path / "whole.parquet"), design=design)
    assert code == 0
    code, by_spark = index(tmp_path, "spark", folder, "--engine", "local[2]", design=design)
    assert code == 0
    expected, found = (json.loads(path.read_text())["rows"] for path in (by_duckdb, by_spark))
    assert len({row["se"] for row in found}) > AGENCIES * 20
    for ours, theirs in zip(found, expected, strict=True):
        # Squares are no whole numbers: they agree to 1e-12, all that is linear in the weight to the last bit.
        assert ours["se"] == pytest.approx(theirs["se"], rel=1e-12)
        kept = ("domain", "statistic", "estimate", "df", "n", "level_counts", "reason")
        assert [ours[key] for key in kept] == [theirs[key] for key in kept]


@pytest.mark.parametrize(
    ("engine", "message"),
    [("spark://127.0.0.1:1", "does not answer"), ("local[two]", "write local[2]")],
)
def test_a_spark_that_is_not_there_says_what_to_do(folder, tmp_path, capsys, engine, message):
    code, out = index(tmp_path, "none", folder, "--engine", engine)
    assert code == 2
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_without_java_the_package_to_install_is_named(folder, tmp_path):
    (tmp_path / "design.yaml").write_text("weights: weight\n")
    known = ["--instrument", "sipas-2017", "--design", tmp_path / "design.yaml", "--out", tmp_path / "out.json"]
    poor = os.environ | {"PATH": "/nowhere", "JAVA_HOME": "/nowhere"}
    run = subprocess.run(
        [sys.executable, "-m", "analysis", "index", folder, "--engine", "local[1]", *known],
        env=poor,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "apt-get install openjdk-17-jre-headless" in run.stderr
