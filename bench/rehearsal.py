"""The full-size rehearsal of the annual index, and how often its intervals hold.

python bench/rehearsal.py nation      34 provinces, 3,321 communes, 2,000,000 dossiers; about 600 communes drawn
                                      (--times 20: twenty samples, their bias and coverage)
python bench/rehearsal.py province    one province in which every commune with 300 or more dossiers gets figures
python bench/rehearsal.py coverage    replications of both on a smaller copy: bias and coverage, raw means beside them

Names of communes come from the folder in SIPAS_REFERENCE_DATA, else they are made up. Answers are simulated; people
whose dossier was refused or late answer less often and are less satisfied, so raw means are too high.
"""

import argparse
import csv
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import annual
from analysis.annual.figures import recompute
from analysis.sampling import draw_pps, inclusion_probabilities
from bench import annual_population as simulated
from bench.annual_truth import Score, truth_of

DOSSIERS, PROVINCES, COMMUNES, PSUS, DRAWN = 2_000_000, 34, 3_321, 600, 60
SMALLEST_DOMAIN = 300  # dossiers from which a commune gets figures of its own
PER_COMMUNE = 150  # dossiers drawn in each of these
PROTOCOL = {
    "calibration": ["field", "channel", "outcome", "on_time"],
    "class_order": {"outcome": ["returned", "withdrawn", "refused"]},
    "class_minimum": 3,
    "calibration_depth": 1,
    "seed": 2026,
}
Sample = Callable[[np.random.Generator], tuple[annual.Frame, annual.Responses]]
Rehearsal = tuple[simulated.Population, dict[int, str], dict[str, Any], Sample]
BETWEEN = (0.15, 0.3)  # standard deviation of the latent satisfaction between provinces, and between communes
MEAN = 0.3


def places() -> list[tuple[str, str]]:
    """Province and commune of every commune."""
    folder = os.environ.get("SIPAS_REFERENCE_DATA")
    if not folder:
        return [(f"p{k * PROVINCES // COMMUNES:02d}", f"c{k:04d}") for k in range(COMMUNES)]
    with (Path(folder) / "data" / "communes_2025.csv").open(encoding="utf-8") as file:
        return [(row["new_province_code"], row["commune_code"]) for row in csv.DictReader(file)]


def sizes(random: np.random.Generator, number: int, total: int) -> list[int]:
    """Dossiers per commune: very unequal, at least 20."""
    share = random.lognormal(0, 0.7, number)
    return (20 + (total - 20 * number) * share / share.sum()).astype(int).tolist()


def nation(
    random: np.random.Generator,
    listed: list[tuple[str, str]],
    total: int,
    psus: int,
    drawn: int,
    *,
    by_size: bool = False,
) -> Rehearsal:
    """Population, protocol and samples in two stages in every province; communes drawn by size, or all alike."""
    provinces = sorted({province for province, _ in listed})
    shift = dict(zip(provinces, random.normal(0, BETWEEN[0], len(provinces)), strict=True))
    level = [MEAN + shift[province] + random.normal(0, BETWEEN[1]) for province, _ in listed]
    people = simulated.people(random, [c for _, c in listed], sizes(random, len(listed), total), level)
    home = {k: province for k, (province, _) in enumerate(listed)}
    mine = {province: [k for k, own in home.items() if own == province] for province in provinces}
    number = {p: min(len(mine[p]), max(8, round(psus * len(mine[p]) / len(listed)))) for p in provinces}
    protocol = {**PROTOCOL, "design": "two-stage", "tree": {**dict.fromkeys(provinces, "nation"), "nation": None}}
    if by_size:
        protocol["psu_weight"] = {
            listed[k][1]: 1 / float(chance)
            for p in provinces
            for k, chance in zip(mine[p], inclusion_probabilities(people.sizes[mine[p]], number[p]), strict=True)
        }

    def sample(chance: np.random.Generator) -> tuple[annual.Frame, annual.Responses]:
        """Draw communes in proportion to their number in each province, at least eight, then dossiers."""
        chosen: dict[int, int] = {}
        for p in provinces:
            if by_size:
                names = [str(k) for k in mine[p]]
                of_size = people.sizes[mine[p]]
                taken = draw_pps(names, of_size, number[p], seed=str(chance.integers(2**62))).units
                chosen |= {int(k): drawn for k in taken}
            else:
                chosen |= {int(k): drawn for k in chance.choice(mine[p], number[p], replace=False)}
        asked = simulated.drawn(chance, people, chosen)
        rows = simulated.answering(chance, people, asked)
        return simulated.frame_of(people, asked, home, home), simulated.responses_of(people, rows, home)

    return people, home, protocol, sample


def province(random: np.random.Generator, names: list[str], total: int, drawn: int) -> Rehearsal:
    """Population, frame, responses and protocol of one province whose larger communes are domains."""
    numbers = sizes(random, len(names), total)
    people = simulated.people(random, names, numbers, (MEAN + random.normal(0, BETWEEN[1], len(names))).tolist())
    home = {k: name if numbers[k] >= SMALLEST_DOMAIN else "others" for k, name in enumerate(names)}
    first = dict.fromkeys(home, "province")
    tree = {**dict.fromkeys(sorted(set(home.values())), "province"), "province": None}
    protocol = {**PROTOCOL, "tree": tree}

    def sample(chance: np.random.Generator) -> tuple[annual.Frame, annual.Responses]:
        """Draw dossiers in every commune, fewer where it gets no figures of its own."""
        wanted = {k: drawn if unit != "others" else drawn // 5 for k, unit in home.items()}
        asked = simulated.drawn(chance, people, wanted)
        rows = simulated.answering(chance, people, asked)
        return simulated.frame_of(people, asked, home, first), simulated.responses_of(people, rows, home)

    return people, home, protocol, sample


def built(name: str, made: Rehearsal) -> None:
    """Build one index and print what it took."""
    people, home, protocol, sample = made
    frame, responses = sample(np.random.default_rng(7))
    print(
        f"{name}: {len(people.commune):,} dossiers, {frame.drawn.sum():,} drawn in "
        f"{len(set(frame.psu[frame.drawn > 0].tolist())):,} communes, {len(responses):,} answered; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    start, processor = time.perf_counter(), time.process_time()
    index = annual.estimate(responses, frame, simulated.instrument(), protocol)
    wall, processor = time.perf_counter() - start, time.process_time() - processor
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = annual.write_cells(index.cells)
    print(f"build: {wall:.1f} s ({processor:.1f} s of processor), at most {memory:,.0f} MB with the population")
    print(f"cells: {len(index.cells):,} rows, {len(text) / 1e6:.1f} MB; figures: {len(index.results):,}")
    whole = annual.complete(protocol, simulated.instrument())
    start = time.perf_counter()
    cells = annual.read_cells(text)
    print(f"the same figures from the cells: {recompute(cells, whole) == index.results}; ", end="")
    print(f"leaks: {len(annual.audit(cells, whole))}; together {time.perf_counter() - start:.1f} s")
    print(f"disclosure: {index.disclosure_report}")
    print(f"grouping: {index.weight_report['grouping']}")
    score = Score(truth_of(people, home, protocol, simulated.instrument()))
    score.add(index, responses)
    print(score.table())


def repeated(name: str, made: Rehearsal, times: int, seed: int) -> None:
    """Print bias and coverage over several samples of one population."""
    people, home, protocol, sample = made
    score = Score(truth_of(people, home, protocol, simulated.instrument()))
    for number in range(times):
        frame, responses = sample(np.random.default_rng([seed, number]))
        score.add(annual.estimate(responses, frame, simulated.instrument(), protocol), responses)
    print(f"{name}, {times} samples, seed {seed}\n{score.table()}", flush=True)


def coverage(times: int, seed: int) -> None:
    """Print bias and coverage over samples of a smaller copy of the designs."""
    small = [(f"p{k // 60}", f"c{k:03d}") for k in range(180)]
    for name, by_size in (("two-stage, communes drawn by size", True), ("two-stage, all communes alike", False)):
        random = np.random.default_rng(seed)
        repeated(name, nation(random, small, 72_000, 45, DRAWN, by_size=by_size), times, seed)
    random = np.random.default_rng(seed)
    communes = province(random, [f"c{k:02d}" for k in range(16)], 12_000, PER_COMMUNE)
    repeated("communes as domains", communes, times, seed)


def main() -> None:
    """Run the part that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("nation", "province", "coverage"))
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--times", type=int, default=1)
    given = parser.parse_args()
    random = np.random.default_rng(given.seed)
    if given.part == "nation" and given.times > 1:
        repeated("34 provinces", nation(random, places(), DOSSIERS, PSUS, DRAWN), given.times, given.seed)
    elif given.part == "nation":
        built("34 provinces", nation(random, places(), DOSSIERS, PSUS, DRAWN))
    elif given.part == "province":
        listed = places()
        names = [commune for own, commune in listed if own == listed[0][0]]
        built("one province", province(random, names, DOSSIERS // PROVINCES, PER_COMMUNE))
    else:
        coverage(given.times, given.seed)


if __name__ == "__main__":
    main()
