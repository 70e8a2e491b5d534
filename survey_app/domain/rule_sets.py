"""Legal rule sets beside the index: dated data that says how points or grades are given and what class they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

POINTS, GRADES = "points", "grades"
DOSSIER, UNIT = "dossier", "unit"
AGENCY = "agency"  # the scale of units; scales of officers are kept and never filled
Words = Mapping[str, str]  # text by language


@dataclass(frozen=True)
class Timeliness:
    """Points by whether the result was early, on time or late."""

    points: Mapping[str, int]


@dataclass(frozen=True)
class AnswerPoints:
    """Points of a response that gave one of these options to every item named."""

    when: Mapping[str, tuple[str, ...]]
    points: int

    def fits(self, answers: Mapping[str, object]) -> bool:
        """Whether a response gave such answers."""
        return all(answers.get(item) in options for item, options in self.when.items())


@dataclass(frozen=True)
class Answers:
    """Points from released answers to one questionnaire; the first case that fits counts."""

    instruments: tuple[str, ...]
    cases: tuple[AnswerPoints, ...]

    def points(self, answers: Mapping[str, object]) -> int | None:
        """Points of a response; None where it says too little."""
        return next((case.points for case in self.cases if case.fits(answers)), None)


@dataclass(frozen=True)
class OnlineServices:
    """Thresholds in per cent of procedures offered at these levels, and of dossiers filed online."""

    levels: tuple[str, ...]
    good_procedures: int
    good_dossiers: int
    fair_dossiers: int


Source = Timeliness | Answers | OnlineServices | None  # None: given by a file only


@dataclass(frozen=True)
class Indicator:
    """One indicator: what it is called, whether it is an average over dossiers, where its points come from."""

    id: int
    level: str
    name: Words
    source: Source
    note: Words


@dataclass(frozen=True)
class Class:
    """A class from `least` points on."""

    least: Decimal
    name: Words


@dataclass(frozen=True)
class Scale:
    """Which indicators are added up, and the classes, best first."""

    id: str
    indicators: tuple[int, ...]
    classes: tuple[Class, ...]

    def class_of(self, total: Decimal) -> Class:
        """The class of a total: its lower limit belongs to it."""
        return next(one for one in self.classes if total >= one.least)


@dataclass(frozen=True)
class Grade:
    """One grade of a scale of grades."""

    id: str
    satisfied: bool
    name: Words


@dataclass(frozen=True)
class Criterion:
    """One question answered in grades."""

    id: str
    required: bool
    name: Words


@dataclass(frozen=True)
class RuleSet:
    """A rule set with the time for which it is valid; kind 'points' has indicators, kind 'grades' criteria."""

    id: str
    kind: str
    title: Words
    legal_basis: str
    valid_from: date
    valid_to: date | None
    doubtful_from: date | None
    doubt: Words
    wording_status: str
    content_hash: str
    decimals: int = 1
    most: int = 2
    indicators: tuple[Indicator, ...] = ()
    scales: tuple[Scale, ...] = ()
    grades: tuple[Grade, ...] = ()
    criteria: tuple[Criterion, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether the rule set is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def doubtful(self, day: date) -> bool:
        """Whether it is not confirmed that the rule set still applies on a day."""
        return self.doubtful_from is not None and day >= self.doubtful_from

    def indicator(self, number: int) -> Indicator:
        """The indicator of a number; KeyError if there is none."""
        for one in self.indicators:
            if one.id == number:
                return one
        raise KeyError(number)

    def scale(self, name: str) -> Scale:
        """The scale of a name; KeyError if there is none."""
        for one in self.scales:
            if one.id == name:
                return one
        raise KeyError(name)


class RuleSetError(ValueError):
    """A rule set that cannot be used; `problems` lists every reason."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"Rule set {name} cannot be used:\n" + "\n".join(f"  - {p}" for p in problems))
