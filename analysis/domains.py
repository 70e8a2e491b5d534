"""Domains of a file: every combination of the labels in some columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.reading import NO_LABEL, Table

Int = NDArray[np.int64]


@dataclass(frozen=True)
class Domains:
    """Which domain each row is in.

    Attributes
    ----------
    labels : tuple of dict
        Column and label of every domain, in label order; one empty dictionary for the whole file.
    code : ndarray, (rows,)
        Place of each row's domain; rows with a blank label share the extra place after the last.
    """

    labels: tuple[dict[str, str], ...]
    code: Int

    @property
    def size(self) -> int:
        """Number of domains that are reported."""
        return len(self.labels)

    @property
    def places(self) -> int:
        """Number of places, with one for the rows of no domain."""
        return self.size + 1


def domains_of(table: Table, columns: Sequence[str]) -> Domains:
    """Cross the labels of some columns; combinations without rows are left out.

    Parameters
    ----------
    table : Table
        One row per response.
    columns : sequence of str
        Empty for the whole file.
    """
    code = np.zeros(len(table), dtype=np.int64)
    outside = np.zeros(len(table), dtype=bool)
    names = []
    for column in columns:
        labels = table.labels(column)
        names.append(labels.names)
        outside |= labels.code == NO_LABEL
        code = code * max(len(labels.names), 1) + np.maximum(labels.code, 0)
    found, place = np.unique(code[~outside], return_inverse=True)
    row_place = np.full(len(table), len(found), dtype=np.int64)
    row_place[~outside] = place
    return Domains(tuple(_labels(int(key), columns, names) for key in found), row_place)


def _labels(key: int, columns: Sequence[str], names: Sequence[Sequence[str]]) -> dict[str, str]:
    """Take a combined code apart, last column first."""
    parts = []
    for column, known in zip(reversed(columns), reversed(names), strict=True):
        key, code = divmod(key, max(len(known), 1))
        parts.append((column, known[code]))
    return dict(reversed(parts))
