"""From exact sums to the rows that may be published, after primary and secondary suppression."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annual.homes import EVERY, NOWHERE, Homes, settle
from analysis.annual.model import Row
from analysis.annual.pools import Pools, below_threshold, pool_up
from analysis.annual.programs import Leak
from analysis.annual.protocol import Protocol
from analysis.annual.specification import Printed
from analysis.annual.sums import Sums, added

PROTECTS = "hidden to protect another figure"
TOO_FEW = "too few valid answers"
NEAR_END = "near the end of the scale"


@dataclass(frozen=True)
class Forbidden:
    """What the audit found must be hidden, too: own cells by (column, unit), pools by (domain, pool)."""

    cells: frozenset[tuple[str, str]] = frozenset()
    pools: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Published:
    """Which sums are published where.

    Attributes
    ----------
    names : tuple of str
        Columns.
    leaf_sums : mapping of str to sequence of Sums
        Exact, by lowest unit, in the order of the columns.
    homes : mapping of str to Homes
        By column.
    pools : mapping of str to Pools
        By domain.
    """

    names: tuple[str, ...]
    leaf_sums: Mapping[str, Sequence[Sums]]
    homes: dict[str, Homes] = field(default_factory=dict)
    pools: dict[str, Pools] = field(default_factory=dict)

    def exact(self, domain: str, column: str, protocol: Protocol) -> Sums | None:
        """Return the exact sums of a column in a domain; None without a response."""
        k = self.names.index(column)
        parts = [self.leaf_sums[leaf][k] for leaf in protocol.leaves[domain] if leaf in self.leaf_sums]
        return added(parts) if parts else None

    def hidden(self, domain: str, protocol: Protocol) -> dict[str, Sums]:
        """Columns that do not follow from published cells of the domain, with their exact sums."""
        found = {}
        for column in self.names:
            sums = self.exact(domain, column, protocol)
            if sums is not None and not self.homes[column].known(domain, protocol):
                found[column] = sums
        return found


def place_sums(
    names: tuple[str, ...],
    leaf_sums: Mapping[str, Sequence[Sums]],
    protocol: Protocol,
    printed: Sequence[Printed],
    forbidden: Forbidden,
) -> Published:
    """Decide which sum is published where (method.md, formulas Z10 and Z11)."""
    made = Published(names, leaf_sums)
    for k, column in enumerate(names):
        suppressed = frozenset(leaf for name, leaf in forbidden.cells if name == column)
        made.homes[column] = settle({leaf: sums[k] for leaf, sums in leaf_sums.items()}, protocol, suppressed)
    for domain in protocol.order:
        hidden = made.hidden(domain, protocol)
        several = [column for column, sums in hidden.items() if not below_threshold(sums)]
        barred = frozenset(pool for where, pool in forbidden.pools if where == domain)
        made.pools[domain] = pool_up(hidden, several, printed, barred)
    return made


def sum_rows(made: Published, protocol: Protocol) -> list[Row]:
    """Rows of published cells: own ones, and those that several units share one level up or more."""
    found: list[Row] = []
    for k, column in enumerate(made.names):
        homes = made.homes[column]
        own = (leaf for leaf in protocol.order if homes.of_leaf.get(leaf) == leaf and leaf not in homes.rests)
        found.extend(_sum_row(leaf, leaf, column, made.leaf_sums[leaf][k]) for leaf in own)
        for domain in (place for place in protocol.order if place in homes.rests):
            together = added(made.leaf_sums[leaf][k] for leaf in homes.rests[domain])
            members = " ".join(homes.rests[domain])
            found.append(_sum_row(domain, f"{domain}/rest", column, together, members))
    return found


def _sum_row(domain: str, cell: str, column: str, exact: Sums, members: str = "") -> Row:
    """Row of one cell; a shared one names the units in it."""
    return Row("sum", domain, column, cell=cell, n=exact.valid, w=exact.w, x=exact.x, y=exact.shown_y, note=members)


def other_rows(made: Published, domain: str, protocol: Protocol, printed: Sequence[Printed], minimum: int) -> list[Row]:
    """Rows of what a domain shows beside its cells: pools, and which figures are hidden or bounds.

    A figure of several columns is hidden where a pool that it needs is unsafe or has items of another figure, too; a
    pool is published only if some shown figure is made of all its items.
    """
    hidden, pools = made.hidden(domain, protocol), made.pools[domain]
    found: list[Row] = []
    used: set[str] = set()
    several = [column for column, sums in hidden.items() if not below_threshold(sums)]
    for one in printed:
        if one.single and one.columns[0] in hidden:
            found.append(_hidden_row(domain, one.name, hidden[one.columns[0]], minimum))
        elif not pools.usable(one.columns, several, reweight=one.statistic.reweight):
            found.append(Row("hidden", domain, one.name, cell="hidden", note=PROTECTS))
        else:
            used |= set(one.columns)
    stated = {row.statistic for row in found}
    found.extend(Row("hidden", domain, column, cell="hidden") for column in hidden if column not in stated)
    for name, members in pools.members.items():
        if set(members) <= used:
            pooled = added(hidden[column] for column in members)
            found.append(
                Row(
                    "pool",
                    domain,
                    name,
                    n=pooled.valid,
                    w=pooled.w,
                    x=pooled.x,
                    y=pooled.shown_y,
                    note=" ".join(members),
                )
            )
    return found


def _hidden_row(domain: str, name: str, sums: Sums, minimum: int) -> Row:
    """Row of a figure that is not shown exactly: a bound near the end of its scale, else the reason."""
    if below_threshold(sums) or sums.valid < minimum:
        return Row("hidden", domain, name, cell="hidden", note=TOO_FEW)
    end, limit = sums.bound if not name.startswith("score:") else ("hidden", 0)
    if end == "hidden":
        return Row("hidden", domain, name, cell=end, note=PROTECTS)
    return Row("hidden", domain, name, cell=end, y=limit, note=NEAR_END)


def nowhere(made: Published) -> dict[str, list[str]]:
    """Columns with units whose answers no published cell holds."""
    found = {}
    for column, homes in made.homes.items():
        lost = sorted(leaf for leaf, home in homes.of_leaf.items() if home == NOWHERE)
        if lost:
            found[column] = lost
    return found


def suppressed_further(forbidden: Forbidden, leaks: Iterable[Leak], made: Published, protocol: Protocol) -> Forbidden:
    """Secondary suppression: hide one thing more for every leak that the audit found.

    In this order: pools of the unit or above it that hold the column, the smallest neighbour's own cell, pools that
    hold the column anywhere, and at last the column itself everywhere.
    """
    cells, pools = set(forbidden.cells), set(forbidden.pools)
    for leak in leaks:
        if leak.column not in made.homes:
            pools.add((leak.unit, leak.column))
            continue
        near = _pools_with(leak.column, protocol.path(leak.unit), made)
        neighbour = None if near else _smallest_neighbour(leak, made, protocol)
        anywhere = _pools_with(leak.column, protocol.order, made)
        if near:
            pools.add(near[0])
        elif neighbour is not None:
            cells.add((leak.column, neighbour))
        elif anywhere:
            pools.update(anywhere)
        else:
            cells.add((leak.column, EVERY))
    return Forbidden(frozenset(cells), frozenset(pools))


def _pools_with(column: str, domains: Iterable[str], made: Published) -> list[tuple[str, str]]:
    """Pools of some domains that hold a column."""
    return [
        (domain, name)
        for domain in domains
        for name, members in made.pools[domain].members.items()
        if column in members
    ]


def _smallest_neighbour(leak: Leak, made: Published, protocol: Protocol) -> str | None:
    """Smallest unit with a cell of its own under the domain whose shared cell holds the leaking unit."""
    homes = made.homes[leak.column]
    home = homes.of_leaf.get(leak.unit, NOWHERE)
    if home in (NOWHERE, leak.unit):
        return None
    k = made.names.index(leak.column)
    free = [leaf for leaf in protocol.leaves[home] if homes.of_leaf.get(leaf) == leaf]
    return min(free, key=lambda leaf: (made.leaf_sums[leaf][k].n, leaf), default=None)
