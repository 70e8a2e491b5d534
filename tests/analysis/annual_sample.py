"""Annual answers with chosen levels of the first item, for tests of what their cells may give away."""

import numpy as np

from analysis import annual
from tests.analysis.sample_instrument import instrument

INSTRUMENT = instrument(factor="item_mean")


def answers(levels, seed=5):
    """Responses and frame of units; `levels`: unit to how many answered level 1 to 5 of the first item."""
    random = np.random.default_rng(seed)
    units = list(levels)
    size = [sum(levels[unit]) for unit in units]
    unit, n = np.repeat(units, size), sum(size)
    level = random.choice([1, 2, 3, 4, 5], p=[0.15, 0.15, 0.2, 0.3, 0.2], size=(n, 5)).astype(np.int8)
    level[:, 0] = np.concatenate([np.repeat([1, 2, 3, 4, 5], levels[unit]) for unit in units])
    nothing = np.full(len(units), "")
    places, sizes = np.array(units), np.array(size)
    frame = annual.Frame(places, places, nothing, nothing, {}, 5 * sizes, 2 * sizes)
    return annual.Responses(unit, unit, np.full(n, ""), {}, level, np.full(n, "G1")), frame


def estimated(levels, tree, **settings):
    """Annual index of such answers, with its protocol."""
    protocol = {"tree": tree, "seed": 1, "calibration_depth": 0, **settings}
    made = annual.estimate(*answers(levels), INSTRUMENT, protocol)
    return made, annual.complete(protocol, INSTRUMENT)


def rows_of(made, kind, statistic="share:a1"):
    """Published rows of one kind and statistic."""
    return [row for row in made.cells if (row.kind, row.statistic) == (kind, statistic)]
