"""How often intervals hold what they promise, by simulation: prints every figure that docs/method.md quotes.

python bench/coverage.py [--repetitions 50000] [--seed 1]
"""

import argparse

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import korn_graubard, logit_t, wald_t, wilson
from analysis.variance import Stage, lay_out

Draw = np.random.Generator
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CORRELATION = 0.03  # of answers within a commune
MEAN_SIZES = (12, 40)  # answers per PSU on average
AT_ONCE = 5_000  # samples drawn together


def satisfied(draw: Draw, sizes: Ints, p: float) -> Ints:
    """Satisfied answers in PSUs whose own shares vary by a beta distribution around p."""
    spread = 1 / CORRELATION - 1
    return draw.binomial(sizes, draw.beta(p * spread, (1 - p) * spread, sizes.shape))


def estimate_shares(hits: Ints, sizes: Ints) -> tuple[Floats, Floats]:
    """Share and standard error of every sample, (samples, PSUs), of PSUs drawn with replacement."""
    samples, psus = hits.shape
    sample, one = np.repeat(np.arange(samples), psus), np.ones(samples)
    stage = Stage(np.arange(hits.size), sample, psus * one, np.inf * one, one)
    n = sizes.sum(axis=1)
    p = hits.sum(axis=1) / n
    z = (hits - p[:, None] * sizes) / n[:, None]
    variance = lay_out((stage,), sample, samples).variance(z.reshape(-1, 1))[:, 0]
    return p, np.sqrt(variance)


def sizes_of(draw: Draw, shape: tuple[int, int], mean: int, cv: float) -> Ints:
    """Answers per PSU: equal, or gamma distributed with a coefficient of variation."""
    if cv == 0:
        return np.full(shape, mean)
    return np.maximum(1, np.rint(draw.gamma(1 / cv**2, mean * cv**2, shape))).astype(np.int64)


def coverage(draw: Draw, psus: int, mean: int, cv: float, p: float, repetitions: int) -> tuple[float, float]:
    """Shares of intervals that hold p: t, and Korn-Graubard with the median design effect of the network."""
    found = []
    for lowest in range(0, repetitions, AT_ONCE):
        sizes = sizes_of(draw, (min(AT_ONCE, repetitions - lowest), psus), mean, cv)
        found.append((*estimate_shares(satisfied(draw, sizes, p), sizes), sizes.sum(axis=1)))
    estimate, se, n = (np.concatenate(column) for column in zip(*found, strict=True))
    lo, hi = wald_t(estimate, se, psus - 1)
    inner = (estimate > 0) & (estimate < 1) & (se > 0)
    effective = estimate[inner] * (1 - estimate[inner]) / se[inner] ** 2
    # At a share of 1 the data show no design effect; the network's median stands in, as in index_intervals.
    deff = float(np.median(n[inner] / effective)) if inner.any() else 1.0
    exact_lo, exact_hi = korn_graubard(estimate, se, n, psus - 1, deff=deff)
    return float(np.mean((lo <= p) & (p <= hi))), float(np.mean((exact_lo <= p) & (p <= exact_hi)))


def other_intervals(draw: Draw, psus: int, mean: int, p: float, repetitions: int) -> tuple[float, float, float]:
    """Shares of intervals that hold p for equal sizes, all by the same df: t, t on the logit scale, Wilson's."""
    sizes = np.full((repetitions, psus), mean)
    estimate, se = estimate_shares(satisfied(draw, sizes, p), sizes)
    inner = (estimate > 0) & (estimate < 1) & (se > 0)
    estimate, se = estimate[inner], se[inner]
    effective = estimate * (1 - estimate) / se**2
    limits = (
        wald_t(estimate, se, psus - 1),
        logit_t(estimate, se, psus - 1),
        wilson(estimate, effective, df=psus - 1),
    )
    t, logit, score = (float(np.mean((lo <= p) & (p <= hi))) for lo, hi in limits)
    return t, logit, score


def main() -> None:
    """Print one line per setting, and the Monte Carlo error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = np.random.Generator(np.random.PCG64(arguments.seed))
    error = np.sqrt(0.95 * 0.05 / arguments.repetitions)
    print(f"{arguments.repetitions} samples per figure, seed {arguments.seed}, Monte Carlo error {error:.4f}\n")
    print("| PSUs | sizes | share | t, 12 answers | t, 40 answers | Korn-Graubard, 12 | Korn-Graubard, 40 |")
    print("|---|---|---|---|---|---|---|")
    for psus in (10, 20, 30, 50):
        for cv in (0.0, 0.7):
            for p in (0.5, 0.7, 0.9, 0.95, 0.98, 0.995):
                found = [coverage(draw, psus, mean, cv, p, arguments.repetitions) for mean in MEAN_SIZES]
                held = " | ".join(f"{one:.3f}" for kind in zip(*found, strict=True) for one in kind)
                print(f"| {psus} | {'equal' if cv == 0 else f'CV {cv}'} | {p} | {held} |", flush=True)
    print("\n| 20 equal PSUs, share 0.9, answers per PSU | t | t on the logit scale | Wilson |\n|---|---|---|---|")
    draw = np.random.Generator(np.random.PCG64(arguments.seed))
    for mean in (*MEAN_SIZES, 120):
        found_there = other_intervals(draw, 20, mean, 0.9, arguments.repetitions)
        print(f"| {mean} | " + " | ".join(f"{one:.3f}" for one in found_there) + " |", flush=True)


if __name__ == "__main__":
    main()
