"""From the text of a rule-set file to a rule set: every problem is told with its place and remedy."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from survey_app.domain import rule_sets, timeliness
from survey_app.domain.rule_sets import (
    AnswerPoints,
    Answers,
    Class,
    Criterion,
    Grade,
    Indicator,
    OnlineServices,
    RuleSet,
    RuleSetError,
    Scale,
    Source,
    Timeliness,
    Words,
)

SCHEMA = 1
HEAD = {"schema", "id", "kind", "title", "legal_basis", "valid_from", "valid_to", "doubtful_from", "doubt"}
HEAD |= {"wording_status"}
KEYS = {
    rule_sets.POINTS: HEAD | {"decimals", "most", "indicators", "scales"},
    rule_sets.GRADES: HEAD | {"grades", "criteria"},
}
STATUSES = ("verified", "seen", "unverified")
LANGUAGES = ("vi", "en")
SOURCES = ("timeliness", "answers", "online_services", "given")


def parse(raw: Any, name: str) -> RuleSet:  # noqa: ANN401 - whatever the YAML file holds
    """Check what a rule-set file holds; raises RuleSetError with every problem."""
    if not isinstance(raw, dict):
        raise RuleSetError(name, ["it must hold schema, id, kind, title, legal_basis, valid_from ..."])
    reading = _Reading(raw)
    made = reading.rule_set(str(raw.get("id") or name))
    if reading.problems:
        raise RuleSetError(name, reading.problems)
    return made


class _Reading:
    """One file as it is read, with what is wrong with it."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.problems: list[str] = []

    def rule_set(self, name: str) -> RuleSet:
        """Everything of the file; meaningless where there are problems."""
        raw = self.raw
        kind = self.one_of("kind", raw.get("kind"), tuple(KEYS))
        if raw.get("schema") != SCHEMA:
            self.problems.append(f"schema: must be {SCHEMA}, the form that this version reads.")
        known = KEYS.get(kind, HEAD)
        self.problems += [f"{key}: is no part of a rule set of kind {kind}." for key in raw if key not in known]
        if not isinstance(raw.get("legal_basis"), str):
            self.problems.append("legal_basis: must name the text that the rules stand in.")
        start, end, doubtful = self.day("valid_from", needed=True), self.day("valid_to"), self.day("doubtful_from")
        if end <= start:
            self.problems.append("valid_to: must lie after valid_from; it is the first day on which it is not valid.")
        self.most = self.whole("most", raw.get("most", 2), 1)
        indicators = self.several("indicators", raw.get("indicators"), self.indicator)
        numbers = {one.id for one in indicators}
        return RuleSet(
            id=name,
            kind=kind,
            title=self.words("title", raw.get("title")),
            legal_basis=str(raw.get("legal_basis", "")),
            valid_from=start,
            valid_to=end if raw.get("valid_to") else None,
            doubtful_from=doubtful if raw.get("doubtful_from") else None,
            doubt=self.words("doubt", raw.get("doubt")) if raw.get("doubtful_from") else {},
            wording_status=self.one_of("wording_status", raw.get("wording_status"), STATUSES),
            content_hash=sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest(),
            decimals=self.whole("decimals", raw.get("decimals", 1), 0),
            most=self.most,
            indicators=self.unique("indicators", indicators),
            scales=self.several("scales", raw.get("scales"), lambda p, r: self.scale(p, r, numbers)),
            grades=self.unique("grades", self.several("grades", raw.get("grades"), self.grade)),
            criteria=self.unique("criteria", self.several("criteria", raw.get("criteria"), self.criterion)),
        )

    def several(self, place: str, given: object, read: Callable[[str, Mapping[str, Any]], Any]) -> tuple[Any, ...]:
        """Entries of a list; the kind says which lists are wanted."""
        if place not in KEYS.get(str(self.raw.get("kind")), set()):
            return ()
        if not isinstance(given, list) or not given or not all(isinstance(entry, dict) for entry in given):
            self.problems.append(f"{place}: must be a list with at least one entry.")
            return ()
        return tuple(read(f"{place}, {entry.get('id', k + 1)}", entry) for k, entry in enumerate(given))

    def unique(self, place: str, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        """Refuse an id that stands twice."""
        ids = [entry.id for entry in entries]
        self.problems += [f"{place}: {one} stands twice." for one in sorted({i for i in ids if ids.count(i) > 1})]
        return entries

    def indicator(self, place: str, entry: Mapping[str, Any]) -> Indicator:
        """One indicator."""
        source = entry.get("source")
        if not isinstance(source, dict):
            self.problems.append(f"{place}, source: must say where the points come from ({', '.join(SOURCES)}).")
            source = {"kind": "given"}
        note = source.get("note")
        return Indicator(
            self.whole(f"{place}, id", entry.get("id"), 1),
            self.one_of(f"{place}, level", entry.get("level"), (rule_sets.DOSSIER, rule_sets.UNIT)),
            self.words(f"{place}, name", entry.get("name")),
            self.source(f"{place}, source", source),
            self.words(f"{place}, note", note) if note else {},
        )

    def source(self, place: str, source: Mapping[str, Any]) -> Source:
        """Where an indicator's points come from."""
        kind = self.one_of(f"{place}, kind", source.get("kind"), SOURCES)
        if kind == "timeliness":
            points = source.get("points")
            classes = {name for name in timeliness.CLASSES if name != "unknown"}
            if not isinstance(points, dict) or set(points) != classes:
                self.problems.append(f"{place}, points: must give points for {', '.join(sorted(classes))}.")
                points = {}
            return Timeliness({name: self.points(f"{place}, {name}", value) for name, value in points.items()})
        if kind == "online_services":
            good, fair = source.get("good", {}), source.get("fair", {})
            return OnlineServices(
                tuple(str(level) for level in source.get("levels", ())),
                self.whole(f"{place}, good, procedures", good.get("procedures"), 0),
                self.whole(f"{place}, good, dossiers", good.get("dossiers"), 0),
                self.whole(f"{place}, fair, dossiers", fair.get("dossiers"), 0),
            )
        return self.answers(place, source) if kind == "answers" else None

    def answers(self, place: str, source: Mapping[str, Any]) -> Answers:
        """Cases of answers with their points."""
        named, cases = source.get("instruments"), []
        if not isinstance(named, list) or not named:
            self.problems.append(f"{place}, instruments: must name at least one questionnaire.")
        for k, case in enumerate(source.get("points") or [{}], start=1):
            when = case.get("when") if isinstance(case, dict) else None
            if not isinstance(when, dict) or not when or not all(isinstance(o, list) and o for o in when.values()):
                self.problems.append(f"{place}, points, {k}: write when: {{item: [options]}} and points.")
                continue
            options = {str(item): tuple(str(option) for option in found) for item, found in when.items()}
            cases.append(AnswerPoints(options, self.points(f"{place}, points, {k}", case.get("points"))))
        return Answers(tuple(str(one) for one in named or ()), tuple(cases))

    def scale(self, place: str, entry: Mapping[str, Any], known: set[int]) -> Scale:
        """Indicators that are added up, and the classes of their sum."""
        numbers = tuple(entry.get("indicators") or ())
        self.problems += [f"{place}, indicators: there is no indicator {n}." for n in numbers if n not in known]
        classes = []
        for k, one in enumerate(entry.get("classes") or [], start=1):
            least = self.decimal(f"{place}, classes, {k}, min", one.get("min"))
            classes.append(Class(least, self.words(f"{place}, classes, {k}, name", one.get("name"))))
        limits = [one.least for one in classes]
        if not limits or limits != sorted(set(limits), reverse=True) or limits[-1] != 0:
            self.problems.append(f"{place}, classes: must go from the best down to min: 0, each limit once.")
        return Scale(str(entry.get("id")), numbers, tuple(classes))

    def grade(self, place: str, entry: Mapping[str, Any]) -> Grade:
        """One grade."""
        if not isinstance(entry.get("satisfied"), bool):
            self.problems.append(f"{place}, satisfied: must be true or false.")
        return Grade(str(entry.get("id")), entry.get("satisfied") is True, self.words(place, entry.get("name")))

    def criterion(self, place: str, entry: Mapping[str, Any]) -> Criterion:
        """One question answered in grades."""
        return Criterion(str(entry.get("id")), entry.get("required") is True, self.words(place, entry.get("name")))

    def words(self, place: str, given: object) -> Words:
        """A text in every language."""
        missing = [code for code in LANGUAGES if not isinstance(given, dict) or not given.get(code)]
        self.problems += [f"{place}: has no text in {code}." for code in missing]
        return {code: str(text) for code, text in given.items()} if isinstance(given, dict) else {}

    def day(self, place: str, *, needed: bool = False) -> date:
        """A day; the last one there is where none is given and none needed."""
        given = self.raw.get(place)
        if type(given) is date:
            return given
        if given is not None or needed:
            self.problems.append(f"{place}: must be a day such as 2019-01-06.")
        return date.max

    def points(self, place: str, given: object) -> int:
        """Points of one dossier."""
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= self.most:
            self.problems.append(f"{place}: points are whole numbers from 0 to {self.most}.")
            return 0
        return given

    def whole(self, place: str, given: object, least: int) -> int:
        """A whole number."""
        if isinstance(given, bool) or not isinstance(given, int) or given < least:
            self.problems.append(f"{place}: must be a whole number of at least {least}.")
            return least
        return given

    def decimal(self, place: str, given: object) -> Decimal:
        """A number with its digits as written."""
        try:
            return Decimal(str(given))
        except InvalidOperation:
            self.problems.append(f"{place}: must be a number.")
            return Decimal(0)

    def one_of(self, place: str, given: object, allowed: tuple[str, ...]) -> str:
        """One of a few words."""
        if given not in allowed:
            self.problems.append(f"{place}: must be one of {', '.join(allowed)}.")
        return str(given)
