"""The fieldwork of a round for its province: exact counts of whole weeks, rates, and who is silent."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import analysis
from survey_app.domain import fieldwork as rule
from survey_app.domain import periods, response_rates, round_states
from survey_app.domain.access import Reader
from survey_app.domain.fieldwork import Counts, Fieldwork, Released, Sheets, UnitLine, WeekLine
from survey_app.domain.strata import MINIMUM
from survey_app.installation import Installation
from survey_app.models import Batch, BatchCells, Counter, Frame, PaperEntry, Round, SampleCell, Stratum, TraitCount
from survey_app.services import reading, register, sample_draw, unit_tree, units
from survey_app.services.indices import AGENCY_KINDS
from survey_app.services.publication import LIVE
from survey_app.services.reading import Opened

OFFERED = ("invited", "handed_out")
NAMES = {name: name for name in ("opened", "answered", *rule.CALLERS)} | dict.fromkeys(OFFERED, "offered")
SHEETS = ("sheets_printed", "sheets_handed_out", "sheets_answered")
Weeks = dict[uuid.UUID, dict[date, Counts]]  # by unit


@dataclass(frozen=True)
class _Field:
    """What was counted in one round, by unit."""

    weeks: Weeks
    released: Mapping[uuid.UUID, Released]
    strata: tuple[Stratum, ...]
    heard: frozenset[int]  # strata with a released answer
    expected: Mapping[int, float]  # dossiers that will have been asked for the index, by stratum
    sizes: Mapping[int, int]  # dossiers of the stratum
    ended: bool


def of_round(installation: Installation, reader: Reader, slug: str, code: str) -> tuple[Opened, Fieldwork | None]:
    """The fieldwork beneath a unit that the reader may see; NotFoundError for any other."""
    opened = reading.province_round(installation, reader, slug, code)
    if opened.round is None:
        return opened, None
    with installation.database.read() as session:
        row = session.get_one(Round, opened.round.id)
        trees = unit_tree.trees(session, row.period_start)
        this_week = periods.monday(installation.today())
        counted = _counted(session, row, this_week)
        under = trees[opened.unit_id]
        listed = [u for u in units.all_units(session, row.period_start) if u.id in under and u.kind in AGENCY_KINDS]
        lines, weeks = [], []
        for unit in listed:
            if unit.id == opened.unit_id or not trees[unit.id] & counted.weeks.keys():
                continue
            lines.append(_line(counted, unit.slug, unit.name, trees[unit.id]))
            weeks += _weeks(counted, unit.slug, unit.name, trees[unit.id])
        own = _line(counted, opened.slug, opened.name, under)
        started = any(counted.weeks.values())
        modes = _modes(session, row, under)
        sheets = _sheets(session, row, under, this_week)
        frozen = session.get(Frame, row.id)
        excluded = frozen.excluded if frozen else {}
    return opened, Fieldwork(
        until=this_week - timedelta(days=1) if started else None,
        own=own,
        units=tuple(lines),
        weeks=tuple(_weeks(counted, opened.slug, opened.name, under)),
        unit_weeks=tuple(weeks),
        modes=modes,
        replaced=tuple(sample_draw.replaced(installation, row.code).items()),
        sheets=sheets,
        left_out=tuple((reason, sum(desks.values())) for reason, desks in sorted(excluded.items())),
    )


def _counted(session: Session, row: Round, this_week: date) -> _Field:
    """Counters of whole weeks only: within a week they would tell hours."""
    weeks: Weeks = defaultdict(lambda: defaultdict(Counts))
    mine = (Counter.round_id == row.id, Counter.week < this_week, Counter.name.in_(NAMES))
    for counter in session.scalars(select(Counter).where(*mine)):
        weeks[counter.unit_id][counter.week] += Counts(**{NAMES[counter.name]: counter.value})
    released = defaultdict(Released, register.assisted_by_slip(session, row.id))
    live = select(Batch).where(Batch.round_id == row.id, Batch.grade.in_(LIVE.grades))
    for batch in session.scalars(live):
        unit = batch.desk_id or batch.pool_id
        if unit is not None:
            released[unit] += register.released_of([batch])
    strata = tuple(session.scalars(select(Stratum).where(Stratum.round_id == row.id, Stratum.number > 0)))
    cells = select(BatchCells.stratum_number).join(Batch).where(Batch.round_id == row.id).distinct()
    drawn = select(SampleCell).where(SampleCell.round_id == row.id)
    sampled = {cell.stratum_number: float(cell.drawn) for cell in session.scalars(drawn)}
    expected = sampled or {s.number: s.register_count * row.draw_fraction for s in strata}
    sizes = {s.number: s.register_count for s in strata}
    heard = frozenset(session.scalars(cells))
    return _Field(weeks, released, strata, heard, expected, sizes, row.state in round_states.ENDED)


def _line(field: _Field, slug: str, name: str, under: set[uuid.UUID]) -> UnitLine:
    counts = sum((n for unit in under for n in field.weeks.get(unit, {}).values()), Counts())
    released = sum((r for unit in under if (r := field.released.get(unit))), Released())
    cases = rule.dispositions(counts, released, ended=field.ended)
    rates = response_rates.rates(cases)
    strata = [s for s in field.strata if s.desk_id in under]
    expected = sum(field.expected.get(s.number, 0.0) for s in strata)
    size = sum(field.sizes[s.number] for s in strata)
    large = [s for s in strata if s.issued >= MINIMUM]
    return UnitLine(
        slug=slug,
        name=name,
        counts=counts,
        rates=rates,
        unknown=cases.unknown,
        begun=max(0, counts.opened - counts.answered),
        half_width=_half_width(expected, size, _index_rate(rates.rr2, released)),
        silent=sum(s.number not in field.heard for s in large) if field.heard else 0,
        strata=len(large),
        merged=not strata,
    )


def _index_rate(rate: float | None, released: Released) -> float | None:
    """Share of the invited whose answers the index is made of: assisted ones count as answers, and are none of it."""
    if rate is None or not released.answers:
        return rate
    return rate * released.index / released.answers


def _half_width(expected: float, size: int, rate: float | None) -> float | None:
    """Points of the interval that the answers to be expected give, for a share of 50 % (Y4)."""
    if not rate or expected * rate < analysis.LIVE_MINIMUM:
        return None
    return 100 * analysis.half_width_for_size(expected * rate, population=max(1, size))


def _weeks(field: _Field, slug: str, name: str, under: set[uuid.UUID]) -> list[WeekLine]:
    found: dict[date, Counts] = defaultdict(Counts)
    for unit in under:
        for week, counts in field.weeks.get(unit, {}).items():
            found[week] += counts
    return [WeekLine(slug, name, week, found[week]) for week in sorted(found)]


def _sheets(session: Session, row: Round, under: set[uuid.UUID], this_week: date) -> Sheets:
    """Questionnaires of paper, in whole weeks too; those keyed in once only as they are now."""
    sums = select(Counter.name, func.sum(Counter.value)).group_by(Counter.name)
    mine = (Counter.round_id == row.id, Counter.unit_id.in_(under), Counter.week < this_week)
    found = {name: int(n) for name, n in session.execute(sums.where(*mine, Counter.name.in_(SHEETS)))}
    waiting = select(func.count()).where(PaperEntry.round_id == row.id, PaperEntry.desk_id.in_(under))
    printed, handed_out, answered = (found.get(name, 0) for name in SHEETS)
    return Sheets(printed, handed_out, answered, waiting=session.scalar(waiting) or 0)


def _modes(session: Session, row: Round, under: set[uuid.UUID]) -> tuple[tuple[str, int], ...]:
    """Released answers by kind of device, where there are enough of them to be shown; rounded."""
    counted = select(TraitCount.value, func.sum(TraitCount.n)).group_by(TraitCount.value)
    mine = (TraitCount.round_id == row.id, TraitCount.trait == "device", TraitCount.unit_id.in_(under))
    found = {value: int(n) for value, n in session.execute(counted.where(*mine))}
    if min(found.values(), default=0) < analysis.LIVE_MINIMUM:
        return ()
    return tuple((value, analysis.rounded_count(n)) for value, n in sorted(found.items()))
