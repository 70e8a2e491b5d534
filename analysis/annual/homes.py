"""Primary and secondary suppression: whether a unit's sum has a cell of its own or shares an aggregated one above."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.annual.protocol import Protocol
from analysis.annual.sums import Sums, added

NOWHERE = ""
EVERY = "*"  # among suppressed units: the column is published nowhere


@dataclass
class Homes:
    """Homes of one column.

    Attributes
    ----------
    of_leaf : dict of str to str
        Domain whose cell holds the unit's answers: itself, one above it, or NOWHERE.
    rests : dict of str to list of str
        Units that share the cell of a domain above them.
    """

    of_leaf: dict[str, str] = field(default_factory=dict)
    rests: dict[str, list[str]] = field(default_factory=dict)

    def known(self, domain: str, protocol: Protocol) -> bool:
        """Whether the domain's sum follows from published cells."""
        leaves = [leaf for leaf in protocol.leaves[domain] if leaf in self.of_leaf]
        return bool(leaves) and all(
            self.of_leaf[leaf] != NOWHERE and domain in protocol.path(self.of_leaf[leaf]) for leaf in leaves
        )


def settle(leaf_sums: Mapping[str, Sums], protocol: Protocol, suppressed: frozenset[str] = frozenset()) -> Homes:
    """Suppress the unsafe sums of one column and aggregate them with neighbours (method.md, formula Z10).

    Parameters
    ----------
    leaf_sums : mapping of str to Sums
        Exact sums of the lowest units.
    protocol : Protocol
        Its tree.
    suppressed : frozenset of str
        Units that get no cell of their own, whatever their sums: what the audit found must be hidden, too.
    """
    homes = Homes()
    if EVERY in suppressed:
        homes.of_leaf |= dict.fromkeys(leaf_sums, NOWHERE)
        return homes
    waiting: dict[str, list[str]] = {domain: [] for domain in protocol.tree}
    for domain in reversed(protocol.order):
        if domain in leaf_sums:
            if leaf_sums[domain].safe and domain not in suppressed:
                homes.of_leaf[domain] = domain
                continue
            pending = [domain]
        else:
            pending = waiting[domain]
        if pending and protocol.children[domain]:
            pending = _rest(domain, pending, leaf_sums, protocol, homes)
        parent = protocol.tree[domain]
        if parent is None:
            homes.of_leaf |= dict.fromkeys(pending, NOWHERE)
        else:
            waiting[parent].extend(pending)
    return homes


def _rest(
    domain: str, pending: list[str], leaf_sums: Mapping[str, Sums], protocol: Protocol, homes: Homes
) -> list[str]:
    """Aggregate units in a cell of `domain`, with the smallest neighbours until it is safe; return who waits on."""
    free = [leaf for leaf in protocol.leaves[domain] if homes.of_leaf.get(leaf) == leaf]
    free.sort(key=lambda leaf: (leaf_sums[leaf].n, leaf))
    chosen = list(pending)
    while not added(leaf_sums[leaf] for leaf in chosen).safe or len(chosen) < 2:
        if not free:
            return pending
        chosen.append(free.pop(0))
    homes.rests[domain] = sorted(chosen)
    homes.of_leaf |= dict.fromkeys(chosen, domain)
    return []
