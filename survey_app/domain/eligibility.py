"""Which dossiers of a period are asked about: every closed one, linked ones once; what is left out has its reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ENDS = ("returned", "refused", "withdrawn")  # refused and withdrawn are asked too, or only the lucky are measured


class Exclusion(StrEnum):
    """Why a dossier that the register holds for the period is not in the frame."""

    NOT_AN_END = "not_an_end"  # sent back for more papers, or the register names no outcome
    NO_DAY = "no_day"  # closed, but the register holds no day of return
    UNIT_NOT_PLANNED = "unit_not_planned"
    FIELD_NOT_PLANNED = "field_not_planned"
    PROCEDURE_NOT_PLANNED = "procedure_not_planned"
    ASKED_BEFORE = "asked_before"  # linked to a dossier that was returned before the period
    LINKED = "linked"  # another dossier of the same visit stands for it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dossier that the register holds for the period."""

    code: str
    origin: str | None  # dossier that this one is linked to
    outcome: str | None
    returned: date | None
    unit: str
    field: str | None
    procedure: str | None  # national part


@dataclass(frozen=True)
class Scope:
    """What a plan asks about; None: all of them."""

    units: Collection[str] | None = None
    fields: Collection[str] | None = None
    procedures: Collection[str] | None = None


def classify(
    candidates: Sequence[Candidate], scope: Scope, before: Collection[str]
) -> tuple[list[Candidate], dict[str, Exclusion]]:
    """Split into those to be asked, in the order given, and the others by code with their reason.

    `before` are codes of closed dossiers that were returned before the period: whoever is linked to one was asked
    about that visit already.
    """
    left_out: dict[str, Exclusion] = {}
    eligible = []
    for candidate in candidates:
        reason = _own_reason(candidate, scope)
        if reason is None:
            eligible.append(candidate)
        else:
            left_out[candidate.code] = reason
    speakers = _speakers(eligible, before)
    kept = []
    for candidate in eligible:
        speaker = speakers[candidate.code]
        if speaker == candidate.code:
            kept.append(candidate)
        else:
            left_out[candidate.code] = Exclusion.LINKED if speaker else Exclusion.ASKED_BEFORE
    return kept, left_out


def _own_reason(candidate: Candidate, scope: Scope) -> Exclusion | None:
    """The first reason of a dossier by itself."""
    if candidate.outcome not in ENDS:
        return Exclusion.NOT_AN_END
    if candidate.returned is None:
        return Exclusion.NO_DAY
    if scope.units is not None and candidate.unit not in scope.units:
        return Exclusion.UNIT_NOT_PLANNED
    if scope.fields is not None and candidate.field not in scope.fields:
        return Exclusion.FIELD_NOT_PLANNED
    if scope.procedures is not None and candidate.procedure not in scope.procedures:
        return Exclusion.PROCEDURE_NOT_PLANNED
    return None


def _speakers(eligible: Iterable[Candidate], before: Collection[str]) -> dict[str, str | None]:
    """For each dossier the one of its family that is asked; None: the family was asked before.

    A family is all that links lead to, in any order and through dossiers that the register does not hold. The one
    without a link speaks, else the first by day of return and code.
    """
    families = _Families()
    members: dict[str, list[Candidate]] = {}
    listed = list(eligible)
    for candidate in listed:
        families.join(candidate.code, candidate.origin or candidate.code)
    for candidate in listed:
        members.setdefault(families.root(candidate.code), []).append(candidate)
    asked = {families.root(code) for code in before if families.knows(code)}
    speakers: dict[str, str | None] = {}
    for root, family in members.items():
        first = min(family, key=lambda c: (c.origin is not None, c.returned or date.max, c.code))
        speakers |= dict.fromkeys((member.code for member in family), None if root in asked else first.code)
    return speakers


class _Families:
    """Sets that grow together (union-find)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def knows(self, code: str) -> bool:
        return code in self._above

    def root(self, code: str) -> str:
        above = self._above
        above.setdefault(code, code)
        while above[code] != code:
            above[code] = above[above[code]]
            code = above[code]
        return code

    def join(self, one: str, other: str) -> None:
        self._above[self.root(one)] = self.root(other)
