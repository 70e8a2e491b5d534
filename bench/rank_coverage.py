"""How often joint rank sets cover all true ranks, for docs/method.md; run: python bench/rank_coverage.py [times].

The hard case: units that hardly differ, so that every decided pair may be wrong, with standard errors estimated
from few PSUs. Sets from pairs need simulation, so they are tried a tenth of the times.
"""

import sys

import numpy as np

from analysis.rank_pairs import simultaneous_rank_sets
from analysis.rank_sets import RankSets, Whole, joint_region, ranks

SEED = 20_261_122
UNITS = 34
SPREAD, NOISE = 0.01, 6.0  # standard deviation of true indices and of a PSU mean, in points


def covers(sets: RankSets, truth: Whole) -> bool:
    """Whether all true ranks lie in their sets together."""
    return bool(np.all(sets.lower <= truth) and np.all(truth <= sets.upper))


def error(held: list[bool]) -> float:
    """Monte Carlo standard error of a share near the target of 0.95."""
    return float(np.sqrt(0.95 * 0.05 / len(held)))


def main(times: int) -> None:
    """Print the coverage for several numbers of PSUs."""
    print(f"{times} times, {UNITS} units, seed {SEED}")
    print("| PSUs per unit | intervals, t | intervals, z | all pairs, own df | all pairs, df infinite |")
    print("|---|---|---|---|---|")
    for psus in (3, 5, 11, 21):
        generator = np.random.default_rng(SEED + psus)
        held: list[list[bool]] = [[], [], [], []]
        for time in range(times):
            level = generator.normal(85, SPREAD, UNITS)
            means = level[:, None] + generator.normal(0, NOISE, (UNITS, psus))
            estimate, se = means.mean(axis=1), means.std(axis=1, ddof=1) / np.sqrt(psus)
            truth = ranks(level)
            held[0].append(covers(joint_region(estimate, se, psus - 1).sets, truth))
            held[1].append(covers(joint_region(estimate, se).sets, truth))
            if time % 10 == 0:
                for column, df in ((2, psus - 1.0), (3, np.inf)):
                    pairs = simultaneous_rank_sets(estimate, np.diag(se**2), df, seed=time)
                    held[column].append(covers(pairs.sets, truth))
        shares = (f"{np.mean(column):.3f} ± {error(column):.3f}" for column in held)
        print(f"| {psus} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
