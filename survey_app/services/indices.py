"""Reading figures: pages, exports and the API get them here, out of the ledger, and nowhere else."""

import itertools
import math
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from instruments.load import shipped
from instruments.model import Instrument
from survey_app.domain import round_states
from survey_app.domain.figures import (
    FlaggedLine,
    ProvinceFigures,
    PublishedFigure,
    PublishedRates,
    Reason,
    TrendPoint,
    UnitFigures,
    UnitLine,
)
from survey_app.domain.series import SeriesPoint
from survey_app.installation import Installation
from survey_app.models import LedgerEntry, Round, Stratum
from survey_app.services import flush, public_releases, series, unit_tree, units
from survey_app.services.errors import NotFoundError
from survey_app.services.flagged import PERIOD
from survey_app.services.publication import ALL, ANNUAL, FEED, LIVE, Product, key
from survey_app.services.units import UnitOn

AGENCY_KINDS = ("department", "service_centre", "commune", "district")
Shown = Mapping[str, Any]


@dataclass(frozen=True)
class Reader:
    """One round's ledger for some units."""

    row: Round
    instrument: Instrument
    product: Product
    entries: Mapping[str, LedgerEntry]
    strata: tuple[Stratum, ...]
    language: str

    def figure(self, slug: str, statistic: str, period: str = ALL, product: Product | None = None) -> PublishedFigure:
        """A figure as it may be shown, or the reason why it is hidden."""
        chosen = product or self.product
        entry = self.entries.get(key(chosen, slug, period, statistic))
        shown: Shown = entry.shown if entry else {"shown": False, "reason": Reason.NO_ANSWERS.value}
        visible = bool(shown["shown"])
        n = shown.get("n")
        return PublishedFigure(
            statistic=statistic,
            label=self.label(statistic),
            shown=visible,
            reason=None if visible else Reason(shown["reason"]),
            estimate=shown.get("estimate"),
            bound=shown.get("bound", "exact"),
            low=shown.get("low"),
            high=shown.get("high"),
            n_text=self.number(n) if n is not None else "",
            n=n,
            levels=tuple(shown["levels"]) if shown.get("levels") else None,
            mean=shown.get("mean"),
            dissatisfied=shown.get("dissatisfied"),
            evidence=chosen.evidence,
            merged_levels=tuple(shown.get("merged", ())),
        )

    def count(self, slug: str, name: str) -> int:
        """An exact count; leaves this module rounded only."""
        entry = self.entries.get(key(LIVE, slug, ALL, name))
        return entry.n if entry else 0

    def label(self, statistic: str) -> str:
        """Name of a statistic in the reader's language."""
        kind, _, ident = statistic.partition(":")
        if kind == "general":
            ident = next(i.id for i in self.instrument.items if i.kind == "general")
        if kind in ("item", "general"):
            return self.instrument.text(f"item.{ident}", self.language).text
        if kind == "factor":
            return self.instrument.text(f"factor.{ident}", self.language).text
        return self.instrument.text("title", self.language).text

    def number(self, n: int) -> str:
        """A count with the language's thousands mark."""
        return f"{n:,}".replace(",", "." if self.language == "vi" else ",")

    def per_cent(self, part: int, whole: int) -> str | None:
        """A rate of rounded counts in whole per cents, rounded down so that nothing looks better than it is."""
        if whole < analysis.LIVE_MINIMUM:
            return None
        value = math.floor(100 * analysis.rounded_count(part) / analysis.rounded_count(whole))
        return f"{min(value, 100)} %" if self.language == "vi" else f"{min(value, 100)}%"


def reader(
    session: Session,
    row: Round,
    slugs: Collection[str],
    language: str,
    product: Product | None = None,
) -> Reader:
    """Read the ledger of a round for these units, in one query."""
    found = select(LedgerEntry).where(LedgerEntry.round_id == row.id)
    if len(slugs) == 1:
        found = found.where(LedgerEntry.figure.like(f"%|{next(iter(slugs))}|%"))
    wanted = set(slugs)
    entries = {e.figure: e for e in session.scalars(found) if e.figure.split("|")[2] in wanted}
    strata = tuple(session.scalars(select(Stratum).where(Stratum.round_id == row.id)))
    chosen = product or (ANNUAL if _is_annual(session, row) else LIVE)
    return Reader(row, shipped(row.instrument_key), chosen, entries, strata, language)


def unit_page(
    installation: Installation, round_id: uuid.UUID, unit_id: uuid.UUID, language: str, *, public: bool = False
) -> UnitFigures:
    """Everything an agency's page shows; NotFoundError for a unit that the round does not measure.

    On a `public` page the years before are those of published rounds only.
    """
    with installation.database.read() as session:
        row, unit = _round_and_unit(session, round_id, unit_id)
        under = units.descendants(session, unit.id, row.period_start)
        read = reader(session, row, [unit.slug], language)
        instrument = read.instrument
        general = any(item.kind == "general" for item in instrument.items)
        items = [item for item in instrument.scored_items() if item.kind != "general"]
        return UnitFigures(
            unit_name=unit.name,
            unit_slug=unit.slug,
            round_title=row.title,
            product="annual" if read.product is ANNUAL else "live",
            overall=explained(read, unit, under, read.figure(unit.slug, "overall")),
            general=read.figure(unit.slug, "general") if general else None,
            factors=tuple(read.figure(unit.slug, f"factor:{factor.id}") for factor in instrument.factors),
            items=tuple(read.figure(unit.slug, f"item:{item.id}") for item in items),
            rates=rates(read, unit.slug),
            grade_mix=_grade_mix(read, unit.slug),
            trend=_trend(read, unit.slug),
            next_release=_next_release(installation, row),
            series=_series(session, row, unit, installation.today(), public=public),
            flagged=_flagged(read, [unit]),
        )


def _series(session: Session, row: Round, unit: UnitOn, today: date, *, public: bool) -> tuple[SeriesPoint, ...]:
    """The annual index over the years; live figures have none."""
    if not _is_annual(session, row):
        return ()
    return series.of_unit(session, unit.id, today, published_only=public).rebuilt


def province_page(
    installation: Installation,
    round_id: uuid.UUID,
    unit_id: uuid.UUID,
    language: str,
) -> ProvinceFigures:
    """Everything a province's page shows: its own figures and one line per agency."""
    with installation.database.read() as session:
        row, unit = _round_and_unit(session, round_id, unit_id)
        trees = unit_tree.trees(session, row.period_start)
        under = trees[unit.id]
        lines = [u for u in units.all_units(session, row.period_start) if u.id in under and u.id != unit.id]
        read = reader(session, row, {u.slug for u in lines} | {unit.slug}, language)
        made = [_line(read, u, trees[u.id]) for u in lines if u.kind in AGENCY_KINDS]
        silent = [_line(read, u, trees[u.id]) for u in lines if u.kind == "desk"]
        return ProvinceFigures(
            unit_name=unit.name,
            unit_slug=unit.slug,
            round_title=row.title,
            product="annual" if read.product is ANNUAL else "live",
            own=explained(read, unit, under, read.figure(unit.slug, "overall")),
            units=(*made, *(line for line in silent if line.silent)),
            rates=rates(read, unit.slug),
            next_release=_next_release(installation, row),
            flagged=_flagged(read, [unit, *(u for u in lines if u.kind in AGENCY_KINDS)]),
        )


def rates(read: Reader, slug: str) -> PublishedRates:
    """Returned, invited, answered, coverage, response rate (AAPOR RR2) and completion, rounded."""
    returned, invited = read.count(slug, "returned"), read.count(slug, "invited")
    if not returned:
        return PublishedRates(None, None, None, None, None, None, Reason.NO_REGISTER)
    answered, opened = read.count(slug, "answered"), read.count(slug, "opened")
    return PublishedRates(
        returned=read.number(analysis.rounded_count(returned)),
        invited=read.number(analysis.rounded_count(invited)),
        answered=read.number(analysis.rounded_count(answered)),
        coverage=read.per_cent(invited, returned),
        response_rate=read.per_cent(read.count(slug, "enough"), invited),
        completion=read.per_cent(answered, opened),
    )


def _round_and_unit(session: Session, round_id: uuid.UUID, unit_id: uuid.UUID) -> tuple[Round, UnitOn]:
    row = session.get(Round, round_id)
    if row is None or row.state == "plan":
        raise NotFoundError("There is no such round.")
    if unit_id not in units.descendants(session, row.unit_id, row.period_start):
        raise NotFoundError("This round does not measure this unit.")
    return row, units.unit_on(session, unit_id, row.period_start)


def _is_annual(session: Session, row: Round) -> bool:
    """Whether pages show the figures for the year: from the close on (`reading` keeps the embargo), until withdrawn."""
    return row.state in round_states.ENDED and row.id not in public_releases.withdrawn_rounds(session)


def explained(
    read: Reader,
    unit: UnitOn,
    under: Collection[uuid.UUID],
    figure: PublishedFigure,
) -> PublishedFigure:
    """Say why a unit has no figure, where its strata tell."""
    if figure.shown or figure.reason is not Reason.NO_ANSWERS:
        return figure
    mine = [s for s in read.strata if s.desk_id in under or s.agency_id == unit.id]
    reason: Reason = figure.reason
    if not mine:
        reason = Reason.MERGED_UNIT
    elif read.row.state == "field" and all(s.only_at_close for s in mine):
        reason = Reason.WAITS_FOR_CLOSE
    return PublishedFigure(**{**vars(figure), "reason": reason})


def _line(read: Reader, unit: UnitOn, under: Collection[uuid.UUID]) -> UnitLine:
    returned, answered = read.count(unit.slug, "returned"), read.count(unit.slug, "answered")
    nobody = answered == 0 and read.count(unit.slug, "opened") == 0  # answers of small units may wait or be pooled
    figure = explained(read, unit, under, read.figure(unit.slug, "overall"))
    return UnitLine(
        slug=unit.slug,
        name=unit.name,
        overall=figure,
        returned=read.number(analysis.rounded_count(returned)),
        invited=read.number(analysis.rounded_count(read.count(unit.slug, "invited"))),
        answered=read.number(analysis.rounded_count(answered)),
        silent=returned >= analysis.LIVE_MINIMUM and nobody and any(s.desk_id in under for s in read.strata),
        reason=figure.reason,
        kind=unit.kind,
    )


def _grade_mix(read: Reader, slug: str) -> tuple[tuple[str, str], ...]:
    counts = [(grade, read.count(slug, f"grade:{grade}")) for grade in ("G1", "G2", "G3", "G4")]
    return tuple((grade, read.number(analysis.rounded_count(n))) for grade, n in counts if n)


def _flagged(read: Reader, chosen: Sequence[UnitOn]) -> tuple[FlaggedLine, ...]:
    """Units some of whose answers are left out as flagged, by evidence: their index with and without these."""
    found = []
    for product, unit in itertools.product(FEED, chosen):
        if entry := read.entries.get(key(product, unit.slug, PERIOD, "left_out")):
            both = [read.figure(unit.slug, "overall", period, product) for period in (ALL, PERIOD)]
            found.append(FlaggedLine(unit.name, product.evidence, read.number(analysis.rounded_count(entry.n)), *both))
    return tuple(found)


def _trend(read: Reader, slug: str) -> tuple[TrendPoint, ...]:
    months = sorted({k.split("|")[3] for k in read.entries if k.startswith("live|") and k.split("|")[3] != ALL})
    points = []
    for month in (m for m in months if len(m) == len("2026-01")):
        figure = read.figure(slug, "overall", month, LIVE)
        points.append(TrendPoint(month, figure.estimate, figure.low, figure.high, figure.n_text, figure.reason))
    return tuple(points)


def _next_release(installation: Installation, row: Round) -> datetime | None:
    return flush.next_flush(row, installation.now()) if row.state == "field" else None
