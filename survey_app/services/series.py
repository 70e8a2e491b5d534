"""The overall index of a unit over the years: as published, and rebuilt for the units of today."""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

import analysis
from analysis import Recovered, Share
from survey_app.domain import series as words
from survey_app.domain.series import Change, Series, SeriesPoint, Source, UnitSeries
from survey_app.installation import Installation
from survey_app.models import LedgerEntry, Round, Unit
from survey_app.services import bridges, dossier_tables, publication, series_units, unit_tree, units
from survey_app.services.publication import ALL, ANNUAL, LIVE
from survey_app.services.series_units import Measured, Period

REBUILT = "from answers"  # in place of the period in the ledger: computed from the answers of several old units
DECIMALS = 1


def of_slug(installation: Installation, slug: str, *, published_only: bool = False) -> Series:
    """The series of a unit; NotFoundError for a unit that there is not."""
    with installation.database.read() as session:
        unit = units.unit_by_slug(session, slug)
        return of_unit(session, unit.id, installation.today(), published_only=published_only)


def of_unit(session: Session, unit_id: uuid.UUID, today: date, *, published_only: bool = False) -> Series:
    """Every round that measured a unit, or the units that it was made from."""
    known, made = series_units.succession(session), series_units.measured(session, published_only=published_only)
    own: dict[uuid.UUID, list[SeriesPoint]] = {unit_id: []}
    rebuilt: list[SeriesPoint] = []
    for period in made.periods:
        parts = series_units.origins(known, made, period, unit_id, today)
        if not any(made.round_of(period, part) for part in parts):
            continue
        for part in parts:
            row = made.round_of(period, part)
            if row is not None:
                point = _published(session, row, part)
                own.setdefault(part, []).append(point)
        rebuilt.append(_of_today(session, made, period, unit_id, parts))
    named = [UnitSeries(*_name(session, part, today), _compared(session, points)) for part, points in own.items()]
    slug, name = _name(session, unit_id, today)
    return Series(slug, name, tuple(one for one in named if one.points), _compared(session, rebuilt))


def _name(session: Session, unit_id: uuid.UUID, day: date) -> tuple[str, str]:
    return session.get_one(Unit, unit_id).slug, unit_tree.name_of(session, unit_id, day)


def _published(session: Session, row: Round, unit_id: uuid.UUID) -> SeriesPoint:
    """What a round shows of a unit that it measured."""
    slug = session.get_one(Unit, unit_id).slug
    entry = session.get(LedgerEntry, (row.id, publication.key(ANNUAL, slug, ALL, "overall")))
    return _point(session, row, unit_id, entry, words.PUBLISHED)


def _point(
    session: Session, row: Round, unit_id: uuid.UUID, entry: LedgerEntry | None, origin: words.Origin
) -> SeriesPoint:
    shown = entry.shown if entry is not None and entry.shown.get("shown") else {}
    inside = units.descendants(session, unit_id, row.period_start)
    return SeriesPoint(
        round_code=row.code,
        round_title=row.title,
        period_start=row.period_start,
        period_end=row.period_end,
        instrument_key=row.instrument_key,
        origin=origin,
        estimate=shown.get("estimate"),
        bound=shown.get("bound", "exact"),
        low=shown.get("low"),
        high=shown.get("high"),
        reason="" if shown else words.HIDDEN,
        sources=(),
        straddles=dossier_tables.changes(session, inside, row.period_start, row.period_end),
        break_before="",
        change=None,
    )


def _of_today(
    session: Session, made: Measured, period: Period, unit_id: uuid.UUID, parts: Mapping[uuid.UUID, Share]
) -> SeriesPoint:
    """The figure of a period for the unit as it is today: its own, or rebuilt (method.md, formulas U1 to U3)."""
    rows = {part: row for part in parts if (row := made.round_of(period, part)) is not None}
    first = next(iter(rows.values()))
    if dict(parts) == {unit_id: Decimal(1)}:
        return _published(session, first, unit_id)
    slug = session.get_one(Unit, unit_id).slug
    entry = session.get(LedgerEntry, (first.id, publication.key(ANNUAL, slug, REBUILT, "overall")))
    if entry is not None and entry.shown.get("shown"):
        point = _point(session, first, unit_id, entry, words.FROM_ANSWERS)
    else:
        point = _from_scores(session, parts, rows, _point(session, first, unit_id, None, words.FROM_SCORES))
    straddles = tuple(dict.fromkeys(s for part, row in rows.items() for s in _published(session, row, part).straddles))
    return replace(point, sources=_sources(session, parts, rows), straddles=straddles)


def _from_scores(
    session: Session, parts: Mapping[uuid.UUID, Share], rows: Mapping[uuid.UUID, Round], empty: SeriesPoint
) -> SeriesPoint:
    """Weighted mean of what was published of the old units, or why there is none."""
    if None in parts.values():
        return replace(empty, reason=words.SHARE_UNKNOWN)
    if set(parts) - set(rows):
        return replace(empty, reason=words.NOT_MEASURED)
    points = [_published(session, rows[part], part) for part in parts]
    if any(point.estimate is None or point.bound != "exact" for point in points):
        return replace(empty, reason=words.PART_HIDDEN)
    weights = _weights(session, parts, rows)
    if sum(weights) <= 0:
        return replace(empty, reason=words.PART_HIDDEN)
    mean = analysis.mean_of_published([_recovered(point) for point in points], weights)
    low, high = _outward(mean)
    return replace(
        empty, estimate=float(analysis.round_half_up(mean.estimate, DECIMALS)), low=low, high=high, reason=""
    )


def _weights(session: Session, parts: Mapping[uuid.UUID, Share], rows: Mapping[uuid.UUID, Round]) -> list[float]:
    """Dossiers that each old unit returned in its round, times its share."""
    found = []
    for part, share in parts.items():
        slug = session.get_one(Unit, part).slug
        row = rows.get(part)
        entry = session.get(LedgerEntry, (row.id, publication.key(LIVE, slug, ALL, "returned"))) if row else None
        found.append(float(share or 0) * (entry.n if entry else 0))
    return found


def _sources(session: Session, parts: Mapping[uuid.UUID, Share], rows: Mapping[uuid.UUID, Round]) -> tuple[Source, ...]:
    weights = _weights(session, parts, rows)
    total = sum(weights) or 1.0
    names = [_name(session, part, min(row.period_end for row in rows.values())) for part in parts]
    return tuple(Source(*name, round(100 * w / total)) for name, w in zip(names, weights, strict=True))


def _compared(session: Session, points: Sequence[SeriesPoint]) -> tuple[SeriesPoint, ...]:
    """Each point with its change since the last one that has a figure, or why the two are not compared."""
    found: list[SeriesPoint] = []
    before: SeriesPoint | None = None
    for point in points:
        found.append(point if before is None else _since(session, before, point))
        if point.estimate is not None:
            before = point
    return tuple(found)


def _since(session: Session, before: SeriesPoint, point: SeriesPoint) -> SeriesPoint:
    shift, margin, bridge = 0.0, 0.0, ""
    if before.instrument_key != point.instrument_key:
        declared = bridges.find(session, before.instrument_key, point.instrument_key)
        if declared is None:
            return replace(point, break_before=words.OTHER_INSTRUMENT)
        shift, margin = declared.shift, declared.margin
        bridge = f"{declared.declared_by}, {declared.declared_on:%d/%m/%Y}: {declared.reason}"
    if point.period_start <= before.period_end:
        return replace(point, break_before=words.OVERLAP)
    if point.estimate is None:
        return point
    if before.bound != "exact" or point.bound != "exact":
        return replace(point, break_before=words.ONLY_BOUND)
    earlier = _recovered(before)
    moved = Recovered(earlier.estimate + shift, *_widened(earlier, shift, margin))
    # Each round draws its dossiers anew, so the two samples share nothing: no correlation (formula N4).
    change = analysis.change_of_published(_recovered(point), moved)
    low, high = _outward(change)
    difference = float(analysis.round_half_up(change.estimate, DECIMALS))
    return replace(point, change=Change(difference, low, high, words.direction(low, high), bridge))


def _widened(earlier: Recovered, shift: float, margin: float) -> tuple[float, float]:
    """Limits of the earlier figure when the shift is known to within its margin only."""
    down, up = (
        math.hypot(length, margin) for length in (earlier.estimate - earlier.low, earlier.high - earlier.estimate)
    )
    return earlier.estimate + shift - down, earlier.estimate + shift + up


def _recovered(point: SeriesPoint) -> Recovered:
    if point.estimate is None or point.low is None or point.high is None:
        raise ValueError(f"{point.round_code} has no figure that could be compared")
    return Recovered(point.estimate, min(point.low, point.estimate), max(point.high, point.estimate))


def _outward(found: Recovered) -> tuple[float, float]:
    """Limits to one decimal, printed outward."""
    scale = 10**DECIMALS
    return math.floor(found.low * scale + 1e-9) / scale, math.ceil(found.high * scale - 1e-9) / scale
