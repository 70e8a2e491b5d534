"""What an attacker learns who keeps everything that was ever shown, and who may know some of the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

FEW = 10  # answers below which a set is small
UNION = 3  # parts that an attacker puts together
MOST = 500.0  # answers of a part, at most
SLACK = 1e-6

Objective = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """Answers that everything shown treats alike: of one batch, or the news of a week, and of one class."""

    agency: str
    batch: int
    week: int
    label: str  # '' where the answer was stored without a class
    answers: tuple[int, ...]
    flagged: bool = False  # known to be flagged

    @property
    def n(self) -> int:
        """How many."""
        return len(self.answers)

    @property
    def satisfied(self) -> int:
        """How many of them are satisfied."""
        return sum(self.answers)


@dataclass
class Shown:
    """Everything that was shown, as rows over the satisfied answers and the numbers of the parts."""

    parts: Sequence[Part]
    sets: list[list[int]] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def total(self, chosen: Sequence[int]) -> None:
        """Note that a figure of these parts was shown."""
        self.sets.append(list(chosen))

    def add(self, chosen: Sequence[int], satisfied: float, n: float, low: float, high: float) -> None:
        """Bound satisfied * (their satisfied answers) + n * (their number)."""
        row = np.zeros(2 * len(self.parts))
        row[list(chosen)] = satisfied
        row[[k + len(self.parts) for k in chosen]] = n
        self.rows.append(row.tolist())
        self.low.append(low)
        self.high.append(high)

    def reaches(self, objective: Objective, known: Mapping[int, Sequence[int]] = {}) -> float:
        """Largest value of an objective that everything shown allows, knowing some answers of some parts."""
        size = len(self.parts)
        floor, missed = np.zeros(2 * size), np.zeros(size)
        for place, answers in known.items():
            floor[place], missed[place] = sum(answers), len(answers) - sum(answers)
        each = np.hstack([np.eye(size), -np.eye(size)])
        found = milp(
            -objective,
            constraints=[
                LinearConstraint(np.array(self.rows), self.low, self.high),
                LinearConstraint(each, -np.inf, -missed),
            ],
            integrality=np.ones(2 * size, dtype=np.int64),
            bounds=Bounds(floor, MOST),
        )
        if found.x is None:
            raise ValueError("what was shown contradicts itself")
        return -float(found.fun)


def small_sets(shown: Shown) -> list[tuple[int, ...]]:
    """Unions of up to three parts with fewer than ten answers whose sum follows from the sums that were shown.

    The attacker is given every shown share as an exact number of answers, which is more than is shown.
    """
    base = np.zeros((len(shown.sets), len(shown.parts)))
    for k, chosen in enumerate(shown.sets):
        base[k, chosen] = 1.0
    _, size, right = np.linalg.svd(base, full_matrices=False)
    span = right[size > 1e-9 * size[0]]
    left_over = np.eye(len(shown.parts)) - span.T @ span
    sizes = [part.n for part in shown.parts]
    return [
        some
        for together in range(1, UNION + 1)
        for some in combinations([k for k, n in enumerate(sizes) if n], together)
        if sum(sizes[k] for k in some) < FEW and np.abs(left_over[:, some].sum(axis=1)).max() < SLACK
    ]


def batch_sums(shown: Shown) -> dict[int, list[int]]:
    """Parts of every batch."""
    found: dict[int, list[int]] = {}
    for k, part in enumerate(shown.parts):
        found.setdefault(part.batch, []).append(k)
    return found


def unanimous(shown: Shown) -> int:
    """Batches of ten or more answers all of which are known: everybody satisfied, or nobody."""
    large = [places for places in batch_sums(shown).values() if sum(shown.parts[k].n for k in places) >= FEW]
    return sum(not _open(shown, places) for places in large)


def half_known(shown: Shown) -> int:
    """Batches of which whoever knows half the answers learns the number satisfied among fewer than ten others."""
    found = 0
    for places in batch_sums(shown).values():
        known = {k: shown.parts[k].answers[: shown.parts[k].n // 2] for k in places}
        n = sum(shown.parts[k].n for k in places)
        if n >= FEW > n - sum(map(len, known.values())):
            most = shown.reaches(_unit(shown, places, 1.0, 0.0), known)
            least = -shown.reaches(_unit(shown, places, -1.0, 0.0), known)
            found += most - least < 1 - SLACK
    return found


def _open(shown: Shown, places: Iterable[int]) -> bool:
    """Whether one of these answers may be satisfied, and one not satisfied."""
    return all(shown.reaches(_unit(shown, places, *signs)) >= 1 - SLACK for signs in ((1.0, 0.0), (-1.0, 1.0)))


def _unit(shown: Shown, places: Iterable[int], satisfied: float, n: float) -> Objective:
    """Objective over the satisfied answers and the numbers of some parts."""
    objective = np.zeros(2 * len(shown.parts))
    for k in places:
        objective[k], objective[k + len(shown.parts)] = satisfied, n
    return objective
