"""The frame of a two-stage round for the annual index: first-stage units with their chances, and what was not drawn."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

import analysis
from survey_app.models import SampleCell

JOINED = " + "
Line = tuple[str, str, str, str, int, int]  # unit, PSU, stratum, stratum of the first stage, dossiers, drawn


@dataclass(frozen=True)
class Stages:
    """Where every stratum lies.

    Answers that are kept without a stratum may be of several first-stage units; these then count as one.

    Attributes
    ----------
    cells : mapping of int to SampleCell
        By number of the stratum.
    pools : mapping of int to sequence of int
        By number that stands for answers without a stratum: the strata that they may be of.
    by_size : bool
        First-stage units were drawn with unequal probabilities.
    """

    cells: Mapping[int, SampleCell]
    pools: Mapping[int, Sequence[int]]
    by_size: bool

    def psus(self) -> dict[int, str]:
        """First-stage unit of every stratum and pool."""
        group = {cell.psu: {cell.psu} for cell in self.cells.values()}
        for strata in self.pools.values():
            together = set().union(*(group[self.cells[s].psu] for s in strata if s in self.cells))
            group |= dict.fromkeys(together, together)
        found = {number: JOINED.join(sorted(group[cell.psu])) for number, cell in self.cells.items()}
        for pool, strata in self.pools.items():
            inside = [found[s] for s in strata if s in found]
            if inside:
                found[pool] = inside[0]
        return found

    def label(self, number: int) -> str:
        """Name of a stratum: neighbours in order lie in the same first-stage unit."""
        return f"{self.psus()[number]} {number:06}"

    def weights(self) -> dict[str, float]:
        """1 / probability of the first-stage units, where it is not the same for all of their stratum."""
        psus = self.psus()
        if not self.by_size and set(psus.values()) == {cell.psu for cell in self.cells.values()}:
            return {}
        size: dict[str, float] = defaultdict(float)
        stands_for: dict[str, float] = defaultdict(float)
        for number, cell in self.cells.items():
            size[psus[number]] += cell.dossiers
            stands_for[psus[number]] += cell.dossiers / cell.psu_probability
        return {psu: stands_for[psu] / size[psu] for psu in sorted(size) if stands_for[psu] > size[psu]}

    def frame(
        self, answered: Mapping[int, int], unit_of: Callable[[int], str], rest: str, returned: int
    ) -> "analysis.annual.Frame":
        """Lines of the drawn units, and of what was not drawn in the unit `rest`.

        Parameters
        ----------
        answered : mapping of int to int
            Answers by stratum or pool.
        unit_of : callable
            Unit of a stratum or pool.
        rest : str
            Unit that holds what was not drawn.
        returned : int
            Dossiers of the whole frame.
        """
        psus = self.psus()
        first = {psus[number]: cell.first_stage for number, cell in sorted(self.cells.items())}
        lines: list[Line] = []
        for number, (dossiers, drawn) in sorted(self._sizes(answered).items()):
            asked = min(dossiers, max(drawn, answered.get(number, 0)))
            lines.append((unit_of(number), psus[number], self.label(number), first[psus[number]], dossiers, asked))
        left = max(0, returned - sum(cell.dossiers for cell in self.cells.values()))
        for stage, number in sorted(self._not_drawn().items()):
            for k in range(number):
                lines.append((rest, f"{stage}/{k}", rest, stage, left, 0))
                left = 0
        unit, psu, stratum, stage_of, dossiers_of, drawn_of = (np.array(column) for column in zip(*lines, strict=True))
        classes = {"unit": unit, "stratum": stratum}
        return analysis.annual.Frame(unit, psu, stratum, stage_of, classes, dossiers_of, drawn_of)

    def _sizes(self, answered: Mapping[int, int]) -> dict[int, tuple[int, int]]:
        """Dossiers and drawn ones by stratum; a stratum without answers of its own lies in the pool that mixes it."""
        found = {}
        mixed = {s for pool, strata in self.pools.items() if answered.get(pool) for s in strata}
        for number, cell in self.cells.items():
            if answered.get(number) or number not in mixed:
                found[number] = (cell.dossiers, cell.drawn)
        for pool in sorted(self.pools):
            if answered.get(pool):
                own = [self.cells[s] for s in self.pools[pool] if s in self.cells and s not in found]
                found |= {cell.stratum_number: (0, 0) for cell in own}
                n = answered[pool]
                found[pool] = max(n, sum(c.dossiers for c in own)), max(n, sum(c.drawn for c in own))
        return {number: size for number, size in found.items() if size != (0, 0)}

    def _not_drawn(self) -> dict[str, int]:
        """First-stage units that were not drawn, by stratum of the first stage."""
        return {c.first_stage: c.psus - c.psus_drawn for c in self.cells.values() if c.psus > c.psus_drawn}
