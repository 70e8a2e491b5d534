"""Files in which an office gives what neither register nor answers tell: points of indicators, counts of grades."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from survey_app.domain import rule_sets
from survey_app.domain.problems import RowProblem
from survey_app.domain.rule_scoring import GIVEN, Evidence, Graded
from survey_app.domain.rule_sets import RuleSet

POINT_COLUMNS = ("unit", "indicator", "points", "dossiers")
GRADE_COLUMNS = ("unit", "criterion", "grade", "count")
MANY = 10**9  # more dossiers or answers than that is a slip of the pen


@dataclass
class Given:
    """What a file gives, by slug of the unit, and every problem in it."""

    points: dict[str, dict[int, Evidence]] = field(default_factory=dict)
    grades: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)

    def graded(self, rule_set: RuleSet, unit: str) -> tuple[Graded, ...]:
        """Counts of every criterion of a unit, in the order of the rule set."""
        mine = self.grades.get(unit, {})
        return tuple(
            Graded(one.id, tuple(mine[one.id].get(grade.id, 0) for grade in rule_set.grades))
            for one in rule_set.criteria
            if one.id in mine
        )


def columns(rule_set: RuleSet) -> tuple[str, ...]:
    """Headings that a file for this rule set must have."""
    return POINT_COLUMNS if rule_set.kind == rule_sets.POINTS else GRADE_COLUMNS


def read(rule_set: RuleSet, rows: Iterable[tuple[int, Mapping[str, str]]]) -> Given:
    """Read every row; what cannot be read is a problem with its row, and the row is left out."""
    given = Given()
    for row, cells in rows:
        text = {column: cells.get(column, "").strip() for column in columns(rule_set)}
        if not text["unit"]:
            given.problems.append(RowProblem(row, "unit", "", "write the unit's slug"))
        elif rule_set.kind == rule_sets.POINTS:
            _points(rule_set, given, row, text)
        else:
            _grade(rule_set, given, row, text)
    return given


def _points(rule_set: RuleSet, given: Given, row: int, text: Mapping[str, str]) -> None:
    known = {str(one.id): one for one in rule_set.indicators}
    indicator = known.get(text["indicator"])
    if indicator is None:
        remedy = f"use one of {', '.join(known)}"
        given.problems.append(RowProblem(row, "indicator", text["indicator"], remedy))
        return
    whole = indicator.level == rule_sets.UNIT
    dossiers = 1 if whole and not text["dossiers"] else _whole(given, row, "dossiers", text["dossiers"], least=1)
    points = _decimal(text["points"])
    if dossiers is None:
        return
    if points is None or not 0 <= points <= rule_set.most * dossiers or (whole and points != int(points)):
        remedy = f"write the points of all {dossiers} together, from 0 to {rule_set.most * dossiers}"
        given.problems.append(RowProblem(row, "points", text["points"], remedy))
        return
    mine = given.points.setdefault(text["unit"], {})
    if indicator.id in mine:
        given.problems.append(RowProblem(row, "indicator", text["indicator"], "stands twice for this unit"))
        return
    mine[indicator.id] = Evidence(GIVEN, points, dossiers)


def _grade(rule_set: RuleSet, given: Given, row: int, text: Mapping[str, str]) -> None:
    allowed = {"criterion": [one.id for one in rule_set.criteria], "grade": [one.id for one in rule_set.grades]}
    for column, names in allowed.items():
        if text[column] not in names:
            given.problems.append(RowProblem(row, column, text[column], f"use one of {', '.join(names)}"))
            return
    count = _whole(given, row, "count", text["count"], least=0)
    mine = given.grades.setdefault(text["unit"], {}).setdefault(text["criterion"], {})
    if text["grade"] in mine:
        given.problems.append(RowProblem(row, "grade", text["grade"], "stands twice for this unit and criterion"))
    elif count is not None:
        mine[text["grade"]] = count


def _whole(given: Given, row: int, column: str, text: str, *, least: int) -> int | None:
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MANY)) else -1
    if least <= value <= MANY:
        return value
    given.problems.append(RowProblem(row, column, text, f"write a whole number of at least {least}"))
    return None


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
