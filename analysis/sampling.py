"""Drawing a sample from a frame so that anybody with the seed can draw it again."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError

Float = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sample:
    """Drawn units with their chance of being drawn, and what is needed to draw them again.

    `probabilities` are inclusion probabilities in (0, 1]; `certain` marks units drawn for sure.
    """

    units: tuple[str, ...]
    probabilities: Float
    certain: NDArray[np.bool_]
    seed: str
    frame_hash: str


def frame_hash(frame: Sequence[str]) -> str:
    """SHA-256 of the frame: the sorted unit names, each ended by a line feed (formula D4).

    Parameters
    ----------
    frame : sequence of str
        Names, each once, without line feeds; their order does not matter.

    Returns
    -------
    str
        64 hexadecimal digits. Published before the seed, it proves that the frame was not changed after.

    Raises
    ------
    AnalysisError
        Naming a unit that comes twice, is empty or contains a line feed.
    """
    names = _names(frame)
    return hashlib.sha256("".join(f"{name}\n" for name in names).encode()).hexdigest()


def draw_stratified(frame: Mapping[str, Hashable], sizes: Mapping[Any, int], *, seed: str) -> Sample:
    """Simple random sample without replacement in every stratum (formula D5).

    Every unit has the number SHA-256(seed, frame hash, name); the smallest numbers of each stratum are
    drawn. So the sample does not hang on the order of the frame or on a programming language, and a
    stratum's sample of n + 1 contains its sample of n (reserves are the next ones).

    Parameters
    ----------
    frame : mapping from unit to stratum
        Each unit once.
    sizes : mapping from stratum to n_h
        From `sample_size.allocate`; every stratum of the frame must be named, with 0..N_h.
    seed : str
        Public seed, such as a lottery result of a day that was fixed beforehand.

    Returns
    -------
    Sample
        Units in order of strata as in `sizes`, then of their numbers.

    Raises
    ------
    AnalysisError
        Naming the stratum that is missing or too small, or if the seed is empty.
    """
    digest = frame_hash(list(frame))
    members = _members(frame, sizes)
    units, chances = [], []
    for stratum, n in sizes.items():
        if n == 0:
            continue
        size = len(members[stratum])
        ordered = sorted(members[stratum], key=lambda name: _number(seed, digest, name))
        units.extend(ordered[:n])
        chances.extend([n / size] * n)
    p = np.array(chances, dtype=np.float64)
    return Sample(tuple(units), p, p >= 1, _seed(seed), digest)


def draw_systematic(frame: Sequence[str], n: int, *, seed: str) -> Sample:
    """Every (N/n)-th unit of the frame in its given order, from a random start (formula D6).

    Parameters
    ----------
    frame : sequence of str
        In the order that matters, such as by date of return: the sample spreads over it.
    n : int
        1..N.
    seed : str
        Public seed.

    Returns
    -------
    Sample
        Units in frame order. The order is not in the frame hash, so it must be published too.

    Raises
    ------
    AnalysisError
        If n is not in 1..N or the frame is wrong.

    References
    ----------
    Madow and Madow (1944), Ann. Math. Stat. 15, 1-24.
    """
    return draw_pps(frame, np.ones(len(frame)), n, seed=seed)


def draw_pps(frame: Sequence[str], measures: ArrayLike, n: int, *, seed: str) -> Sample:
    """Systematic sample with probability proportional to size; units too large for it are certain (formula D7).

    Parameters
    ----------
    frame : sequence of str
        In the order that matters.
    measures : array_like, shape (N,)
        Size of each unit, above 0.
    n : int
        1..N.
    seed : str
        Public seed.

    Returns
    -------
    Sample
        Units in frame order; probability n size / total, with certainty units taken out until none exceeds 1.

    Raises
    ------
    AnalysisError
        If n is not in 1..N, or a size is not above 0.

    References
    ----------
    Madow (1949), Ann. Math. Stat. 20, 333-354.
    """
    names, size = list(frame), np.asarray(measures, dtype=np.float64)
    digest = frame_hash(names)
    if size.shape != (len(names),) or not np.all((size > 0) & np.isfinite(size)):
        raise AnalysisError("measures must be numbers above 0, one per unit of the frame")
    if not 1 <= n <= len(names):
        raise AnalysisError(f"n is {n}; the frame has {len(names)} units")
    p = inclusion_probabilities(size, n)
    certain = p >= 1
    start = int.from_bytes(_number(seed, digest, "start")[:8], "big") / 2**64
    upper = np.cumsum(np.where(certain, 0.0, p))
    # Rounding must not lose or add a unit: the last sum is the whole number of units still to draw.
    upper[np.flatnonzero(~certain)[-1:]] = n - certain.sum()
    upper = np.maximum.accumulate(upper)
    hits = np.ceil(upper - start) - np.ceil(np.concatenate([[0.0], upper[:-1]]) - start)
    drawn = np.flatnonzero(certain | (hits > 0))
    return Sample(tuple(names[i] for i in drawn), p[drawn], certain[drawn], _seed(seed), digest)


def inclusion_probabilities(measures: ArrayLike, n: int) -> Float:
    """Probabilities proportional to size, with 1 for units too large for it (formula D7).

    Parameters
    ----------
    measures : array_like, shape (N,)
        Above 0.
    n : int
        1..N.

    Returns
    -------
    ndarray, shape (N,)
        In (0, 1], with sum n.
    """
    size = np.asarray(measures, dtype=np.float64)
    p = np.ones(size.size)
    open_units = np.ones(size.size, dtype=bool)
    while True:
        left = n - int((~open_units).sum())
        p[open_units] = left * size[open_units] / size[open_units].sum() if open_units.any() else 1.0
        large = open_units & (p >= 1 - 1e-12)
        if not large.any():
            return p
        p[large] = 1.0
        open_units &= ~large


def _names(frame: Sequence[str]) -> list[str]:
    """Return the sorted names of a frame without doubles."""
    names = sorted(frame)
    if not names:
        raise AnalysisError("the frame is empty")
    for name, following in zip(names, [*names[1:], None], strict=True):
        if name == following:
            raise AnalysisError(f"unit {name!r} is twice in the frame; each unit must be named once")
        if not name or "\n" in name:
            raise AnalysisError(f"unit {name!r}: a name must not be empty or contain a line feed")
    return names


def _members(frame: Mapping[str, Hashable], sizes: Mapping[Any, int]) -> dict[Hashable, list[str]]:
    """Return the units of each stratum, checked against the sizes asked."""
    members: dict[Hashable, list[str]] = {stratum: [] for stratum in sizes}
    for unit, stratum in frame.items():
        if stratum not in members:
            raise AnalysisError(f"stratum {stratum} of unit {unit!r} has no sample size; give 0 to draw none")
        members[stratum].append(unit)
    for stratum, n in sizes.items():
        if not 0 <= n <= len(members[stratum]):
            raise AnalysisError(f"stratum {stratum}: {n} are to be drawn of {len(members[stratum])} units")
    return members


def _seed(seed: str) -> str:
    """Return a seed that is not empty."""
    if not seed:
        raise AnalysisError("the seed is empty; publish one before drawing")
    return seed


def _number(seed: str, digest: str, name: str) -> bytes:
    """Return the number of a unit, in which no two different inputs run together."""
    parts = (_seed(seed), digest, name)
    return hashlib.sha256(b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)).digest()
