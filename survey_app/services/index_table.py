"""The index as a table: one row per unit and statistic, or the reason why it is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey_app.domain import round_states
from survey_app.domain.figures import PublishedFigure
from survey_app.installation import Installation
from survey_app.models import Round
from survey_app.services import indices, rounds, unit_tree, units
from survey_app.services.errors import RefusedError
from survey_app.services.publication import ANNUAL, LIVE, Product

KINDS = {
    "agency": indices.AGENCY_KINDS,
    "desk": ("desk",),
    "commune": ("commune",),
    "district": ("district",),
    "province": ("province",),
}
FIGURE_COLUMNS = (
    "statistic",
    "label",
    "estimate",
    "bound",
    "ci_low",
    "ci_high",
    "n",
    "mean_level",
    "very_dissatisfied",
    "dissatisfied",
    "neutral",
    "satisfied",
    "very_satisfied",
    "merged_levels",
    "evidence",
    "hidden_because",
)
RATE_COLUMNS = ("returned", "invited", "answered", "coverage", "response_rate", "completion")
COLUMNS = ("round", "product", "unit", "unit_name", "kind", *FIGURE_COLUMNS, *RATE_COLUMNS)


@dataclass(frozen=True)
class Table:
    """Rows in the order of COLUMNS; numbers are numbers, a hidden figure has its reason and nothing else."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def table(installation: Installation, round_code: str, by: str, language: str = "vi") -> Table:
    """Every figure of every unit of a kind, from the ledger."""
    with installation.database.read() as session:
        row = rounds.by_code(session, round_code)
        trees = unit_tree.trees(session, row.period_start)
        under = trees[row.unit_id]
        chosen = [u for u in units.all_units(session, row.period_start) if u.id in under and u.kind in KINDS[by]]
        if not chosen:
            raise RefusedError(f"Round {round_code} measures no unit of kind {by} on {_day(row.period_start)}.")
        read = indices.reader(session, row, [u.slug for u in chosen], language)
        rows: list[tuple[Any, ...]] = []
        for unit in chosen:
            rates = indices.rates(read, unit.slug)
            for product in products(row):
                for statistic in statistics(read):
                    figure = read.figure(unit.slug, statistic, product=product)
                    if statistic == "overall":
                        figure = indices.explained(read, unit, trees[unit.id], figure)
                    head = (round_code, product.name, unit.slug, unit.name, unit.kind)
                    rows.append((*head, *figure_cells(figure), *(getattr(rates, name) for name in RATE_COLUMNS)))
    return Table(COLUMNS, tuple(rows))


def products(row: Round) -> tuple[Product, ...]:
    """Which products a round has in its state."""
    return (ANNUAL, LIVE) if row.state in round_states.ENDED else (LIVE,)


def statistics(read: indices.Reader) -> Sequence[str]:
    """Names of every statistic of the round's instrument."""
    instrument = read.instrument
    scored = instrument.scored_items()
    general = ["general"] if any(item.kind == "general" for item in scored) else []
    factors = [f"factor:{factor.id}" for factor in instrument.factors]
    return ["overall", *general, *factors, *(f"item:{item.id}" for item in scored if item.kind != "general")]


def figure_cells(figure: PublishedFigure) -> tuple[Any, ...]:
    """A figure in the order of FIGURE_COLUMNS."""
    levels = figure.levels or (None,) * 5
    merged = " ".join(str(level) for level in figure.merged_levels)
    bound = figure.bound if figure.shown else None
    return (
        figure.statistic,
        figure.label,
        figure.estimate,
        bound,
        figure.low,
        figure.high,
        figure.n,
        figure.mean,
        *levels,
        merged or None,
        figure.evidence,
        figure.reason and figure.reason.value,
    )


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
