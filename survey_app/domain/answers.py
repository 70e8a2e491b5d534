"""The one rule for a valid answer, for phone, kiosk and API alike."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from instruments.model import Instrument, Item, ItemKind
from survey_app.domain import slip_traces

SCORED = (ItemKind.SATISFACTION, ItemKind.GENERAL)
MAX_VALUES = 40  # no question takes more, so a longer list is not looked at
ENOUGH_SHARE = 0.5  # AAPOR: a partial answer counts with at least half of the asked satisfaction items

Value = int | str | tuple[str, ...]


@dataclass(frozen=True)
class AnswerProblem:
    """What is wrong with one answer: the item, a code that pages turn into a sentence, and what was allowed."""

    item: str
    code: str  # unknown_item | not_one | not_allowed | too_many | too_long | missing | not_text
    allowed: str = ""


@dataclass(frozen=True)
class Checked:
    """Valid answers in the instrument's order, and every problem."""

    answers: Mapping[str, Value]
    problems: tuple[AnswerProblem, ...]

    @property
    def valid(self) -> bool:
        """True when nothing has to be mended."""
        return not self.problems


def check(instrument: Instrument, raw: Mapping[str, Any], *, pages: Iterable[str] | None = None) -> Checked:
    """Check raw answers (texts, numbers or lists of them); `pages` limits the check to some pages.

    Answers to questions that were not to be asked (their filter is not met) are dropped; blanks are no answers.
    """
    asked_pages = set(instrument.pages if pages is None else pages)
    known = {item.id for item in instrument.items}
    problems = [AnswerProblem(str(name)[:40], "unknown_item") for name in raw if name not in known]
    answers: dict[str, Value] = {}
    for item in instrument.items:
        if not asked(item, answers):
            continue
        value, code = _read(instrument, item, raw.get(item.id))
        if code:
            problems.append(AnswerProblem(item.id, code, _allowed(instrument, item)))
        elif value is not None:
            answers[item.id] = value
        elif item.required and item.page in asked_pages:
            problems.append(AnswerProblem(item.id, "missing", _allowed(instrument, item)))
    return Checked(answers, tuple(problems))


def asked(item: Item, answers: Mapping[str, Value]) -> bool:
    """True if the item is asked of somebody who gave these answers."""
    if item.ask_if is None:
        return True
    given = answers.get(item.ask_if.item)
    values = given if isinstance(given, tuple) else (given,)
    return any(value in item.ask_if.any_of for value in values)


def enough(instrument: Instrument, answers: Mapping[str, Value]) -> str:
    """Return the AAPOR disposition: 'complete', 'partial' (half or more of the asked scored items), 'break_off'."""
    wanted = [item for item in instrument.scored_items() if asked(item, answers)]
    given = sum(item.id in answers for item in wanted)
    if given == len(wanted):
        return "complete"
    return "partial" if given >= ENOUGH_SHARE * len(wanted) else "break_off"


def levels(instrument: Instrument, answers: Mapping[str, Any]) -> tuple[int, ...]:
    """One number per scored item: its level, the scale's not-applicable code, or 0 for a blank."""
    return tuple(int(answers.get(item.id, 0)) for item in instrument.scored_items())


def choices(instrument: Instrument, item: Item) -> list[tuple[str, str, bool]]:
    """Value, text key and 'stands apart from the grades' of each answer that can be chosen, in the fixed order."""
    if item.scale is None:
        return [(code, f"option.{item.id}.{code}", False) for code in item.options]
    scale = instrument.scales[item.scale]
    found = [(str(level), f"scale.{scale.id}.{level}", False) for level in scale.levels]
    if scale.not_applicable is not None:
        found.append((str(scale.not_applicable), f"scale.{scale.id}.not_applicable", True))
    return found


def _read(instrument: Instrument, item: Item, raw: object) -> tuple[Value | None, str]:
    """Value and no code, or no value and the code of the problem."""
    values = raw if isinstance(raw, list | tuple) else [raw]
    if len(values) > MAX_VALUES:
        return None, "too_many"
    if any(isinstance(v, bool) or not isinstance(v, str | int | None) for v in values):
        return None, "not_text"
    texts = [unicodedata.normalize("NFC", str(v)).strip() for v in values if v is not None]
    texts = [t for t in texts if t]
    if not texts:
        return None, ""
    if item.kind is ItemKind.COMMENT:
        return _comment(item, texts)
    return _choices(item, texts) if item.choose > 1 else _one(instrument, item, texts)


def _one(instrument: Instrument, item: Item, texts: list[str]) -> tuple[Value | None, str]:
    if len(texts) > 1:
        return None, "not_one"
    if item.scale is not None:
        return _level(instrument, item, texts[0])
    return (texts[0], "") if texts[0] in item.options else (None, "not_allowed")


def _level(instrument: Instrument, item: Item, text: str) -> tuple[Value | None, str]:
    scale = instrument.scales[item.scale or ""]
    allowed = {str(level): level for level in scale.levels}
    if scale.not_applicable is not None:
        allowed[str(scale.not_applicable)] = scale.not_applicable
    return (allowed[text], "") if text in allowed else (None, "not_allowed")


def _choices(item: Item, texts: list[str]) -> tuple[Value | None, str]:
    if len(set(texts)) > item.choose:
        return None, "too_many"
    if any(text not in item.options for text in texts):
        return None, "not_allowed"
    return tuple(option for option in item.options if option in texts), ""


def _comment(item: Item, texts: list[str]) -> tuple[Value | None, str]:
    if len(texts) > 1:
        return None, "not_one"
    text = texts[0].replace("\r\n", "\n").replace("\r", "\n")
    # Control and direction characters could rewrite a page or a log line.
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    if len(text) > item.max_length:
        return None, "too_long"
    # Whoever reads comments must not learn whose slip it was. Every way in comes through here.
    text = slip_traces.without_codes(text).strip()
    return (text, "") if text else (None, "")


def _allowed(instrument: Instrument, item: Item) -> str:
    if item.scale is not None:
        return ", ".join(str(level) for level in instrument.scales[item.scale].levels)
    if item.kind is ItemKind.COMMENT:
        return str(item.max_length)
    return str(item.choose) if item.choose > 1 else ", ".join(item.options)
