"""Per cents of the five levels, with small levels joined to their neighbours, in a unit and in what it leaves over."""

from collections.abc import Mapping

from analysis.annual.protocol import Protocol
from analysis.cells import LEVELS
from analysis.disclosure import LEVEL_MINIMUM

Counts = tuple[float, ...]  # weighted answers per level, worst first


def cuts(counts: Counts) -> frozenset[int]:
    """Boundaries k (between levels k and k + 1) that leave at least 3 answers in every group (formula Z12)."""
    found: list[int] = []
    last = 0.0
    below = 0.0
    for k in range(1, LEVELS):
        below += counts[k - 1]
        if below - last >= LEVEL_MINIMUM and sum(counts) - below >= LEVEL_MINIMUM:
            found.append(k)
            last = below
    return frozenset(found)


def shown_cuts(answers: Mapping[str, Counts], protocol: Protocol) -> dict[str, frozenset[int]]:
    """Boundaries that every domain may show of one item.

    Parameters
    ----------
    answers : mapping of str to five numbers
        Unweighted answers of the lowest units per level.
    protocol : Protocol
        Its tree: a domain shows no boundary that would be the difference to units that hide it.
    """
    found: dict[str, frozenset[int]] = {}
    for domain in reversed(protocol.order):
        own = total(answers, protocol.leaves[domain])
        allowed = cuts(own)
        for k in list(allowed):
            hiding = [child for child in protocol.children[domain] if k not in found[child]]
            if hiding:
                together = total(answers, [leaf for child in hiding for leaf in protocol.leaves[child]])
                if sum(together) and k not in cuts(together):
                    allowed -= {k}
        found[domain] = allowed
    return found


def total(answers: Mapping[str, Counts], leaves: list[str] | tuple[str, ...]) -> Counts:
    """Add the counts of some lowest units."""
    rows = [answers[leaf] for leaf in leaves if leaf in answers]
    return tuple(sum(row[k] for row in rows) for k in range(LEVELS))


def per_cents(weighted: Counts, boundaries: frozenset[int]) -> list[tuple[int, int]]:
    """Whole per cents of each group of levels by largest remainders: the group's first level and its share."""
    starts = [0, *sorted(boundaries)]
    groups = [sum(weighted[a:b]) for a, b in zip(starts, [*starts[1:], LEVELS], strict=True)]
    whole = sum(groups)
    exact = [100 * group / whole for group in groups]
    shares = [int(value) for value in exact]
    order = sorted(range(len(groups)), key=lambda j: (shares[j] - exact[j], j))
    for j in order[: 100 - sum(shares)]:
        shares[j] += 1
    return [(start + 1, share) for start, share in zip(starts, shares, strict=True)]
