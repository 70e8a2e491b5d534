"""Which splits may stand beside each other: no answer is in two figures that can be subtracted to fewer than ten."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, combinations

from survey_app.domain.batching import BATCH
from survey_app.domain.periods import Period, parse

MOST_CLASSES = 10  # every set of them is looked at


def clash(shown: Iterable[tuple[str, str]], units: AbstractSet[str], wanted: Period) -> tuple[str, str] | None:
    """Split that was shown before, as (unit, period), and would overlap the wanted one; None if there is none.

    `shown` are splits by the same variable. The same units and period again are no clash.
    """
    for unit, period in sorted(shown):
        other = period != wanted.name and set(parse(period).months) & set(wanted.months)
        if other or (period == wanted.name and unit not in units):
            return unit, period
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
