"""Which splits may stand beside each other: no answer is in two figures that can be subtracted to fewer than ten."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, combinations

from survey_app.domain.batching import BATCH
from survey_app.domain.periods import Period, parse

MOST_CLASSES = 10  # every set of them is looked at


@dataclass(frozen=True, order=True)
class Split:
    """One unit's figures by one variable for one period."""

    unit: str
    period: str
    variable: str


def clash(shown: Iterable[Split], units: AbstractSet[str], wanted: Period, variable: str) -> Split | None:
    """Split that was shown before and would overlap the wanted one; None if there is none.

    The same units, period and variable again are no clash. Another variable is one: a class of the one may lie in a
    class of the other and leave a few answers of it.
    """
    for one in sorted(shown):
        again = one.period == wanted.name and one.variable == variable and one.unit in units
        if not again and set(parse(one.period).months) & set(wanted.months):
            return one
    return None


def apart(batches: Mapping[str, AbstractSet[Hashable]]) -> list[str]:
    """Units that share no batch: the smaller one of two that do, since the larger less the smaller is a third group."""
    taken: set[Hashable] = set()
    found = []
    for unit in sorted(batches, key=lambda unit: (len(batches[unit]), unit)):
        if taken.isdisjoint(batches[unit]):
            taken |= batches[unit]
            found.append(unit)
    return sorted(found)


def gives_away(batches: Sequence[Mapping[Hashable, int]]) -> bool:
    """Whether the sums of classes and of batches, given as answers by class, leave 1 to 9 answers between them.

    Some classes less all batches in which they occur is what these batches have of other classes; nothing else that is
    no sum itself follows from both.
    """
    known = sorted({label for batch in batches for label in batch}, key=str)
    for some in chain.from_iterable(combinations(known, k) for k in range(1, len(known))):
        others = [
            n for batch in batches if not batch.keys().isdisjoint(some) for c, n in batch.items() if c not in some
        ]
        if 0 < sum(others) < BATCH:
            return True
    return False
