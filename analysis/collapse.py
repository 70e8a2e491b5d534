"""Joining lonely strata with their neighbours before variances are computed."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.variance import Stage

Float = NDArray[np.float64]
Int = NDArray[np.int64]


def collapsed(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Join lonely strata with the next in label order, the last with the one before (method.md, formula V2).

    Parameters
    ----------
    stages : tuple of Stage
        Strata are numbered in label order; from the second stage on a stratum is a unit of the stage before,
        and only units of one stratum are joined.

    Returns
    -------
    tuple of Stage
        With units drawn and population counts added, also in the fractions carried on. A
        lonely unit whose stratum has no other stays lonely.
    """
    found: list[Stage] = []
    for given in stages:
        if found:
            known = len(given.sampled)  # silent units of the stage before have no strata here
            parents, stage = found[-1].stratum[:known], replace(given, carried=_carried_on(found[-1])[:known])
        else:
            parents, stage = np.zeros(len(given.sampled), dtype=np.int64), given
        found.append(_joined(stage, _groups(stage, parents)))
    return tuple(found)


def _carried_on(stage: Stage) -> Float:
    """Product of the sampling fractions up to a stage, per unit of it."""
    fraction = np.where(np.isinf(stage.population), 0.0, stage.sampled / stage.population)
    return np.asarray((stage.carried * fraction)[stage.stratum])


def _groups(stage: Stage, parents: Int) -> Int:
    """Number the joined strata, in label order."""
    group = np.arange(len(stage.sampled))
    for parent in np.unique(parents[stage.lonely]):
        family = np.flatnonzero(parents == parent)
        _join_family(stage, family, group)
    return np.unique(group, return_inverse=True)[1]


def _join_family(stage: Stage, family: Int, group: Int) -> None:
    """Join the lonely strata of one parent, changing `group` in place."""
    last = len(family) - 1
    for place, stratum in enumerate(family):
        members = family[group[family] == group[stratum]]
        alone = stage.sampled[members].sum() == 1 and stage.lonely[stratum]
        if alone and last > 0:
            neighbour = family[place + 1] if place < last else family[place - 1]
            group[members] = group[neighbour]


def _joined(stage: Stage, group: Int) -> Stage:
    """Add units drawn and population counts up by group."""
    size = int(group.max()) + 1
    carried = np.zeros(size)
    carried[group] = stage.carried
    return Stage(
        unit=stage.unit,
        stratum=group[stage.stratum],
        sampled=np.bincount(group, weights=stage.sampled, minlength=size).astype(np.float64),
        population=np.bincount(group, weights=stage.population, minlength=size).astype(np.float64),
        carried=carried,
    )
