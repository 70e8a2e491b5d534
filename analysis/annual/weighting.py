"""Weights of an annual index: design, response classes, calibration to dossier totals, trimming, the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.annual.model import Float, Frame, Int, Responses, Text
from analysis.annual.protocol import TWO_STAGE, Protocol
from analysis.calibration import calibrate
from analysis.errors import AnalysisError
from analysis.grid import GRID, grid_weights
from analysis.weights import diagnostics, trim

JOIN = " × "
DOUBLED = (1, 2, 4, 8, 16)  # times the smallest class, where the totals cannot be met


@dataclass(frozen=True, eq=False)
class Weights:
    """Final weights in whole millionths, what they were calibrated on, and how it went.

    Attributes
    ----------
    micro : ndarray of int64, (n,)
    group : ndarray of int64, (n,)
        Calibration domain of each row.
    auxiliary : tuple of ndarray, (n,)
        Codes of the joined classes whose totals are met.
    base : ndarray, (n,)
        Weights before calibration.
    """

    micro: Int
    group: Int
    auxiliary: tuple[Int, ...]
    base: Float
    report: dict[str, Any] = field(default_factory=dict)


def weigh(responses: Responses, frame: Frame, protocol: Protocol) -> Weights:
    """Weight every response (method.md, formulas Z1 to Z4).

    Parameters
    ----------
    responses, frame, protocol
        As in `annual.estimate`.

    Raises
    ------
    AnalysisError
        For a response whose stratum was not drawn, and for totals that no weights meet.
    """
    per_row = _design_weights(frame, protocol)
    design = _matched(per_row, frame, responses)
    groups = np.array([protocol.calibrated_at(unit) for unit in responses.unit.tolist()], dtype=np.str_)
    frame_groups = np.array([protocol.calibrated_at(unit) for unit in frame.unit.tolist()], dtype=np.str_)
    names, group = np.unique(groups, return_inverse=True)
    weight, base = design.copy(), design.copy()
    auxiliary = [np.zeros(len(responses), dtype=np.int64) for _ in protocol.calibration]
    report: dict[str, Any] = {}
    for place, name in enumerate(names.tolist()):
        rows, lines = np.flatnonzero(group == place), np.flatnonzero(frame_groups == name)
        part = _Part(responses, frame, rows, lines, protocol)
        weight[rows], base[rows], codes, told = part.weigh(design[rows], per_row[lines])
        for column, code in zip(auxiliary, codes, strict=True):
            column[rows] = code
        report[name] = told
    micro = grid_weights(weight).astype(np.int64)
    return Weights(micro, group, tuple(auxiliary), base, report)


def _design_weights(frame: Frame, protocol: Protocol) -> Float:
    """Inverse inclusion probability of the dossiers of every line of the frame; 0 where nobody was drawn."""
    first = np.ones(len(frame.dossiers))
    if protocol.design == TWO_STAGE:
        per_psu = psu_weights(frame, protocol)
        first = np.array([per_psu.get(psu, 0.0) for psu in frame.psu.tolist()])
    _, place = np.unique(np.stack([frame.psu, frame.stratum]), axis=1, return_inverse=True)
    dossiers = np.bincount(place, weights=frame.dossiers)[place]
    drawn = np.bincount(place, weights=frame.drawn)[place]
    return np.asarray(np.where(drawn > 0, first * dossiers / np.maximum(drawn, 1), 0.0))


def psu_weights(frame: Frame, protocol: Protocol) -> dict[str, float]:
    """Inverse inclusion probability of every drawn PSU: M/m of its stratum, or as the protocol says."""
    counts: dict[str, tuple[set[str], set[str]]] = {}
    for first, psu, drawn in zip(frame.first.tolist(), frame.psu.tolist(), frame.drawn.tolist(), strict=True):
        known, taken = counts.setdefault(first, (set(), set()))
        known.add(psu)
        if drawn:
            taken.add(psu)
    found = {psu: len(known) / len(taken) for known, taken in counts.values() for psu in taken}
    return found | {psu: weight for psu, weight in protocol.psu_weight.items() if psu in found}


def _matched(per_row: Float, frame: Frame, responses: Responses) -> Float:
    """Design weight of every response, by PSU and stratum."""
    known = dict(zip(zip(frame.psu.tolist(), frame.stratum.tolist(), strict=True), per_row.tolist(), strict=True))
    found = np.empty(len(responses))
    for row, key in enumerate(zip(responses.psu.tolist(), responses.stratum.tolist(), strict=True)):
        weight = known.get(key, 0.0)
        if not weight > 0:
            raise AnalysisError(
                f"response {row + 1}: stratum {key[1]} of {key[0]} has no drawn dossier in the frame; correct either"
            )
        found[row] = weight
    return found


@dataclass(frozen=True, eq=False)
class _Part:
    """One calibration domain."""

    responses: Responses
    frame: Frame
    rows: Int
    lines: Int
    protocol: Protocol

    def weigh(self, design: Float, line_weight: Float) -> tuple[Float, Float, list[Int], dict[str, Any]]:
        """Return final weights, those before calibration, codes of the calibration classes, and the report."""
        joined: dict[str, list[str]] = {}
        weight = design
        if self.protocol.nonresponse:
            weight = self._answered_for(design, line_weight, joined)
        before = weight
        weight, codes, minimum = self._meeting(before, joined)
        told = diagnostics(weight, design)
        report = {
            "responses": told.n,
            "dossiers": int(self.frame.dossiers[self.lines].sum()),
            "deff": told.deff,
            "variation": told.variation,
            "effective_n": told.effective_n,
            "least_change": told.least_change,
            "largest_change": told.largest_change,
            "above_trim": int(np.sum(weight > self.protocol.trim * np.median(weight) * (1 + 1e-9))),
            "largest_in_medians": round(float(np.max(weight) / np.median(weight)), 2),
            "class_minimum": minimum,
            "joined_classes": joined,
        }
        return weight, before, codes, report

    def _meeting(self, weight: Float, joined: dict[str, list[str]]) -> tuple[Float, list[Int], int]:
        """Meet the totals; where no weights within the bounds do, with classes of twice as many answers (Z3)."""
        problem: AnalysisError | None = None
        for times in DOUBLED:
            minimum = times * self.protocol.class_minimum
            told = dict(joined)
            codes, columns, totals, names = self._margins(told, minimum)
            try:
                if columns:
                    met = self._calibrated(weight, np.column_stack(columns), np.array(totals), names)
                else:
                    met = weight * self.frame.dossiers[self.lines].sum() / weight.sum()
            except AnalysisError as error:
                problem = error
                continue
            joined |= told
            return met, codes, minimum
        raise problem or AnalysisError("no weights meet the totals; correct the frame")

    def _labels(self, variables: Sequence[str], *, frame: bool = False) -> Text:
        """Crossed class labels of the responses or of the frame's lines."""
        source, some = (self.frame, self.lines) if frame else (self.responses, self.rows)
        for variable in variables:
            if variable not in source.classes:
                raise AnalysisError(f"variable {variable} is no class of the {'frame' if frame else 'responses'}")
        columns = [source.classes[variable][some].tolist() for variable in variables]
        return np.array([JOIN.join(labels) for labels in zip(*columns, strict=True)], dtype=np.str_)

    def _joined_levels(self, variables: Sequence[str], own: Text, lines: Text, minimum: int) -> dict[str, str]:
        """Join classes with few answers with the next in order, the last with the one before (formula Z2)."""
        answered = dict(zip(*(part.tolist() for part in np.unique(own, return_counts=True)), strict=True))
        groups: list[list[str]] = []
        current: list[str] = []
        for level in sorted(set(own.tolist()) | set(lines.tolist()), key=lambda level: self._rank(variables, level)):
            current.append(level)
            if sum(answered.get(one, 0) for one in current) >= minimum:
                groups.append(current)
                current = []
        if current:
            groups = [*groups[:-1], groups[-1] + current] if groups else [current]
        return {level: " + ".join(group) for group in groups for level in group}

    def _rank(self, variables: Sequence[str], level: str) -> list[tuple[int, str]]:
        """Place of a crossed class in the order of its variables."""
        found = []
        for variable, label in zip(variables, level.split(JOIN), strict=True):
            order = self.protocol.class_order.get(variable, ())
            found.append((order.index(label) if label in order else len(order), label))
        return found

    def _answered_for(self, design: Float, line_weight: Float, joined: dict[str, list[str]]) -> Float:
        """Let respondents stand for the drawn of their response class (formula Z2)."""
        own, lines = self._labels(self.protocol.nonresponse), self._labels(self.protocol.nonresponse, frame=True)
        minimum = self.protocol.class_minimum
        place = self._joined_levels(self.protocol.nonresponse, own, lines, minimum)
        joined |= _told("nonresponse", place)
        asked: dict[str, float] = {}
        answered: dict[str, float] = {}
        drawn = (self.frame.drawn[self.lines] * line_weight).tolist()
        for label, value in zip(lines.tolist(), drawn, strict=True):
            asked[place[label]] = asked.get(place[label], 0.0) + value
        for label, value in zip(own.tolist(), design.tolist(), strict=True):
            answered[place[label]] = answered.get(place[label], 0.0) + value
        factor = {label: max(asked.get(label, 0.0) / value, 1.0) for label, value in answered.items()}
        return np.asarray(design * np.array([factor[place[label]] for label in own.tolist()]))

    def _margins(
        self, joined: dict[str, list[str]], minimum: int
    ) -> tuple[list[Int], list[Float], list[float], list[str]]:
        """Codes, indicators and totals of the calibration classes."""
        codes: list[Int] = []
        columns: list[Float] = []
        totals: list[float] = []
        names: list[str] = []
        dossiers = self.frame.dossiers[self.lines]
        for variables in self.protocol.calibration:
            own, lines = self._labels(variables), self._labels(variables, frame=True)
            place = self._joined_levels(variables, own, lines, minimum)
            joined |= _told(JOIN.join(variables), place)
            levels = sorted({place[label] for label in own.tolist()})
            number = {level: k for k, level in enumerate(levels)}
            code = np.array([number[place[label]] for label in own.tolist()], dtype=np.int64)
            line = np.array([number[place[label]] for label in lines.tolist()], dtype=np.int64)
            counted = np.bincount(line, weights=dossiers, minlength=len(levels)).astype(np.float64)
            sums = self._fixed_shares(variables, levels, counted)
            codes.append(code)
            columns.extend((code == k).astype(np.float64) for k in range(len(levels)))
            totals.extend(sums.tolist())
            names.extend(f"{JOIN.join(variables)} = {level}" for level in levels)
        return codes, columns, totals, names

    def _fixed_shares(self, variables: Sequence[str], levels: list[str], sums: Float) -> Float:
        """Totals of a variable whose classes the recipe weights itself."""
        shares: Mapping[str, float] = self.protocol.shares.get(variables[0], {}) if len(variables) == 1 else {}
        if not shares:
            return sums
        fixed = np.array([shares.get(level, 0.0) for level in levels])
        if not fixed.sum() > 0 or (fixed <= 0).any():
            raise AnalysisError(f"protocol: shares of {variables[0]} leave out {levels[int(np.argmin(fixed))]}; add it")
        return np.asarray(sums.sum() * fixed / fixed.sum())

    def _calibrated(self, weight: Float, auxiliary: Float, totals: Float, names: list[str]) -> Float:
        """Meet the totals by raking within bounds; trim what is left too large, and meet them again (formula Z3)."""
        # Rows of one weight and the same classes are one row with a count: quicker by the size of a commune.
        keyed = np.column_stack([auxiliary, weight])
        unique, place, count = np.unique(keyed, axis=0, return_inverse=True, return_counts=True)
        base = unique[:, -1] * count
        base = base * (self.frame.dossiers[self.lines].sum() / base.sum())
        found = calibrate(base, unique[:, :-1], totals, names=names)
        least, most = self.protocol.bounds
        if found.ratio.min() < least or found.ratio.max() > most:
            found = calibrate(base, unique[:, :-1], totals, bounds=self.protocol.bounds, names=names)
        met = found.weights
        each = (met / count)[place.ravel()]
        limit = self.protocol.trim * float(np.median(each))
        if each.max() > limit:
            least = min(float(each.min()), limit) / 2
            cut = trim(each, lower=least, upper=limit)
            # Totals are met again without bounds: some may end above the limit, and the report tells the largest.
            each = calibrate(cut, auxiliary, totals, names=names).weights
        return np.asarray(each)


def _told(name: str, place: Mapping[str, str]) -> dict[str, list[str]]:
    """Joined classes, for the report."""
    found = sorted({group for level, group in place.items() if group != level})
    return {name: found} if found else {}


def total_of(micro: Int) -> float:
    """Sum of weights in dossiers."""
    return float(micro.sum()) / GRID
