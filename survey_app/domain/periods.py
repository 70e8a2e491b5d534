"""Periods: weeks, months, quarters, half-years and years as half-open ranges of days."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta


class PeriodError(ValueError):
    """The text names no period; the message shows the forms that do."""


@dataclass(frozen=True)
class Period:
    """Days from `start` to the day before `end`."""

    name: str
    start: date
    end: date

    @property
    def months(self) -> tuple[str, ...]:
        """Its months as YYYY-MM."""
        found, day = [], self.start
        while day < self.end:
            found.append(month(day))
            day = first_of_next_month(day)
        return tuple(found)


def parse(text: str) -> Period:
    """Read 2026, 2026-H2, 2026-Q3 or 2026-07."""
    if match := re.fullmatch(r"(\d{4})", text):
        year = int(match[1])
        return Period(text, date(year, 1, 1), date(year + 1, 1, 1))
    if match := re.fullmatch(r"(\d{4})-H([12])", text):
        start = date(int(match[1]), 6 * int(match[2]) - 5, 1)
        return Period(text, start, month_after(start, 6))
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        start = date(int(match[1]), 3 * int(match[2]) - 2, 1)
        end = first_of_next_month(start + timedelta(days=70))
        return Period(text, start, end)
    if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
        start = date(int(match[1]), int(match[2]), 1)
        return Period(text, start, first_of_next_month(start))
    forms = "a year (2026), a half (2026-H2), a quarter (2026-Q3) or a month (2026-07)"
    raise PeriodError(f"{text!r} is no period; write {forms}.")


def month(day: date) -> str:
    """Month of a day as YYYY-MM."""
    return f"{day:%Y-%m}"


def monday(day: date) -> date:
    """Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def first_of_next_month(day: date) -> date:
    """First day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_between(first: date, later: date) -> int:
    """Whole months from the month of `first` to the month of `later`."""
    return (later.year - first.year) * 12 + later.month - first.month


def month_after(first: date, months: int) -> date:
    """First day of the month that lies `months` after that of `first`."""
    whole = first.year * 12 + first.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def next_hour(now: datetime, weekday: int | None, hour: int) -> datetime:
    """The next moment at `hour`, on `weekday` (0 = Monday) or on any day if None."""
    candidate = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    while candidate <= now or (weekday is not None and candidate.weekday() != weekday):
        candidate += timedelta(days=1)
    return candidate
