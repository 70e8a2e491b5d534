"""What became of units through any number of reorganisations, and what a unit of today was made from."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

U = TypeVar("U", bound=Hashable)
Share = Decimal | None  # of the old unit; None: no source says how much


@dataclass(frozen=True)
class Passage(Generic[U]):
    """What went from one unit to another on a day; without a target the unit ended and nothing followed it."""

    effective: date
    source: U
    target: U | None
    share: Share


class Succession(Generic[U]):
    """Every merge, split and end of units, in order of time. Renamed units go on and are not in it."""

    def __init__(self, passages: Iterable[Passage[U]]) -> None:
        ordered = sorted(passages, key=lambda passage: passage.effective)
        self._by_source: dict[U, list[Passage[U]]] = defaultdict(list)
        self._sources: dict[U, set[U]] = defaultdict(set)
        for passage in ordered:
            self._by_source[passage.source].append(passage)
            if passage.target is not None:
                self._sources[passage.target].add(passage.source)

    def becomes(self, unit: U, since: date, until: date) -> dict[U | None, Share]:
        """Shares of a unit of the day `since` in the units of the day `until`; None as key: what ended for good."""
        held: dict[U | None, Share] = {unit: Decimal(1)}
        days = sorted({p.effective for u in self._reached(unit) for p in self._by_source.get(u, ())})
        for day in days:
            if since < day <= until:
                held = self._step(held, day)
        return held

    def origins(self, unit: U, since: date, until: date, existing: Collection[U]) -> dict[U, Share]:
        """Units of the day `since` (all of them in `existing`) that went into a unit of `until`, with their shares."""
        found: dict[U, Share] = {}
        for source in self.behind(unit):
            if source in existing:
                became = self.becomes(source, since, until)
                if unit in became:
                    found[source] = became[unit]
        return found

    def _step(self, held: Mapping[U | None, Share], day: date) -> dict[U | None, Share]:
        """Pass on what is held on a day of change, all at once."""
        after: dict[U | None, list[Share]] = defaultdict(list)
        for unit, share in held.items():
            parts = [p for p in self._by_source.get(unit, ()) if p.effective == day] if unit is not None else []
            if not parts:
                after[unit].append(share)
            for part in parts:
                whole = Decimal(1) if len(parts) == 1 else None
                own = part.share if part.share is not None else whole
                after[part.target].append(None if share is None or own is None else share * own)
        return {unit: _sum(parts) for unit, parts in after.items()}

    def _reached(self, unit: U) -> set[U]:
        """The unit and everything that anything of it ever went to."""
        reached, waiting = {unit}, [unit]
        while waiting:
            for passage in self._by_source.get(waiting.pop(), ()):
                if passage.target is not None and passage.target not in reached:
                    reached.add(passage.target)
                    waiting.append(passage.target)
        return reached

    def behind(self, unit: U) -> set[U]:
        """The unit and everything that ever went into it."""
        behind, waiting = {unit}, [unit]
        while waiting:
            for source in self._sources.get(waiting.pop(), ()):
                if source not in behind:
                    behind.add(source)
                    waiting.append(source)
        return behind


def _sum(shares: list[Share]) -> Share:
    known = [share for share in shares if share is not None]
    return sum(known, Decimal(0)) if len(known) == len(shares) else None


@dataclass
class Allocation(Generic[U]):
    """Counts of old units laid on the units of a later day; the three parts sum to what was given."""

    by_unit: dict[U, Decimal] = field(default_factory=dict)
    unknown: dict[U, Decimal] = field(default_factory=dict)  # old units whose parts nobody knows
    ended: dict[U, Decimal] = field(default_factory=dict)  # old units without a successor

    @property
    def total(self) -> Decimal:
        """Everything together."""
        parts = (self.by_unit, self.unknown, self.ended)
        return sum((amount for part in parts for amount in part.values()), Decimal(0))


def allocate(succession: Succession[U], counts: Mapping[U, int], since: date, until: date) -> Allocation[U]:
    """Lay counts of the units of `since` on the units of `until` (method.md, formula U1); nothing is lost."""
    found: Allocation[U] = Allocation()
    for unit, count in counts.items():
        became = succession.becomes(unit, since, until)
        if any(share is None for share in became.values()):
            found.unknown[unit] = Decimal(count)
            continue
        for target, share in became.items():
            amount = count * (share or Decimal(0))
            if target is None:
                found.ended[unit] = found.ended.get(unit, Decimal(0)) + amount
            else:
                found.by_unit[target] = found.by_unit.get(target, Decimal(0)) + amount
    return found
