"""Control charts for weekly shares and scores: Laney p', EWMA and CUSUM."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
Flags = NDArray[np.bool_]
SHORT_RANGE = 1.128  # expected range of two standard normal values, d2


@dataclass(frozen=True, eq=False)
class ShareChart:
    """Shares, shape (T,), with centre line and limits; `signal` where a share lies outside them."""

    share: Float
    centre: float
    sigma_z: float
    lower: Float
    upper: Float
    signal: Flags


@dataclass(frozen=True, eq=False)
class Ewma:
    """Weighted averages, shape (T + 1,) from the target on; `signal` per point, shape (T,)."""

    average: Float
    lower: float
    upper: float
    signal: Flags


@dataclass(frozen=True, eq=False)
class Cusum:
    """Upward and downward sums, shape (T,), and the first point (1 = first) over the limit, or None."""

    up: Float
    down: Float
    first_signal: int | None


def laney_chart(hits: ArrayLike, trials: ArrayLike) -> ShareChart:
    """Laney's p' chart: limits widened (or narrowed) by the spread between periods (formula T1).

    Parameters
    ----------
    hits, trials : array_like, shape (T,)
        Satisfied answers and answers of each period, 0 <= hits <= trials, trials above 0; T at least 2.

    Returns
    -------
    ShareChart
        Limits clipped to [0, 1]. `sigma_z` is the ratio of the spread to binomial noise.

    Raises
    ------
    AnalysisError
        If counts are out of range, or all answers are alike (no limits exist).

    References
    ----------
    Laney (2002), Qual. Eng. 14, 531-537; Mohammed et al. (2013), BMJ Qual. Saf. 22, 362-368.
    """
    p, n, centre = _shares(hits, trials)
    if p.size < 2:
        raise AnalysisError("a p' chart needs two periods or more")
    s = np.sqrt(centre * (1 - centre) / n)
    z = (p - centre) / s
    return _share_chart(p, s, centre, float(np.mean(np.abs(np.diff(z))) / SHORT_RANGE))


def p_chart(hits: ArrayLike, trials: ArrayLike) -> ShareChart:
    """Binomial p chart, for small constant samples only: with large ones it flags noise (formula T1).

    Parameters
    ----------
    hits, trials : array_like, shape (T,)
        As in `laney_chart`.

    Returns
    -------
    ShareChart
        With `sigma_z` = 1.

    Raises
    ------
    AnalysisError
        As in `laney_chart`.
    """
    p, n, centre = _shares(hits, trials)
    return _share_chart(p, np.sqrt(centre * (1 - centre) / n), centre, 1.0)


def ewma(values: ArrayLike, *, target: float, sd: float, weight: float = 0.3, width: float = 3.0) -> Ewma:
    """Exponentially weighted moving average with its long-run limits (formula T2).

    Parameters
    ----------
    values : array_like, shape (T,)
        Any unit.
    target, sd : float
        Level and standard deviation of a period in quiet times; sd above 0.
    weight : float
        Lambda, in (0, 1]; 0.2 to 0.3 is usual.
    width : float
        Limits in standard deviations of the average, above 0.

    Returns
    -------
    Ewma
        target +/- width sd sqrt(lambda / (2 - lambda)).

    Raises
    ------
    AnalysisError
        If an argument is out of range.

    References
    ----------
    Roberts (1959), Technometrics 1, 239-250; NIST/SEMATECH e-Handbook, section 6.3.2.4.
    """
    x = series(values)
    if not (0 < weight <= 1 and sd > 0 and width > 0):
        raise AnalysisError("weight must lie in (0, 1], sd and width be above 0")
    average = np.empty(x.size + 1)
    average[0] = target
    for t, value in enumerate(x):
        average[t + 1] = weight * value + (1 - weight) * average[t]
    half = width * sd * math.sqrt(weight / (2 - weight))
    lower, upper = target - half, target + half
    return Ewma(average, lower, upper, (average[1:] < lower) | (average[1:] > upper))


def cusum(values: ArrayLike, *, target: float, slack: float, limit: float) -> Cusum:
    """Tabular CUSUM in both directions (formula T3).

    Parameters
    ----------
    values : array_like, shape (T,)
        Any unit.
    target : float
        Level in quiet times.
    slack : float
        k, half the shift that matters, 0 or more, in the unit of the values.
    limit : float
        h, above 0, in the unit of the values.

    Returns
    -------
    Cusum
        Sums start at 0 and never fall under it.

    Raises
    ------
    AnalysisError
        If an argument is out of range.

    References
    ----------
    Page (1954), Biometrika 41, 100-115; NIST/SEMATECH e-Handbook, section 6.3.2.3.
    """
    if not (slack >= 0 and limit > 0):
        raise AnalysisError("slack must be 0 or more, and limit above 0")
    away = series(values) - target
    return _sums(away - slack, -away - slack, limit)


def bernoulli_cusum(satisfied: ArrayLike, *, usual: float, changed: float, limit: float) -> Cusum:
    """Sum of log-likelihood ratios, answer by answer, for a change of a share (formula T4).

    Parameters
    ----------
    satisfied : array_like, shape (T,)
        0 or 1 for each answer, 1 where the counted event happened.
    usual, changed : float
        Share in quiet times and the share to detect, each in (0, 1) and different.
    limit : float
        h, above 0; 3.5 for 0.10 to 0.20 gives about one false alarm in 1,100 answers.

    Returns
    -------
    Cusum
        `up` is the sum for the change asked; `down` is all 0.

    Raises
    ------
    AnalysisError
        If an argument is out of range.

    References
    ----------
    Reynolds and Stoumbos (1999), J. Qual. Technol. 31, 87-108.
    """
    x = series(satisfied)
    if not (0 < usual < 1 and 0 < changed < 1 and usual != changed and limit > 0):
        raise AnalysisError("usual and changed must be two different shares between 0 and 1, and limit above 0")
    if not np.all((x == 0) | (x == 1)):
        raise AnalysisError("satisfied must contain 0 and 1 only")
    steps = np.where(x == 1, math.log(changed / usual), math.log((1 - changed) / (1 - usual)))
    return _sums(steps, np.full(x.size, -np.inf), limit)


def _share_chart(p: Float, s: Float, centre: float, sigma_z: float) -> ShareChart:
    """Return the chart with limits at three widened standard errors."""
    lower, upper = centre - 3 * s * sigma_z, centre + 3 * s * sigma_z
    outside = (p < lower) | (p > upper)
    return ShareChart(p, centre, sigma_z, np.clip(lower, 0, 1), np.clip(upper, 0, 1), outside)


def _sums(up_steps: Float, down_steps: Float, limit: float) -> Cusum:
    """Return both sums, each never under 0."""
    up, down = np.zeros(up_steps.size), np.zeros(up_steps.size)
    for t in range(up_steps.size):
        up[t] = max(0.0, (up[t - 1] if t else 0.0) + up_steps[t])
        down[t] = max(0.0, (down[t - 1] if t else 0.0) + down_steps[t])
    over = np.flatnonzero((up > limit) | (down > limit))
    return Cusum(up, down, int(over[0]) + 1 if over.size else None)


def series(values: ArrayLike) -> Float:
    """Return a vector without gaps; AnalysisError if there is one."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or x.size == 0 or not np.all(np.isfinite(x)):
        raise AnalysisError("values must be a vector of numbers in order of time; leave out periods without any")
    return x


def _shares(hits: ArrayLike, trials: ArrayLike) -> tuple[Float, Float, float]:
    """Return shares, sizes and the share of all periods together."""
    r, n = series(hits), series(trials)
    if r.shape != n.shape or not np.all((n > 0) & (r >= 0) & (r <= n)):
        raise AnalysisError("hits must lie between 0 and trials, and trials be above 0, in every period")
    centre = float(r.sum() / n.sum())
    if not 0 < centre < 1:
        raise AnalysisError("all answers of all periods are alike; a chart has nothing to show")
    return r / n, n, centre
