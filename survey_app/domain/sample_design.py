"""The design of a closed round's sample, as its plan says it: stages, aims, and what was assumed to reach them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

AGENCIES = ("department", "service_centre", "commune", "district")
PSU_KINDS = ("commune", "district")  # what can be a first-stage unit
TAKE = 60  # dossiers drawn in a domain or first-stage unit at least, where it has as many


@dataclass(frozen=True)
class SampleDesign:
    """One- or two-stage; shares and rates lie between 0 and 1."""

    stages: int = 1
    half_width: float = 0.05  # of the 95 % interval that is aimed at for each domain
    share: float = 0.5  # expected share satisfied; 0.5 is the safest
    response_rate: float = 0.5  # expected: answers for each dossier drawn
    deff: float = 1.0  # of weights and the like, without the clustering of two stages
    icc: float = 0.05  # likeness of answers within a first-stage unit
    take: int = TAKE
    first_stage_units: int | None = None  # None: as many as the half-width needs
    first_stage_method: Literal["pps", "srs"] = "pps"
    domains: tuple[str, ...] = AGENCIES  # one stage: kinds of units that the half-width is for
    domain_minimum: int = TAKE  # dossiers below which a domain is joined with its siblings
    first_stage_strata: str = "province"  # two stages: the kind of unit within which first-stage units are drawn
    reserve: int = 0  # further dossiers of each stratum that may replace others, in the order of the draw

    @property
    def answers_per_unit(self) -> float:
        """Answers expected in a first-stage unit."""
        return self.take * self.response_rate

    @property
    def clustered_deff(self) -> float:
        """Kish: 1 + (m - 1) icc, times what the weights cost."""
        return self.deff * (1 + max(self.answers_per_unit - 1, 0) * self.icc)


def of_plan(design: Mapping[str, Any]) -> SampleDesign:
    """Read the design of a plan, in which half-width, share and response rate are per cents."""
    given = {name: value for name, value in design.items() if value is not None and name != "mode"}
    for name in ("half_width", "share", "response_rate"):
        if name in given:
            given[name] = given[name] / 100
    if "second_stage_take" in given:
        given["take"] = given.pop("second_stage_take")
    if "domains" in given:
        given["domains"] = tuple(given["domains"])
    return SampleDesign(**given)
