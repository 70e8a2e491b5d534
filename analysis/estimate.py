"""Design-based estimates of the statistics that a design file asks for, by domain."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.answer_values import values_of
from analysis.asked import Asked
from analysis.covariance import covariance
from analysis.design import Design, build_design, listed_units
from analysis.design_effect import design_effects
from analysis.domains import Domains, domains_of
from analysis.estimate_rows import Column, Row, quantile_column, rows_of
from analysis.linearization import linearise
from analysis.quantiles import distribution_of, quantile_limits
from analysis.reading import Table
from analysis.specification import Specification
from analysis.variance import Taylor, lay_out

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """Rows of results, domain by domain, and the joint covariance if it was asked for.

    Attributes
    ----------
    rows : tuple of Row
        In the order of the domains' labels, within a domain in the order asked.
    covariance : ndarray or None
        Of `covariance_rows`, NaN where a row has no standard error.
    covariance_rows : tuple of int
        Places in `rows`; quantiles are left out.
    """

    rows: tuple[Row, ...]
    covariance: Float | None
    covariance_rows: tuple[int, ...]


@dataclass(frozen=True)
class _Setting:
    """What all statistics of a file share."""

    table: Table
    specification: Specification
    design: Design
    domains: Domains
    taylor: Taylor
    n: NDArray[np.int64]  # rows per domain


def estimate(table: Table, specification: Specification, *, with_covariance: bool = False) -> Estimates:
    """Estimate every statistic in every domain (method.md, formulas E1 to E3, V1 to V5, Q1, Q2).

    Parameters
    ----------
    table : Table
        One row per response.
    specification : Specification
        Design, domains, statistics, level.
    with_covariance : bool
        Whether to compute the joint covariance of all rows but quantiles.

    Returns
    -------
    Estimates
        Null (NaN) with a reason where nothing can be said.

    Raises
    ------
    AnalysisError
        For bad input; the message names column, row or stratum, and the remedy.
    """
    domains = domains_of(table, specification.by)
    design = build_design(table, specification.design)
    taylor = lay_out(design.stages, domains.code, domains.places, design.lonely)
    if specification.design.frame is not None:
        taylor = replace(taylor, silent=_silent(table, specification, domains))
    n = np.bincount(domains.code, minlength=domains.places)
    setting = _Setting(table, specification, design, domains, taylor, n)
    columns = []
    z_columns: list[Float] = []
    for asked in specification.asked:
        if asked.kind == "quantile":
            columns.append(_quantile(setting, asked))
            continue
        column, z = _linear(setting, asked)
        columns.append(column)
        if with_covariance:
            z_columns.append(z)
    rows = rows_of(columns, domains, specification.level)
    if not z_columns:
        return Estimates(rows, np.zeros((0, 0)) if with_covariance else None, ())
    return Estimates(rows, *_joint(setting, columns, z_columns))


def _silent(table: Table, specification: Specification, domains: Domains) -> NDArray[np.int64]:
    """Silent units minus silent strata of every place, from the frame."""
    design, by = specification.design, specification.by
    stratum = table.labels(design.strata).code if design.strata else np.zeros(len(table), dtype=np.int64)
    names = {column: {label: k for k, label in enumerate(table.labels(column).names)} for column in by}
    keys = np.array([[names[c][labels[c]] for c in by] for labels in domains.labels], dtype=np.int64)
    listed = listed_units(table, design, by)
    unit = table.labels(design.psu[0]).code
    more = listed.more_df(stratum, unit, domains.code, keys.reshape(domains.size, len(by)))
    return np.append(more, 0)


def _linear(setting: _Setting, asked: Asked) -> tuple[Column, Float]:
    """Estimate a statistic that is a function of totals; return it with its linearised values."""
    values = values_of(asked, setting.table, setting.specification.missing)
    code, places, w = setting.domains.code, setting.domains.places, setting.design.weight
    numerator = _totals(values.numerator, w, code, places)
    denominator = _totals(values.denominator, w, code, places)
    linear = linearise(values.statistic, numerator, denominator)
    u = values.scale * (
        (linear.alpha[code] * values.numerator).sum(axis=1) - (linear.beta[code] * values.denominator).sum(axis=1)
    )
    valid = np.bincount(code, weights=values.valid, minlength=places).astype(np.int64)
    variance = setting.taylor.variance((w * u)[:, None])[:, 0]
    without, replaced = design_effects(variance, u, w, code, values.valid)
    column = Column(
        asked=asked,
        estimate=np.where(valid > 0, values.scale * linear.estimate, np.nan),
        se=np.sqrt(variance),
        deff=without,
        deff_replace=replaced,
        valid=valid,
        df=setting.taylor.df,
        n=setting.n,
        census=setting.taylor.census,
    )
    return column.honest(), w * u


def _totals(values: Float, weight: Float, code: NDArray[np.int64], places: int) -> Float:
    """Weighted totals per domain and column."""
    return np.stack([np.bincount(code, weights=weight * column, minlength=places) for column in values.T], axis=1)


def _quantile(setting: _Setting, asked: Asked) -> Column:
    """Estimate a quantile with Woodruff's interval."""
    x = setting.table.numbers(asked.columns[0])
    known = ~np.isnan(x)
    code, places, w = setting.domains.code, setting.domains.places, setting.design.weight
    by_domain = [np.flatnonzero(known & (code == d)) for d in range(places)]
    samples = [distribution_of(x[rows], w[rows]) if len(rows) else None for rows in by_domain]
    probability = asked.probability or 0.0
    estimates = np.array([np.nan if s is None else s.quantile(probability) for s in samples])
    below = (known & (x <= estimates[code])).astype(np.float64)
    total = np.bincount(code, weights=w * known, minlength=places)
    share = np.bincount(code, weights=w * below, minlength=places) / np.where(total > 0, total, np.nan)
    u = known * (below - np.nan_to_num(share)[code]) / np.where(total > 0, total, 1.0)[code]
    se = np.sqrt(setting.taylor.variance((w * u)[:, None])[:, 0])
    limits = np.full((places, 3), np.nan)
    for d, sample in enumerate(samples):
        if sample is not None and setting.taylor.df[d] > 0 and not np.isnan(se[d]):
            size = (int(setting.n[d]), int(setting.taylor.df[d]))
            limits[d] = quantile_limits(sample, (share[d], se[d]), size, setting.specification.level)
    valid = np.array([len(rows) for rows in by_domain])
    return quantile_column(asked, estimates, limits, valid, setting.taylor, setting.n)


def _joint(setting: _Setting, columns: list[Column], z: list[Float]) -> tuple[Float, tuple[int, ...]]:
    """Joint covariance of all rows but quantiles, in the order of the rows."""
    matrix = covariance(setting.taylor, np.stack(z, axis=1))
    linear = [k for k, column in enumerate(columns) if column.asked.kind != "quantile"]
    size = setting.domains.size
    kept = matrix[: size * len(linear), : size * len(linear)]
    unknown = np.stack([np.isnan(columns[k].se[:size]) for k in linear], axis=1).ravel()
    kept[unknown, :], kept[:, unknown] = np.nan, np.nan
    return kept, tuple(d * len(columns) + k for d in range(size) for k in linear)
