"""What goes into an annual index and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError

Text = NDArray[np.str_]
Int = NDArray[np.int64]
Float = NDArray[np.float64]
Level = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Responses:
    """One row per response, nothing that tells whose it is; rows in the order in which they are stored.

    Attributes
    ----------
    unit, psu, stratum : ndarray of str, (n,)
        Lowest unit that gets figures; what was drawn at the first stage (the unit itself where dossiers were drawn
        directly); stratum within it.
    classes : mapping of str to ndarray of str, (n,)
        What the frame knows of the dossier: field, channel, outcome, on_time, respondent ...
    level : ndarray of int8, (n, items)
        In the order of the instrument's scored items: 0 blank, 1 (worst) to 5 (best), 9 not applicable.
    grade : ndarray of str, (n,)
        Evidence grade, G1 to G4.
    """

    unit: Text
    psu: Text
    stratum: Text
    classes: Mapping[str, Text]
    level: Level
    grade: Text

    def __post_init__(self) -> None:
        """Refuse columns of different lengths."""
        _same_length(
            {
                "unit": self.unit,
                "psu": self.psu,
                "stratum": self.stratum,
                "level": self.level,
                "grade": self.grade,
                **self.classes,
            }
        )

    def __len__(self) -> int:
        """Number of responses."""
        return len(self.unit)

    def taken(self, rows: NDArray[np.bool_]) -> "Responses":
        """Return some of the rows."""
        classes = {name: values[rows] for name, values in self.classes.items()}
        return Responses(
            self.unit[rows], self.psu[rows], self.stratum[rows], classes, self.level[rows], self.grade[rows]
        )


@dataclass(frozen=True, eq=False)
class Frame:
    """All closed dossiers of the period, counted: one row per unit, PSU, stratum and classes.

    Attributes
    ----------
    unit, psu, stratum : ndarray of str, (rows,)
        As in `Responses`; PSUs that were not drawn have rows too.
    first : ndarray of str, (rows,)
        Stratum in which the PSU was drawn; anything where dossiers were drawn directly.
    classes : mapping of str to ndarray of str, (rows,)
        The same variables as in `Responses`.
    dossiers, drawn : ndarray of int64, (rows,)
        Dossiers closed, and those among them that were asked.
    """

    unit: Text
    psu: Text
    stratum: Text
    first: Text
    classes: Mapping[str, Text]
    dossiers: Int
    drawn: Int

    def __post_init__(self) -> None:
        """Refuse columns of different lengths and counts that cannot be."""
        _same_length(
            {
                "unit": self.unit,
                "psu": self.psu,
                "stratum": self.stratum,
                "first": self.first,
                "dossiers": self.dossiers,
                "drawn": self.drawn,
                **self.classes,
            }
        )
        bad = np.flatnonzero((self.drawn < 0) | (self.drawn > self.dossiers))
        if len(bad):
            row = int(bad[0])
            raise AnalysisError(
                f"frame, row {row + 1}: {self.drawn[row]} of {self.dossiers[row]} dossiers drawn; correct the counts"
            )


@dataclass(frozen=True)
class Row:
    """One line of the published cells; which fields are filled depends on `kind` (docs/method.md, section Z).

    Whole-number sums `n`, `total`, `w`, `x`, `y` are exact; weighted ones count millionths of a dossier.
    """

    kind: str  # domain | sum | pool | square | level | hidden
    domain: str
    statistic: str = ""
    cell: str = ""
    stage: str = ""
    stratum: str = ""
    n: int | None = None
    total: int | None = None
    w: int | None = None
    x: int | None = None
    y: int | None = None
    z2: float | None = None
    units: int | None = None
    present: int | None = None
    fraction: float | None = None
    note: str = ""


Cells = tuple[Row, ...]


@dataclass(frozen=True)
class Result:
    """One printed figure; numbers are the very texts that are printed, empty where there is none.

    Attributes
    ----------
    domain, statistic : str
        Unit; share:<item>, score:<item>, factor:<id>, overall or overall@<variant>.
    n : str
        Answers that the domain rests on.
    estimate, se, df, low, high : str
        In 0..100 (scores on the item's scale); two decimals, df whole.
    bound : str
        '' for an exact figure, 'at_least' or 'at_most' where `estimate` is a bound, 'hidden' where nothing is said.
    none_satisfied, all_satisfied : str
        The figure if no one, or everyone, of those who were asked and did not answer were satisfied.
    levels : str
        Per cents of levels 1 to 5 joined with '|', empty where not shown.
    rankable : str
        'yes' from the number of answers that the protocol asks for rank intervals.
    label : str
        'conditional on the commune drawn', 'reweighted', or the reason why something is missing.
    """

    domain: str
    statistic: str
    n: str
    estimate: str = ""
    se: str = ""
    df: str = ""
    low: str = ""
    high: str = ""
    bound: str = ""
    none_satisfied: str = ""
    all_satisfied: str = ""
    levels: str = ""
    rankable: str = ""
    label: str = ""


@dataclass(frozen=True)
class Annual:
    """Cells that may be published, every printed figure, and how weights and disclosure control went."""

    cells: Cells
    results: tuple[Result, ...]
    weight_report: dict[str, Any]
    disclosure_report: dict[str, Any]


def _same_length(columns: Mapping[str, NDArray[Any]]) -> None:
    """Refuse columns of different lengths."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise AnalysisError(f"columns differ in length: {told}; give one value per row")
