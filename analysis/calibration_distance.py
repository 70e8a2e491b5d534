"""Distances between base and calibrated weights, as functions of the multiplier u = x'm."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
Curve = Callable[[Float], Float]


@dataclass(frozen=True)
class Bounds:
    """Least and largest ratio of calibrated to base weight."""

    least: float
    largest: float

    def __post_init__(self) -> None:
        """Refuse bounds that exclude the base weight itself."""
        if not (np.isfinite(self.largest) and 0 <= self.least < 1 < self.largest):
            raise AnalysisError(
                f"bounds are {self.least:g},{self.largest:g}; "
                "the first must be 0 or more and below 1, the second above 1, such as 0.3,3"
            )


@dataclass(frozen=True)
class Distance:
    """Ratio g = F(u), its slope F'(u) and its integral H(u) from 0 to u."""

    ratio: Curve
    slope: Curve
    integral: Curve


def distance_of(method: str, bounds: Bounds | None) -> Distance:
    """Return the distance by its name.

    Parameters
    ----------
    method : {"linear", "raking", "logit"}
        F(u) = 1 + u, exp(u), or the logistic curve between the bounds.
    bounds : Bounds or None
        Linear and raking are cut off at them.

    Returns
    -------
    Distance
        Three functions of an array, each keeping its shape.

    Raises
    ------
    AnalysisError
        If the method is unknown or logit comes without bounds.
    """
    if method == "logit":
        if bounds is None:
            raise AnalysisError("logit calibration needs bounds, such as 0.3,3")
        return _logit(bounds)
    if method not in OPEN:
        raise AnalysisError(f"method {method!r} is unknown; choose linear, raking or logit")
    distance, inverse = OPEN[method]
    return distance if bounds is None else _cut(distance, inverse(bounds.least), inverse(bounds.largest), bounds)


def _exp(u: Float) -> Float:
    """Return exp(u), infinite without a warning where a trial step went too far."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(u))


def _log(ratio: float) -> float:
    """Return log(ratio), minus infinity at 0."""
    return float(np.log(ratio)) if ratio > 0 else -np.inf


LINEAR = Distance(lambda u: 1 + u, np.ones_like, lambda u: u + u**2 / 2)
RAKING = Distance(_exp, _exp, lambda u: _exp(u) - 1)
OPEN: dict[str, tuple[Distance, Callable[[float], float]]] = {
    "linear": (LINEAR, lambda ratio: ratio - 1),
    "raking": (RAKING, _log),
}


def _cut(distance: Distance, low: float, high: float, bounds: Bounds) -> Distance:
    """Cut a distance off at the bounds, which it reaches at u = low and u = high."""

    def ratio(u: Float) -> Float:
        return np.clip(distance.ratio(np.clip(u, low, high)), bounds.least, bounds.largest)

    def slope(u: Float) -> Float:
        inside = (u > low) & (u < high)
        return np.where(inside, distance.slope(np.clip(u, low, high)), 0.0)

    def integral(u: Float) -> Float:
        inner = np.clip(u, low, high)
        beyond = u - inner
        outside = np.where(beyond > 0, bounds.largest * beyond, bounds.least * beyond)
        return np.asarray(distance.integral(inner) + outside)

    return Distance(ratio, slope, integral)


def _logit(bounds: Bounds) -> Distance:
    """Return the logistic curve from the least to the largest ratio through F(0) = 1, F'(0) = 1."""
    least, span = bounds.least, bounds.largest - bounds.least
    steep = span / ((1 - least) * (bounds.largest - 1))
    start = np.log(1 - least) - np.log(bounds.largest - 1)

    def ratio(u: Float) -> Float:
        return np.asarray(least + span * expit(steep * u + start))

    def slope(u: Float) -> Float:
        share = expit(steep * u + start)
        return np.asarray(span * steep * share * (1 - share))

    def integral(u: Float) -> Float:
        rise = np.logaddexp(0.0, steep * u + start) - np.logaddexp(0.0, start)
        return np.asarray(least * u + span / steep * rise)

    return Distance(ratio, slope, integral)
