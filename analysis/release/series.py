"""The overall index over the years: as published of each unit, and rebuilt for the units of a release."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from analysis.annual import comparable
from analysis.figures import round_half_up
from analysis.recovered import Recovered, mean_of_published
from analysis.release.facts import Facts
from analysis.release.figures import combined, half_width
from analysis.release.history import Past, needed, record_of
from analysis.release.sheets import Column, Kind, Sheet, Value, sheet_of
from analysis.report.source import POOLED

PATH = "results/series.csv"
AS_PUBLISHED, REBUILT = "published", "rebuilt"
TITLES = (
    "Overall index over the years: as published, and rebuilt for the units of this release",
    "Chỉ số chung qua các kỳ: như đã công bố, và tính lại theo đơn vị của kỳ này",
)
COLUMNS = (
    needed("unit", "Unit of this release", "Đơn vị của kỳ này"),
    needed("view", "published or rebuilt", "published: như đã công bố; rebuilt: tính lại"),
    needed("of_unit", "Unit that the figure is of", "Đơn vị mà con số nói về"),
    needed("period_start", "First day of return", "Ngày trả kết quả đầu tiên"),
    needed("period_end", "Last day of return", "Ngày trả kết quả cuối cùng"),
    needed("instrument", "Questionnaire", "Phiếu hỏi"),
    needed("releases", "Releases that it comes from", "Các kỳ công bố làm nguồn"),
    needed("origin", "as published, or rebuilt from scores", "Nguồn gốc con số"),
    Column("sources", Kind.TEXT, "Old units with their weights in per cent", "Đơn vị cũ và quyền số, phần trăm"),
    Column("estimate", Kind.NUMBER, "Index", "Chỉ số"),
    Column("low", Kind.NUMBER, "Lower limit of the interval", "Cận dưới của khoảng tin cậy"),
    Column("high", Kind.NUMBER, "Upper limit of the interval", "Cận trên của khoảng tin cậy"),
    Column("bound", Kind.TEXT, "at_least, at_most, hidden; blank if exact", "at_least: ít nhất; at_most: nhiều nhất"),
    Column("no_figure", Kind.TEXT, "Why there is no figure", "Vì sao không có số liệu"),
    Column("change", Kind.NUMBER, "Change since the figure before", "Thay đổi so với con số trước"),
    Column("change_low", Kind.NUMBER, "Its lower limit", "Cận dưới của thay đổi"),
    Column("change_high", Kind.NUMBER, "Its upper limit", "Cận trên của thay đổi"),
    Column("reading", Kind.TEXT, "up, down, or not distinguishable", "up: tăng; down: giảm; không phân biệt được"),
    Column("not_compared", Kind.TEXT, "Why it is not compared with the one before", "Vì sao không so với con số trước"),
    Column("bridge", Kind.TEXT, "Who made both questionnaires comparable", "Ai tuyên bố hai phiếu hỏi so sánh được"),
)
PUBLISHED, FROM_SCORES = "as published", "rebuilt from scores"
HIDDEN, PART_HIDDEN = "not published", "an old unit has no exact index"
NOT_MEASURED, SHARE_UNKNOWN = "an old unit was not measured", "no source says how much of an old unit it got"
OTHER_INSTRUMENT, OVERLAP = "another questionnaire, and no bridge is declared", "both periods share days"
INEXACT = "one of the two is no exact index with a standard error"
Record = Mapping[str, str]


@dataclass(frozen=True)
class _Point:
    """The index of one unit in one period; `se` and `df` where it can be compared."""

    period: tuple[str, str]
    instrument: str
    releases: str
    origin: str
    sources: str = ""
    estimate: Decimal | None = None
    low: Value = None
    high: Value = None
    bound: str = ""
    reason: str = ""
    se: float = 0.0
    df: float = 0.0


@dataclass
class _Period:
    """Releases that asked the same questionnaire about dossiers of the same days, by unit."""

    days: tuple[str, str]
    instrument: str
    rows: dict[str, Record] = field(default_factory=dict)


def series(past: Past, facts: Facts, units: Sheet, overall: Sheet, fieldwork: Sheet) -> Sheet:
    """Make the table of all years (method.md, formulas U1, U2 and U4).

    Parameters
    ----------
    past : Past
        Earlier indices, reorganisations and bridges.
    facts : Facts
        Of this release.
    units, overall, fieldwork : Sheet
        Of this release, as it prints them.

    Returns
    -------
    Sheet
        For every unit of this release that has a past: what was published of it and of the units that it was made
        from, and one series for it as it is now.
    """
    names = {r["unit"]: r["name"] for r in units.records()}
    returned = {r["unit"]: r["returned"] for r in fieldwork.records()}
    own = [
        record_of(facts, "", r, names.get(r["unit"], ""), returned.get(r["unit"], ""))
        for r in overall.records()
        if r["statistic"] == "overall" and not r["unit"].endswith(POOLED)
    ]
    years = _Years(past, facts, [*past.history.records(), *own])
    rows = [row for record in own for row in years.rows_of(record["unit"])]
    key = ("unit", "view", "of_unit", "period_start", "period_end", "instrument")
    return sheet_of(PATH, TITLES, COLUMNS, rows, key)


class _Years:
    """Every year of a publisher, and what became of its units."""

    def __init__(self, past: Past, facts: Facts, records: Sequence[Record]) -> None:
        self.succession, self.today = past.succeeded(), date.fromisoformat(facts.period[0])
        self.since = {r["from_unit"]: r["from_since"] for r in past.succession.records()}
        self.bridges = {(r["earlier"], r["later"]): r for r in past.bridges.records()}
        found: dict[tuple[str, str, str], _Period] = {}
        for r in records:
            key = (r["period_end"], r["period_start"], r["instrument"])
            place = found.setdefault(key, _Period((r["period_start"], r["period_end"]), r["instrument"]))
            place.rows[r["unit"]] = r
        self.periods = [found[key] for key in sorted(found)]

    def rows_of(self, unit: str) -> Iterator[list[Value]]:
        """Rows of one unit of today; none where nothing was published before."""
        before = sorted(self.succession.behind(unit) - {unit})
        told = [(one, [_published(p, p.rows[one]) for p in self.periods if one in p.rows]) for one in (unit, *before)]
        if sum(len(points) for _one, points in told) > 1:
            for one, points in told:
                yield from self._rows(unit, AS_PUBLISHED, one, points)
            rebuilt = [point for period in self.periods if (point := self._of_today(period, unit)) is not None]
            yield from self._rows(unit, REBUILT, unit, rebuilt)

    def _of_today(self, period: _Period, unit: str) -> _Point | None:
        """The figure of a period for the unit as it is today; None if nothing of it was measured then."""
        start = date.fromisoformat(period.days[0])
        existing = {one for one, since in self.since.items() if date.fromisoformat(since) <= start} | set(period.rows)
        parts = dict(sorted(self.succession.origins(unit, start, self.today, existing).items()))  # the same each time
        parts = parts or ({unit: Decimal(1)} if unit in existing else {})
        measured = [part for part in parts if part in period.rows]
        if not measured:
            return None
        if parts == {unit: Decimal(1)}:
            return _published(period, period.rows[unit])
        empty = _Point(period.days, period.instrument, _named(period.rows[part] for part in measured), FROM_SCORES)
        if None in parts.values():
            return _without(empty, SHARE_UNKNOWN)
        if len(measured) < len(parts):
            return _without(empty, NOT_MEASURED)
        shares = {part: share for part, share in parts.items() if share is not None}
        return _from_scores(empty, {part: period.rows[part] for part in shares}, shares)

    def _rows(self, unit: str, view: str, of_unit: str, points: Sequence[_Point]) -> Iterator[list[Value]]:
        """Rows of one series, each point compared with the last one that has a figure."""
        before: _Point | None = None
        for p in points:
            told: list[Value] = [unit, view, of_unit, *p.period, p.instrument, p.releases, p.origin, p.sources]
            yield [*told, p.estimate, p.low, p.high, p.bound, p.reason, *self._since(before, p)]
            before = before if p.estimate is None else p

    def _since(self, before: _Point | None, point: _Point) -> list[Value]:
        """Change since the point before (method.md, formula U4), or why the two are not compared."""
        if before is None or point.estimate is None or before.estimate is None:
            return [None, None, None, "", "", ""]
        bridge = self.bridges.get((before.instrument, point.instrument))
        if before.instrument != point.instrument and bridge is None:
            return [None, None, None, "", OTHER_INSTRUMENT, ""]
        if point.period[0] <= before.period[1]:
            return [None, None, None, "", OVERLAP, ""]
        if not (before.se and point.se):
            return [None, None, None, "", INEXACT, ""]
        shift, margin = (Decimal(bridge[name]) if bridge else Decimal(0) for name in ("shift", "margin"))
        change = round_half_up(float(point.estimate - before.estimate - shift), 2)
        half = math.hypot(half_width(*combined([(before.se, before.df), (point.se, point.df)])), float(margin))
        low, high = (round_half_up(float(change) + side * half, 2) for side in (-1, 1))
        reading = "up" if low > 0 else "down" if high < 0 else "not distinguishable"
        by = f"{bridge['declared_by']}, {bridge['declared_on']}: {bridge['reason']}" if bridge else ""
        return [change, low, high, reading, "", by]


def _published(period: _Period, r: Record) -> _Point:
    """A figure as a release prints it."""
    se, df = (float(r["se"]), float(r["df"])) if comparable(r) else (0.0, 0.0)
    estimate = Decimal(r["estimate"]) if r["estimate"] else None
    reason = "" if r["estimate"] else r["label"] or HIDDEN
    figures = (estimate, r["low"] or None, r["high"] or None, r["bound"], reason, se, df)
    return _Point(period.days, period.instrument, r["release"], PUBLISHED, "", *figures)


def _from_scores(empty: _Point, rows: Mapping[str, Record], shares: Mapping[str, Decimal]) -> _Point:
    """Mean of what was published of the old units, weighted by share and returned dossiers."""
    weights = {part: float(shares[part]) * int(rows[part]["returned"] or 0) for part in rows}
    total = sum(weights.values())
    if total <= 0 or not all(comparable(r) and r["low"] and r["high"] for r in rows.values()):
        return _without(empty, PART_HIDDEN)
    parts = [Recovered(*(float(rows[part][name]) for name in ("estimate", "low", "high"))) for part in rows]
    mean = mean_of_published(parts, list(weights.values()))
    errors = [(float(r["se"]) * weights[part] / total, float(r["df"])) for part, r in rows.items() if weights[part]]
    limits = (math.floor(mean.low * 100 + 1e-6) / 100, math.ceil(mean.high * 100 - 1e-6) / 100)
    low, high = (round_half_up(limit, 2) for limit in limits)
    sources = "; ".join(f"{part} {round_half_up(100 * w / total, 0)}" for part, w in weights.items())
    estimate = round_half_up(mean.estimate, 2)
    days = (empty.period, empty.instrument, empty.releases, empty.origin)
    return _Point(*days, sources, estimate, low, high, "", "", *combined(errors))


def _without(point: _Point, reason: str) -> _Point:
    """A rebuilt point that has no figure."""
    return _Point(point.period, point.instrument, point.releases, point.origin, reason=reason)


def _named(rows: Iterator[Record]) -> str:
    """Names of releases, each once."""
    return "; ".join(dict.fromkeys(r["release"] for r in rows))
