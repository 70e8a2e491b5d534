"""How often intervals hold what they promise, by simulation: prints every figure that docs/method.md quotes.

python bench/coverage.py [--repetitions 2000] [--seed 1]
"""

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import korn_graubard, wald_t
from analysis.variance import Stage, lay_out

Draw = np.random.Generator
Ints = NDArray[np.int64]
CORRELATION = 0.03  # of answers within a commune


def clustered_answers(draw: Draw, sizes: Ints, p: float) -> list[NDArray[np.bool_]]:
    """Answers 0 or 1 in PSUs whose own shares vary by a beta distribution around p."""
    spread = 1 / CORRELATION - 1
    shares = draw.beta(p * spread, (1 - p) * spread, len(sizes))
    return [draw.random(n) < share for n, share in zip(sizes, shares, strict=True)]


def estimate_share(groups: Sequence[NDArray[np.bool_]]) -> tuple[float, float, int, int]:
    """Share, standard error and degrees of freedom of one sample of PSUs drawn with replacement."""
    y = np.concatenate(groups).astype(float)
    unit = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    one = np.zeros(1)
    stage = Stage(unit, np.zeros(len(groups), dtype=np.int64), one + len(groups), one + np.inf, one + 1)
    taylor = lay_out((stage,), np.zeros(len(y), dtype=np.int64), 1)
    p = float(y.mean())
    se = float(np.sqrt(taylor.variance(((y - p) / len(y))[:, None])[0, 0]))
    return p, se, len(y), len(groups) - 1


def sizes_of(draw: Draw, psus: int, mean: int, cv: float) -> Ints:
    """Answers per PSU: equal, or gamma distributed with a coefficient of variation."""
    if cv == 0:
        return np.full(psus, mean)
    return np.maximum(1, np.rint(draw.gamma(1 / cv**2, mean * cv**2, psus))).astype(int)


def coverage(draw: Draw, psus: int, p: float, cv: float, repetitions: int) -> tuple[float, float, float]:
    """Shares of intervals that hold p: t, and Korn-Graubard with the median design effect of the network."""
    found = [estimate_share(clustered_answers(draw, sizes_of(draw, psus, 12, cv), p)) for _ in range(repetitions)]
    estimate, se, n, df = (np.array(column) for column in zip(*found, strict=True))
    lo, hi = wald_t(estimate, se, df)
    inner = (estimate > 0) & (estimate < 1) & (se > 0)
    effective = estimate[inner] * (1 - estimate[inner]) / se[inner] ** 2
    # At a share of 1 the data show no design effect; the network's median stands in, as in index_intervals.
    deff = float(np.median(n[inner] / effective)) if inner.any() else 1.0
    exact_lo, exact_hi = korn_graubard(estimate, se, n, df, deff=deff)
    return (
        float(np.mean((lo <= p) & (p <= hi))),
        float(np.mean((exact_lo <= p) & (p <= exact_hi))),
        float(np.mean(estimate == 1)),
    )


def main() -> None:
    """Print one line per setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = np.random.Generator(np.random.PCG64(arguments.seed))
    print("| PSUs | sizes | share | t interval | Korn-Graubard | samples all satisfied |")
    print("|---|---|---|---|---|---|")
    for psus in (10, 20, 30, 50):
        for cv in (0.0, 0.7):
            for p in (0.5, 0.7, 0.9, 0.95, 0.98, 0.995):
                t, exact, all_satisfied = coverage(draw, psus, p, cv, arguments.repetitions)
                sizes = "equal" if cv == 0 else f"CV {cv}"
                print(f"| {psus} | {sizes} | {p} | {t:.3f} | {exact:.3f} | {all_satisfied:.3f} |", flush=True)


if __name__ == "__main__":
    main()
