"""Weights that meet known totals: linear, raking and logit calibration, with bounds, by Newton on the dual."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.calibration_distance import Bounds, Distance, distance_of
from analysis.errors import AnalysisError

Float = NDArray[np.float64]
MET = 1e-10  # relative distance of every total that is asserted before weights are returned
STEPS = 200


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibrated weights w = d g, shape (n,), and the auxiliary variables that made them, shape (n, p)."""

    weights: Float
    ratio: Float
    base: Float
    auxiliary: Float
    names: tuple[str, ...]
    steps: int


@dataclass(frozen=True, eq=False)
class Margins:
    """Indicator columns, shape (n, p), with their known totals, shape (p,), and names "variable=level"."""

    auxiliary: Float
    totals: Float
    names: tuple[str, ...]


def margins(columns: Mapping[str, Sequence[Hashable]], totals: Mapping[str, Mapping[Any, float]]) -> Margins:
    """Indicators of every level of every margin variable (formula W4).

    Parameters
    ----------
    columns : mapping from variable to its labels, one per response
        Every label must have a total.
    totals : mapping from variable to (level to total)
        Population counts, 0 or more; the totals of all variables must agree to 1e-6 relative, and are then
        scaled to the mean of their sums, so that they can be met together.

    Returns
    -------
    Margins
        All levels have a column; columns may be collinear.

    Raises
    ------
    AnalysisError
        Naming the variable and level: a total that is negative or missing, a level that nobody answered,
        or variables whose totals do not agree.
    """
    sums = {variable: sum(levels.values()) for variable, levels in totals.items()}
    _check_sums(sums)
    grand = sum(sums.values()) / len(sums)
    parts, targets, names = [], [], []
    for variable, levels in totals.items():
        labels = _labels(variable, columns)
        unknown = set(labels) - set(levels)
        if unknown:
            level = min(unknown, key=str)
            row = labels.index(level) + 1
            raise AnalysisError(f"variable {variable}: row {row} has level {level!r}, which has no total; add it")
        for level, total in levels.items():
            indicator = np.fromiter((label == level for label in labels), dtype=np.float64, count=len(labels))
            _check_level(variable, level, total, indicator)
            parts.append(indicator)
            targets.append(total * grand / sums[variable])
            names.append(f"{variable}={level}")
    return Margins(np.column_stack(parts), np.array(targets), tuple(names))


def calibrate(
    base: ArrayLike,
    auxiliary: ArrayLike,
    totals: ArrayLike,
    *,
    method: str = "raking",
    bounds: tuple[float, float] | None = None,
    names: Sequence[str] | None = None,
) -> Calibration:
    """Weights closest to `base` whose weighted sums of `auxiliary` equal `totals` (formulas W5 to W8).

    Parameters
    ----------
    base : array_like, shape (n,)
        Base weights, above 0.
    auxiliary : array_like, shape (n, p)
        Indicators or measures; columns may be collinear if their totals are consistent.
    totals : array_like, shape (p,)
        Population totals.
    method : {"linear", "raking", "logit"}
        Distance between old and new weights. Raking keeps weights above 0; logit needs bounds.
    bounds : (float, float), optional
        Least and largest ratio of new to old weight, least < 1 < largest.
    names : sequence of str, optional
        Names of the columns for messages.

    Returns
    -------
    Calibration
        Totals are met to 1e-10 relative (asserted).

    Raises
    ------
    AnalysisError
        If weights are not above 0, shapes differ, the method or its bounds are wrong, or no weights within
        the bounds meet the totals.

    References
    ----------
    Deville and Sarndal (1992), J. Am. Stat. Assoc. 87, 376-382; Deville, Sarndal and Sautory (1993),
    J. Am. Stat. Assoc. 88, 1013-1020.
    """
    d, x = np.asarray(base, dtype=np.float64), np.asarray(auxiliary, dtype=np.float64)
    target = np.asarray(totals, dtype=np.float64)
    labels = tuple(names) if names is not None else tuple(f"column {j + 1}" for j in range(x.shape[-1]))
    _check_arguments(d, x, target, labels)
    distance = distance_of(method, None if bounds is None else Bounds(*bounds))
    scale = np.maximum(np.abs(target), np.abs(x).T @ d)
    scale = np.where(scale > 0, scale, 1.0)  # a level that nobody has and whose total is 0
    multipliers, steps = _newton(d, x / scale, target / scale, distance)
    ratio = distance.ratio((x / scale) @ multipliers)
    reached = x.T @ (d * ratio)
    # A total of 0 has no relative distance: it is measured against the sum of what is added up.
    worst = int(np.argmax(np.abs(reached - target) / scale))
    if not np.abs(reached[worst] - target[worst]) <= MET * scale[worst]:
        limits = f" between {bounds[0]:g} and {bounds[1]:g} times the base weights" if bounds else ""
        raise AnalysisError(
            f"no {method} weights{limits} meet the totals: {labels[worst]} reaches {reached[worst]:.6g}, "
            f"not {target[worst]:.6g}; widen the bounds, merge small levels or check the totals"
        )
    return Calibration(d * ratio, ratio, d, x, labels, steps)


def residuals(values: ArrayLike, calibration: Calibration) -> Float:
    """Residuals of the base-weighted regression on the auxiliary variables (formula W9).

    The variance of a calibrated estimate is that of the sum of final weight times residual of its
    linearized value: pass `calibration.weights * residuals(z, calibration)` to the design's variance.

    Parameters
    ----------
    values : array_like, shape (n,) or (n, m)
        Linearized values z, one column per estimate.
    calibration : Calibration
        Result of `calibrate` on the same responses.

    Returns
    -------
    ndarray
        The shape of `values`. Collinear auxiliary columns do no harm.

    Raises
    ------
    AnalysisError
        If the lengths differ.

    References
    ----------
    Deville and Sarndal (1992); equals R ``survey::calibrate`` and ``postStratify``.
    """
    z = np.asarray(values, dtype=np.float64)
    if z.shape[0] != calibration.base.size:
        raise AnalysisError("values must have one row per calibrated response")
    half = np.sqrt(calibration.base)[:, None]
    scale = np.linalg.norm(calibration.auxiliary * half, axis=0)
    columns = calibration.auxiliary / np.where(scale > 0, scale, 1.0)
    left = half * z.reshape(z.shape[0], -1)
    slopes = np.linalg.lstsq(columns * half, left, rcond=1e-11)[0]
    return np.asarray(z - (columns @ slopes).reshape(z.shape))


def _newton(d: Float, x: Float, target: Float, distance: Distance) -> tuple[Float, int]:
    """Minimise the convex dual sum d H(x'm) - target'm; its gradient is the distance from the totals."""
    m = np.zeros(target.size)
    for step in range(STEPS):
        u = x @ m
        gradient = x.T @ (d * distance.ratio(u)) - target
        size = np.abs(gradient).max()
        if size <= 1e-14:
            return m, step
        curvature = (x * (d * distance.slope(u))[:, None]).T @ x
        # Clipped weights have no slope: a trace of the unclipped curvature keeps the step finite.
        curvature += 1e-13 * (x * d[:, None]).T @ x
        direction = np.asarray(-np.linalg.lstsq(curvature, gradient, rcond=1e-13)[0], dtype=np.float64)
        length = _line_search(d, x, target, distance, m, direction, gradient)
        if length == 0.0:
            return m, step
        m = m + length * direction
    return m, STEPS


def _line_search(
    d: Float, x: Float, target: Float, distance: Distance, m: Float, direction: Float, gradient: Float
) -> float:
    """Return the longest halved step that lowers the dual or the gradient, or 0 if none does."""
    dual = d @ distance.integral(x @ m) - target @ m
    slope, size = float(gradient @ direction), np.abs(gradient).max()
    length = 1.0
    while length > 1e-12:
        candidate = m + length * direction
        u = x @ candidate
        with np.errstate(over="ignore", invalid="ignore"):
            lower = d @ distance.integral(u) - target @ candidate <= dual + 1e-4 * length * slope
            closer = np.abs(x.T @ (d * distance.ratio(u)) - target).max() < 0.5 * size
        if lower or closer:
            return length
        length /= 2
    return 0.0


def _check_arguments(d: Float, x: Float, target: Float, names: tuple[str, ...]) -> None:
    """Refuse shapes that differ, weights that are not above 0 and empty columns."""
    if d.ndim != 1 or x.ndim != 2 or x.shape[0] != d.size or target.shape != x.shape[1:]:
        raise AnalysisError("auxiliary must have one row per base weight and one column per total")
    if not np.all((d > 0) & np.isfinite(d)):
        row = int(np.argmin((d > 0) & np.isfinite(d))) + 1
        raise AnalysisError(f"row {row}: the base weight must be a number above 0")
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(target))):
        raise AnalysisError("auxiliary variables and totals must be numbers; leave out rows without them")
    empty = ~np.any(x != 0, axis=0) & (target != 0)
    if empty.any():
        raise AnalysisError(f"{names[int(np.argmax(empty))]}: nobody in the sample; merge it with another level")


def _check_sums(sums: Mapping[str, float]) -> None:
    """Refuse margin variables whose totals describe different populations."""
    if not sums:
        raise AnalysisError("no totals are given; add at least one margin variable")
    low, high = min(sums, key=lambda v: sums[v]), max(sums, key=lambda v: sums[v])
    if not sums[low] > 0 or sums[high] - sums[low] > 1e-6 * sums[high]:
        raise AnalysisError(
            f"totals do not agree: {low} sums to {sums[low]:.10g}, {high} to {sums[high]:.10g}; "
            "all variables must describe the same population"
        )


def _labels(variable: str, columns: Mapping[str, Sequence[Hashable]]) -> list[Hashable]:
    """Return the labels of a margin variable."""
    if variable not in columns:
        raise AnalysisError(f"variable {variable} has totals but is no column of the data")
    return list(columns[variable])


def _check_level(variable: str, level: Hashable, total: float, indicator: Float) -> None:
    """Refuse a total that no weights above 0 can meet."""
    if not (np.isfinite(total) and total >= 0):
        raise AnalysisError(f"variable {variable}, level {level!r}: the total {total} must be 0 or more")
    if total > 0 and not indicator.any():
        raise AnalysisError(
            f"variable {variable}, level {level!r}: a total but nobody in the sample; merge it with another level"
        )
    if total == 0 and indicator.any():
        raise AnalysisError(
            f"variable {variable}, level {level!r}: the total is 0 but row {int(np.argmax(indicator)) + 1} has it"
        )
