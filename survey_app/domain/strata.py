"""Strata: groups of at least 50 dossiers that answers are traced to, fixed before the first answer.

A rule is a tree that is stored with the round: each node splits by one variable into children that each hold the
minimum, the small classes merged; a class never seen before falls to the child marked `default`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VARIABLES = ("agency", "outcome", "on_time", "field", "channel")  # within a desk, in order of importance
MINIMUM = 50
OTHERS = "*"  # classes that the register did not know


@dataclass(frozen=True)
class Key:
    """What a dossier's stratum depends on; every part is a text, 'unknown' where the register has none."""

    desk: str
    agency: str
    outcome: str
    on_time: str
    field: str
    channel: str


@dataclass
class Leaf:
    """One stratum: its classes per variable (None: not split by it) and how many dossiers of the register it holds."""

    number: int
    desks: tuple[str, ...]
    classes: dict[str, list[str] | None]
    register_count: int


@dataclass
class Rule:
    """The tree of every desk (or group of small desks) and its leaves."""

    tree: dict[str, Any]
    leaves: list[Leaf] = field(default_factory=list)

    def leaf(self, desks: tuple[str, ...], classes: Mapping[str, list[str] | None], count: int) -> dict[str, Any]:
        """Number a new stratum."""
        number = len(self.leaves)
        self.leaves.append(Leaf(number, desks, {v: classes.get(v) for v in VARIABLES}, count))
        return {"stratum": number}


def build(counts: Mapping[Key, int], desk_groups: Mapping[str, str], minimum: float | Mapping[str, float]) -> Rule:
    """Make the rule from last year's register, or from a frozen frame.

    `desk_groups` names for each desk the group it belongs to (itself if it is large enough). `minimum` is what a
    stratum must hold of the register so that at least 50 comparable dossiers return within one token life, or, for
    each group, so that at least 50 of it are drawn.
    Stratum 0 takes dossiers of desks that the register did not know.
    """
    rule = Rule(tree={"groups": {}, "desks": dict(sorted(desk_groups.items()))})
    rule.tree["unknown"] = rule.leaf((), {}, 0)
    by_group: dict[str, dict[Key, int]] = defaultdict(dict)
    for key, count in counts.items():
        by_group[desk_groups[key.desk]][key] = count
    for group in sorted(by_group):
        desks = tuple(sorted(d for d, g in desk_groups.items() if g == group))
        least = minimum if isinstance(minimum, float | int) else minimum[group]
        rule.tree["groups"][group] = _node(rule, desks, by_group[group], {}, least, VARIABLES)
    return rule


def assign(tree: Mapping[str, Any], key: Key) -> int:
    """Return the number of the stratum that a dossier falls in."""
    group = tree["desks"].get(key.desk)
    node = tree["groups"].get(group, tree["unknown"])
    while "stratum" not in node:
        value = getattr(key, node["by"])
        children = node["children"]
        fallback = next(child for child in children if child["default"])
        node = next((child for child in children if value in child["classes"]), fallback)["node"]
    number: int = node["stratum"]
    return number


def _node(
    rule: Rule,
    desks: tuple[str, ...],
    counts: Mapping[Key, int],
    classes: Mapping[str, list[str] | None],
    minimum: float,
    variables: tuple[str, ...],
) -> dict[str, Any]:
    """Split by the first variable that can be split, then go on within each child."""
    for place, variable in enumerate(variables):
        parts = _merge_small(_totals(counts, variable), minimum)
        if len(parts) == 1 and not (variable == "agency" and len(parts[0]) == 1):
            continue
        children = []
        for part in parts:
            inside = {k: n for k, n in counts.items() if getattr(k, variable) in part}
            # No answer is credited to an agency that the stratum was not made for; other classes may join the last.
            last = part is parts[-1] and (variable != "agency" or len(part) > 1)
            named = [*part, OTHERS] if last and variable != "agency" else part
            node = _node(rule, desks, inside, {**classes, variable: named}, minimum, variables[place + 1 :])
            children.append({"classes": named, "default": last, "node": node})
        if not children[-1]["default"]:
            children.append({"classes": [], "default": True, "node": rule.tree["unknown"]})
        return {"by": variable, "children": children}
    return rule.leaf(desks, classes, sum(counts.values()))


def _totals(counts: Mapping[Key, int], variable: str) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for key, count in counts.items():
        totals[getattr(key, variable)] += count
    return dict(totals)


def _merge_small(totals: Mapping[str, int], minimum: float) -> list[list[str]]:
    """Classes in parts that each hold the minimum: small ones together, and with the smallest large one if need be.

    The last part also takes classes never seen before, so it is the merged one where there is one.
    """
    large = sorted((c for c in totals if totals[c] >= minimum), key=lambda c: (-totals[c], c))
    small = sorted(c for c in totals if totals[c] < minimum)
    if not small:
        return [[c] for c in large]
    if sum(totals[c] for c in small) >= minimum:
        return [*[[c] for c in large], small]
    if not large:
        return [small]
    return [*[[c] for c in large[:-1]], sorted([large[-1], *small])]
