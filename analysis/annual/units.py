"""Variance units: groups of at least ten answers, made by a stored rule before anything is estimated."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analysis.annual.model import Float, Frame, Int, Responses
from analysis.annual.protocol import TWO_STAGE, Protocol

UNIT_SIZE = 10  # answers of a variance unit


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of the grouped design.

    Attributes
    ----------
    stratum, unit : ndarray of int64, (n,)
        Variance stratum and variance unit of every response; units are numbered through all strata.
    units : ndarray of int64, (strata,)
        Variance units of each stratum, those without an answer included.
    fraction : ndarray, (strata,)
        Share of the stratum that was taken.
    carried : ndarray, (strata,)
        Share taken at the stage before.
    size : ndarray of int64, (units,)
        Answers of each unit.
    mean : bool
        Whether units are random parts, compared by their means, or PSUs, compared by their totals.
    names : tuple of str
        Of the strata.
    """

    stratum: Int
    unit: Int
    units: Int
    fraction: Float
    carried: Float
    size: Int
    mean: bool
    names: tuple[str, ...]


def stages_of(responses: Responses, frame: Frame, protocol: Protocol, smallest: int = UNIT_SIZE) -> tuple[Stage, ...]:
    """Group responses into variance strata and units (method.md, formula Z5).

    Parameters
    ----------
    responses, frame, protocol
        As in `annual.estimate`.
    smallest : int
        Answers of a unit; 1 gives the ungrouped design, for comparison.
    """
    if protocol.design == TWO_STAGE:
        first = _first_stage(responses, frame, protocol, smallest)
        psus = [(psu,) for psu in sorted(set(responses.psu.tolist()))]
        return first, _parts(responses, frame, protocol, psus, smallest, first)
    order = {unit: place for place, unit in enumerate(protocol.order)}
    counts = _counts(zip(responses.unit.tolist(), responses.stratum.tolist(), strict=True))
    keys = sorted(counts, key=lambda key: (order[key[0]], key[1]))
    return (_parts(responses, frame, protocol, _clusters(keys, counts, 2 * smallest), smallest, None),)


def _counts(keys: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """Count equal keys."""
    found: dict[tuple[str, ...], int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def _clusters(
    keys: list[tuple[str, ...]], counts: dict[tuple[str, ...], int], smallest: int
) -> list[tuple[tuple[str, ...], ...]]:
    """Join neighbouring strata until each has enough answers: within their unit first, then across units."""
    found: list[list[tuple[str, ...]]] = []
    for unit in dict.fromkeys(key[0] for key in keys):
        found.extend(_greedy([[key] for key in keys if key[0] == unit], counts, smallest))
    return [tuple(cluster) for cluster in _greedy(found, counts, smallest)]


def _greedy(
    parts: list[list[tuple[str, ...]]], counts: dict[tuple[str, ...], int], smallest: int
) -> list[list[tuple[str, ...]]]:
    """Join parts in order until each has enough answers; what is left over joins the one before."""
    found: list[list[tuple[str, ...]]] = []
    current: list[tuple[str, ...]] = []
    for part in parts:
        current = current + part
        if sum(counts[key] for key in current) >= smallest:
            found.append(current)
            current = []
    if current:
        found = [*found[:-1], found[-1] + current] if found else [current]
    return found


def _parts(
    responses: Responses,
    frame: Frame,
    protocol: Protocol,
    clusters: list[tuple[tuple[str, ...], ...]] | list[tuple[str]],
    smallest: int,
    first: Stage | None,
) -> Stage:
    """Deal the responses of every cluster to random parts of equal size."""
    of_key = {key: place for place, cluster in enumerate(clusters) for key in cluster}
    own: list[object] = responses.psu.tolist()
    lines: list[object] = frame.psu.tolist()
    if first is None:
        own = list(zip(responses.unit.tolist(), responses.stratum.tolist(), strict=True))
        lines = list(zip(frame.unit.tolist(), frame.stratum.tolist(), strict=True))
    stratum = np.array([of_key[key] for key in own], dtype=np.int64)  # type: ignore[index]  # keys of one kind
    frame_stratum = np.array([of_key.get(key, -1) for key in lines], dtype=np.int64)  # type: ignore[call-overload]  # as above
    known = frame_stratum >= 0
    size = len(clusters)
    dossiers = np.bincount(frame_stratum[known], weights=frame.dossiers[known], minlength=size)
    answers = np.bincount(stratum, minlength=size)
    units = np.maximum(answers // smallest, np.minimum(answers, 2))
    carried = np.ones(size)
    if first is not None:
        row = np.zeros(size, dtype=np.int64)
        row[stratum] = first.stratum
        carried = first.fraction[row]
    unit = _dealt(responses, stratum, units, protocol.seed)
    names = tuple(_name(cluster) for cluster in clusters)
    fraction = np.minimum(1.0, answers / np.maximum(dossiers, 1))
    return Stage(
        stratum, unit, units, fraction, carried, np.bincount(unit, minlength=int(units.sum())), mean=True, names=names
    )


def _name(cluster: tuple[tuple[str, ...], ...] | tuple[str]) -> str:
    """Name of a variance stratum: its first part, and how many more were joined."""
    first = cluster[0] if isinstance(cluster[0], str) else "/".join(cluster[0])
    return first if len(cluster) == 1 else f"{first} +{len(cluster) - 1}"


def _dealt(responses: Responses, stratum: Int, units: Int, seed: int) -> Int:
    """Deal shuffled responses, one sampling stratum after the other, to the units of their variance stratum."""
    chance = np.random.Generator(np.random.PCG64(seed)).random(len(responses))
    _, inner = np.unique(np.stack([responses.psu, responses.stratum]), axis=1, return_inverse=True)
    order = np.lexsort((chance, inner.ravel(), stratum))
    starts = np.concatenate([[0], np.cumsum(np.bincount(stratum, minlength=len(units)))[:-1]])
    turn = np.arange(len(responses)) - starts[stratum[order]]
    offset = np.concatenate([[0], np.cumsum(units)[:-1]])
    unit = np.empty(len(responses), dtype=np.int64)
    unit[order] = offset[stratum[order]] + turn % units[stratum[order]]
    return unit


def _first_stage(responses: Responses, frame: Frame, protocol: Protocol, smallest: int) -> Stage:
    """Join PSUs within their stratum until each unit has enough answers, and strata of one unit with the next."""
    counts = _counts((psu,) for psu in responses.psu.tolist())
    there: dict[str, set[str]] = {}
    drawn: dict[str, set[str]] = {}
    for first, psu, asked in zip(frame.first.tolist(), frame.psu.tolist(), frame.drawn.tolist(), strict=True):
        there.setdefault(first, set()).add(psu)
        if asked:
            drawn.setdefault(first, set()).add(psu)
    groups = _with_two(sorted(there), drawn, there, counts, smallest)
    of_psu: dict[str, tuple[int, int]] = {}
    units, fraction = np.zeros(len(groups), dtype=np.int64), np.zeros(len(groups))
    for place, group in enumerate(groups):
        joined = _psu_units(group, drawn, counts, smallest)
        for cluster in joined:
            for (psu,) in cluster:
                of_psu[psu] = (place, int(units[: place + 1].sum()))
            units[place] += 1
        listed = [psu for cluster in joined for (psu,) in cluster]
        known = sum(len(there[first]) for first in group)
        fraction[place] = 0.0 if any(psu in protocol.psu_weight for psu in listed) else len(listed) / known
    stratum = np.array([of_psu[psu][0] for psu in responses.psu.tolist()], dtype=np.int64)
    unit = np.array([of_psu[psu][1] for psu in responses.psu.tolist()], dtype=np.int64)
    names = tuple(_name(tuple((first,) for first in group)) for group in groups)
    size = np.bincount(unit, minlength=int(units.sum()))
    return Stage(stratum, unit, units, fraction, np.ones(len(groups)), size, mean=False, names=names)


def _psu_units(
    strata: list[str], drawn: dict[str, set[str]], counts: dict[tuple[str, ...], int], smallest: int
) -> list[list[tuple[str, ...]]]:
    """Variance units of some strata taken together: their drawn PSUs, joined until each unit has enough answers."""
    listed = [(psu,) for first in strata for psu in sorted(drawn.get(first, ()))]
    return _greedy([[key] for key in listed], {key: counts.get(key, 0) for key in listed}, smallest)


def _with_two(
    strata: list[str],
    drawn: dict[str, set[str]],
    there: dict[str, set[str]],
    counts: dict[tuple[str, ...], int],
    smallest: int,
) -> list[list[str]]:
    """Join strata with fewer than two variance units, unless all PSUs were drawn, with the next, the last backwards."""
    found: list[list[str]] = []
    current: list[str] = []
    for name in strata:
        current = [*current, name]
        taken = len(_psu_units(current, drawn, counts, smallest))
        whole = all(drawn.get(first) == there[first] for first in current)
        if taken > 1 or (whole and taken):
            found.append(current)
            current = []
    if current:
        found = [*found[:-1], found[-1] + current] if found else [current]
    return found
