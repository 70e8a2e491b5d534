"""Speed and memory of the full task, as ratios measured in one run: prints what docs/method.md quotes.

python bench/analysis_speed.py [--responses 100000 1000000] [--folder /tmp]

The task: 22 items, 5 factors and the overall index with standard errors for 2,000 agencies, their communes and
34 provinces, 8,160 PSUs, from a Parquet file. Against it: (a) reading that file, (b) the same engine grouping
the file by the same keys into the same sums, the result discarded.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.design import DesignColumns
from analysis.engines import DuckDb
from analysis.grid import grid_weights
from analysis.pipeline import estimate_scanned, measures_of, scan_responses
from analysis.recipe import wanted
from analysis.scan import Shape, cells_sql
from instruments.load import newest

ITEMS, AGENCIES, PROVINCES, STRATA, PSUS = 22, 2000, 34, 340, 8160
CHUNK = 1_000_000
SHAPE = Shape(stages=1, counts=1, domains=3, items=ITEMS + 1)
DESIGN = DesignColumns(weights="w", strata="h", psu=("u1",), fpc=("f1",))


def chunk(draw: np.random.Generator, n: int) -> pa.Table:
    """Draw answers: PSUs nested in strata and communes, agencies in provinces, items with ten percent not valid."""
    psu = draw.integers(0, PSUS, n)
    province = psu % PROVINCES
    agency = province + PROVINCES * draw.integers(0, -(-AGENCIES // PROVINCES), n)
    agency = np.where(agency < AGENCIES, agency, province)
    columns = {
        "h": (psu % STRATA).astype(np.int32),
        "u1": psu.astype(np.int32),
        "f1": np.full(n, 120.0),
        "d1": agency.astype(np.int32),
        "d2": (psu % (PSUS // 3 // PROVINCES * PROVINCES)).astype(np.int32),
        "d3": province.astype(np.int32),
        "w": grid_weights(draw.uniform(1, 9, n)),
    }
    levels = [1, 2, 3, 4, 5, 9]
    for item in range(1, ITEMS + 2):
        columns[f"q{item}"] = draw.choice(levels, n, p=[0.03, 0.04, 0.08, 0.4, 0.35, 0.1]).astype(np.int8)
    return pa.table(columns)


def write(path: Path, n: int, seed: int) -> None:
    """Write responses sorted by stratum and PSU within each part."""
    draw = np.random.Generator(np.random.PCG64(seed))
    writer = None
    for start in range(0, n, CHUNK):
        part = chunk(draw, min(CHUNK, n - start)).sort_by([("h", "ascending"), ("u1", "ascending")])
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer:
        writer.close()


def seconds(work: Callable[[], object]) -> float:
    """Best of two runs."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def read_alone(path: Path) -> None:
    """Decode every column and keep nothing."""
    for batch in pq.ParquetFile(path).iter_batches():
        batch.validate()


def group_alone(path: Path, sql: str) -> None:
    """Let the same engine group the same file into the same sums."""
    connection = duckdb.connect()
    connection.read_parquet(str(path)).create_view("responses")
    connection.sql(sql).to_arrow_table()


def task(path: Path) -> None:
    """Do the full task."""
    instrument = newest("sipas-2017")
    listed = [w for w in wanted(instrument) if w.of == "share"]
    scanned = scan_responses(DuckDb.over_parquet(path), SHAPE, DESIGN, instrument, ["share"])
    for level in SHAPE.domain_keys:
        estimate_scanned(scanned, listed, [level])


def measure(folder: Path, n: int) -> Sequence[float]:
    """Measure one size; seconds of the task, of reading, of grouping; peak GB of a process of its own."""
    path = folder / f"responses_{n}.parquet"
    write(path, n, seed=1)
    sql = cells_sql(SHAPE, measures_of(newest("sipas-2017"), ["share"]))
    full, reading, grouping = (
        seconds(lambda: task(path)),
        seconds(lambda: read_alone(path)),
        seconds(lambda: group_alone(path, sql)),
    )
    alone = subprocess.run([sys.executable, __file__, "--task", path], capture_output=True, text=True, check=True)
    path.unlink()
    return full, reading, grouping, float(alone.stdout)


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--task", type=Path, help="do the task over this file once and print the peak memory in GB")
    arguments = parser.parse_args()
    if arguments.task:
        task(arguments.task)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
        return
    print("| responses | task, s | / reading | / grouping | peak GB |")
    print("|---|---|---|---|---|")
    for n in arguments.responses:
        full, reading, grouping, memory = measure(arguments.folder, n)
        print(f"| {n} | {full:.2f} | {full / reading:.1f} | {full / grouping:.2f} | {memory:.2f} |", flush=True)


if __name__ == "__main__":
    main()
