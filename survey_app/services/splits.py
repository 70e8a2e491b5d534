"""Figures by one variable (field, channel, on time) for a closed period; every class has at least 10 answers."""

import uuid
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import analysis
from instruments.load import shipped
from survey_app.domain import periods, split_rule
from survey_app.domain.split_rule import Split
from survey_app.domain.strata import OTHERS
from survey_app.installation import Installation
from survey_app.models import LedgerEntry, Round, Stratum
from survey_app.services import index_table, indices, ledger, publication, register, released, rounds, unit_tree, units
from survey_app.services.errors import RefusedError
from survey_app.services.publication import LIVE
from survey_app.services.released import Part, Sample
from survey_app.services.units import UnitOn

VARIABLES = ("field", "channel", "on_time")
MERGED = "(not told apart)"  # strata that the rule did not split by this variable


@dataclass(frozen=True)
class SplitClass:
    """Strata of one class, and how many released answers they hold."""

    label: str
    strata: frozenset[int]
    n: int


def table(
    installation: Installation,
    round_code: str,
    by: str,
    variable: str,
    period_name: str,
    language: str = "vi",
) -> index_table.Table:
    """Overall index and factors by class; RefusedError for a period that is not over."""
    period = periods.parse(period_name)
    if period.end > installation.today().replace(day=1):
        raise RefusedError(f"{period_name} is not over; a split is made for a closed month, quarter or year only.")
    rows: list[tuple[Any, ...]] = []
    with installation.database.read() as session:
        row = rounds.by_code(session, round_code)
        trees = unit_tree.trees(session, row.period_start)
        known = units.all_units(session, row.period_start)
        chosen = [u for u in known if u.id in trees[row.unit_id] and u.kind in index_table.KINDS[by]]
        slugs = {u.slug for u in chosen}
        _refuse_clash(session, row, slugs, variable, period)  # before it is computed in vain
        splitter = _Splitter(session, row, variable, period)
        apart = split_rule.apart({u.slug: splitter.batches(trees[u.id]) for u in chosen})
        figures: dict[str, tuple[int, dict[str, Any]]] = {}
        for unit in (u for u in chosen if u.slug in apart):
            figures |= splitter.figures(session, unit, trees[unit.id])
    ledger.write(installation, row.id, figures, refuse=lambda now: _refuse_clash(now, row, slugs, variable, period))
    with installation.database.read() as session:
        read = indices.reader(session, row, [u.slug for u in chosen], language)
        for unit in chosen:
            rows += _rows(read, round_code, unit, f"{period_name}:{variable}=")
    return index_table.Table(
        ("round", "unit", "unit_name", "period", variable, *index_table.FIGURE_COLUMNS), tuple(rows)
    )


def _refuse_clash(session: Session, row: Round, slugs: set[str], variable: str, period: periods.Period) -> None:
    """Refuse a split that overlaps one that was shown: their difference would be a group of any size."""
    known = select(LedgerEntry.figure).where(
        LedgerEntry.round_id == row.id,
        or_(*(LedgerEntry.figure.contains(f":{name}=", autoescape=True) for name in VARIABLES)),
    )
    shown = set()
    for figure in session.scalars(known):
        _product, _grades, unit, told, _statistic = figure.split("|", 4)
        name, _, chosen = told.partition(":")
        shown.add(Split(unit, name, chosen.partition("=")[0]))
    clash = split_rule.clash(shown, slugs, period, variable)
    if clash is not None:
        raise RefusedError(
            f"A split by {clash.variable} was shown for {clash.period} and {clash.unit}; one that overlaps it could be "
            f"subtracted from it. Ask for {clash.variable}, {clash.period} and units like {clash.unit}, or for a "
            f"period that does not touch it.",
        )


class _Splitter:
    """Computes the classes of units of one round for one period."""

    def __init__(self, session: Session, row: Round, variable: str, period: periods.Period) -> None:
        self.instrument, self.variable, self.period = shipped(row.instrument_key), variable, period
        self.counts = register.load(session, row)
        self.strata = {s.number: s for s in session.scalars(select(Stratum).where(Stratum.round_id == row.id))}
        self.parts = [
            part
            for part in released.parts_of(session, row.id)
            if part.batch.release_month in period.months and part.batch.grade in LIVE.grades
        ]

    def batches(self, under: set[uuid.UUID]) -> set[uuid.UUID]:
        """Batches of a unit in the period."""
        return {part.batch.id for part in self.parts if released.belongs(part.batch, under)}

    def figures(
        self,
        session: Session,
        unit: UnitOn,
        under: set[uuid.UUID],
    ) -> dict[str, tuple[int, dict[str, Any]]]:
        """Figures of every class of one unit by ledger key."""
        mine = [part for part in self.parts if released.belongs(part.batch, under)]
        numbers = {s.id: number for number, s in self.strata.items()}
        found: dict[str, tuple[int, dict[str, Any]]] = {}
        for one in classes(mine, self.strata, self.variable):
            parts = [_only(part, one.strata) for part in mine]
            sample = Sample(parts, self.instrument, self.counts.by_stratum)
            period = f"{self.period.name}:{self.variable}={one.label}"
            found |= _figures(session, sample, numbers, unit, one, period)
        return found


def classes(parts: Sequence[Part], strata: Mapping[int, Stratum], variable: str) -> list[SplitClass]:
    """Classes of the strata rule with at least 10 answers each: the smallest are joined until all have them.

    1 to 9 answers in no class (of pools, and of small strata) take in the smallest class, since they are what the
    unit's whole figure has beside its classes. Classes are joined further until nothing that follows from the sums of
    batches and classes is 1 to 9 answers. One class alone is no split: then the list is empty.
    """
    found: dict[str, SplitClass] = {}
    for cell in (cell for part in parts for cell in part.cells if cell.stratum_number >= 0):
        values = strata[cell.stratum_number].classes.get(variable)
        label = " + ".join("others" if v == OTHERS else v for v in values) if values else MERGED
        known = found.get(label, SplitClass(label, frozenset(), 0))
        found[label] = SplitClass(label, known.strata | {cell.stratum_number}, known.n + cell.n)
    listed = _sorted(found.values())
    while len(listed) > 1 and listed[0].n < analysis.LIVE_MINIMUM:
        listed = _joined(listed)
    if 0 < sum(part.n for part in parts) - sum(one.n for one in listed) < analysis.LIVE_MINIMUM:
        listed = listed[1:]
    while len(listed) > 1 and _too_fine(parts, listed):
        listed = _joined(listed)
    return listed if len(listed) > 1 else []


def _sorted(found: Iterable[SplitClass]) -> list[SplitClass]:
    return sorted(found, key=lambda one: (one.n, one.label))


def _joined(listed: Sequence[SplitClass]) -> list[SplitClass]:
    """The classes with the two smallest joined."""
    first, second, *rest = listed
    joined = SplitClass(f"{first.label} + {second.label}", first.strata | second.strata, first.n + second.n)
    return _sorted([joined, *rest])


def _too_fine(parts: Sequence[Part], listed: Sequence[SplitClass]) -> bool:
    """Whether these classes are more than can be looked at, or give a small group away."""
    label = {number: one.label for one in listed for number in one.strata}
    batches: list[dict[Hashable, int]] = []
    for part in parts:
        counts: Counter[Hashable] = Counter()
        for cell in part.cells:
            counts[label.get(cell.stratum_number)] += cell.n  # None: in no class
        batches.append(counts)
    return len(listed) > split_rule.MOST_CLASSES or split_rule.gives_away(batches)


def _only(part: Part, numbers: frozenset[int]) -> Part:
    return replace(part, cells=tuple(cell for cell in part.cells if cell.stratum_number in numbers))


def _figures(
    session: Session,
    sample: Sample,
    numbers: Mapping[uuid.UUID, int],
    unit: UnitOn,
    one: SplitClass,
    period: str,
) -> dict[str, tuple[int, dict[str, Any]]]:
    """Figures of one class of one unit by ledger key."""
    kept = {key: number for key, number in numbers.items() if number in one.strata}
    made = publication.figures_of(session, sample, kept).get(publication.ALL, [])
    found = {}
    for figure in made:
        statistic = publication.statistic_name(sample.instrument, figure.statistic)
        if statistic is None or statistic.startswith("item:"):
            continue
        found[publication.key(LIVE, unit.slug, period, statistic)] = (
            figure.n,
            publication.show(figure, LIVE, analysis.LIVE_MINIMUM, sample.n),
        )
    return found


def _rows(read: indices.Reader, round_code: str, unit: UnitOn, prefix: str) -> list[tuple[Any, ...]]:
    rows = []
    for name in sorted(read.entries):
        _product, _grades, slug, period, statistic = name.split("|", 4)
        if slug == unit.slug and period.startswith(prefix):
            figure = read.figure(slug, statistic, period, LIVE)
            label = period.removeprefix(prefix)
            rows.append(
                (
                    round_code,
                    slug,
                    unit.name,
                    prefix.split(":", maxsplit=1)[0],
                    label,
                    *index_table.figure_cells(figure),
                )
            )
    return rows
