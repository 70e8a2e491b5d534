"""A questionnaire on paper: numbered questions with numbered boxes, and what a typist keys for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from instruments.model import Instrument, Item, ItemKind
from survey_app.domain.answers import AnswerProblem, Value, choices


@dataclass(frozen=True)
class Box:
    """One answer as printed: its number, what it stands for, and the key of its words."""

    number: int
    value: str
    key: str


@dataclass(frozen=True)
class Line:
    """One question as printed."""

    number: int
    item: Item
    boxes: tuple[Box, ...]  # empty: written by hand

    @property
    def written(self) -> bool:
        """True for the comment."""
        return self.item.kind is ItemKind.COMMENT


def lines(instrument: Instrument) -> tuple[Line, ...]:
    """Number every question and its boxes, from 1, in the order in which they are asked."""
    return tuple(
        Line(number, item, tuple(Box(n, value, key) for n, (value, key, _apart) in enumerate(_of(instrument, item), 1)))
        for number, item in enumerate(instrument.items, 1)
    )


def read(instrument: Instrument, typed: Mapping[str, str]) -> tuple[dict[str, list[str]], list[AnswerProblem]]:
    """Turn typed box numbers into raw answers for the one rule; blanks are no answers.

    A question with several ticks takes several numbers, with anything but digits between them. A number without a box
    is a problem 'not_allowed' with the numbers that there are.
    """
    raw: dict[str, list[str]] = {}
    problems = []
    for line in lines(instrument):
        text = typed.get(line.item.id, "")
        if line.written:
            raw[line.item.id] = [text]
            continue
        known = {str(box.number): box.value for box in line.boxes}
        given = [number.lstrip("0") or "0" for number in re.findall(r"[^\W_]+", text)]
        if any(number not in known for number in given):
            problems.append(AnswerProblem(line.item.id, "not_allowed", f"1–{len(known)}"))
        raw[line.item.id] = [known[number] for number in given if number in known]
    return raw, problems


def typed(instrument: Instrument, answers: Mapping[str, Value]) -> dict[str, str]:
    """Return what a typist keys for these answers."""
    found = {}
    for line in lines(instrument):
        value = answers.get(line.item.id)
        if value is None:
            continue
        values = [str(v) for v in value] if isinstance(value, tuple | list) else [str(value)]
        numbers = [str(box.number) for box in line.boxes if box.value in values]
        found[line.item.id] = values[0] if line.written else " ".join(numbers)
    return found


def _of(instrument: Instrument, item: Item) -> list[tuple[str, str, bool]]:
    return [] if item.kind is ItemKind.COMMENT else choices(instrument, item)
