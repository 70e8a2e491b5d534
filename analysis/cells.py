"""Answers counted into cells: whole numbers per domain and stratum that add up in any order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError

Int = NDArray[np.int64]
Level = NDArray[np.int8]

BLANK = 0
NOT_APPLICABLE = 9
CODES = (1, 2, 3, 4, 5, NOT_APPLICABLE, BLANK)  # the columns of Cells.counts
LEVELS = 5
NO_COMPOSITE = -1
SUMMED = ("n", "counts", "composite_n", "composite_sum")
COLUMN_OF_CODE = np.array([6, 0, 1, 2, 3, 4, -1, -1, -1, 5], dtype=np.int64)


@dataclass(frozen=True)
class Answers:
    """One row per response, nothing that tells whose it is.

    Attributes
    ----------
    items : tuple of str
        Ids of the scored items, in the order of the columns.
    stratum, domain : ndarray of int64, (n,)
        Stratum in which the dossier was returned; domain (a unit, a class) for which figures are wanted.
    level : ndarray of int8, (n, items)
        0 blank, 1 (worst) to 5 (best), 9 not applicable.
    composite : ndarray of int64, (n,), or None
        Index of the respondent in millionths of a point (0 to 100,000,000), -1 without a valid answer.
    """

    items: tuple[str, ...]
    stratum: Int
    domain: Int
    level: Level
    composite: Int | None = None

    def __post_init__(self) -> None:
        """Refuse columns of different lengths and codes that are no answer."""
        n = len(self.stratum)
        composites = n if self.composite is None else len(self.composite)
        if {len(self.domain), composites} != {n} or self.level.shape != (n, len(self.items)):
            raise AnalysisError(f"columns differ in length: {n} strata; give one value per response and item")
        bad = np.argwhere(~np.isin(self.level, CODES))
        if len(bad):
            row, item = bad[0]
            code = int(self.level[row, item])
            raise AnalysisError(
                f"row {row + 1}, item {self.items[item]}: {code} is no level; "
                "give 1 to 5, 0 for blank, 9 for not applicable"
            )


@dataclass(frozen=True, eq=False)
class Cells:
    """Counts per (domain, stratum), sorted by that key.

    Attributes
    ----------
    items : tuple of str
        Ids of the scored items.
    domain, stratum, n : ndarray of int64, (cells,)
        Key and number of responses.
    counts : ndarray of int64, (cells, items, 7)
        Answers at levels 1 to 5, not applicable, blank; they add up to `n`.
    composite_n, composite_sum : ndarray of int64, (cells,)
        Respondents with a composite, and its sum in millionths of a point.
    """

    items: tuple[str, ...]
    domain: Int
    stratum: Int
    n: Int
    counts: Int
    composite_n: Int
    composite_sum: Int

    def __eq__(self, other: object) -> bool:
        """Equal if every number is."""
        return isinstance(other, Cells) and self.to_rows() == other.to_rows() and self.items == other.items

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash; Python's way to say so is None

    @cached_property
    def domains(self) -> Int:
        """Return the domains with at least one response, sorted."""
        return np.unique(self.domain)

    def to_rows(self) -> list[dict[str, Any]]:
        """One dictionary of plain integers per cell, ready for JSON, sorted by key."""
        return [
            {
                "domain": int(self.domain[c]),
                "stratum": int(self.stratum[c]),
                "n": int(self.n[c]),
                "counts": {item: self.counts[c, j].tolist() for j, item in enumerate(self.items)},
                "composite": [int(self.composite_n[c]), int(self.composite_sum[c])],
            }
            for c in range(len(self.n))
        ]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], items: Sequence[str]) -> "Cells":
        """Read what `to_rows` wrote, rows of one key added up; AnalysisError if a row does not add up.

        Parameters
        ----------
        rows : iterable of mapping
            In any order; several rows (batches) of one key are summed.
        items : sequence of str
            Ids of the scored items; every row must have exactly these.
        """
        listed = list(rows)
        for row in listed:
            _check_row(row, items)
        shape = (len(listed), len(items), len(CODES))
        counts = np.array([[row["counts"][i] for i in items] for row in listed], dtype=np.int64)
        return _summed(
            tuple(items),
            _column(row["domain"] for row in listed),
            _column(row["stratum"] for row in listed),
            [
                _column(row["n"] for row in listed),
                counts.reshape(shape),
                _column(row["composite"][0] for row in listed),
                _column(row["composite"][1] for row in listed),
            ],
        )


def cells_of(answers: Answers) -> Cells:
    """Count answers into cells (method.md, formula S1).

    Parameters
    ----------
    answers : Answers
        In any order.

    Returns
    -------
    Cells
        One cell per (domain, stratum) with a response, sorted by key.
    """
    n, k = answers.level.shape
    domain, stratum, cell = pair_up(answers.domain, answers.stratum)
    size = len(domain)
    counts = np.empty((size, k, len(CODES)), dtype=np.int64)
    for j in range(k):
        slot = cell * len(CODES) + COLUMN_OF_CODE[answers.level[:, j]]
        counts[:, j, :] = np.bincount(slot, minlength=size * len(CODES)).reshape(size, len(CODES))
    composite = np.full(n, NO_COMPOSITE) if answers.composite is None else answers.composite
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, cell, np.where(composite >= 0, composite, 0))
    return Cells(
        items=answers.items,
        domain=domain,
        stratum=stratum,
        n=np.bincount(cell, minlength=size),
        counts=counts,
        composite_n=np.bincount(cell[composite >= 0], minlength=size),
        composite_sum=total,
    )


def merge(*cells: Cells) -> Cells:
    """Add cells up: the same integers whatever the order and grouping (method.md, formula S2).

    Parameters
    ----------
    *cells : Cells
        At least one; all of the same items.

    Raises
    ------
    AnalysisError
        If the items differ.
    """
    if not cells:
        raise AnalysisError("no cells given; merge needs at least one")
    if len({part.items for part in cells}) > 1:
        raise AnalysisError("cells of different items cannot be added; keep instrument versions apart")
    return _summed(
        cells[0].items,
        np.concatenate([part.domain for part in cells]),
        np.concatenate([part.stratum for part in cells]),
        [np.concatenate([getattr(part, name) for part in cells]) for name in SUMMED],
    )


def roll_up(cells: Cells, parent: Mapping[int, int]) -> Cells:
    """Re-aggregate cells to parent domains, such as agencies to their province.

    Parameters
    ----------
    cells : Cells
        Of the children.
    parent : mapping of int to int
        Parent of every domain in `cells`; AnalysisError names a domain without one.
    """
    for domain in cells.domains.tolist():
        if domain not in parent:
            raise AnalysisError(f"domain {domain} has no parent; add it to the mapping")
    lifted = np.array([parent[d] for d in cells.domain.tolist()], dtype=np.int64)
    return _summed(cells.items, lifted, cells.stratum, [getattr(cells, name) for name in SUMMED])


def _summed(items: tuple[str, ...], domain: Int, stratum: Int, columns: Sequence[Int]) -> Cells:
    """Add rows of the same key and sort by key."""
    domains, strata, cell = pair_up(domain, stratum)
    sums = []
    for column in columns:
        total = np.zeros((len(domains), *column.shape[1:]), dtype=np.int64)
        np.add.at(total, cell, column)
        sums.append(total)
    return Cells(items, domains, strata, *sums)


def pair_up(first: Int, second: Int) -> tuple[Int, Int, Int]:
    """Return the sorted distinct pairs of two columns, and the place of each row among them."""
    left, left_place = np.unique(first, return_inverse=True)
    right, right_place = np.unique(second, return_inverse=True)
    width = max(len(right), 1)
    key, place = np.unique(left_place * width + right_place, return_inverse=True)
    return left[key // width], right[key % width], place


def _column(values: Iterable[int]) -> Int:
    """Return integers as a column."""
    return np.fromiter(values, dtype=np.int64)


def _check_row(row: Mapping[str, Any], items: Sequence[str]) -> None:
    """Refuse a stored row whose items or counts do not fit."""
    place = f"cell (domain {row['domain']}, stratum {row['stratum']})"
    if set(row["counts"]) != set(items):
        raise AnalysisError(f"{place}: its items are not those of the instrument; use the version it was stored with")
    for item in items:
        counts = row["counts"][item]
        if len(counts) != len(CODES) or min(counts) < 0 or sum(counts) != row["n"]:
            raise AnalysisError(
                f"{place}, item {item}: counts {counts} do not add up to n = {row['n']}; recount the batch"
            )
