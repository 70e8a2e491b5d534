"""Every printed figure from the published cells alone: the one way to a result, for the publisher and for anybody."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.annual.cell_rules import check_cells
from analysis.annual.known import Known, known_rows
from analysis.annual.model import Cells, Result, Row
from analysis.annual.protocol import Protocol, read_protocol
from analysis.annual.specification import Printed, read_statistics
from analysis.annual.squares import LONELY
from analysis.figures import round_half_up
from analysis.index_intervals import Basis, limits
from analysis.linearization import linearise

DECIMALS = 2
REWEIGHTED = "reweighted"


@dataclass(frozen=True)
class Figure:
    """Estimate and standard error of a statistic in one domain, as shares of its scale."""

    estimate: float = math.nan
    se: float = math.nan
    df: int = 0
    n: int = 0
    census: bool = False
    label: str = ""


def comparable(printed: Mapping[str, str]) -> bool:
    """Whether a printed figure is set beside others: exact, of all its parts, with a standard error and its df."""
    if printed["bound"] or printed["label"] == REWEIGHTED:
        return False
    return float(printed["se"] or 0) > 0 and int(printed["df"] or 0) > 0


def recompute(cells: Cells, protocol: Mapping[str, Any]) -> tuple[Result, ...]:
    """Compute every printed figure from published cells (method.md, formulas Z13 and Z14).

    Parameters
    ----------
    cells : tuple of Row
        As published.
    protocol : mapping
        As published, completed with `annual.complete`.

    Returns
    -------
    tuple of Result
        By domain in the order of the tree, then in the order of the statistics.

    Raises
    ------
    AnalysisError
        For a protocol without tree or statistics, and for rows that `estimate` never writes.
    """
    settings, printed = read_protocol(protocol), read_statistics(protocol)
    check_cells(cells, settings, printed)
    known = known_rows(cells, settings)
    figures = {one.name: [_figure(one, known[d]) for d in known] for one in printed}
    intervals = {one.name: _intervals(one, figures[one.name], settings.confidence) for one in printed}
    return tuple(
        _result(one, known[domain], figures[one.name][d], intervals[one.name][d], settings)
        for d, domain in enumerate(known)
        for one in printed
    )


def _figure(one: Printed, known: Known) -> Figure:
    """Estimate one statistic in one domain."""
    if one.name in known.hidden:
        return Figure(label=known.hidden[one.name].note)
    numerator, denominator = np.zeros((1, len(one.columns))), np.zeros((1, len(one.columns)))
    for k, column in enumerate(one.columns):
        if column in known.pools:
            numerator[0, k], denominator[0, k] = known.pools[column]
        elif column in known.sums and column not in known.hidden:
            _, x, y = known.sums[column]
            numerator[0, k], denominator[0, k] = y, x
    linear = linearise(one.statistic, numerator, denominator)
    n = known.sums[one.columns[0]][0] if one.single and one.columns[0] in known.sums else known.row.n or 0
    if np.isnan(linear.estimate[0]):
        return Figure(n=n, label="no valid answer" if one.single else "an item without a valid answer")
    se, df, census, note = _standard_error(known.squares.get(one.name, []))
    label = REWEIGHTED if linear.left_out[0] else note
    return Figure(float(linear.estimate[0]), se, df, n, census, label)


def _standard_error(rows: Sequence[Row]) -> tuple[float, int, bool, str]:
    """Standard error, degrees of freedom, whether all were taken, and the label of a statistic's squares (Z13)."""
    parts, df, notes = [], 0, set()
    for row in rows:
        notes.add(row.note)
        if row.z2 is None:
            return math.nan, 0, False, row.note
        if row.stage == "rest":
            parts.append(row.z2)
            continue
        units, fraction = row.units or 0, row.fraction or 0.0
        df += (row.present or 1) - 1
        if fraction < 1:
            parts.append((1 - fraction) * units / (units - 1) * row.z2)
    census = bool(rows) and not parts
    se = math.sqrt(math.fsum(parts)) if df > 0 or census else math.nan
    if rows and math.isnan(se):
        notes.add(LONELY)
    return se, df, census, " ".join(sorted(notes - {""}))


def _intervals(one: Printed, figures: Sequence[Figure], level: float) -> list[tuple[float, float]]:
    """Intervals of one statistic over all domains (section I of method.md)."""
    whole = np.array([f.n for f in figures], dtype=np.int64)
    basis = Basis(
        estimate=np.array([f.estimate for f in figures]),
        se=np.array([f.se for f in figures]),
        df=np.array([f.df for f in figures], dtype=np.int64),
        n=np.maximum(whole, 1),
        valid=np.maximum(whole, 1),
        census=np.array([f.census for f in figures]),
    )
    found = limits(basis, plain_share=one.plain_share, level=level)
    return list(zip(found.lo.tolist(), found.hi.tolist(), strict=True))


def _result(one: Printed, known: Known, figure: Figure, interval: tuple[float, float], protocol: Protocol) -> Result:
    """Print one figure."""
    n = known.row.n
    told = "" if n is None else str(figure.n or n)
    if n is None or n < protocol.minimum:
        label = known.row.note or f"fewer than {protocol.minimum} answers"
        return Result(known.row.domain, one.name, told, bound="hidden", rankable="no", label=label)
    if one.name in known.hidden:
        row = known.hidden[one.name]
        limit = "" if row.y is None else _text(float(row.y), (0.0, 1.0))
        return Result(known.row.domain, one.name, str(n), limit, bound=row.cell, rankable="no", label=row.note)
    if math.isnan(figure.estimate) or figure.n < protocol.minimum:
        label = figure.label if math.isnan(figure.estimate) else f"fewer than {protocol.minimum} answers"
        return Result(known.row.domain, one.name, told, bound="hidden", rankable="no", label=label)
    rate = known.row.fraction if known.row.fraction is not None else math.nan
    estimate, (low, high) = figure.estimate, interval
    sure = figure.n >= protocol.rank_minimum and figure.label != REWEIGHTED and not math.isnan(figure.se)
    return Result(
        domain=known.row.domain,
        statistic=one.name,
        n=str(figure.n),
        estimate=_text(estimate, one.ends),
        se=_text(figure.se, (0.0, one.ends[1] - one.ends[0])),
        df=str(figure.df),
        low=_text(low, one.ends),
        high=_text(high, one.ends),
        none_satisfied=_text(estimate * rate, one.ends),
        all_satisfied=_text(estimate * rate + 1 - rate, one.ends),
        levels="|".join(str(known.levels[one.name].get(k, "")) for k in range(1, 6))
        if one.name in known.levels
        else "",
        rankable="yes" if sure else "no",
        label=figure.label,
    )


def _text(value: float, ends: tuple[float, float]) -> str:
    """Write a share of a scale as it is printed; nothing where there is none."""
    return "" if math.isnan(value) else str(round_half_up(ends[0] + (ends[1] - ends[0]) * value, DECIMALS))
