"""The classical samples that R calibrated: calls, estimates, and what standard errors rest on."""

from dataclasses import dataclass

import numpy as np

from analysis.calibration import calibrate, residuals
from analysis.weights import post_stratify, rake, trim
from tests.analysis.one_stage import standard_error
from tests.analysis.published import oracle, oracle_rows

CLUSTERED, STRATIFIED = "d1_calibration_clus1", "d2_calibration_strat"
FILES = {CLUSTERED: "apiclus1", STRATIFIED: "apistrat"}
SECOND = {CLUSTERED: "enroll", STRATIFIED: "api99"}


class Sample:
    """One reference sample, and the call that R made on it."""

    def __init__(self, case, assertion):
        self.case = case
        self.answers = {a["id"]: a for a in oracle(case)["assertions"]}
        self.rows = oracle_rows(FILES[case])
        self.base = self.numbers("pw")
        self.asked = self.answers[assertion].get("input") or {}
        self.result = self.answers[assertion]["result"]

    def numbers(self, name):
        return np.array([float(row[name]) for row in self.rows])

    def labels(self, name):
        return [row[name] for row in self.rows]

    def design_matrix(self, formula):
        names, columns = ["(Intercept)"], [np.ones(len(self.rows))]
        for term in (word.strip() for word in formula.lstrip("~").split("+")):
            if term in {"api99", "meals"}:
                names.append(term)
                columns.append(self.numbers(term))
                continue
            for level in sorted(set(self.labels(term)))[1:]:
                names.append(term + level)
                columns.append(np.array([label == level for label in self.labels(term)], dtype=float))
        return names, np.column_stack(columns)

    def standard_error(self, values):
        if self.case == CLUSTERED:
            return standard_error(values, [1] * len(self.rows), self.labels("dnum"), self.numbers("fpc"))
        return standard_error(values, self.labels("stype"), range(len(self.rows)), self.numbers("fpc"))

    def calibration(self, assertion):
        if assertion == "base":
            return Unchanged(self.base)
        if assertion == "trimWeights":
            return self.trimmed()
        if assertion == "postStratify_cross":
            cells = self.asked["cells"]
            names = [name for name in cells[0] if name != "Freq"]
            totals = {tuple(cell[name] for name in names): cell["Freq"] for cell in cells}
            return post_stratify(self.base, list(zip(*map(self.labels, names), strict=True)), totals)
        if "margins" in self.asked:
            totals = {v: {row[v]: row["Freq"] for row in rows} for v, rows in self.asked["margins"].items()}
            if assertion == "rake":
                return rake(self.base, {v: self.labels(v) for v in totals}, totals)
            ((variable, levels),) = totals.items()
            return post_stratify(self.base, self.labels(variable), levels)
        method = next(word for word in ("linear", "raking", "logit") if word in assertion)
        names, matrix = self.design_matrix(self.asked["formula"])
        totals = [self.asked["totals"][name] for name in names]
        return calibrate(self.base, matrix, totals, method=method, bounds=self.asked.get("bounds"))

    def trimmed(self):
        raked = Sample(self.case, "rake").calibration("rake")
        return Trimmed(trim(raked.weights, lower=self.asked["lower"], upper=self.asked["upper"]), raked)

    def degrees_of_freedom(self):
        if self.case == CLUSTERED:
            return len(set(self.labels("dnum"))) - 1
        return len(self.rows) - len(set(self.labels("stype")))


@dataclass(frozen=True)
class Unchanged:
    """The design before any calibration."""

    weights: np.ndarray


@dataclass(frozen=True)
class Trimmed:
    """Raked weights that were cut afterwards."""

    weights: np.ndarray
    raked: object


def spread_of(z, found):
    """Weighted residuals; after trimming the change by it is part of the value, as R has it."""
    if isinstance(found, Unchanged):
        return found.weights * z
    if isinstance(found, Trimmed):
        raked = found.raked.weights
        return raked * residuals(found.weights / raked * z, found.raked)
    return found.weights * residuals(z, found)


def figures(sample, found):
    """Estimates and the linearised values that R's standard errors rest on, by R's names."""
    w, y, x = found.weights, sample.numbers("api00"), sample.numbers(SECOND[sample.case])
    ratio = (w @ y) / (w @ x)
    told = {
        "mean": [(w @ v / w.sum(), (v - w @ v / w.sum()) / w.sum()) for v in (y, x)],
        "total": [(w @ y, y)],
        "ratio": [(ratio, (y - ratio * x) / (w @ x))],
    }
    labels = sorted(set(sample.labels("stype")))
    domain = {label: np.array([one == label for one in sample.labels("stype")]) for label in labels}
    means = {label: w @ (inside * y) / (w @ inside) for label, inside in domain.items()}
    told["by"] = [(means[d], inside * (y - means[d]) / (w @ inside)) for d, inside in domain.items()]
    return {name: [(value, spread_of(z, found)) for value, z in parts] for name, parts in told.items()}


def covariance(sample, a, b):
    """By the polarisation of the variance, which is the only thing that the sample's design gives here."""
    return (sample.standard_error(a + b) ** 2 - sample.standard_error(a - b) ** 2) / 4
