"""What may be shown, as frozen values: figures that passed `publishable`, and the pages made of them."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from survey_app.domain.series import SeriesPoint

Product = Literal["live", "annual"]
Bound = Literal["exact", "at_least", "at_most"]


class Reason(StrEnum):
    """Why a figure is not shown; the web has one sentence per language for each."""

    NO_ANSWERS = "no_answers"  # nothing was released yet
    TOO_FEW = "too_few"  # fewer answers than the threshold
    WAITS_FOR_CLOSE = "waits_for_close"  # a small unit: everything is released at the close
    MERGED_UNIT = "merged_unit"  # fewer than 50 dossiers in the period: counted with its siblings
    PROTECTS_ANOTHER = "protects_another"  # shown, it would give away a hidden one
    TOO_NEAR_EARLIER = "too_near_earlier"  # differs from what was shown by fewer than 10 answers
    WAITS_FOR_MORE = "waits_for_more"  # some could not judge it, too few to be shown or subtracted: joins later batches
    NO_VALID_ANSWER = "no_valid_answer"  # nobody could judge this item
    FACTOR_MISSING = "factor_missing"  # a part of the index has no value
    OVER_ISSUED = "over_issued"  # more answers than addresses: the release has stopped
    NOT_PUBLISHED = "not_published"  # the round is not published yet
    IN_RELEASE = (
        "in_release"  # communes were drawn first: only the signed release weights and spreads such answers rightly
    )
    NO_REGISTER = "no_register"  # no dossiers were imported, so no rate can be given


@dataclass(frozen=True)
class PublishedFigure:
    """One statistic in per cent, rounded for disclosure control, or the reason why it is hidden."""

    statistic: str  # overall, general, factor:access, item:q01
    label: str
    shown: bool
    reason: Reason | None
    estimate: float | None
    bound: Bound
    low: float | None
    high: float | None
    n_text: str
    n: int | None
    levels: tuple[float, ...] | None  # five per cents, very dissatisfied first
    mean: float | None  # 1..5
    dissatisfied: float | None  # per cent in the lower two levels
    evidence: str  # "G1", "G1+G2"
    merged_levels: tuple[int, ...] = ()  # levels of fewer than 3 answers: their share stands with the neighbour
    level_spans: tuple[int, ...] = ()  # how many levels each share stands for, where a release joined some; 0: none


@dataclass(frozen=True)
class PublishedRates:
    """How many were returned, invited, answered, as ready texts; None where `reason` says why."""

    returned: str | None
    invited: str | None
    answered: str | None
    coverage: str | None
    response_rate: str | None
    completion: str | None
    reason: Reason | None = None


@dataclass(frozen=True)
class TrendPoint:
    """The overall index of the batches released in one month, or why there is none."""

    month: str  # 2026-03
    estimate: float | None
    low: float | None
    high: float | None
    n_text: str
    reason: Reason | None


@dataclass(frozen=True)
class FlaggedLine:
    """The overall index of a unit with and without the answers that rules flagged (docs/method.md, X)."""

    unit_name: str
    evidence: str
    left_out: str
    all_answers: PublishedFigure
    without: PublishedFigure


@dataclass(frozen=True)
class UnitFigures:
    """Everything an agency's page shows."""

    unit_name: str
    unit_slug: str
    round_title: str
    product: Product
    overall: PublishedFigure
    general: PublishedFigure | None
    factors: tuple[PublishedFigure, ...]
    items: tuple[PublishedFigure, ...]
    rates: PublishedRates
    grade_mix: tuple[tuple[str, str], ...]
    trend: tuple[TrendPoint, ...]
    next_release: datetime | None
    series: tuple[SeriesPoint, ...] = ()  # of the annual index, rebuilt for the unit of today
    flagged: tuple[FlaggedLine, ...] = ()  # for the unit's own people only


@dataclass(frozen=True)
class UnitLine:
    """One unit in its province's table."""

    slug: str
    name: str
    overall: PublishedFigure
    returned: str
    invited: str
    answered: str
    silent: bool  # dossiers were returned, nobody opened the address or answered
    reason: Reason | None
    kind: str = ""  # of the unit; silent desks stand in the same tuple


@dataclass(frozen=True)
class ProvinceFigures:
    """Everything a province's page shows."""

    unit_name: str
    unit_slug: str
    round_title: str
    product: Product
    own: PublishedFigure
    units: tuple[UnitLine, ...]
    rates: PublishedRates
    next_release: datetime | None
    flagged: tuple[FlaggedLine, ...] = ()  # for the province's own people only


@dataclass(frozen=True)
class RoundLine:
    """A round as lists and headings name it."""

    id: uuid.UUID
    code: str
    title: str
    state: str  # plan, frozen, field, closed, published
    period_start: date
    period_end: date
    field_start: date
    field_end: date
    unit_id: uuid.UUID  # the province
