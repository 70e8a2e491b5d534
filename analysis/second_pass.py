"""Second pass over the answers: variances of indices where the respondent is the sampling unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CODES, COLUMN_OF_CODE, Answers, Cells
from analysis.linearization import Linear
from analysis.recipe import RESPONDENT, Wanted
from analysis.variance import Lonely, Stage, Taylor, lay_out

Float = NDArray[np.float64]
Int = NDArray[np.int64]
MICRO = 1e-8  # a respondent's index is kept in millionths of a point, that is in units of 1e-8 of a share
STATISTICS_AT_ONCE = 8  # bounds the memory of the pass


@dataclass(frozen=True)
class SecondPass:
    """Answers laid out by stratum and domain."""

    taylor: Taylor
    domain: Int  # (n,) place of each response's domain
    weight: Float  # (n,)
    column: Int  # (n, items) column of Cells.counts of each answer
    composite: Float  # (n,) respondents' indices as shares, 0 without one
    has_composite: Float  # (n,) 1 or 0

    def variance(
        self, wanted: Sequence[Wanted], linear: Sequence[Linear], worth: Mapping[str, tuple[Float, Float]]
    ) -> Float:
        """Variance of every statistic in every domain, (domains, statistics) (method.md, formula V1)."""
        blocks = []
        for start in range(0, len(wanted), STATISTICS_AT_ONCE):
            several = range(start, min(start + STATISTICS_AT_ONCE, len(wanted)))
            z = np.stack([self._values(wanted[k], linear[k], worth) for k in several], axis=1)
            blocks.append(self.taylor.variance(z))
        return np.concatenate(blocks, axis=1)

    def _values(self, wanted: Wanted, linear: Linear, worth: Mapping[str, tuple[Float, Float]]) -> Float:
        """Weighted linearised value of each response, (n,) (method.md, formula E3)."""
        if wanted.of == RESPONDENT:
            alpha, beta = linear.alpha[self.domain, 0], linear.beta[self.domain, 0]
            return np.asarray(self.weight * (alpha * self.composite - beta * self.has_composite))
        value, valid = worth[wanted.of]
        total = np.zeros(len(self.weight))
        for item in np.flatnonzero(linear.alpha.any(axis=0)):
            table = linear.alpha[:, [item]] * value[item] - linear.beta[:, [item]] * valid[item]
            total += table.ravel()[self.domain * len(CODES) + self.column[:, item]]
        return self.weight * total


def second_pass(cells: Cells, answers: Answers, strata: Int, sampled: Float, population: Float) -> SecondPass:
    """Lay out the answers for their variances.

    Parameters
    ----------
    cells : Cells
        Counts of these very answers.
    answers : Answers
        One row per response.
    strata : ndarray, (strata,)
        Sorted stratum numbers.
    sampled, population : ndarray, (strata,)
        Responses and returned dossiers.
    """
    stratum = np.searchsorted(strata, answers.stratum)
    domain = np.searchsorted(cells.domains, answers.domain)
    stage = Stage(np.arange(len(stratum)), stratum, sampled, population, np.ones(len(strata)))
    composite = np.zeros(0, dtype=np.int64) if answers.composite is None else answers.composite
    if answers.composite is None:
        composite = np.full(len(stratum), -1)
    return SecondPass(
        taylor=lay_out((stage,), domain, len(cells.domains), Lonely.FAIL),
        domain=domain,
        weight=(population / sampled)[stratum],
        column=COLUMN_OF_CODE[answers.level],
        composite=np.where(composite >= 0, composite * MICRO, 0.0),
        has_composite=(composite >= 0).astype(np.float64),
    )
