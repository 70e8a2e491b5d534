"""First-stage units that were sampled, from the frame: those without any answer are in no file of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.reading import NO_LABEL, Labels, Table

Float = NDArray[np.float64]
Int = NDArray[np.int64]
COUNT = "sampled"  # column of a frame that gives numbers of units instead of their labels


@dataclass(frozen=True, eq=False)
class SampledUnits:
    """Sampled units in the codes of a file of answers; labels that the file lacks have codes after its last.

    Attributes
    ----------
    stratum, unit : ndarray, (rows,)
        One row per unit, or one per unit and domain in which it lies.
    domain : ndarray, (rows, domain columns), or None
        -1 for labels that the file lacks; None where the frame does not say.
    """

    stratum: Int
    unit: Int
    domain: Int | None

    def counts(self, strata: int) -> Float:
        """Units sampled in each of the file's strata."""
        pairs = np.unique(np.column_stack([self.stratum, self.unit]), axis=0)
        return np.bincount(pairs[:, 0], minlength=strata)[:strata].astype(np.float64)

    def more_df(self, stratum: Int, unit: Int, place: Int, keys: Int) -> Int:
        """Silent units minus silent strata of every domain, which count in its df (method.md, formula V7).

        Parameters
        ----------
        stratum, unit, place : ndarray, (rows,)
            Codes of the answers' strata and units, and the place of their domain.
        keys : ndarray, (domains, domain columns)
            Codes of every domain's labels.
        """
        listed = self._places(keys)
        rows = np.flatnonzero(listed >= 0)
        here = {(int(d), int(h), int(u)) for d, h, u in np.unique(np.stack([place, stratum, unit], axis=1), axis=0)}
        strata = {(d, h) for d, h, _ in here}
        more = np.zeros(len(keys), dtype=np.int64)
        for row in rows:
            key = (int(listed[row]), int(self.stratum[row]), int(self.unit[row]))
            if key in here:
                continue
            here.add(key)
            more[key[0]] += 1
            if key[:2] not in strata:
                strata.add(key[:2])
                more[key[0]] -= 1
        return more

    def _places(self, keys: Int) -> Int:
        """Place of each listed row's domain; -1 outside or unknown."""
        if keys.shape[1] == 0:
            return np.zeros(len(self.stratum), dtype=np.int64)
        if self.domain is None:
            return np.full(len(self.stratum), -1)
        place = {tuple(key): k for k, key in enumerate(keys.tolist())}
        return np.array([place.get(tuple(codes), -1) for codes in self.domain.tolist()], dtype=np.int64)


def sampled_units(frame: Table, table: Table, strata: str | None, psu: str, by: Sequence[str]) -> SampledUnits:
    """Read the sampled units of the first stage.

    Parameters
    ----------
    frame : Table
        The column of strata, and either the column of units (one row per unit; columns of domains may say where
        it lies) or `sampled`, the number of units of each stratum.
    table : Table
        The answers.
    strata, psu : str
        Their columns; strata may be None.
    by : sequence of str
        Domain columns.

    Raises
    ------
    AnalysisError
        For a column that is not there, a blank, a count that is no whole number, or a unit with answers that
        the frame does not list.
    """
    known_strata = table.labels(strata) if strata else Labels(np.zeros(len(table), np.int64), ("all",))
    known_units = table.labels(psu)
    stratum = _coded(frame, strata, known_strata.names) if strata else np.zeros(len(frame), dtype=np.int64)
    present = np.unique(np.column_stack([known_strata.code, known_units.code]), axis=0)
    if COUNT in frame.columns.column_names and psu not in frame.columns.column_names:
        return _from_counts(frame, stratum, present, len(known_units.names))
    unit = _coded(frame, psu, known_units.names)
    listed = set(zip(stratum.tolist(), unit.tolist(), strict=True))
    for h, u in present.tolist():
        if (h, u) not in listed:
            raise AnalysisError(
                f"column {psu}: unit {known_units.names[u]} of stratum {known_strata.names[h]} has answers but is not "
                f"among the sampled units in {frame.path.name}; add it"
            )
    told = bool(by) and all(column in frame.columns.column_names for column in by)
    domain = np.stack([_matched(frame, c, table.labels(c).names) for c in by], axis=1) if told else None
    return SampledUnits(stratum, unit, domain)


def _from_counts(frame: Table, stratum: Int, present: Int, first_new: int) -> SampledUnits:
    """Turn numbers of sampled units into units: those with answers, and as many more as are missing."""
    numbers = frame.numbers(COUNT)
    bad = ~(numbers >= 1) | (numbers != np.floor(numbers))
    if bad.any():
        row = int(np.argmax(bad))
        raise AnalysisError(f"column {COUNT}, row {row + 1}: {numbers[row]:g} is no number of units; give 1 or more")
    found: list[tuple[int, int]] = [(h, u) for h, u in present.tolist()]
    with_answers = np.bincount(present[:, 0], minlength=int(stratum.max()) + 1)
    for row, (h, number) in enumerate(zip(stratum.tolist(), numbers.astype(np.int64).tolist(), strict=True)):
        if number < with_answers[h]:
            raise AnalysisError(
                f"column {COUNT}, row {row + 1}: {number} units sampled, but {with_answers[h]} have answers; mend it"
            )
        found += [(h, first_new + k) for k in range(number - int(with_answers[h]))]
    pairs = np.array(found, dtype=np.int64)
    if set(present[:, 0].tolist()) - set(stratum.tolist()):
        raise AnalysisError(f"{frame.path.name}: a stratum with answers has no number of sampled units; add it")
    return SampledUnits(pairs[:, 0], pairs[:, 1], None)


def _coded(frame: Table, column: str, names: Sequence[str]) -> Int:
    """Codes of a frame's labels among those of the answers, the unknown ones after the last."""
    labels = frame.labels(column)
    if (labels.code == NO_LABEL).any():
        row = int(np.argmax(labels.code == NO_LABEL))
        raise AnalysisError(f"{frame.path.name}, column {column}, row {row + 1}: blank; give the label")
    place = {name: k for k, name in enumerate(names)}
    codes = [place.setdefault(name, len(place)) for name in labels.names]
    return np.array(codes, dtype=np.int64)[labels.code]


def _matched(frame: Table, column: str, names: Sequence[str]) -> Int:
    """Codes of a frame's labels among those of the answers, -1 for the unknown ones."""
    labels = frame.labels(column)
    place = {name: k for k, name in enumerate(names)}
    return np.array([*(place.get(name, -1) for name in labels.names), -1], dtype=np.int64)[labels.code]
