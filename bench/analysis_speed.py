"""Speed and memory of the full task, as ratios measured in one run: prints what docs/operations.md quotes.

python bench/analysis_speed.py [--responses 100000 1000000] [--sorted-together 1000000] [--survey-up-to 1000000]

The task: 22 items, 5 factors and the overall index with standard errors for 2,000 agencies, their communes and
34 provinces, 8,160 PSUs, from a Parquet file. Against it: (a) reading that file, (b) the same engine grouping
the file by the same keys into the same sums in one query, the result discarded. Each is a process of its own; ratios
are of seconds on the clock and, for machines with other work, of processor seconds (all threads). A file that is there
already is used again: name it responses_N.parquet in the folder.

(c) If R with its package survey is there, bench/survey_speed.R does the same task on the columns in memory (reading
them is not counted): on the best way we know, and by svyby, for which the cost of one more domain is measured and
multiplied. R uses one thread, so its processor seconds are its seconds. Every estimate and standard error of R's best
way is compared with ours.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
SHAPE = Shape(stages=1, counts=1, domains=3, items=ITEMS + 1)
FACTORS = ("access", "procedures", "officials", "results", "feedback")
STATISTICS = {*(f"share:q{k:02}" for k in range(1, ITEMS + 1)), *(f"factor:{f}" for f in FACTORS), "overall"}
SURVEY = Path(__file__).with_name("survey_speed.R")
LEAST = 1e-6  # shares and errors below a millionth are compared as they are: a 0 of ours is blurred in R
DOMAINS_OF_SVYBY = (3, 23)  # what one more domain costs follows from the difference
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


def write(path: Path, n: int, seed: int, together: int) -> None:
    """Write responses sorted by stratum and PSU within each part."""
    draw = np.random.Generator(np.random.PCG64(seed))
    writer = None
    for start in range(0, n, together):
        part = chunk(draw, min(together, n - start)).sort_by([("h", "ascending"), ("u1", "ascending")])
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer:
        writer.close()


def read_alone(path: Path) -> None:
    """Decode every column and keep nothing."""
    for batch in pq.ParquetFile(path).iter_batches():
        batch.validate()


def group_alone(path: Path) -> None:
    """Let the same engine group the same file into the same sums."""
    sql = cells_sql(SHAPE, measures_of(newest("sipas-2017"), ["share"]))
    connection = duckdb.connect()
    connection.read_parquet(str(path)).create_view("responses")
    connection.sql(sql).to_arrow_table()


def task(path: Path) -> None:
    """Do the full task."""
    estimate(path, SHAPE.domain_keys)


def one_level(path: Path) -> None:
    """Do the task for the agencies alone: what each further level costs is the difference."""
    estimate(path, SHAPE.domain_keys[:1])


def estimate(path: Path, levels: Sequence[str]) -> None:
    """Scan once, then estimate every statistic for the domains of some levels."""
    instrument = newest("sipas-2017")
    listed = [w for w in wanted(instrument) if w.of == "share"]
    scanned = scan_responses(DuckDb.over_parquet(path, stratum="h"), SHAPE, DESIGN, instrument, ["share"])
    for level in levels:
        estimate_scanned(scanned, listed, [level])


WORKS: dict[str, Callable[[Path], None]] = {
    work.__name__: work for work in (read_alone, group_alone, one_level, task)
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of the processor, highest memory in GB."""

    clock: float
    processor: float
    memory: float


def alone(work: str, path: Path) -> None:
    """Do one work in this process and print what it cost, without the imports."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    WORKS[work](path)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([clock, processor, after.ru_maxrss / 1e6]))


def cost(work: str, path: Path, times: int) -> Cost:
    """Best of some runs, each in a process of its own."""
    command = [sys.executable, __file__, "--alone", work, str(path)]
    runs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(times)]
    clock, processor, memory = zip(*runs, strict=True)
    return Cost(min(clock), min(processor), max(memory))


def line(n: int, found: dict[str, Cost]) -> str:
    """One line of the table: clock and processor side by side."""
    full, fewer = found["task"], found["one_level"]
    texts = [f"{full.clock:.2f} / {full.processor:.2f}"]
    against = (found["read_alone"], found["group_alone"])
    texts += [f"{full.clock / other.clock:.2f} / {full.processor / other.processor:.2f}" for other in against]
    texts.append(f"{(full.processor - fewer.processor) / (SHAPE.domains - 1):.2f}")
    texts.append(f"{full.memory:.2f} ({found['group_alone'].memory:.2f})")
    return f"| {n} | " + " | ".join(texts) + " |"


def columns_for_r(path: Path, folder: Path) -> None:
    """Write every column that R needs as a raw file."""
    for name in ("h", "u1", *SHAPE.domain_keys, "w", *(f"q{k}" for k in range(2, ITEMS + 2))):
        pq.read_table(path, columns=[name]).column(name).to_numpy().tofile(folder / name)


def survey_missing() -> str:
    """Say why R is not compared, or nothing."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return "R is not installed: nothing is compared with it (apt-get install r-base-core r-cran-survey)."
    known = subprocess.run([rscript, "-e", "library(survey)"], capture_output=True, check=False).returncode == 0
    return "" if known else "R has no package survey: nothing is compared with it (apt-get install r-cran-survey)."


def against_survey(n: int, path: Path, ours: Cost) -> list[str]:
    """Lines of the comparison with R: seconds of both ways, ratios, largest difference of the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns_for_r(path, folder)
        command = ["Rscript", str(SURVEY), name, str(n), *map(str, DOMAINS_OF_SVYBY)]
        told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        r = {key: float(number) for key, number in (line.split() for line in told.splitlines())}
        differs = {level: difference_from_r(path, folder, level) for level in SHAPE.domain_keys}
    ratios = {way: f"{r[way] / ours.clock:.0f} / {r[way] / ours.processor:.0f}" for way in ("best", "idiom")}
    each = ", ".join(f"{1000 * r[f'svyby_{level}']:.0f}" for level in SHAPE.domain_keys)
    each = f"{each} ms per statistic and domain of each level"
    return [
        f"{n} responses, R's best way: {r['best']:.1f} s, {ratios['best']} times ours (clock / processor).",
        f"{n} responses, svyby: {r['idiom']:.0f} s scaled from {each}, {ratios['idiom']} times ours.",
        f"Largest relative difference from R's best way, estimates and standard errors: {max(differs.values()):.1e}.",
    ]


def difference_from_r(path: Path, folder: Path, level: str) -> float:
    """Largest relative difference of any estimate or standard error of a level from those of R's best way."""
    instrument = newest("sipas-2017")
    scanned = scan_responses(DuckDb.over_parquet(path, stratum="h"), SHAPE, DESIGN, instrument, ["share"])
    listed = [w for w in wanted(instrument) if w.of == "share" and w.statistic.name in STATISTICS]
    found = estimate_scanned(scanned, listed, [level])
    theirs = np.fromfile(folder / f"{level}.found").reshape(2, len(found.domains), len(listed))
    estimates = np.stack([linear.estimate for linear in found.linear], axis=1)
    ours = np.stack([estimates, np.sqrt(found.variance)])
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), LEAST)))


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--sorted-together", type=int, default=1_000_000, help="responses written as one sorted part")
    parser.add_argument("--times", type=int, default=2, help="runs of each, of which the best counts")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument(
        "--survey-up-to", type=int, default=1_000_000, help="most responses that R is given; 0 for none"
    )
    parser.add_argument("--alone", nargs=2, metavar=("WORK", "FILE"), help=f"do one of {', '.join(WORKS)}")
    arguments = parser.parse_args()
    if arguments.alone:
        alone(arguments.alone[0], Path(arguments.alone[1]))
        return
    print("| responses | task, s | / reading | / grouping | a further level, s | peak GB (grouping) |")
    print("|---|---|---|---|---|---|")
    paths = {n: arguments.folder / f"responses_{n}.parquet" for n in arguments.responses}
    costs: dict[int, dict[str, Cost]] = {}
    for n, path in paths.items():
        if not path.exists():
            write(path, n, seed=1, together=arguments.sorted_together)
        costs[n] = {work: cost(work, path, arguments.times) for work in WORKS}
        print(line(n, costs[n]), flush=True)
    compared = [n for n in costs if n <= arguments.survey_up_to]
    print(f"\n{survey_missing()}" if compared else "", flush=True)
    for n in [] if survey_missing() else compared:
        print("\n".join(against_survey(n, paths[n], costs[n]["task"])), flush=True)


if __name__ == "__main__":
    main()
