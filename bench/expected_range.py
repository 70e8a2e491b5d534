"""How often units that do not differ are called above or below, for docs/method.md.

Run: python bench/expected_range.py [tables]. Units have one share; their answers are six questions each, more alike
within a respondent than between. Standard errors are those of an annual release: from parts of ten answers (Z5), less
what the sample took of all dossiers (Z13).
"""

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.funnel import WITHIN, common_sizes, expected_range
from analysis.intervals import effective_n

SEED = 20_261_122
QUESTIONS, ALIKE, PART = 6, 0.4, 10
Float = NDArray[np.float64]


def alike(
    chance: np.random.Generator, tables: int, units: int, fraction: float, n: int = 150, share: float = 0.8
) -> Iterator[tuple[Float, Float]]:
    """Estimates and standard errors of units with one true share, table by table."""
    spread = 1 / ALIKE - 1
    parts = n // PART
    for _table in range(tables):
        person = chance.beta(share * spread, (1 - share) * spread, (units, parts, PART))
        means = chance.binomial(QUESTIONS, person).mean(axis=2) / QUESTIONS
        yield means.mean(axis=1), np.sqrt((1 - fraction) / parts * means.var(axis=1, ddof=1))


def marked(sizes: Float, estimate: Float) -> int:
    """Units that are called above or below."""
    return sum(word != WITHIN for word in expected_range(estimate, sizes).word)


def main(tables: int) -> None:
    """Print the share of units that are marked, per cent, with each unit's own standard error and with a common one."""
    print(f"{tables} tables, seed {SEED}")
    print("| units | answers | share | of the dossiers | own, per cent | common, per cent |")
    print("|---|---|---|---|---|---|")
    for units, n, share, fraction in (
        (12, 100, 0.8, 0.0),
        (34, 150, 0.8, 0.0),
        (34, 600, 0.8, 0.0),
        (12, 100, 0.92, 0.0),
        (34, 150, 0.8, 0.6),
    ):
        chance = np.random.default_rng(SEED)
        own = common = 0
        answers, df = np.full(units, float(n)), np.full(units, n / PART - 1)
        for estimate, se in alike(chance, tables, units, fraction, n, share):
            own += marked(effective_n(estimate, se, answers), estimate)
            common += marked(common_sizes(estimate, se, answers, df, fraction), estimate)
        shares = (f"{100 * count / (tables * units):.2f}" for count in (own, common))
        print(f"| {units} | {n} | {share} | {fraction} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
