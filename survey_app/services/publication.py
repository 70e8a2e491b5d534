"""Publication: after each flush every figure that changed passes `publishable` once, and the ledger keeps it.

Pages, exports and the API read the ledger and nothing else.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import analysis
from instruments.load import shipped
from instruments.model import Instrument, ItemKind
from survey_app.domain import round_plan, round_states
from survey_app.domain.figures import Reason
from survey_app.installation import Installation
from survey_app.models import LedgerEntry, Round, Stratum
from survey_app.services import flagged, ledger, register, released, rounds, unit_tree, units
from survey_app.services.released import Part, Sample
from survey_app.services.units import UnitOn

ALL = "all"  # the whole round, as a period
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Product:
    """A kind of figure that is never mixed with another: which grades, how many answers it takes."""

    name: str  # live | annual
    grades: tuple[str, ...]
    minimum: int

    @property
    def evidence(self) -> str:
        """The grades as printed."""
        return "+".join(self.grades)


LIVE = Product("live", ("G1", "G2"), analysis.LIVE_MINIMUM)
OPEN = Product("live", ("G3",), analysis.LIVE_MINIMUM)
STAFF_KEYED = Product("live", ("G4",), analysis.LIVE_MINIMUM)
FEED = (LIVE, OPEN, STAFF_KEYED)
ANNUAL = Product("annual", ("G1",), analysis.ANNUAL_MINIMUM)


def key(product: Product, unit_slug: str, period: str, statistic: str) -> str:
    """Identity of a figure in the ledger."""
    return f"{product.name}|{product.evidence}|{unit_slug}|{period}|{statistic}"


def refresh(installation: Installation, code: str, progress: Progress | None = None, *, anew: bool = False) -> int:
    """Bring the ledger up to date with the released batches of a round; return how many figures are new.

    `anew` computes the annual figures again that rest on the same answers: the register or the plan was mended.
    """
    with installation.database.read() as session:
        row = rounds.by_code(session, code)
        if row.erasure_date <= installation.today():
            return 0  # what was shown stays; there is nothing left to compute from
        parts = released.parts_of(session, row.id)
        counts = register.load(session, row)
        trees = unit_tree.trees(session, row.period_start)
        measured = [u for u in units.all_units(session, row.period_start) if u.id in trees[row.unit_id]]
        publisher = _Publisher(session, row, counts, anew=anew)
    products = [*FEED, *([ANNUAL] if row.state in round_states.ENDED else [])]
    new = 0
    for place, unit in enumerate(measured):
        mine = [part for part in parts if released.belongs(part.batch, trees[unit.id])]
        with installation.database.read() as session:
            figures = publisher.unit(session, unit, trees[unit.id], mine, products)
        new += ledger.write(installation, row.id, figures, anew=anew)
        if progress:
            progress(place + 1, len(measured))
    return new


class _Publisher:
    """Computes the figures of units of one round."""

    def __init__(
        self,
        session: Session,
        row: Round,
        counts: register.Register,
        *,
        anew: bool = False,
    ) -> None:
        self.row, self.counts, self.anew = row, counts, anew
        self.strata = session.scalars(select(Stratum).where(Stratum.round_id == row.id)).all()
        self.numbers = {stratum.id: stratum.number for stratum in self.strata}
        self.instrument = shipped(row.instrument_key)
        known = select(LedgerEntry.figure, LedgerEntry.n).where(LedgerEntry.round_id == row.id)
        self.apart = flagged.told_apart(session, row.id)
        self.known: dict[str, int] = {figure: n for figure, n in session.execute(known)}  # noqa: C416 - rows, not pairs

    def unit(
        self,
        session: Session,
        unit: UnitOn,
        under: set[uuid.UUID],
        parts: list[Part],
        products: list[Product],
    ) -> dict[str, tuple[int, dict[str, Any]]]:
        """Figures of one unit by ledger key: exact count, what may be shown."""
        found: dict[str, tuple[int, dict[str, Any]]] = {}
        for product in products:
            mine = [part for part in parts if part.batch.grade in product.grades]
            n = sum(part.batch.n for part in mine)
            answered = key(product, unit.slug, ALL, "answered")
            if self.known.get(answered) != n or (self.anew and product is ANNUAL):
                strata = [s for s in self.strata if s.desk_id in under or s.agency_id in under]
                sample = Sample(mine, self.instrument, self.counts.by_stratum, strata)
                months = self._open_months(unit.slug, product, sample)
                found |= self._figures(session, unit.slug, product, sample, months)
                if product is not ANNUAL:
                    found |= self._without_flagged(session, unit.slug, product, mine, strata)
                found[answered] = (n, {"n": n})
        for name, n in self._rates(under, parts).items():
            found[key(LIVE, unit.slug, ALL, name)] = (n, {"n": n})
        return found

    def _figures(
        self,
        session: Session,
        slug: str,
        product: Product,
        sample: Sample,
        months: Sequence[str] = (),
    ) -> dict[str, tuple[int, dict[str, Any]]]:
        if not sample.parts:
            return {}
        found: dict[str, tuple[int, dict[str, Any]]] = {}
        made = figures_of(session, sample, self.numbers, months)
        minimum = minimum_of(product, self.row)
        for period, figures in made.items():
            incomplete = hidden_factor(self.instrument, figures)
            for figure in figures:
                statistic = statistic_name(self.instrument, figure.statistic)
                if statistic and (period == ALL or statistic == "overall"):
                    shown = show(figure, product, minimum, sample.n)
                    if statistic == "overall" and incomplete and shown["shown"]:
                        shown = {"shown": False, "reason": Reason.FACTOR_MISSING.value}
                    if round_plan.is_two_stage(self.row.design):
                        shown = {"shown": False, "reason": Reason.IN_RELEASE.value}
                    found[key(product, slug, period, statistic)] = (figure.n, shown)
        return found

    def _without_flagged(
        self, session: Session, slug: str, product: Product, parts: list[Part], strata: list[Stratum]
    ) -> dict[str, tuple[int, dict[str, Any]]]:
        """Overall index without answers that are known to be flagged, and how many these are; nothing if none are."""
        left_out = sum(part.batch.flagged for part in parts if part.batch.id in self.apart)
        if not left_out:
            return {}
        rest = flagged.without(session, parts, self.apart, self.instrument, self.numbers)
        sample = Sample(rest, self.instrument, self.counts.by_stratum, strata, flagged=False)
        made = self._figures(session, slug, product, sample)
        nobody = (0, {"shown": False, "reason": Reason.TOO_FEW.value})
        return {
            key(product, slug, flagged.PERIOD, "overall"): made.get(key(product, slug, ALL, "overall"), nobody),
            key(product, slug, flagged.PERIOD, "left_out"): (left_out, {"n": left_out}),
        }

    def _open_months(self, slug: str, product: Product, sample: Sample) -> list[str]:
        """Months whose trend point is not known yet, and the newest: earlier ones never change."""
        if product is not LIVE:
            return []
        months = sample.months()
        return [m for m in months if m == months[-1] or key(product, slug, m, "overall") not in self.known]

    def _rates(self, under: set[uuid.UUID], parts: list[Part]) -> dict[str, int]:
        tokens = [part.batch for part in parts if part.batch.grade in LIVE.grades]
        answers = self.counts.by_slip(under, tokens)
        return {
            "returned": self.counts.total(self.counts.returned, under),
            "invited": self.counts.total(self.counts.invited, under) + self.counts.counted("handed_out", under),
            "opened": self.counts.counted("opened", under),
            "enough": answers.complete + answers.partial + answers.held,
            **{f"grade:{g}": sum(p.batch.n for p in parts if p.batch.grade == g) for g in ("G1", "G2", "G3", "G4")},
        }


def minimum_of(product: Product, row: Round) -> int:
    """Answers that a figure of a round must rest on, as product, questionnaire and (for the year) plan say."""
    least = max(product.minimum, shipped(row.instrument_key).recipe.minimum_n)
    return max(least, row.minimum_n) if product is ANNUAL else least


def figures_of(
    session: Session,
    sample: Sample,
    numbers: Mapping[uuid.UUID, int],
    months: Sequence[str] = (),
) -> dict[str, list[analysis.Figure]]:
    """Exact figures of a sample by period; they leave this floor only through `show`."""
    raw = sample.load(session, numbers)
    if not len(raw.stratum):
        return {}
    sample.verify(raw)
    frame, instrument = sample.frame(), sample.instrument
    shares = [f"share:{item.id}" for item in instrument.scored_items()]
    factors = [f"factor:{factor.id}" for factor in instrument.factors]

    def figures(kind: str, period: str | None, only: list[str]) -> tuple[analysis.Figure, ...]:
        answers = sample.answers(raw, kind, period)
        return analysis.index_figures(analysis.cells_of(answers), answers, frame, instrument, only=only)

    found = {ALL: [*figures("items", None, shares), *figures("composites", None, [*factors, "overall"])]}
    for month in months:  # a month shows its overall index alone, which is hidden with its factors
        found[month] = list(figures("composites", month, [*factors, "overall"]))
    return found


def hidden_factor(instrument: Instrument, figures: Sequence[analysis.Figure]) -> bool:
    """True if a factor that everybody is asked about has no value: then the overall index would be over-read."""
    filtered = {i.factor for i in instrument.scored_items() if i.ask_if is not None}
    missing = {f.statistic.removeprefix("factor:") for f in figures if f.estimate is None}
    return any(factor.id in missing and factor.id not in filtered for factor in instrument.factors)


def statistic_name(instrument: Instrument, statistic: str) -> str | None:
    """Name of a statistic on pages: overall, general, factor:access, item:q01; None for what is not shown."""
    kind, _, item_id = statistic.partition(":")
    if kind == "share":
        general = instrument.item(item_id).kind is ItemKind.GENERAL
        return "general" if general else f"item:{item_id}"
    return statistic if kind == "factor" or statistic == "overall" else None


def show(figure: analysis.Figure, product: Product, minimum: int, answers: int) -> dict[str, Any]:
    """What the ledger keeps of a figure: its safe values, or the reason why it is hidden.

    `answers` are those of all released batches: an item without any of them waits for more.
    """
    safe = analysis.publishable(figure, minimum, probability_sample=product is ANNUAL)
    if safe is None:
        if figure.n == 0:
            reason = Reason.WAITS_FOR_MORE if answers else Reason.NO_VALID_ANSWER
        else:
            reason = Reason.TOO_FEW if figure.n < minimum else Reason.FACTOR_MISSING
        return {"shown": False, "reason": reason.value}
    levels = list(safe.levels) if safe.levels else None
    return {
        "shown": True,
        "estimate": safe.estimate,
        "bound": safe.bound,
        "low": safe.low,
        "high": safe.high,
        "n": safe.n,
        "levels": levels,
        "merged": list(safe.merged),
        "mean": round(sum((j + 1) * share for j, share in enumerate(levels)) / 100, 1) if levels else None,
        "dissatisfied": round(levels[0] + levels[1], 1) if levels and 3 not in safe.merged else None,
    }
