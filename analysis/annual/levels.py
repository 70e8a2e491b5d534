"""Per cents of the five levels, with small levels joined to their neighbours, in a unit and in what it leaves over."""

from collections.abc import Mapping

from analysis.annual.protocol import Protocol
from analysis.cells import LEVELS
from analysis.disclosure import LEVEL_MINIMUM, divided, level_groups

Counts = tuple[float, ...]  # answers per level, worst first


def cuts(counts: Counts, satisfied: int) -> frozenset[int]:
    """Boundaries k (between levels k and k + 1) with at least 3 answers in every group (formulas L6 and Z12).

    Parameters
    ----------
    counts : five numbers
        Unweighted answers per level.
    satisfied : int
        Lowest satisfied level: the boundary below it is always among them; none if a side has fewer than 3 answers.
    """
    lower, upper = range(satisfied - 1), range(LEVELS - 1, satisfied - 2, -1)
    if min(sum(counts[k] for k in side) for side in (lower, upper)) < LEVEL_MINIMUM:
        return frozenset()
    below = {max(group) + 1 for group in level_groups(lower, counts)}
    return frozenset(below | {min(group) for group in level_groups(upper, counts)})


def shown_cuts(answers: Mapping[str, Counts], satisfied: int, protocol: Protocol) -> dict[str, frozenset[int]]:
    """Boundaries that every domain may show of one item.

    Parameters
    ----------
    answers : mapping of str to five numbers
        Unweighted answers of the lowest units per level.
    satisfied : int
        Lowest satisfied level.
    protocol : Protocol
        Its tree: a domain shows no boundary that would be the difference to units that hide it. The boundary below
        the satisfied levels tells no more than the sums of cells do.
    """
    found: dict[str, frozenset[int]] = {}
    for domain in reversed(protocol.order):
        allowed = cuts(total(answers, protocol.leaves[domain]), satisfied)
        for k in allowed - {satisfied - 1}:
            left = _left_over(domain, k, found, protocol)
            together = total(answers, left)
            if sum(together) and k not in cuts(together, satisfied):
                allowed -= {k}
        found[domain] = allowed
    return found


def _left_over(domain: str, k: int, found: Mapping[str, frozenset[int]], protocol: Protocol) -> list[str]:
    """Lowest units under a domain whose boundary no domain in between shows."""
    left = []
    for child in protocol.children[domain]:
        if k not in found[child]:
            left += _left_over(child, k, found, protocol) or ([] if protocol.children[child] else [child])
    return left


def total(answers: Mapping[str, Counts], leaves: list[str] | tuple[str, ...]) -> Counts:
    """Add the counts of some lowest units."""
    rows = [answers[leaf] for leaf in leaves if leaf in answers]
    return tuple(sum(row[k] for row in rows) for k in range(LEVELS))


def per_cents(weighted: Counts, boundaries: frozenset[int], satisfied: int, met: float) -> list[tuple[int, int]]:
    """Whole per cents of each group of levels: the group's first level and its share (formula L6).

    Parameters
    ----------
    weighted : five numbers
        Weighted answers per level.
    boundaries : frozenset of int
        As of `cuts`.
    satisfied : int
        Lowest satisfied level.
    met : float
        Printed share in whole per cents: what the satisfied levels add up to.
    """
    starts = [0, *sorted(boundaries)]
    groups = [sum(weighted[a:b]) for a, b in zip(starts, [*starts[1:], LEVELS], strict=True)]
    lower = starts.index(satisfied - 1)
    shares = divided(groups[:lower], 100 - met, 0) + divided(groups[lower:], met, 0)
    return [(start + 1, int(share)) for start, share in zip(starts, shares, strict=True)]
