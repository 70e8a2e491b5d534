"""Indices where the respondent is the sampling unit: two GROUP BYs and no pass over the rows in Python."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.cell_sums import Sums, condense
from analysis.element_sql import squares_sql
from analysis.engines import Columns, Engine
from analysis.linearization import Linear, linearise
from analysis.recipe import Wanted
from analysis.scan import Shape, run_scan
from analysis.variance import (
    Float,
    Int,
    Layout,
    Lonely,
    Stage,
    Taylor,
    average_factor,
    changes,
    contributed,
    lay_out,
    stage_scale,
)
from instruments.model import Instrument


@dataclass(frozen=True)
class Elements:
    """Cells of (domain, stratum), sorted, each with what its respondents' linearised values add up to.

    Attributes
    ----------
    totals : mapping of str to (ndarray, ndarray)
        Numerators and denominators by kind, (domains, columns), on the grid of the weights.
    linear : list of Linear
        Statistics with their derivatives.
    taylor : Taylor
        Gives degrees of freedom, censuses and lonely strata; its units are cells, so not its `variance`.
    sums, squares : ndarray, (statistics, cells)
        Sum of the linearised values, and of their squared deviations from the cell's mean.
    n : ndarray, (cells,)
        Respondents.
    """

    totals: dict[str, tuple[Float, Float]]
    linear: list[Linear]
    taylor: Taylor
    sums: Float
    squares: Float
    n: Float

    def variance(self) -> Float:
        """Variance of every statistic in every domain, (domains, statistics) (method.md, formula V6)."""
        stage, layout = self.taylor.stages[0], self.taylor.layouts[0]
        totals, mean = self._means(stage, layout)
        squares = self._squares(layout, mean)
        return contributed(stage, layout, totals, squares, self.taylor.domains, self.taylor.lonely)

    def covariance(self, statistic: int) -> Float:
        """Covariance of one statistic over the domains, (domains, domains) (method.md, formulas V4 and V6).

        A respondent is in one domain, so products of two domains leave only the product of their means.
        """
        stage, layout = self.taylor.stages[0], self.taylor.layouts[0]
        _, means = self._means(stage, layout)
        mean, size = means[statistic], self.taylor.domains
        weight = np.where(stage.lonely, 0.0, stage_scale(stage) * stage.sampled)[layout.stratum]
        matrix = np.zeros((size, size))
        order = np.argsort(layout.stratum, kind="stable")
        for groups in np.split(order, np.flatnonzero(changes(layout.stratum[order]))[1:]):
            places = layout.domain[groups]
            matrix[np.ix_(places, places)] -= weight[groups[0]] * np.outer(mean[groups], mean[groups])
        if self.taylor.lonely is Lonely.AVERAGE and stage.lonely.any():
            root = np.sqrt(average_factor(stage, layout, size))
            matrix *= np.outer(root, root)
        np.fill_diagonal(matrix, self.variance()[:, statistic])
        return matrix

    def _means(self, stage: Stage, layout: Layout) -> tuple[Float, Float]:
        """Totals of every (domain, stratum), and over all respondents drawn there."""
        totals = np.add.reduceat(self.sums, layout.group_starts, axis=1)
        return totals, totals / stage.sampled[layout.stratum]

    def _squares(self, layout: Layout, mean: Float) -> Float:
        """Squared deviations from the stratum's mean; respondents of other domains count as zeros."""
        stage = self.taylor.stages[0]
        apart = self.sums / self.n - mean[:, layout.pair_group]
        within = np.add.reduceat(self.squares + self.n * apart**2, layout.group_starts, axis=1)
        return np.asarray(within + (stage.sampled[layout.stratum] - layout.present) * mean**2)


def estimate_elements(
    engine: Engine,
    shape: Shape,
    cells: Columns,
    design: tuple[tuple[Stage, ...], Lonely],
    sums: Sums,
    domains: tuple[int, Int],
    wanted: tuple[Instrument, Sequence[Wanted]],
) -> Elements:
    """Estimate statistics from cells of (stratum, domain), with one more GROUP BY for their squares.

    Parameters
    ----------
    engine, shape
        Where the responses lie, without sampled units of their own.
    cells : Columns
        Of the first GROUP BY, sorted by stratum and domain.
    design : (stages, rule)
        Over those cells.
    sums : Sums
        Of those cells.
    domains : (int, ndarray)
        Number of domains, and the place of every cell's.
    wanted : (Instrument, sequence of Wanted)
        Statistics; what they measure must have been summed.
    """
    size, cell_domain = domains
    instrument, listed = wanted
    over_cells = lay_out(design[0], cell_domain, size, design[1])
    ordered, stages, domain = condense(sums, over_cells)
    order = over_cells.layouts[0].order
    n = cells["n"][order].astype(np.float64)
    taylor = lay_out(stages, domain, size, design[1])
    layout = taylor.layouts[0]
    present = np.add.reduceat(n, layout.group_starts).astype(np.int64)
    taylor = replace(taylor, layouts=(replace(layout, present=present),))
    starts = np.flatnonzero(changes(domain))
    totals = ordered.totals(starts)
    linear = [linearise(w.statistic, *totals[w.of]) for w in listed]
    z = ordered.linearised(listed, linear, np.append(starts, len(domain)))
    centre = np.empty_like(z)
    centre[:, order] = z / n
    keys = ("h", *shape.domain_keys)
    first = over_cells.layouts[0].order[starts]  # one cell of each domain, for its labels
    labels = {key: cells[key][first] for key in shape.domain_keys}
    cell_labels = {key: cells[key] for key in keys}
    query = squares_sql(shape, instrument, listed, linear, labels, cell_labels, centre)
    found = run_scan(engine, query.text, keys, query.tables)
    squares = np.stack([found[f"s{k + 1}"] for k in range(len(listed))])[:, order]
    return Elements(totals, linear, taylor, z, squares, n)
