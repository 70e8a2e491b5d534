"""The disclosure audit: integer programs that look for answers which published cells give away."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from analysis.annual.attack import Atom, Equation, System, system_of, told_counts
from analysis.annual.model import Float, Int, Row
from analysis.annual.protocol import read_protocol
from analysis.annual.sums import APART

WHOLE = 0.02  # of an answer: a sum so near a whole number of answers is one
SPREADS = (0.2, 1.0, 3.0, 10.0)  # of the weight of an answer: how much weights within a unit may differ
OUT_OF_TIME = 1  # status of a program
SECONDS = 5.0  # for one program
SLACK = 1e-6
CAPS = {"missed": "not satisfied", "met": "satisfied"}


@dataclass(frozen=True)
class Leak:
    """Answers of one unit and column about which published cells tell too much."""

    unit: str
    column: str
    told: str


def audit(cells: Sequence[Row], protocol: Mapping[str, Any]) -> tuple[Leak, ...]:
    """Look for answers that published cells give away (method.md, formula Z15).

    A set of up to three answers of one unit is safe if, knowing everything published, all of them may be satisfied
    and all of them may be not satisfied. For units with a cell of their own this is read from the cell; for the
    others two integer programs per unit and column decide.

    Parameters
    ----------
    cells : sequence of Row
        As published.
    protocol : mapping
        As published.

    Returns
    -------
    tuple of Leak
        Empty if nothing is given away.
    """
    settings = read_protocol(protocol)
    found = list(_own_cells(cells, settings.cell_minimum))
    told = "its count of answers tells that of a unit that hides it"
    found += [Leak(domain, "", told) for domain in told_counts(cells, settings)]
    system = system_of(cells, settings)
    for equations in _components(system):
        found.extend(_Program(system, equations).leaks())
    return tuple(sorted(found, key=lambda leak: (leak.unit, leak.column, leak.told)))


def _own_cells(cells: Sequence[Row], least: int) -> Iterator[Leak]:
    """Published cells with too few answers (the threshold rule), or whose own sum is too near an end."""
    for row in (row for row in cells if row.kind in ("sum", "pool")):
        n, x, y = row.n or 0, row.x or 0, row.y or 0
        if n < least:
            yield Leak(row.domain, row.statistic, f"{row.cell or row.kind}: fewer than {least} answers")
            continue
        for name, rest in (("missed", x - y), ("met", y)):
            if rest < APART * x / n * (1 - 1e-6):
                yield Leak(row.domain, row.statistic, f"{row.cell or row.kind}: fewer than 3 are {CAPS[name]}")


def _components(system: System) -> list[list[Equation]]:
    """Equations that hang together."""
    groups: list[tuple[set[Atom], list[Equation]]] = []
    for equation in system.equations:
        atoms, together = set(equation.atoms), [equation]
        apart = []
        for others, listed in groups:
            if atoms & others:
                atoms, together = atoms | others, together + listed
            else:
                apart.append((others, listed))
        groups = [*apart, (atoms, together)]
    return [listed for _, listed in groups]


class _Program:
    """Programs over the atoms of one component: satisfied and not satisfied answers of each, whole numbers."""

    def __init__(self, system: System, equations: Sequence[Equation]) -> None:
        """Collect rows once."""
        self.system, self.equations = system, equations
        self.atoms = sorted({atom for equation in equations for atom in equation.atoms})
        self.place = {atom: k for k, atom in enumerate(self.atoms)}
        self.size = len(self.atoms)
        most = np.array([system.most[atom] for atom in self.atoms], dtype=np.float64)
        self.upper = np.tile(most, 2)
        self.cap = np.minimum(APART, self.upper)
        self.rows = _rows(self, SPREADS[0])

    def leaks(self) -> Iterator[Leak]:
        """Atoms of which three answers cannot all be satisfied, or all be not satisfied.

        The unknowns are, for every atom, its satisfied and its other answers; each should be able to reach its cap of
        three. Those that one real solution brings there at once are tested together in whole numbers, the doubtful
        ones alone: first in real numbers, which refutes quickly, then in whole ones.
        """
        together = self._as_many_as_possible()
        if together is None:
            yield Leak(self.atoms[0][0] if self.atoms else "", "", "published sums contradict each other")
            return
        open_ = np.flatnonzero(together >= self.cap - SLACK)
        doubtful = [k for k in range(2 * self.size) if together[k] < self.cap[k] - SLACK]
        closed = [k for k in doubtful if not self._possible(np.array([k]), whole=False)]
        closed += self._closed(open_) + [k for k in doubtful if k not in closed and self._closed(np.array([k]))]
        for k in sorted(set(closed)):
            name = "met" if k < self.size else "missed"
            yield Leak(*self.atoms[k % self.size], f"fewer than {self.cap[k]:g} can be {CAPS[name]}")

    def _as_many_as_possible(self) -> Float | None:
        """Return a solution in real numbers that gives as many unknowns as possible their cap at once.

        Weights within a unit are not known: the narrowest allowance for them that leaves a solution is taken.
        """
        for spread in SPREADS:
            self.rows = _rows(self, spread)
            found = self._real()
            if found is not None:
                return found
        return None

    def _real(self) -> Float | None:
        """Return the real solution under the current allowance; None if there is none."""
        matrix, low, high = self.rows
        wide = coo_array((matrix.data, matrix.coords), shape=(matrix.shape[0], 4 * self.size))
        k = np.arange(2 * self.size)
        pairs = np.concatenate([k, k]), np.concatenate([k, k + 2 * self.size])
        reach = coo_array((np.repeat([1.0, -1.0], 2 * self.size), pairs), shape=(2 * self.size, 4 * self.size))
        found = milp(
            np.repeat([0.0, -1.0], 2 * self.size),
            constraints=[LinearConstraint(wide, low, high), LinearConstraint(reach, 0.0, np.inf)],
            bounds=Bounds(0, np.concatenate([self.upper, self.cap])),
        )
        return None if found.x is None else np.asarray(found.x[: 2 * self.size])

    def _closed(self, unknowns: Int) -> list[int]:
        """Unknowns that no solution in whole numbers gives their cap: if not all together, each half is asked again."""
        if not len(unknowns) or self._possible(unknowns, whole=True):
            return []
        if len(unknowns) == 1:
            return [int(unknowns[0])]
        half = len(unknowns) // 2
        return self._closed(unknowns[:half]) + self._closed(unknowns[half:])

    def _possible(self, unknowns: Int, *, whole: bool) -> bool:
        """Whether there is a solution in which these unknowns reach their caps.

        A program that finds no solution in its time has not shown that there is none: for a single unknown, whose
        solution in real numbers is known, that counts as possible.
        """
        matrix, low, high = self.rows
        floor = np.zeros(2 * self.size)
        floor[unknowns] = self.cap[unknowns]
        found = milp(
            np.zeros(2 * self.size),
            constraints=LinearConstraint(matrix, low, high),
            integrality=np.full(2 * self.size, int(whole), dtype=np.int64),
            bounds=Bounds(floor, self.upper),
            options={"time_limit": SECONDS},
        )
        return found.x is not None or (len(unknowns) == 1 and found.status == OUT_OF_TIME)


def _rows(program: _Program, spread: float) -> tuple[Any, Float, Float]:
    """Constraints: sums within their rounding, valid answers exactly, announced bounds, no more than all answers."""
    system, size = program.system, program.size
    entries: list[tuple[int, int, float]] = []
    low: list[float] = []
    high: list[float] = []
    for equation in program.equations:
        weights = _scaled([system.weight[atom] for atom in equation.atoms], equation)
        slack = _rounding(equation, weights, spread)
        places = [program.place[atom] for atom in equation.atoms]
        entries += [(len(low), k, w) for k, w in zip(places, weights, strict=True)]
        low.append(equation.y - slack)
        high.append(equation.y + slack)
        entries += [(len(low), k + side, 1.0) for k in places for side in (0, size)]
        low.append(equation.valid)
        high.append(equation.valid)
    for k, atom in enumerate(program.atoms):
        entries += [(len(low), k, 1.0), (len(low), k + size, 1.0)]
        low.append(0.0)
        high.append(system.most[atom])
        if atom in system.bounds:
            end, share = system.bounds[atom]
            entries += [(len(low), k, 1.0 - share), (len(low), k + size, -share)]
            # The bound holds for weighted answers; where weights differ the counts may be 3 answers off.
            low.append(-float(APART) if end == "at_least" else -np.inf)
            high.append(np.inf if end == "at_least" else float(APART))
    rows, columns, values = zip(*entries, strict=True)
    return coo_array((values, (rows, columns)), shape=(len(low), 2 * size)), np.array(low), np.array(high)


def _rounding(equation: Equation, weights: Sequence[float], spread: float) -> float:
    """How far a published sum may lie from a sum of whole answers of mean weight.

    Where all answers have one weight the sum is exact; else it was rounded to the largest step, and the answers in it
    may be heavier or lighter than the mean.
    """
    heaviest = max(weights, default=1.0)
    exact = equation.y / heaviest
    if max(weights, default=1.0) - min(weights, default=1.0) < SLACK * heaviest and abs(exact - round(exact)) < WHOLE:
        return WHOLE * heaviest
    return heaviest * (0.5 + spread * math.sqrt(max(equation.valid, 1)))


def _scaled(weights: Sequence[float], equation: Equation) -> list[float]:
    """Mean weights of units so that they fit the published weight of the equation's own answers."""
    if not weights or equation.valid < 1:
        return list(weights)
    mean = equation.x / equation.valid * len(weights) / sum(weights)
    return [weight * mean for weight in weights] if mean > 0 else list(weights)
