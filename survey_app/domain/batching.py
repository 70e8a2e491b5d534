"""Which answers move together: batches of at least 10, with some kept back at random, small units pooled at the end.

Thresholds on published figures alone leak single answers by subtraction; answers that only ever move in batches of
at least 10, used by every figure in the same way, do not (docs/method.md, section K).
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

BATCH = 10  # answers that move together, at least
KEPT_BACK = 5  # random answers of each batch that wait for the next one
ROOM = 50  # dossiers that any answer could belong to, at least


@dataclass(frozen=True, order=True)
class Atom:
    """The finest thing that figures are made of: desk and agency, instrument version, evidence grade."""

    desk: str
    agency: str
    instrument: str
    grade: str


@dataclass(frozen=True)
class Move(Generic[T]):
    """Answers that become one batch; `pool` is the unit above when several small desks share it."""

    atom: Atom
    answers: tuple[T, ...]
    pool: str | None = None


def due(waiting: Mapping[Atom, Sequence[T]], chance: random.Random) -> list[Move[T]]:
    """Batches of a regular flush.

    The last batch of an atom waits for the close, so that left-overs always have a batch to join: what stays is a
    random BATCH + KEPT_BACK, what moves is the rest if it makes a batch.
    """
    moves = []
    for atom in sorted(waiting):
        answers = list(waiting[atom])
        if len(answers) < 2 * BATCH + KEPT_BACK:
            continue
        chance.shuffle(answers)
        moves.append(Move(atom, tuple(answers[BATCH + KEPT_BACK :])))
    return moves


def last(
    waiting: Mapping[Atom, Sequence[T]],
    parent: Callable[[str], str | None],
    room: Callable[[Sequence[T]], int],
    chance: random.Random,
) -> tuple[list[Move[T]], dict[Atom, Sequence[T]]]:
    """Batches of the close, and what is too little even for the whole round.

    An atom with 10 answers and room to hide moves as it is; smaller ones are pooled under the nearest unit above
    that has two desks, 10 answers and room. What is too little even at the top takes in the smallest other batch, so
    that every voice counts at least for the top. `room` says how many dossiers a set of answers could belong to.
    """
    moves: list[Move[T]] = []
    small: dict[tuple[str, str, str], dict[Atom, list[T]]] = defaultdict(dict)  # (unit above, instrument, grade)
    held: dict[Atom, Sequence[T]] = {}
    for atom in sorted(waiting):
        answers = list(waiting[atom])
        if len(answers) >= BATCH and room(answers) >= ROOM:
            moves.append(Move(atom, _shuffled(answers, chance)))
        else:
            _lift(small, held, atom, answers, parent(atom.desk))
    while small:
        above: dict[tuple[str, str, str], dict[Atom, list[T]]] = defaultdict(dict)
        for (unit, instrument, grade), parts in sorted(small.items()):
            together = [answer for part in parts.values() for answer in part]
            desks = {atom.desk for atom in parts}
            if len(desks) >= 2 and len(together) >= BATCH and room(together) >= ROOM:
                moves.append(Move(Atom("", "", instrument, grade), _shuffled(together, chance), pool=unit))
                continue
            for atom, part in parts.items():
                _lift(above, held, atom, part, parent(unit))
        small = above
    return _take_in(moves, held, parent, room, chance)


def _take_in(
    moves: list[Move[T]],
    held: dict[Atom, Sequence[T]],
    parent: Callable[[str], str | None],
    room: Callable[[Sequence[T]], int],
    chance: random.Random,
) -> tuple[list[Move[T]], dict[Atom, Sequence[T]]]:
    """Pool what is held with the smallest batch of its instrument and grade, under the top unit."""
    stays: dict[Atom, Sequence[T]] = {}
    for instrument, grade in sorted({(atom.instrument, atom.grade) for atom in held}):
        mine = {a: answers for a, answers in held.items() if (a.instrument, a.grade) == (instrument, grade)}
        together = [answer for answers in mine.values() for answer in answers]
        same = [m for m in moves if (m.atom.instrument, m.atom.grade) == (instrument, grade)]
        smallest = min(same, key=lambda m: len(m.answers), default=None)
        if smallest is None or room([*together, *smallest.answers]) < ROOM:
            stays |= mine
            continue
        top = _top(min(mine).desk, parent)
        together += smallest.answers
        moves = [m for m in moves if m is not smallest]
        moves.append(Move(Atom("", "", instrument, grade), _shuffled(together, chance), pool=top))
    return moves, stays


def _top(unit: str, parent: Callable[[str], str | None]) -> str:
    above = parent(unit)
    return unit if above is None else _top(above, parent)


def _lift(
    groups: dict[tuple[str, str, str], dict[Atom, list[T]]],
    held: dict[Atom, Sequence[T]],
    atom: Atom,
    answers: list[T],
    unit: str | None,
) -> None:
    """Hand answers to the unit above, or hold them if there is none."""
    if unit is None:
        held[atom] = answers
    else:
        groups[unit, atom.instrument, atom.grade].setdefault(atom, []).extend(answers)


def _shuffled(answers: list[T], chance: random.Random) -> tuple[T, ...]:
    chance.shuffle(answers)
    return tuple(answers)
