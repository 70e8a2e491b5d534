"""What a rule set makes of the facts: each indicator rounded before the sum, the reachable maximum, the class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from survey_app.domain.rule_sets import Class, OnlineServices, RuleSet

REGISTER, ANSWERS, GIVEN = "register", "answers", "given"  # where a figure comes from
EXACT = "exact"


@dataclass(frozen=True)
class Evidence:
    """What is known of one indicator: points of all dossiers together, and how many there are.

    From released answers `mean` is given instead, as it may be shown; `bound` says whether it is only a bound.
    """

    source: str
    points: Decimal = Decimal(0)
    dossiers: int = 0
    mean: Decimal | None = None
    bound: str = EXACT

    @property
    def value(self) -> Decimal | None:
        """Points per dossier before rounding; None where there is no dossier."""
        if self.mean is not None:
            return self.mean
        return self.points / self.dossiers if self.dossiers else None


@dataclass(frozen=True)
class Line:
    """One indicator of a score; `points` is None where it is left out for want of information."""

    indicator: int
    points: Decimal | None
    evidence: Evidence | None


@dataclass(frozen=True)
class Score:
    """The sum of the indicators that have information, what it could have been at most, and its class."""

    lines: tuple[Line, ...]
    total: Decimal | None
    reachable: Decimal
    full: Decimal
    rank: Class | None  # None: no indicator has information
    best: Class | None  # class of the reachable maximum

    @property
    def complete(self) -> bool:
        """Whether every indicator has information."""
        return self.reachable == self.full


def score(rule_set: RuleSet, scale_name: str, evidence: Mapping[int, Evidence]) -> Score:
    """Add up the indicators of a scale; each is rounded before it is added (method.md, formulas G1 to G3)."""
    scale = rule_set.scale(scale_name)
    lines = tuple(_line(rule_set, number, evidence.get(number)) for number in scale.indicators)
    known = [line.points for line in lines if line.points is not None]
    full, reachable = Decimal(rule_set.most * len(lines)), Decimal(rule_set.most * len(known))
    if not known:
        return Score(lines, None, reachable, full, None, None)
    total = sum(known, Decimal(0))
    return Score(lines, total, reachable, full, scale.class_of(total), scale.class_of(reachable))


def _line(rule_set: RuleSet, number: int, evidence: Evidence | None) -> Line:
    value = evidence.value if evidence else None
    if evidence is None or value is None:
        return Line(number, None, None)
    return Line(number, value.quantize(Decimal(1).scaleb(-rule_set.decimals), rounding=ROUND_HALF_UP), evidence)


@dataclass(frozen=True)
class OnlineFacts:
    """What the register says of online services in a period."""

    procedures: int  # that had a dossier whose level is known
    offered: int  # of them, at a level that counts
    dossiers: int  # whose filing channel is known
    online: int  # of them, filed online
    unsettled: int  # online dossiers resolved late, or overdue at the end


def online_points(rule: OnlineServices, facts: OnlineFacts) -> int | None:
    """0, 1 or 2 points for online services; None where the register does not tell."""
    if not facts.procedures or not facts.dossiers:
        return None
    if facts.unsettled or not facts.offered:
        return 0
    offered, online = 100 * facts.offered, 100 * facts.online
    enough_online = online >= rule.good_dossiers * facts.dossiers
    if offered >= rule.good_procedures * facts.procedures and enough_online:
        return 2
    return 1 if online >= rule.fair_dossiers * facts.dossiers else 0


@dataclass(frozen=True)
class Graded:
    """Answers to one criterion by grade, from worst to best."""

    criterion: str
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """Answers in all."""
        return sum(self.counts)


def satisfied_count(rule_set: RuleSet, counts: Sequence[int]) -> int:
    """Answers with a grade that counts as satisfied."""
    return sum(n for grade, n in zip(rule_set.grades, counts, strict=True) if grade.satisfied)
