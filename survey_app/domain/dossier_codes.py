"""Codes of dossiers and procedures: their two forms, and the day that a dossier's code carries."""

import re
from datetime import date
from functools import lru_cache

# 000.00.19.H47-260105-0001 (units of the first national list) and H57.132-260804-0583 (of the second)
_FIRST = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}-(\d{6})-\d{4,6}", re.ASCII)
_SECOND = re.compile(r"[A-Y]\d{2}(?:\.[0-9A-Z]+)*-(\d{6})-\d{4,6}", re.ASCII)
_PROCEDURE = re.compile(r"(\d\.\d{6})(?:\.([0-9A-Z]+(?:\.[0-9A-Z]+)*))?", re.ASCII)
CODE_LIMIT = 60
SUFFIX_LIMIT = 40


class CodeError(ValueError):
    """Text that is no code; `code` says in which way, as a key of the messages."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def dossier_code(text: str) -> str:
    """A dossier's code in capitals; raises CodeError where it has neither form or its day is none."""
    code = text.upper()
    code_day(code)
    return code


@lru_cache(maxsize=1_024)
def code_day(code: str) -> date:
    """The day within a dossier's code."""
    match = _FIRST.fullmatch(code) or _SECOND.fullmatch(code)
    if match is None or len(code) > CODE_LIMIT:
        raise CodeError("dossier_code")
    digits = match[1]
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        raise CodeError("code_date") from None


def procedure(text: str) -> tuple[str, str | None]:
    """National part and unit suffix of a procedure's code: 1.011443.000.00.00.H38 is the national 1.011443."""
    match = _PROCEDURE.fullmatch(text.upper())
    if match is None or len(match[2] or "") > SUFFIX_LIMIT:
        raise CodeError("procedure_code")
    return match[1], match[2]
