"""Moments as registers write them: yyyyMMddHHmmss, ISO or dd/mm/yyyy; whatever could mean two days is refused."""

import re
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2000, 2100
_CLOCK = r"(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?"
_PACKED = re.compile(r"(\d{8})(\d{4}(?:\d{2})?)?", re.ASCII)
_ISO = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})(?:[T ]{_CLOCK} ?(Z|[+-]\d{{2}}:?\d{{2}})?)?", re.ASCII)
_DAY_FIRST = re.compile(rf"(\d{{2}})([/.-])(\d{{2}})\2(\d{{4}})(?:,? {_CLOCK})?", re.ASCII)
_LOOSE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b", re.ASCII)
_TWO_DIGITS = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}\b|\d{2}[/.-]\d{1,2}[/.-]\d{1,2}\b", re.ASCII)
_ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)


class MomentError(ValueError):
    """Text that is no moment; `code` says in which way, as a key of the messages."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@lru_cache(maxsize=4_096)
def parse(text: str, zone: tzinfo) -> datetime:
    """Read a moment; one without a zone is in `zone`, a day alone is its midnight; raises MomentError."""
    if match := _PACKED.fullmatch(text):
        return _made(match[1], match[2], zone)
    if match := _ISO.fullmatch(text):
        moment = _made(match[1], match[2], zone)
        return moment.replace(tzinfo=_zone(match[3])).astimezone(zone) if match[3] else moment
    if match := _DAY_FIRST.fullmatch(text):
        if int(match[3]) > 12 >= int(match[1]):
            raise MomentError("month_first")
        return _made(f"{match[4]}-{match[3]}-{match[1]}", match[5], zone)
    raise MomentError(_what_is_wrong(text))


def proves_day_first(text: str) -> bool:
    """Whether a day above 12 shows that its writer puts the day before the month."""
    match = _DAY_FIRST.fullmatch(text)
    return match is not None and int(match[1]) > 12


def from_serial(text: str, epoch: datetime) -> str:
    """A workbook's number of days as ISO text, to the second; any other text as it is."""
    if not _SERIAL.fullmatch(text):
        return text
    moment = epoch + timedelta(seconds=round(float(text) * 86_400))
    return moment.isoformat(" ", "seconds") if FIRST_YEAR <= moment.year < LAST_YEAR else text


def _made(day: str, clock: str | None, zone: tzinfo) -> datetime:
    """A moment from a day and an hour in ISO form, with or without their separators."""
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}" if clock else day)
    except ValueError:
        raise MomentError("impossible_date") from None
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        raise MomentError("year_range")
    return moment.replace(tzinfo=zone)


def _zone(text: str) -> tzinfo:
    offset = datetime.strptime("+00:00" if text == "Z" else text, "%z").tzinfo
    if offset is None:
        raise ValueError(text)
    return offset


def _what_is_wrong(text: str) -> str:
    if _ROUNDED.fullmatch(text):
        return "lost_digits"
    if _SERIAL.fullmatch(text):
        return "excel_number"
    if _LOOSE.match(text):
        return "ambiguous_date"
    return "two_digit_year" if _TWO_DIGITS.match(text) else "not_a_date"
