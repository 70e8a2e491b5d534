"""All units with their dated states and aliases in memory, and the rules that they must keep."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from survey_app.domain import units


@dataclass
class Dated:
    """Holds from `valid_from` to the day before `valid_to`; None: with no end known."""

    id: uuid.UUID
    unit_id: uuid.UUID
    valid_from: date
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """True on a day within."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def overlaps(self, other: "Dated") -> bool:
        """True when both hold on some day."""
        return self.valid_from < (other.valid_to or date.max) and other.valid_from < (self.valid_to or date.max)


@dataclass
class State(Dated):
    """Name, kind and parent during a time."""

    kind: str
    name: str
    parent_id: uuid.UUID | None


@dataclass
class Alias(Dated):
    """A code or other name during a time."""

    scheme: str
    value: str

    @property
    def folded(self) -> str:
        """What it is found by."""
        return units.fold(self.value) if self.scheme == units.NAME else units.fold_code(self.value)


@dataclass
class Register:
    """Units by slug, their states in order of time, their aliases, and what was added or changed since it was read."""

    ids: dict[str, uuid.UUID] = field(default_factory=dict)
    states: dict[uuid.UUID, list[State]] = field(default_factory=lambda: defaultdict(list))
    aliases: dict[uuid.UUID, list[Alias]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[tuple[str, str], list[Alias]] = field(default_factory=lambda: defaultdict(list))
    added_units: dict[str, uuid.UUID] = field(default_factory=dict)
    added: list[State | Alias] = field(default_factory=list)
    changed: dict[uuid.UUID, State | Alias] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.slugs = {unit_id: slug for slug, unit_id in self.ids.items()}
        self._schemes: dict[str, set[str]] = defaultdict(set)  # of each folded code
        self._added_ids: set[uuid.UUID] = set()

    def add_unit(self, slug: str, unit_id: uuid.UUID) -> None:
        """Make a unit that has no state yet."""
        self.ids[slug] = self.added_units[slug] = unit_id
        self.slugs[unit_id] = slug

    def keep(self, dated: State | Alias) -> None:
        """Take in what the database already holds."""
        if isinstance(dated, State):
            self.states[dated.unit_id].append(dated)
            self.states[dated.unit_id].sort(key=lambda state: state.valid_from)
            return
        self.aliases[dated.unit_id].append(dated)
        self.codes[dated.scheme, dated.folded].append(dated)
        self._schemes[dated.folded].add(dated.scheme)

    def add(self, dated: State | Alias) -> None:
        """Take in something new."""
        self.keep(dated)
        self.added.append(dated)
        self._added_ids.add(dated.id)

    def end(self, dated: State | Alias, day: date) -> None:
        """Let a state or alias hold no longer from `day` on."""
        dated.valid_to = day
        self.touch(dated)

    def touch(self, dated: State | Alias) -> None:
        """Note that a row of the database must be written again."""
        if dated.id not in self._added_ids:
            self.changed[dated.id] = dated

    def state_on(self, unit_id: uuid.UUID, day: date) -> State | None:
        """State of a unit on a day."""
        return next((state for state in self.states[unit_id] if state.covers(day)), None)

    def covers(self, unit_id: uuid.UUID, start: date, end: date | None) -> bool:
        """Whether a unit exists on every day from `start` to the day before `end`."""
        reached = start
        for state in self.states[unit_id]:
            if state.covers(reached):
                if state.valid_to is None:
                    return True
                reached = state.valid_to
        return end is not None and reached >= end

    def find(self, text: str, day: date) -> list[uuid.UUID]:
        """Units of this slug, or bearing this code on a day; more than one where schemes disagree."""
        if text in self.ids:
            return [self.ids[text]]
        scheme, _, code = text.rpartition(":")
        folded = units.fold_code(code)
        schemes = {scheme} if scheme else self._schemes.get(folded, set()) - {units.NAME}
        return sorted({a.unit_id for s in schemes for a in self.codes.get((s, folded), ()) if a.covers(day)}, key=str)


Problem = tuple[State | Alias, str, str, str]  # what breaks a rule, its field, value and remedy


def register_problems(register: Register) -> Iterator[Problem]:
    """Everything that the additions and changes would break, in what they touch and beneath it."""
    touched = [*register.added, *register.changed.values()]
    states = {item.id: item for item in touched if isinstance(item, State)}
    parents = {state.unit_id for state in states.values()}
    children = {s.id: s for group in register.states.values() for s in group if s.parent_id in parents}
    yield from _state_problems(register, (states | children).values())
    yield from _alias_problems(register, [item for item in touched if isinstance(item, Alias)])


def _state_problems(register: Register, states: Iterable[State]) -> Iterator[Problem]:
    """Each state that breaks a rule, with field, value and remedy."""
    for state in states:
        for other in register.states[state.unit_id]:
            if other is not state and other.overlaps(state):
                remedy = f"the unit has another row for a part of this time ({_time(other)}); let one end first"
                yield state, "valid_from", f"{state.valid_from:%d/%m/%Y}", remedy
        if state.parent_id is None:
            continue
        parent = register.slugs[state.parent_id]
        if state.parent_id == state.unit_id or _circular(register, state):
            yield state, "parent", parent, "a unit cannot stand under itself; name the unit above it"
        elif not register.covers(state.parent_id, state.valid_from, state.valid_to):
            times = "; ".join(_time(s) for s in register.states[state.parent_id])
            remedy = f"the parent does not exist for the whole time of this row ({times}); end the row or move the unit"
            yield state, "parent", parent, remedy


def _alias_problems(register: Register, aliases: Iterable[Alias]) -> Iterator[Problem]:
    """Each code that would stand for two units at once, with field, value and remedy."""
    for alias in aliases:
        if alias.scheme == units.NAME:
            continue
        for other in register.codes[alias.scheme, alias.folded]:
            if other.unit_id != alias.unit_id and other.overlaps(alias):
                owner = register.slugs[other.unit_id]
                remedy = f"this code belongs to {owner} ({_time(other)}); give that row its valid_to, or mend the code"
                yield alias, alias.scheme, alias.value, remedy


def _circular(register: Register, state: State) -> bool:
    """Whether the way up from a state comes back to its unit on its first day."""
    seen, above = {state.unit_id}, state.parent_id
    while above is not None:
        if above in seen:
            return True
        seen.add(above)
        found = register.state_on(above, state.valid_from)
        above = found.parent_id if found else None
    return False


def _time(dated: Dated) -> str:
    end = f" until the day before {dated.valid_to:%d/%m/%Y}" if dated.valid_to else " on"
    return f"from {dated.valid_from:%d/%m/%Y}{end}"
