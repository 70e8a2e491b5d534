"""The protocol of an annual index: everything that was decided before the answers were seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.disclosure import ANNUAL_MINIMUM, LIVE_MINIMUM
from analysis.errors import AnalysisError

RANK_MINIMUM = 100  # answers from which a rank interval is printed
ELEMENTS, TWO_STAGE = "elements", "two-stage"


@dataclass(frozen=True)
class Protocol:
    """Settings read from a protocol's mapping; names and defaults are listed in `read_protocol`."""

    tree: Mapping[str, str | None]
    design: str
    psu_weight: Mapping[str, float]
    nonresponse: tuple[str, ...]
    calibration: tuple[tuple[str, ...], ...]
    calibration_depth: int
    class_order: Mapping[str, tuple[str, ...]]
    class_minimum: int
    bounds: tuple[float, float]
    trim: float
    shares: Mapping[str, Mapping[str, float]]
    minimum: int
    rank_minimum: int
    cell_minimum: int
    confidence: float
    seed: int
    grades: tuple[str, ...]

    def path(self, domain: str) -> tuple[str, ...]:
        """Return a domain and everything above it, the top last."""
        found = [domain]
        while (parent := self.tree[found[-1]]) is not None:
            found.append(parent)
        return tuple(found)

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """Domains directly below each domain, sorted."""
        below: dict[str, list[str]] = {domain: [] for domain in self.tree}
        for domain, parent in self.tree.items():
            if parent is not None:
                below[parent].append(domain)
        return {domain: tuple(sorted(listed)) for domain, listed in below.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All domains, each after the one above it, neighbours sorted."""
        found: list[str] = []
        waiting = sorted((domain for domain, parent in self.tree.items() if parent is None), reverse=True)
        while waiting:
            found.append(waiting.pop())
            waiting.extend(reversed(self.children[found[-1]]))
        return tuple(found)

    @cached_property
    def leaves(self) -> dict[str, tuple[str, ...]]:
        """Lowest domains under each domain, itself if it is one."""
        found: dict[str, list[str]] = {domain: [] for domain in self.tree}
        for leaf in self.order:
            if not self.children[leaf]:
                for domain in self.path(leaf):
                    found[domain].append(leaf)
        return {domain: tuple(listed) for domain, listed in found.items()}

    def calibrated_at(self, unit: str) -> str:
        """Domain whose dossier totals the weights of a unit meet."""
        path = self.path(unit)[::-1]
        return path[min(self.calibration_depth, len(path) - 1)]


def read_protocol(given: Mapping[str, Any]) -> Protocol:
    """Read a protocol.

    Parameters
    ----------
    given : mapping
        As in `protocol.json`. `tree`: domain to the one above it, null at the top (required). `design`: elements
        (default) or two-stage. `psu_weight`: 1 / probability of a PSU drawn with unequal probabilities.
        `nonresponse`: variables crossed into response classes. `calibration`: variables, or lists of variables to
        cross, whose dossier totals are met. `calibration_depth`: 0 the top of the tree (default 1).
        `class_order`: by variable, its classes so that neighbours may be joined (sorted by default);
        `class_minimum`: answers below which classes are joined (5). `bounds`: of the calibration factor (0.2 to 5).
        `trim`: largest weight as a multiple of the median (10). `shares`: by variable, share of each class where
        the recipe fixes it. `minimum` (30), `rank_minimum` (100), `cell_minimum` (10), `confidence` (0.95),
        `seed`, `grades` (["G1"]). Other keys are for other readers.

    Raises
    ------
    AnalysisError
        Naming the key and the remedy.
    """
    if "tree" not in given or not given["tree"]:
        raise AnalysisError("protocol: tree is missing; give every domain with the one above it")
    made = Protocol(
        tree=dict(given["tree"]),
        design=str(given.get("design", ELEMENTS)),
        psu_weight={k: float(v) for k, v in given.get("psu_weight", {}).items()},
        nonresponse=tuple(given.get("nonresponse", ())),
        calibration=tuple((v,) if isinstance(v, str) else tuple(v) for v in given.get("calibration", ())),
        calibration_depth=int(given.get("calibration_depth", 1)),
        class_order={k: tuple(v) for k, v in given.get("class_order", {}).items()},
        class_minimum=int(given.get("class_minimum", 5)),
        bounds=(float(given.get("bounds", (0.2, 5))[0]), float(given.get("bounds", (0.2, 5))[1])),
        trim=float(given.get("trim", 10)),
        shares={k: dict(v) for k, v in given.get("shares", {}).items()},
        minimum=int(given.get("minimum", ANNUAL_MINIMUM)),
        rank_minimum=int(given.get("rank_minimum", RANK_MINIMUM)),
        cell_minimum=int(given.get("cell_minimum", LIVE_MINIMUM)),
        confidence=float(given.get("confidence", 0.95)),
        seed=int(given.get("seed", 0)),
        grades=tuple(given.get("grades", ("G1",))),
    )
    _check(made)
    return made


def _check(made: Protocol) -> None:
    """Refuse settings below the house's floors, and those that do not fit together."""
    floors = {"minimum": ANNUAL_MINIMUM, "rank_minimum": RANK_MINIMUM, "cell_minimum": LIVE_MINIMUM}
    for name, floor in floors.items():
        if getattr(made, name) < floor:
            raise AnalysisError(f"protocol: {name} is {getattr(made, name)}; it may not be below {floor}")
    if made.cell_minimum > made.minimum:
        told = f"cell_minimum is {made.cell_minimum}, above minimum {made.minimum}"
        raise AnalysisError(f"protocol: {told}; a figure needs a cell, so raise minimum, too")
    if made.design not in (ELEMENTS, TWO_STAGE):
        raise AnalysisError(f"protocol: design is {made.design}; use {ELEMENTS} or {TWO_STAGE}")
    _check_tree(made)
    for name, shares in made.shares.items():
        if abs(sum(shares.values()) - 1) > 1e-9:
            raise AnalysisError(f"protocol: shares of {name} add up to {sum(shares.values()):g}; they must add up to 1")


def _check_tree(made: Protocol) -> None:
    """Refuse a tree that is none, and names that cells cannot list."""
    for domain, parent in made.tree.items():
        if len(domain.split()) != 1:
            raise AnalysisError(f"protocol: tree: {domain!r} has a space; cells list units by name, so use a code")
        if parent is not None and parent not in made.tree:
            raise AnalysisError(f"protocol: tree: {parent}, above {domain}, is not in the tree; add it")
    if len(made.order) != len(made.tree):
        raise AnalysisError("protocol: tree: some domains lie under themselves; correct it")
