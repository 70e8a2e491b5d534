"""Base weights, non-response classes, post-stratification, trimming, and what weights cost."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.calibration import Calibration, calibrate, margins
from analysis.errors import AnalysisError

Float = NDArray[np.float64]


@dataclass(frozen=True)
class WeightDiagnostics:
    """What weights cost and how far they went from the base weights."""

    n: int
    total: float
    least: float
    largest: float
    ratio_of_extremes: float
    variation: float
    deff: float
    effective_n: float
    least_change: float | None
    largest_change: float | None
    not_positive: int


@dataclass(frozen=True, eq=False)
class NonresponseAdjustment:
    """Weights of the respondents (0 for the others), shape (n,), and the factor of each class."""

    weights: Float
    factors: dict[Hashable, float]


def base_weights(strata: Sequence[Hashable], population: Mapping[Any, float]) -> Float:
    """Population over sample size of each response's stratum (formula W1).

    Parameters
    ----------
    strata : sequence, length n
        Stratum of each valid response.
    population : mapping from stratum to N_h
        Units in the frame, at least as many as in the sample; every stratum of the frame must be in
        the sample, since its units would otherwise be represented by nobody.

    Returns
    -------
    ndarray, shape (n,)
        N_h / n_h, at least 1.

    Raises
    ------
    AnalysisError
        Naming the stratum that is missing on either side or has N_h < n_h.
    """
    labels = list(strata)
    sampled = _counts(labels, np.ones(len(labels)))
    for stratum in sampled:
        if stratum not in population:
            raise AnalysisError(f"stratum {stratum}: in the sample but not in the frame")
        if not population[stratum] >= sampled[stratum]:
            raise AnalysisError(
                f"stratum {stratum}: the frame has {population[stratum]:g} units, the sample {sampled[stratum]:g}; "
                "give the number of units in the frame, not a fraction"
            )
    for stratum, size in population.items():
        if size > 0 and stratum not in sampled:
            raise AnalysisError(f"stratum {stratum}: {size:g} units in the frame but none answered; merge it")
    return np.array([population[label] / sampled[label] for label in labels])


def nonresponse_weights(base: ArrayLike, responded: ArrayLike, classes: Sequence[Hashable]) -> NonresponseAdjustment:
    """Let respondents stand for the non-respondents of their class (formula W2).

    Parameters
    ----------
    base : array_like, shape (n,)
        Base weights of the whole sample, above 0.
    responded : array_like of bool, shape (n,)
        Who answered.
    classes : sequence, length n
        Weighting class; within a class non-response is taken as unrelated to the answers.

    Returns
    -------
    NonresponseAdjustment
        Weights keep the sum of base weights of each class.

    Raises
    ------
    AnalysisError
        Naming a class without any respondent: merge it by the stored rule.

    References
    ----------
    Oh and Scheuren (1983), in: Incomplete Data in Sample Surveys 2, 143-184.
    """
    d, answered, labels = _weights(base), np.asarray(responded, dtype=bool), list(classes)
    if answered.shape != d.shape or len(labels) != d.size:
        raise AnalysisError("base, responded and classes must have one entry per sampled unit")
    whole, kept = _counts(labels, d), _counts(labels, d * answered)
    for label in whole:
        if not kept[label] > 0:
            raise AnalysisError(f"class {label}: nobody answered; merge it with a neighbour class")
    factors = {label: whole[label] / kept[label] for label in whole}
    return NonresponseAdjustment(d * answered * np.array([factors[label] for label in labels]), factors)


def post_stratify(base: ArrayLike, cells: Sequence[Hashable], totals: Mapping[Any, float]) -> Calibration:
    """Weights whose sum in every cell is the known total (formula W3).

    Parameters
    ----------
    base : array_like, shape (n,)
        Base weights, above 0.
    cells : sequence, length n
        Cell of each response.
    totals : mapping from cell to population count
        Above 0 for every cell of the sample, and every cell of the population in the sample.

    Returns
    -------
    Calibration
        With the cell indicators as auxiliary variables, for `calibration.residuals`.

    Raises
    ------
    AnalysisError
        Naming the cell without a total or without a response.

    References
    ----------
    Holt and Smith (1979), J. R. Stat. Soc. A 142, 33-46.
    """
    aims = margins({"cell": cells}, {"cell": totals})
    return calibrate(base, aims.auxiliary, aims.totals, method="linear", names=aims.names)


def rake(
    base: ArrayLike,
    columns: Mapping[str, Sequence[Hashable]],
    totals: Mapping[str, Mapping[Any, float]],
    *,
    bounds: tuple[float, float] | None = None,
) -> Calibration:
    """Weights that meet all margins at once, by the raking distance (formulas W4 and W6).

    Parameters
    ----------
    base : array_like, shape (n,)
        Base weights, above 0.
    columns, totals : mappings
        As in `calibration.margins`.
    bounds : (float, float), optional
        As in `calibration.calibrate`.

    Returns
    -------
    Calibration
        The limit of iterative proportional fitting, reached by Newton steps.

    Raises
    ------
    AnalysisError
        As in `calibration.margins` and `calibration.calibrate`.

    References
    ----------
    Deming and Stephan (1940), Ann. Math. Stat. 11, 427-444.
    """
    aims = margins(columns, totals)
    return calibrate(base, aims.auxiliary, aims.totals, method="raking", bounds=bounds, names=aims.names)


def trim(weights: ArrayLike, *, lower: float, upper: float) -> Float:
    """Cut weights at both ends and share the difference equally among the others (formula W10).

    Repeated until no weight is pushed over a limit. Margins met before are no longer met exactly.

    Parameters
    ----------
    weights : array_like, shape (n,)
        Above 0.
    lower, upper : float
        Least and largest weight allowed, lower < upper.

    Returns
    -------
    ndarray, shape (n,)
        Weights in [lower, upper] with the same sum.

    Raises
    ------
    AnalysisError
        If no weights within the limits have this sum.

    References
    ----------
    Potter (1990), Proc. Section on Survey Research Methods, ASA, 225-230.
    """
    w = _weights(weights)
    total = w.sum()
    if not lower < upper or not lower * w.size < total < upper * w.size:
        raise AnalysisError(
            f"no {w.size} weights between {lower:g} and {upper:g} have the sum {total:.6g}; widen the limits"
        )
    # Rounding must not decide that a weight set to the limit lies outside it.
    slack = 1e-12 * upper
    while np.any(outside := (w < lower - slack) | (w > upper + slack)):
        cut = np.clip(w, lower, upper)
        cut[~outside] += (w - cut)[outside].sum() / (~outside).sum()
        w = cut
    return w


def diagnostics(weights: ArrayLike, base: ArrayLike | None = None) -> WeightDiagnostics:
    """What weights cost in precision (formula W11).

    Parameters
    ----------
    weights : array_like, shape (n,)
        Final weights; those that are not above 0 are counted.
    base : array_like, shape (n,), optional
        Base weights, above 0, for the range of ratios.

    Returns
    -------
    WeightDiagnostics
        `deff` = n sum w^2 / (sum w)^2 = 1 + cv^2; `effective_n` = n / deff; changes are ratios to base.

    Raises
    ------
    AnalysisError
        If there is no weight, or base has another length.

    References
    ----------
    Kish (1992), J. Off. Stat. 8, 183-200.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 1 or w.size == 0 or not np.all(np.isfinite(w)):
        raise AnalysisError("weights must be a vector of numbers with at least one entry")
    deff = float(w.size * np.sum(w**2) / w.sum() ** 2)
    change = None if base is None else w / _weights(base)
    return WeightDiagnostics(
        n=w.size,
        total=float(w.sum()),
        least=float(w.min()),
        largest=float(w.max()),
        ratio_of_extremes=float(w.max() / w.min()) if w.min() > 0 else float("inf"),
        variation=float(np.sqrt(max(0.0, deff - 1))),
        deff=deff,
        effective_n=w.size / deff,
        least_change=None if change is None else float(change.min()),
        largest_change=None if change is None else float(change.max()),
        not_positive=int(np.sum(w <= 0)),
    )


def _weights(values: ArrayLike) -> Float:
    """Return weights that are all numbers above 0."""
    w = np.asarray(values, dtype=np.float64)
    if w.ndim != 1 or w.size == 0:
        raise AnalysisError("weights must be a vector with one entry per response")
    good = (w > 0) & np.isfinite(w)
    if not good.all():
        row = int(np.argmin(good))
        raise AnalysisError(f"row {row + 1}: the weight {w[row]:g} must be a number above 0")
    return w


def _counts(labels: list[Hashable], values: Float) -> dict[Hashable, float]:
    """Return the sum of values of each label."""
    sums: dict[Hashable, float] = {}
    for label, value in zip(labels, values, strict=True):
        sums[label] = sums.get(label, 0.0) + float(value)
    return sums
