"""Joint covariance of statistics over domains that share parts of a sampling design."""

from itertools import pairwise

import numpy as np

from analysis.variance import Float, Layout, Lonely, Stage, Taylor, average_factor, by_domain, changes, stage_scale


def covariance(taylor: Taylor, z: Float) -> Float:
    """Joint covariance of all domains and statistics (method.md, formula V4).

    Parameters
    ----------
    taylor : Taylor
        Design crossed with domains.
    z : ndarray, (rows, statistics)
        Weighted linearised values of each row for the statistics of its own domain.

    Returns
    -------
    ndarray, (domains * statistics, domains * statistics)
        Ordered by domain, then statistic. Domains that share a stratum covary, because a unit without a
        row of a domain is a zero there.
    """
    size = taylor.domains * z.shape[1]
    matrix = np.zeros((size, size))
    for stage, layout in zip(taylor.stages, taylor.layouts, strict=True):
        matrix += _stage_covariance(stage, layout, z, taylor)
    return matrix


def _stage_covariance(stage: Stage, layout: Layout, z: Float, taylor: Taylor) -> Float:
    """Covariance added by one stage, one dense block per stratum over the domains present in it."""
    sums = layout.unit_sums(z).T
    width = z.shape[1]
    matrix = np.zeros((taylor.domains * width,) * 2)
    pair_domain, pair_stratum = layout.domain[layout.pair_group], layout.stratum[layout.pair_group]
    by_stratum = np.argsort(pair_stratum, kind="stable")
    bounds = np.append(np.flatnonzero(changes(pair_stratum[by_stratum])), len(by_stratum))
    centre = by_domain(sums.T, pair_domain, taylor.domains).T / len(stage.stratum)
    for lo, hi in pairwise(bounds):
        pairs = by_stratum[lo:hi]
        stratum = int(pair_stratum[pairs[0]])
        columns, column = np.unique(pair_domain[pairs], return_inverse=True)
        _, row = np.unique(layout.pair_unit[pairs], return_inverse=True)
        block = np.zeros((int(stage.sampled[stratum]), len(columns), width))
        block[row, column] = sums[pairs]
        product = _block_product(stage, stratum, block, centre[columns], taylor.lonely)
        places = (columns[:, None] * width + np.arange(width)).ravel()
        matrix[np.ix_(places, places)] += product
    if taylor.lonely is Lonely.AVERAGE and stage.lonely.any():
        root = np.repeat(np.sqrt(average_factor(stage, layout, taylor.domains)), width)
        matrix *= np.outer(root, root)
    return matrix


def _block_product(stage: Stage, stratum: int, block: Float, centre: Float, lonely: Lonely) -> Float:
    """Scaled cross-product of the deviations in one stratum, (domains * statistics) square."""
    if not stage.lonely[stratum]:
        weight, deviation = float(stage_scale(stage)[stratum]), block - block.mean(axis=0)
    else:
        weight = float(stage.carried[stratum] * stage.open_fraction[stratum])
        deviation = {
            Lonely.ADJUST: block - centre,
            Lonely.REMOVE: np.zeros_like(block),
            Lonely.CERTAINTY: np.zeros_like(block),
            Lonely.AVERAGE: np.zeros_like(block),
        }.get(lonely, np.full_like(block, np.nan))
    flat = deviation.reshape(len(block), -1)
    return np.asarray(weight * (flat.T @ flat))
