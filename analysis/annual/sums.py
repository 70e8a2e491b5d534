"""Threshold rule and distance rule: which sums of answers may stand alone in a cell."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.annual.measures import Measures
from analysis.annual.model import Int, Responses

APART = 3  # distance rule: answers that must lie between a published sum and either end
FEW = 10  # threshold rule: the least number of answers that a protocol may ask of a cell
BOUND_STEP, BOUND_MAX = 5, 95


@dataclass(frozen=True)
class Sums:
    """One column summed over some responses; weighted sums in millionths of a dossier.

    Attributes
    ----------
    n, valid : int
        Responses, and those with a valid answer.
    w, x, y : int
        Sum of weights of all, of the valid, and of the valid times their worth.
    heaviest, step : int
        Largest weight, and the step to which `y` is rounded: the weight that half of the answers do not exceed.
    least : int
        Answers that the protocol asks of a cell.
    """

    n: int
    valid: int
    w: int
    x: int
    y: int
    heaviest: int
    step: int
    least: int = FEW

    @property
    def spread(self) -> "Sums":
        """Let the valid answers of a unit stand for its 1 to 9 missing ones, whose number stays unknown (Z7)."""
        if not 0 < self.n - self.valid < FEW or self.valid < FEW:
            return self
        return replace(self, valid=self.n, x=self.w, y=(2 * self.w * self.y + self.x) // (2 * self.x))

    @property
    def shown_y(self) -> int:
        """Return `y` rounded to whole steps: exact where all weights are the same (Z8)."""
        rounded = (2 * self.y + self.step) // (2 * self.step) * self.step
        return min(max(rounded, 0), self.x)

    @property
    def safe(self) -> bool:
        """Whether the sum keeps threshold and distance rule, so that any three answers may still be anything (Z9)."""
        apart = APART * self.heaviest
        return self.valid >= self.least and all(apart <= y <= self.x - apart for y in (self.y, self.shown_y))

    @property
    def bound(self) -> tuple[str, int]:
        """Which end the sum is near, with a bound in whole per cents that leaves three answers open (Z9)."""
        if not self.x or self.valid < self.least:
            return "hidden", 0
        limit = math.floor(100 * (self.x - APART * self.heaviest) / self.x / BOUND_STEP) * BOUND_STEP
        limit = min(BOUND_MAX, limit)
        if limit < 50:
            return "hidden", 0
        if self.x - self.y <= APART * self.heaviest:
            return "at_least", limit
        return ("at_most", 100 - limit) if self.y <= APART * self.heaviest else ("hidden", 0)


def counted(n: int, least: int) -> Sums:
    """Let a number of answers stand as a sum that may be published from `least` answers on."""
    return Sums(n=n, valid=n, w=0, x=2, y=1, heaviest=0, step=1, least=least)


def added(parts: Iterable[Sums]) -> Sums:
    """Add sums up; at least one."""
    listed = list(parts)
    return Sums(
        n=sum(p.n for p in listed),
        valid=sum(p.valid for p in listed),
        w=sum(p.w for p in listed),
        x=sum(p.x for p in listed),
        y=sum(p.y for p in listed),
        heaviest=max(p.heaviest for p in listed),
        step=max(p.step for p in listed),
        least=listed[0].least,
    )


def leaf_sums(responses: Responses, measures: Measures, micro: Int, least: int = FEW) -> dict[str, list[Sums]]:
    """Sum every column over the responses of every lowest unit, in the order of the columns."""
    units, place = np.unique(responses.unit, return_inverse=True)
    weight = micro.astype(np.float64)
    n = np.bincount(place)
    w = np.bincount(place, weights=weight)
    order = np.lexsort((micro, place))
    ends = np.cumsum(n)
    heaviest = micro[order[ends - 1]]
    step = micro[order[ends - n + n // 2]]
    found: dict[str, list[Sums]] = {unit: [] for unit in units.tolist()}
    for k in range(len(measures.names)):
        valid = np.bincount(place, weights=measures.valid[:, k])
        x = np.bincount(place, weights=weight * measures.valid[:, k])
        y = np.bincount(place, weights=weight * measures.worth[:, k])
        columns: Sequence[Int] = [np.rint(c).astype(np.int64) for c in (n, valid, w, x, y, heaviest, step)]
        for unit, values in zip(units.tolist(), zip(*(c.tolist() for c in columns), strict=True), strict=True):
            found[unit].append(replace(Sums(*values), least=least).spread)
    return found
