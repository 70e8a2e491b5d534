"""What is summed for an annual index: worth and validity of every answer, statistic by statistic."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.annual.model import Float, Level
from analysis.cells import COLUMN_OF_CODE, Answers
from analysis.index import with_composite
from analysis.recipe import RESPONDENT, Wanted, wanted, worth_of
from analysis.second_pass import MICRO
from instruments.model import Instrument

Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Measures:
    """Columns that are summed, and the statistics made of them.

    Attributes
    ----------
    names : tuple of str
        share:<item>, points:<item> or respondent.
    worth : ndarray, (n, columns)
        0..1, 0 where not valid.
    valid : ndarray of bool, (n, columns)
    """

    names: tuple[str, ...]
    worth: Float
    valid: Bool


def listed(instrument: Instrument) -> tuple[Wanted, ...]:
    """Statistics that are printed: item shares, factors, overall; scores where the recipe asks for scores."""
    of_share = instrument.recipe.of == "share"
    return tuple(w for w in wanted(instrument) if not (of_share and w.statistic.name.startswith("score:")))


def column_names(instrument: Instrument, statistic: Wanted) -> tuple[str, ...]:
    """Return the columns that a statistic is made of."""
    if statistic.of == RESPONDENT:
        return (RESPONDENT,)
    return tuple(f"{statistic.of}:{instrument.scored_items()[j].id}" for j in statistic.items)


def all_columns(instrument: Instrument) -> tuple[str, ...]:
    """Return every column that some statistic needs, in the order of the instrument."""
    found: dict[str, None] = {}
    for one in listed(instrument):
        found |= dict.fromkeys(column_names(instrument, one))
    return tuple(found)


def measure(level: Level, instrument: Instrument) -> Measures:
    """Look up worth and validity of every answer.

    Parameters
    ----------
    level : ndarray of int8, (n, items)
        As in `Responses`.
    instrument : Instrument
        Its recipe says what a level is worth.
    """
    names = all_columns(instrument)
    tables = {of: worth_of(instrument, of) for of in ("share", "points")}
    place = {item.id: j for j, item in enumerate(instrument.scored_items())}
    worth, valid = np.zeros((len(level), len(names))), np.zeros((len(level), len(names)), dtype=bool)
    for k, name in enumerate(names):
        if name == RESPONDENT:
            worth[:, k], valid[:, k] = _composite(level, instrument)
            continue
        of, _, item = name.partition(":")
        code = COLUMN_OF_CODE[level[:, place[item]]]
        valid[:, k] = tables[of][1][place[item], code] > 0
        worth[:, k] = np.where(valid[:, k], tables[of][0][place[item], code], 0.0)
    return Measures(names, worth, valid)


def kind_columns(names: Sequence[str], of: str) -> list[int]:
    """Places of the columns of one kind of measure, in the order of the items."""
    prefix = RESPONDENT if of == RESPONDENT else f"{of}:"
    return [k for k, name in enumerate(names) if name.startswith(prefix)]


def _composite(level: Level, instrument: Instrument) -> tuple[Float, Bool]:
    """Index of every respondent in 0..1."""
    nowhere = np.zeros(len(level), dtype=np.int64)
    items = tuple(item.id for item in instrument.scored_items())
    micro = with_composite(Answers(items, nowhere, nowhere, level), instrument).composite
    index = np.zeros(len(level)) if micro is None else micro * MICRO
    return np.where(index >= 0, index, 0.0), np.asarray(index >= 0)
