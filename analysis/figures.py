"""A figure with its uncertainty, or the reason why there is none; and how figures are rounded."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from analysis.errors import AnalysisError

PAR_INDEX_POINTS = 10  # points that satisfaction brings in the PAR INDEX


class Reason(StrEnum):
    """Why a figure, or its standard error, is missing."""

    NO_VALID_ANSWER = "no valid answer"
    EMPTY_ITEM = "an item without a valid answer"
    EMPTY_FACTOR = "a factor without a valid answer"
    NO_COMPOSITE = "no respondent indices in the cells"
    NO_ANSWERS = "no answers for the standard error"
    NO_DF = "no degrees of freedom"
    LONELY_STRATUM = "a stratum with one response"
    NO_LIMIT = "too few values beyond the quantile for an interval"


class Interval(StrEnum):
    """How the limits of an interval were found."""

    KORN_GRAUBARD = "korn-graubard"
    KORN_GRAUBARD_AT_BOUND = "korn-graubard at the bound, effective n from the median design effect"
    T = "t"
    CENSUS = "census"


@dataclass(frozen=True)
class Figure:
    """One statistic of one domain.

    Attributes
    ----------
    domain : int
        The domain's number in the answers.
    statistic : str
        share:<item>, score:<item>, factor:<id>, overall or overall@<variant>.
    estimate, se, ci : float, float, (float, float), each or None
        Shares, factors and overall in 0..100; scores on the item's scale.
    ci_method : Interval or None
        Which formula gave `ci`.
    df : int
        Sampled units with a row of the domain (PSUs; responses where they were drawn directly) minus its strata.
    n, not_valid : int
        Responses with and without a valid answer; for a factor or overall `n` is the largest count among
        its items, a number that at least so many respondents reach.
    level_counts : tuple of five int, or None
        Unweighted answers per level, worst first; items only.
    mean, dissatisfied : float or None
        Weighted mean level and percentage in the two lowest levels; items only.
    reason : Reason or None
        Why the estimate, or else the standard error, is missing.
    reweighted : bool
        A factor without a valid answer was left out of the overall index; do not rank.
    """

    domain: int
    statistic: str
    estimate: float | None
    se: float | None
    ci: tuple[float, float] | None
    ci_method: Interval | None
    df: int
    n: int
    not_valid: int
    level_counts: tuple[int, ...] | None
    mean: float | None
    dissatisfied: float | None
    reason: Reason | None
    reweighted: bool


def round_half_up(value: float | Decimal, decimals: int) -> Decimal:
    """Round for display, halves away from zero, as the number is written and not as binary holds it.

    Parameters
    ----------
    value : float or Decimal
        A float is taken at its shortest decimal form, so 2.675 gives 2.68.
    decimals : int
        Digits kept after the decimal point, 0 or more.

    Returns
    -------
    Decimal
        With exactly `decimals` digits after the point.

    Raises
    ------
    AnalysisError
        If the value is not finite.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not exact.is_finite():
        raise AnalysisError(f"{value} cannot be rounded; show the reason for the missing figure instead")
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def par_index_points(index: float | Decimal) -> Decimal:
    """Points in the PAR INDEX that a satisfaction index of 0..100 brings, to two decimals."""
    exact = index if isinstance(index, Decimal) else Decimal(repr(float(index)))
    return round_half_up(exact * PAR_INDEX_POINTS / 100, 2)


def known(value: float) -> float | None:
    """Return the value, or None for NaN."""
    return None if math.isnan(value) else float(value)
