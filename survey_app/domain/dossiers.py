"""Dossiers: the canonical fields, what each may hold, and what must hold between them."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from survey_app.domain import dossier_codes, dossier_messages, moments, vietnamese

PENDING = "pending"  # what a status may also say: the case has not ended
MOMENTS = ("received_at", "due_at", "extended_due_at", "finished_at", "returned_at")
ENDS = ("finished_at", "returned_at", "due_at", "extended_due_at")  # none of them lies before the receipt
UNITS = ("receiving_unit", "resolving_unit")
FIELDS = (
    "dossier_code",
    "procedure_code",
    "field",
    *UNITS,
    "applicant_kind",
    "filing_channel",
    *MOMENTS,
    "apology_sent",
    "outcome",
    "online_level",
    "origin_dossier_code",
)
REQUIRED = ("dossier_code",)
FIELD_LIMIT = 200
# Words that may stand in a file, beside what its mapping adds; each value also stands for itself.
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "applicant_kind": {
        "individual": ("cá nhân", "công dân", "người dân"),
        "organisation": ("tổ chức", "cơ quan nhà nước"),
        "enterprise": ("doanh nghiệp",),
    },
    "filing_channel": {
        "counter": ("trực tiếp", "tại quầy"),
        "online": ("trực tuyến",),
        "post": ("bưu chính", "bưu chính công ích", "qua bưu chính công ích", "bcci"),
    },
    "outcome": {
        "returned": ("đã trả kết quả",),
        "refused": ("từ chối", "không được tiếp nhận", "từ chối giải quyết"),
        "withdrawn": ("rút hồ sơ", "công dân yêu cầu rút hồ sơ"),
        "supplement": ("yêu cầu bổ sung", "yêu cầu bổ sung giấy tờ"),
        PENDING: ("đang xử lý", "mới đăng ký", "được tiếp nhận", "đã xử lý xong"),
    },
    "online_level": {"1": (), "2": (), "3": (), "4": (), "partial": ("một phần",), "full": ("toàn trình",)},
    "apology_sent": {"yes": ("có", "true", "1"), "no": ("không", "false", "0")},
}
# Long numbers and addresses do not belong into a field's name: they show that a row has shifted.
_PERSONAL = re.compile(r"(?:\d[\s.-]?){9,}|\w@\w", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """A field, what stands in it, and what is wrong with it as a key of the messages."""

    field: str
    value: str
    code: str
    params: dict[str, str] = dataclasses.field(default_factory=dict)

    def remedy(self, language: str) -> str:
        """What to do, in a sentence."""
        return dossier_messages.remedy(self.code, self.params, language)


class _BadValueError(ValueError):
    """A value that cannot be taken."""

    def __init__(self, code: str, **params: str) -> None:
        self.code, self.params = code, params
        super().__init__(code)


@dataclass(frozen=True)
class Context:
    """What the rules must know of the day: the office's zone and the moment of the import."""

    zone: tzinfo
    now: datetime


@lru_cache(maxsize=16_384)
def word(name: str, text: str) -> str | None:
    """Canonical value of a word in a field with fixed values; None if it is none."""
    return _FOLDED[name].get(vietnamese.fold(text))


_FOLDED = {
    name: {vietnamese.fold(text): value for value, words in values.items() for text in (value, *words)}
    for name, values in WORDS.items()
}


def check(texts: Mapping[str, str], context: Context) -> tuple[dict[str, Any], list[Problem]]:
    """Turn the texts of a row into values; units stay texts, since they are looked up elsewhere.

    Only fields that the file has are given; a blank is None. Returns the values and every problem.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in texts.items():
        if not text:
            values[name] = None
            continue
        try:
            values[name] = _READERS[name](name, text, context)
        except (_BadValueError, moments.MomentError, dossier_codes.CodeError) as error:
            problems.append(Problem(name, text, error.code, getattr(error, "params", {})))
            values[name] = None
    if not texts.get("dossier_code"):
        problems.append(Problem("dossier_code", "", "blank"))
    if "procedure_code" in texts:
        values["procedure_code"], values["procedure_suffix"] = values["procedure_code"] or (None, None)
    problems += _outcome_problems(values, texts)
    problems += _time_problems(values, texts, context)
    return values, problems


def _outcome_problems(values: dict[str, Any], texts: Mapping[str, str]) -> list[Problem]:
    """A status and a day of return must tell the same; a day alone says that the result was returned."""
    if "outcome" not in texts and "returned_at" not in texts:
        return []
    outcome, returned = values.get("outcome"), values.get("returned_at")
    values["outcome"] = None if outcome == PENDING else outcome
    if outcome == "returned" and returned is None and not texts.get("returned_at"):
        return [Problem("returned_at", "", "returned_without_date")]
    if outcome == PENDING and returned is not None:
        return [Problem("outcome", texts["outcome"], "open_but_returned")]
    if returned is not None and not texts.get("outcome"):
        values["outcome"] = "returned"
    return []


def _time_problems(values: Mapping[str, Any], texts: Mapping[str, str], context: Context) -> list[Problem]:
    """What cannot be: ends before beginnings, days to come, a code younger than the return."""
    received, returned = values.get("received_at"), values.get("returned_at")
    found = [_before_problem(name, texts, "received_at") for name in ENDS if _before(values.get(name), received)]
    finished = values.get("finished_at")
    if returned and finished and returned.date() < finished.date():
        found.append(_before_problem("returned_at", texts, "finished_at"))
    limit = context.now + timedelta(days=1)
    if any(moment and moment > limit for moment in (received, finished, returned)):
        past = ("received_at", "finished_at", "returned_at")
        found += [Problem(name, texts[name], "future") for name in past if (values.get(name) or limit) > limit]
    code = values.get("dossier_code")
    if code and dossier_codes.code_day(code) > (returned.date() if returned else limit.astimezone(context.zone).date()):
        problem = "code_after_return" if returned else "code_in_future"
        found.append(Problem("dossier_code", texts["dossier_code"], problem))
    if code and values.get("origin_dossier_code") == code:
        found.append(Problem("origin_dossier_code", texts["origin_dossier_code"], "own_origin"))
    return found


def _before_problem(name: str, texts: Mapping[str, str], other: str) -> Problem:
    return Problem(name, texts[name], "before", {"other": other, "moment": texts[other]})


def _before(later: datetime | None, earlier: datetime | None) -> bool:
    """Whether the later one lies before the earlier; midnight stands for a day whose hour is not known."""
    if later is None or earlier is None or later >= earlier:
        return False
    return later.date() < earlier.date() or time.min not in {later.time(), earlier.time()}


def _read_code(_name: str, text: str, _context: Context) -> str:
    return dossier_codes.dossier_code(text)


def _read_procedure(_name: str, text: str, _context: Context) -> tuple[str, str | None]:
    return dossier_codes.procedure(text)


def _read_text(_name: str, text: str, _context: Context) -> str:
    if len(text) > FIELD_LIMIT:
        raise _BadValueError("too_long", limit=str(FIELD_LIMIT))
    if _PERSONAL.search(text):
        raise _BadValueError("personal")
    return text


def _read_unit(_name: str, text: str, _context: Context) -> str:
    if len(text) > FIELD_LIMIT:
        raise _BadValueError("too_long", limit=str(FIELD_LIMIT))
    return text


def _read_moment(_name: str, text: str, context: Context) -> datetime:
    return moments.parse(text, context.zone)


def _read_word(name: str, text: str, _context: Context) -> str:
    value = word(name, text) if len(text) <= FIELD_LIMIT else None
    if value is None:
        raise _BadValueError("unknown_value", allowed=", ".join(WORDS[name]))
    return value


def _read_yes_no(name: str, text: str, context: Context) -> bool:
    return _read_word(name, text, context) == "yes"


_READERS: dict[str, Callable[[str, str, Context], Any]] = {
    "dossier_code": _read_code,
    "origin_dossier_code": _read_code,
    "procedure_code": _read_procedure,
    "field": _read_text,
    "apology_sent": _read_yes_no,
    **dict.fromkeys(UNITS, _read_unit),
    **dict.fromkeys(MOMENTS, _read_moment),
    **dict.fromkeys(("applicant_kind", "filing_channel", "outcome", "online_level"), _read_word),
}
