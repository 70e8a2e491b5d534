"""Rows of results: estimate, standard error, interval, design effect, or the reason for none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.asked import Asked
from analysis.domains import Domains
from analysis.figures import Reason, known
from analysis.index_intervals import Basis, limits
from analysis.intervals import wald_t
from analysis.variance import Taylor

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """One statistic over all domains; every array is (domains,) and NaN where unknown."""

    asked: Asked
    estimate: Float
    se: Float
    deff: Float
    deff_replace: Float
    valid: Int  # rows with a valid value
    df: Int
    n: Int  # all rows
    census: NDArray[np.bool_]
    ci: tuple[Float, Float] | None = None  # where it does not follow from estimate and se
    no_error: Reason = Reason.LONELY_STRATUM  # why a standard error is missing in spite of degrees of freedom

    def honest(self) -> "Column":
        """Drop every standard error that nothing supports: no estimate, or no degrees of freedom."""
        unknown = np.isnan(self.estimate) | (self.df <= 0)
        return replace(
            self,
            se=np.where(unknown, np.nan, self.se),
            deff=np.where(unknown, np.nan, self.deff),
            deff_replace=np.where(unknown, np.nan, self.deff_replace),
        )


@dataclass(frozen=True)
class Row:
    """One line of the output."""

    domain: Mapping[str, str]
    statistic: str
    estimate: float | None
    se: float | None
    ci: tuple[float, float] | None
    ci_wald: tuple[float, float] | None  # beside `ci` of shares
    df: int
    deff: float | None
    deff_replace: float | None
    n: int
    reason: str | None


def quantile_column(asked: Asked, estimate: Float, limits_and_se: Float, valid: Int, taylor: Taylor, n: Int) -> Column:
    """Return a quantile as a column; it has no design effect."""
    none = np.full(len(estimate), np.nan)
    return Column(
        asked=asked,
        estimate=estimate,
        se=limits_and_se[:, 2],
        deff=none,
        deff_replace=none,
        valid=valid,
        df=taylor.df,
        n=n,
        census=taylor.census,
        ci=(limits_and_se[:, 0], limits_and_se[:, 1]),
        no_error=Reason.NO_LIMIT,
    )


def rows_of(columns: Sequence[Column], domains: Domains, level: float) -> tuple[Row, ...]:
    """Turn columns into rows, domain by domain."""
    reported = [_only(column, domains.size) for column in columns]
    intervals = [_intervals(column, level) for column in reported]
    return tuple(
        _row(column, interval, domains.labels[d], d)
        for d in range(domains.size)
        for column, interval in zip(reported, intervals, strict=True)
    )


def _only(column: Column, size: int) -> Column:
    """Leave out the place of the rows without a domain."""
    return replace(
        column,
        **{
            name: getattr(column, name)[:size]
            for name in ("estimate", "se", "deff", "deff_replace", "valid", "df", "n", "census")
        },
        ci=None if column.ci is None else (column.ci[0][:size], column.ci[1][:size]),
    )


@dataclass(frozen=True)
class _Intervals:
    """Limits of a column, and for shares Wald's beside them."""

    ci: tuple[Float, Float]
    wald: tuple[Float, Float] | None = None


def _intervals(column: Column, level: float) -> _Intervals:
    """Choose the interval by the kind of statistic."""
    if column.ci is not None:
        return _Intervals(column.ci)
    wald = wald_t(column.estimate, column.se, column.df, level)
    if column.asked.kind != "share":
        return _Intervals(wald)
    basis = Basis(column.estimate / 100, column.se / 100, column.df, column.n, column.valid, column.census)
    exact = limits(basis, plain_share=True, level=level)
    unknown = np.isnan(column.se)
    return _Intervals((np.where(unknown, np.nan, 100 * exact.lo), np.where(unknown, np.nan, 100 * exact.hi)), wald)


def _row(column: Column, intervals: _Intervals, domain: Mapping[str, str], d: int) -> Row:
    """Build one row."""
    return Row(
        domain=domain,
        statistic=column.asked.name,
        estimate=known(column.estimate[d]),
        se=known(column.se[d]),
        ci=_pair(intervals.ci, d),
        ci_wald=None if intervals.wald is None else _pair(intervals.wald, d),
        df=int(column.df[d]),
        deff=known(column.deff[d]),
        deff_replace=known(column.deff_replace[d]),
        n=int(column.valid[d]),
        reason=_reason(column, d),
    )


def _pair(both: tuple[Float, Float], d: int) -> tuple[float, float] | None:
    """Return both limits, or None if one is unknown."""
    lo, hi = float(both[0][d]), float(both[1][d])
    return None if np.isnan(lo) or np.isnan(hi) else (lo, hi)


def _reason(column: Column, d: int) -> str | None:
    """Say why the estimate or its standard error is missing."""
    if np.isnan(column.estimate[d]):
        return _no_estimate(column, d)
    if column.df[d] <= 0:
        return str(Reason.NO_DF)
    return str(column.no_error) if np.isnan(column.se[d]) else None


def _no_estimate(column: Column, d: int) -> str:
    """Say why there is no estimate."""
    if column.valid[d] == 0:
        return str(Reason.NO_VALID_ANSWER)
    if column.asked.kind == "ratio":
        return "the denominator adds up to 0"
    return str(Reason.EMPTY_FACTOR if column.asked.kind == "overall" else Reason.EMPTY_ITEM)
