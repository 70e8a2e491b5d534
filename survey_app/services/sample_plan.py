"""Sharing a sample: domains or first-stage units, strata within them, and how many are drawn in each."""

import math
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import analysis
from survey_app.domain import strata as rule
from survey_app.domain.sample_design import PSU_KINDS, SampleDesign
from survey_app.services.strata import group_small_desks

Counts = Mapping[rule.Key, int]


@dataclass(frozen=True)
class Tree:
    """Units of the round's first day, by their ids as text."""

    parents: Mapping[str, str | None]
    kinds: Mapping[str, str]
    slugs: Mapping[str, str]

    def above(self, unit: str, kinds: Iterable[str]) -> str | None:
        """The unit itself or the nearest above it that is of one of these kinds."""
        at: str | None = unit
        wanted, seen = set(kinds), set()
        while at is not None and at not in seen:
            if self.kinds.get(at) in wanted:
                return at
            seen.add(at)
            at = self.parents.get(at)
        return None


@dataclass(frozen=True)
class Part:
    """A domain, or a first-stage unit that was drawn: how it came in, and how many of its dossiers are drawn."""

    unit: str
    first_stage: str
    psu: str
    probability: float
    psus: int
    psus_drawn: int
    draw: int


@dataclass(frozen=True)
class Cell:
    """One stratum of the sample."""

    leaf: rule.Leaf
    part: Part
    draw: int


@dataclass(frozen=True)
class SamplePlan:
    """The rule that puts dossiers into strata, and the strata; stratum 0 holds what is not drawn from."""

    tree: dict[str, Any]
    cells: tuple[Cell, ...]
    merged: frozenset[str]  # units that stand for several domains


def plan(counts: Counts, units: Tree, design: SampleDesign, seed: str) -> SamplePlan:
    """Share the sample of a frame whose dossiers are counted by key."""
    totals: dict[str, int] = defaultdict(int)
    for key, n in counts.items():
        totals[key.desk] += n
    clustered = {desk: units.above(desk, PSU_KINDS) for desk in totals} if design.stages == 2 else {}
    in_psu = {desk: psu for desk, psu in clustered.items() if psu}
    by_itself = {desk: units.above(desk, design.domains) or desk for desk in totals if desk not in in_psu}
    groups: dict[str, str] = {}
    parts: dict[str, Part] = {}
    if by_itself:
        groups |= _joined(by_itself, totals, units, max(design.domain_minimum, design.take))
    if in_psu:
        joined = group_small_desks(_sizes(in_psu, totals), units.parents, design.take)
        clusters = {desk: joined[psu] for desk, psu in in_psu.items()}
        # Small units of both kinds may have been joined in the same place: what is asked for sure stays so.
        groups |= {desk: unit for desk, unit in clusters.items() if unit in groups.values()}
        clusters = {desk: unit for desk, unit in clusters.items() if desk not in groups}
        drawn = _first_stage(_sizes(clusters, totals), units, design, seed)
        parts |= drawn
    for unit, n in _sizes(groups, totals).items():
        parts[unit] = _sure(unit, units, _for_domain(n, design))
    if in_psu:
        groups |= {desk: unit for desk, unit in clusters.items() if unit in drawn}
    sizes = _sizes(groups, totals)
    least = {unit: rule.MINIMUM * sizes[unit] / parts[unit].draw for unit in sizes}
    made = rule.build({key: n for key, n in counts.items() if key.desk in groups}, groups, least)
    merged = frozenset(unit for unit, n in _domains_in(groups, in_psu | by_itself).items() if n > 1)
    return SamplePlan(made.tree, tuple(_cells(made, groups, parts)), merged)


def _joined(of_desk: Mapping[str, str], totals: Mapping[str, int], units: Tree, minimum: int) -> dict[str, str]:
    """For each desk its domain, or the unit in which small domains are joined; a domain of one desk is that desk."""
    sizes = _sizes(of_desk, totals)
    joined = group_small_desks(sizes, units.parents, minimum)
    desks = Tally(joined[domain] for domain in of_desk.values())
    return {desk: desk if desks[joined[domain]] == 1 else joined[domain] for desk, domain in of_desk.items()}


def _sizes(of_desk: Mapping[str, str], totals: Mapping[str, int]) -> dict[str, int]:
    sizes: dict[str, int] = defaultdict(int)
    for desk, unit in of_desk.items():
        sizes[unit] += totals[desk]
    return dict(sorted(sizes.items()))


def _domains_in(groups: Mapping[str, str], domains: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, set[str]] = defaultdict(set)
    for desk, unit in groups.items():
        found[unit].add(domains[desk])
    return {unit: len(inside) for unit, inside in found.items()}


def _for_domain(dossiers: int, design: SampleDesign) -> int:
    """Dossiers to draw in a domain: as many as its half-width needs, at least the take, at most all."""
    answers = analysis.size_for_half_width(design.half_width, share=design.share, deff=design.deff, population=dossiers)
    return min(dossiers, max(design.take, math.ceil(answers / design.response_rate)))


def _sure(unit: str, units: Tree, draw: int) -> Part:
    slug = units.slugs[unit]
    return Part(unit, first_stage=slug, psu=slug, probability=1.0, psus=1, psus_drawn=1, draw=draw)


def _first_stage(sizes: Mapping[str, int], units: Tree, design: SampleDesign, seed: str) -> dict[str, Part]:
    """Draw first-stage units within each first-stage stratum."""
    strata: dict[str, dict[str, int]] = defaultdict(dict)
    for unit, n in sizes.items():
        above = units.above(unit, [design.first_stage_strata])
        strata[units.slugs[above] if above else "all"][units.slugs[unit]] = n
    ids = {units.slugs[unit]: unit for unit in sizes}
    numbers = _first_stage_numbers({name: dict(sorted(strata[name].items())) for name in sorted(strata)}, design)
    found = {}
    for name, n in numbers.items():
        names = sorted(strata[name])
        measures = [strata[name][slug] for slug in names]
        if design.first_stage_method == "pps":
            sample = analysis.draw_pps(names, measures, n, seed=seed)
        else:
            sample = analysis.draw_stratified(dict.fromkeys(names, name), {name: n}, seed=seed)
        open_places, certain = n - int(sample.certain.sum()), int(sample.certain.sum())
        for slug, p, sure in zip(sample.units, sample.probabilities, sample.certain, strict=True):
            size = strata[name][slug]
            if sure:
                # As many of a unit taken for sure as the others' fraction of the whole would give it.
                share = math.ceil(design.take * n * size / sum(measures))
                found[ids[slug]] = _sure(ids[slug], units, min(size, max(design.take, share)))
            else:
                psus = (len(names) - certain, open_places)
                found[ids[slug]] = Part(ids[slug], name, slug, float(p), *psus, min(size, design.take))
    return found


def _first_stage_numbers(strata: Mapping[str, Mapping[str, int]], design: SampleDesign) -> dict[str, int]:
    """How many first-stage units each stratum gives: as planned, or as the half-width of each stratum needs."""
    there = {name: len(inside) for name, inside in strata.items()}
    if design.first_stage_units is not None:
        most = sum(there.values())
        shared = analysis.allocate(min(design.first_stage_units, most), there, minimum=2)
        return {name: shared[name] for name in strata}
    numbers = {}
    for name, inside in strata.items():
        answers = analysis.size_for_half_width(
            design.half_width, share=design.share, deff=design.clustered_deff, population=sum(inside.values())
        )
        numbers[name] = min(there[name], max(2, math.ceil(answers / design.answers_per_unit)))
    return numbers


def _cells(made: rule.Rule, groups: Mapping[str, str], parts: Mapping[str, Part]) -> Iterable[Cell]:
    """Share each part's sample among its strata in proportion, with room for 50 in each."""
    leaves: dict[str, dict[int, rule.Leaf]] = defaultdict(dict)
    for leaf in made.leaves:
        if leaf.desks:
            leaves[groups[leaf.desks[0]]][leaf.number] = leaf
    for unit, inside in leaves.items():
        sizes = {number: leaf.register_count for number, leaf in inside.items()}
        shares = analysis.allocate(parts[unit].draw, sizes, minimum=min(rule.MINIMUM, parts[unit].draw))
        for number, leaf in inside.items():
            yield Cell(leaf, parts[unit], shares[number])
