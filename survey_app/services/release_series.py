"""The years of a unit as a bundle prints them: read from its table, nothing is computed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import analysis
from survey_app.domain import series as words
from survey_app.domain.printed import lower_limit, number, upper_limit
from survey_app.domain.series import Change, Direction, SeriesPoint, Source

Record = Mapping[str, str]
REBUILT = "rebuilt"
DIRECTIONS: Final[Mapping[str, Direction]] = {"up": "up", "down": "down"}
REASONS = {
    analysis.release.PART_HIDDEN: words.PART_HIDDEN,
    analysis.release.NOT_MEASURED: words.NOT_MEASURED,
    analysis.release.SHARE_UNKNOWN: words.SHARE_UNKNOWN,
}
BREAKS = {
    analysis.release.OTHER_INSTRUMENT: words.OTHER_INSTRUMENT,
    analysis.release.OVERLAP: words.OVERLAP,
    analysis.release.INEXACT: words.ONLY_BOUND,
}


def years(records: Iterable[Record], names: Mapping[str, str]) -> tuple[SeriesPoint, ...]:
    """The points of one unit as it is in the release; `names` are those of units, as far as the bundle has them."""
    return tuple(_point(record, names) for record in records if record["view"] == REBUILT)


def _point(record: Record, names: Mapping[str, str]) -> SeriesPoint:
    estimate = record["estimate"]
    return SeriesPoint(
        round_code="",
        round_title=record["releases"],
        period_start=date.fromisoformat(record["period_start"]),
        period_end=date.fromisoformat(record["period_end"]),
        instrument_key=record["instrument"],
        origin=words.PUBLISHED if record["origin"] == analysis.release.AS_PUBLISHED else words.FROM_SCORES,
        estimate=number(estimate) if estimate else None,
        bound=record["bound"] or "exact",
        low=lower_limit(record["low"]) if record["low"] else None,
        high=upper_limit(record["high"]) if record["high"] else None,
        reason="" if estimate else REASONS.get(record["no_figure"], words.HIDDEN),
        sources=_sources(record["sources"], names),
        straddles=(),
        break_before=BREAKS[record["not_compared"]] if record["not_compared"] else "",
        change=_change(record),
    )


def _sources(printed: str, names: Mapping[str, str]) -> tuple[Source, ...]:
    """Old units with their weights, as in "xa-1 60; xa-2 40"."""
    pairs = (one.rsplit(" ", 1) for one in printed.split("; ") if one)
    return tuple(Source(unit, names.get(unit, unit), int(weight)) for unit, weight in pairs)


def _change(record: Record) -> Change | None:
    if not record["change"]:
        return None
    moved = number(record["change"])
    limits = lower_limit(record["change_low"]), upper_limit(record["change_high"])
    return Change(moved, *limits, DIRECTIONS.get(record["reading"], "unclear"), record["bridge"])
