"""How much too small a sum of squares is because few PSUs of unequal weight also give the estimate."""

import numpy as np

from analysis.annual.model import Float, Int
from analysis.annual.units import Stage


def size_correction(stage: Stage, rows: Int, weight: Float, group: Int) -> float:
    """Return the factor that makes a first-stage sum of squares unbiased (method.md, formula Z18).

    A PSU with a large part of the weight draws the estimate towards itself, so that its deviation is too small. If the
    means of the PSUs have the same variance, how much is missing follows from the weights alone.
    (Bell and McCaffrey 2002)

    Parameters
    ----------
    stage : Stage
        The first; its units are PSUs.
    rows : ndarray of int64
        Places of the domain's responses.
    weight : ndarray, (n,)
        Of every response.
    group : ndarray of int64, (n,)
        Calibration domain of every response: within it, means are taken out.

    Returns
    -------
    float
        1 for PSUs of equal weight.
    """
    units, unit = np.unique(stage.unit[rows], return_inverse=True)
    groups, column = np.unique(group[rows], return_inverse=True)
    share = np.zeros((len(units), len(groups)))
    np.add.at(share, (unit, column), weight[rows] / weight[rows].sum())
    taken = share.sum(axis=1)
    # Row u: what the mean of each PSU adds to the linearised value of unit u.
    effect = np.diag(taken) - share @ (share / share.sum(axis=0)).T
    stratum = np.zeros(len(units), dtype=np.int64)
    stratum[unit] = stage.stratum[rows]
    true = expected = 0.0
    for h in np.unique(stratum).tolist():
        here, size, left = stratum == h, int(stage.units[h]), 1.0 - float(stage.fraction[h])
        if size < 2 or left <= 0:
            continue
        squares = float((effect[here] ** 2).sum()) - float((effect[here].sum(axis=0) ** 2).sum()) / size
        true += left * float((taken[here] ** 2).sum())
        expected += left * size / (size - 1) * squares
    return true / expected if expected > 0 else 1.0
