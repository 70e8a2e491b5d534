"""Columns of a file turned into the numerators and denominators of the statistics asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.asked import ITEM_MEAN, SHARE, Asked, Options
from analysis.errors import AnalysisError
from analysis.linearization import Part, Statistic, Term
from analysis.reading import Table

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
PERCENT = ("share", "score", "factor", "overall")


@dataclass(frozen=True)
class Values:
    """What one statistic is made of.

    Attributes
    ----------
    statistic : Statistic
        Over the columns below.
    numerator, denominator : ndarray, (rows, columns)
        Unweighted; 0 where the value is missing.
    valid : ndarray of bool, (rows,)
        Rows with a valid value for the statistic.
    scale : float
        100 for shares, scores, factors and overall, else 1.
    """

    statistic: Statistic
    numerator: Float
    denominator: Float
    valid: Bool
    scale: float


def values_of(asked: Asked, table: Table, missing: Sequence[float]) -> Values:
    """Read the columns of a statistic.

    Parameters
    ----------
    asked : Asked
        Any kind but quantile.
    table : Table
        Holds the columns.
    missing : sequence of float
        Codes that are not answers; they concern shares, scores, factors and overall only.

    Raises
    ------
    AnalysisError
        If a column is missing or holds what is no number or no level of the scale.
    """
    if asked.kind in PERCENT:
        return _of_levels(asked, table, missing)
    numerator = table.numbers(asked.columns[0])
    valid = ~np.isnan(numerator)
    denominator = np.ones(len(table))
    if asked.kind == "ratio":
        denominator = table.numbers(asked.groups["denominator"][0])
        valid &= ~np.isnan(denominator)
    statistic = Statistic(asked.name, (Part(1.0, (Term(1.0, (0,)),)),), total=asked.kind == "total")
    return Values(
        statistic,
        np.where(valid, numerator, 0.0)[:, None],
        np.where(valid, denominator, 0.0)[:, None],
        valid,
        1.0,
    )


def _of_levels(asked: Asked, table: Table, missing: Sequence[float]) -> Values:
    """Read items whose answers are levels."""
    columns = asked.columns
    pairs = [_item(column, table, asked.options, missing) for column in columns]
    valid = np.stack([v for _, v in pairs], axis=1)
    worth = np.stack([y for y, _ in pairs], axis=1)
    place = {column: c for c, column in enumerate(columns)}
    groups = [tuple(place[c] for c in group) for group in asked.groups.values()]
    parts = _parts(asked, groups)
    statistic = Statistic(asked.name, parts)
    return Values(statistic, worth, valid.astype(np.float64), np.any(valid, axis=1), 100.0)


def _parts(asked: Asked, groups: list[tuple[int, ...]]) -> tuple[Part, ...]:
    """Put items into factors and factors into the overall index."""
    options = asked.options
    if asked.kind == "overall" and not options.weights:
        groups = [tuple(dict.fromkeys(c for group in groups for c in group))]
    weights = [options.weights.get(f, 1.0) for f in asked.groups] if options.weights else [1.0] * len(groups)
    return tuple(Part(w, _terms(group, options)) for w, group in zip(weights, groups, strict=True))


def _terms(group: tuple[int, ...], options: Options) -> tuple[Term, ...]:
    """Pool the answers of a factor, or take the mean over its items."""
    if options.how == ITEM_MEAN:
        return tuple(Term(1.0 / len(group), (column,)) for column in group)
    return (Term(1.0, group),)


def _item(column: str, table: Table, options: Options, missing: Sequence[float]) -> tuple[Float, Bool]:
    """Return what each answer to an item is worth, 0 to 1, and whether it is valid."""
    level = table.numbers(column)
    valid = ~np.isnan(level) & ~np.isin(level, missing)
    low, high = options.scale or _default_scale(level[valid], options.satisfied)
    outside = valid & ((level < low) | (level > high) | (level != np.rint(level)))
    if outside.any():
        row = int(np.argmax(outside))
        raise AnalysisError(
            f"column {column}, row {row + 1}: {level[row]:g} is no level from {low:g} to {high:g}; "
            "correct it, add the code to missing, or give the range of the scale"
        )
    answered = np.where(valid, level, low)
    worth = np.isin(answered, options.satisfied) if options.of == SHARE else (answered - low) / (high - low)
    return np.where(valid, worth, 0.0), valid


def _default_scale(levels: Float, satisfied: Sequence[float]) -> tuple[float, float]:
    """Guess the scale of a share without `range`: yes/no, five levels, or up to the highest satisfied one."""
    top = max(satisfied)
    if 0 <= top <= 1 and (levels == 0).any():
        return 0.0, 1.0
    return (1.0, 5.0) if 1 <= top <= 5 else (0.0, top)
