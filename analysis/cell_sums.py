"""The sums of cells as one matrix, added up by sampled unit and domain before anything else is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.linearization import Linear
from analysis.recipe import RESPONDENT, Wanted
from analysis.scan import Shape
from analysis.variance import Stage, Taylor, changes

Float = NDArray[np.float64]
Int = NDArray[np.int64]
MEASURES = {"share": ("y", "x"), "points": ("s", "v")}  # names of numerator and denominator in the scan
DOMAINS_AT_ONCE = 256  # bounds the memory of the coefficients


@dataclass(frozen=True)
class Sums:
    """Weighted sums of cells, on the grid of the weights.

    Attributes
    ----------
    matrix : ndarray, (sums, cells)
        By kind of measure, the numerators Y of its columns and then their misses X - Y. Misses instead of
        denominators keep the linearised value of a unanimous cell exactly 0.
    first : mapping of str to int
        Row of the first numerator of a kind.
    width : mapping of str to int
        Columns of a kind.
    """

    matrix: Float
    first: Mapping[str, int]
    width: Mapping[str, int]

    def totals(self, starts: Int) -> dict[str, tuple[Float, Float]]:
        """Numerators and denominators by kind, each (domains, columns), of cells sorted by domain."""
        added = np.add.reduceat(self.matrix, starts, axis=1).T
        found = {}
        for kind, first in self.first.items():
            middle, end = first + self.width[kind], first + 2 * self.width[kind]
            numerator, misses = added[:, first:middle], added[:, middle:end]
            found[kind] = (numerator, numerator + misses)
        return found

    def linearised(self, wanted: Sequence[Wanted], linear: Sequence[Linear], bounds: Int) -> Float:
        """Linearised values of cells sorted by domain, (statistics, cells) (method.md, formula E3).

        `bounds` are the places where domains begin, and the number of cells at the end.
        """
        z = np.empty((len(wanted), self.matrix.shape[1]))
        for lowest in range(0, len(bounds) - 1, DOMAINS_AT_ONCE):
            several = range(lowest, min(lowest + DOMAINS_AT_ONCE, len(bounds) - 1))
            coefficients = self._coefficients(wanted, linear, slice(several.start, several.stop))
            for d in several:
                cells = slice(bounds[d], bounds[d + 1])
                z[:, cells] = coefficients[d - lowest] @ self.matrix[:, cells]
        return z

    def _coefficients(self, wanted: Sequence[Wanted], linear: Sequence[Linear], domains: slice) -> Float:
        """Derivatives of the statistics by the sums, (domains, statistics, sums)."""
        size = domains.stop - domains.start
        found = np.zeros((size, len(wanted), len(self.matrix)))
        for k, (one, derivative) in enumerate(zip(wanted, linear, strict=True)):
            first, width = self.first[one.of], self.width[one.of]
            alpha, beta = derivative.alpha[domains], derivative.beta[domains]
            found[:, k, first : first + width] = alpha - beta
            found[:, k, first + width : first + 2 * width] = -beta
        return found


def sums_of(cells: dict[str, NDArray[Any]], shape: Shape, kinds: Sequence[str]) -> Sums:
    """Collect the sums of a scan, taking them out of `cells` one by one: never two copies of everything."""
    named = {kind: list(_item_columns(shape, kind)) for kind in kinds}
    if shape.composite:
        named[RESPONDENT] = [("ry", "rx")]
    matrix = np.empty((2 * sum(map(len, named.values())), len(cells["n"])))
    first, end = {}, 0
    for kind, pairs in named.items():
        first[kind] = end
        for y, x in pairs:
            matrix[end] = cells.pop(y)
            np.subtract(cells.pop(x), matrix[end], out=matrix[end + len(pairs)])
            end += 1
        end += len(pairs)
    return Sums(matrix, first, {kind: len(pairs) for kind, pairs in named.items()})


def _item_columns(shape: Shape, kind: str) -> Iterator[tuple[str, str]]:
    """Names of numerator and denominator of every item."""
    y, x = MEASURES[kind]
    for item in range(1, shape.items + 1):
        yield f"{y}{item}", f"{x}{item}"


def neighbours_added(sums: Sums, stages: tuple[Stage, ...], domain: Int) -> tuple[Sums, tuple[Stage, ...], Int]:
    """Add up cells that stand side by side and are of one unit and domain, before anything is sorted.

    Parameters
    ----------
    sums, stages, domain
        Over cells sorted by their keys.

    Returns
    -------
    (sums, stages, domain) : tuple
        Over as many cells or fewer.
    """
    starts = np.flatnonzero(changes(stages[-1].unit) | changes(domain)) if stages else np.arange(len(domain))
    if len(starts) == len(domain):
        return sums, stages, domain
    added = Sums(np.add.reduceat(sums.matrix, starts, axis=1), sums.first, sums.width)
    return added, tuple(replace(stage, unit=stage.unit[starts]) for stage in stages), domain[starts]


def distinct(values: NDArray[np.integer[Any]]) -> tuple[Int, Int]:
    """Return the sorted distinct codes and the place of each value among them, without sorting all values."""
    low, high = int(values.min()), int(values.max())
    if high - low > 4 * len(values):
        return np.unique(values, return_inverse=True)
    there = np.zeros(high - low + 1, dtype=bool)
    there[values - low] = True
    codes = np.flatnonzero(there)
    return codes + low, (np.cumsum(there) - 1)[values - low]


def condense(sums: Sums, taylor: Taylor) -> tuple[Sums, tuple[Stage, ...], Int]:
    """Add cells up to (domain, unit of the last stage), sorted by domain.

    Parameters
    ----------
    sums : Sums
        Of cells in any order.
    taylor : Taylor
        The design over those cells, crossed with the domains.

    Returns
    -------
    (sums, stages, domain) : tuple
        Over the added cells.
    """
    layout = taylor.layouts[-1]
    first_rows = layout.order[layout.pair_starts]
    added = Sums(layout.unit_sums(sums.matrix.T), sums.first, sums.width)
    stages = tuple(
        Stage(stage.unit[first_rows], stage.stratum, stage.sampled, stage.population, stage.carried)
        for stage in taylor.stages
    )
    return added, stages, layout.domain[layout.pair_group]
