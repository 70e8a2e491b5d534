"""Aggregated cells over items: hidden items of a unit enter its factors and overall index together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annual.specification import Printed, factors_of
from analysis.annual.sums import Sums, added

OVERALL = "overall"


@dataclass
class Pools:
    """Pools of one domain.

    Attributes
    ----------
    members : dict of str to tuple of str
        Name of the pool (a factor, or overall) to the hidden columns in it.
    unsafe : set of str
        Hidden columns whose pool may not be shown: every figure made of them is hidden.
    dropped : set of str
        Those of them that less than half of the people answered (a question with a filter): an overall index that
        divides the weights of missing factors goes without them, and says so.
    """

    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unsafe: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)

    def usable(self, columns: Iterable[str], hidden: Iterable[str], *, reweight: bool) -> bool:
        """Whether a figure of these columns may be shown: every pool that it touches is wholly in it."""
        touched = set(columns) & set(hidden)
        if touched & (self.unsafe - self.dropped if reweight else self.unsafe):
            return False
        return all(set(pool) <= touched for pool in self.members.values() if set(pool) & touched)


def pool_up(
    sums: Mapping[str, Sums], hidden: Sequence[str], printed: Sequence[Printed], barred: frozenset[str]
) -> Pools:
    """Pool the hidden columns of a domain by factor, and what stays unsafe over all factors (method.md, formula Z11).

    Parameters
    ----------
    sums : mapping of str to Sums
        Exact sums of the domain's columns.
    hidden : sequence of str
        Columns that are not published for the domain, those with few valid answers left out.
    printed : sequence of Printed
        Statistics; factors say which columns belong together.
    barred : frozenset of str
        Pools that the audit forbids.
    """
    pools = Pools()
    left: list[str] = []
    for factor, columns in factors_of(printed).items():
        mine = tuple(column for column in columns if column in hidden)
        if mine and factor not in barred and added(sums[c] for c in mine).safe:
            pools.members[factor] = mine
        else:
            left.extend(mine)
    rare = [column for column in left if 2 * sums[column].valid < sums[column].n]
    _over_all(sums, [column for column in left if column not in rare], pools, barred)
    placed = {column for pool in pools.members.values() for column in pool}
    pools.unsafe, pools.dropped = set(hidden) - placed, set(rare)
    return pools


def _over_all(sums: Mapping[str, Sums], left: list[str], pools: Pools, barred: frozenset[str]) -> None:
    """Pool what is left over all factors, with the smallest factor pools until it is safe."""
    if not left or OVERALL in barred:
        return
    spare = sorted(pools.members, key=lambda factor: (_apart(sums, pools.members[factor]), factor))
    chosen, used = list(left), []
    while not added(sums[c] for c in chosen).safe:
        if not spare:
            return
        used.append(spare.pop(0))
        chosen.extend(pools.members[used[-1]])
    for factor in used:
        del pools.members[factor]
    pools.members[OVERALL] = tuple(chosen)


def _apart(sums: Mapping[str, Sums], columns: Sequence[str]) -> int:
    """Distance of a pool from the nearer end."""
    pooled = added(sums[c] for c in columns)
    return min(pooled.y, pooled.x - pooled.y)


def below_threshold(sums: Sums) -> bool:
    """Whether a column has too few valid answers in a domain to enter any figure of it."""
    return sums.valid < sums.least
