"""What is computed again from a bundle's inputs: units, results, rates, changes since last year."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from scipy import stats

from analysis.annual import comparable
from analysis.annual.model import Result
from analysis.figures import round_half_up
from analysis.multiplicity import benjamini_hochberg
from analysis.release.sheets import Column, Kind, Sheet, Value, sheet_of

_UNIT = Column("unit", Kind.TEXT, "Unit", "Đơn vị", required=True)
_STATISTIC = Column("statistic", Kind.TEXT, "Statistic", "Chỉ tiêu thống kê", required=True)
_FIGURES = (
    Column("n", Kind.WHOLE, "Answers", "Số câu trả lời"),
    Column("estimate", Kind.NUMBER, "Index", "Chỉ số", "0 to 100; a score on its scale"),
    Column("se", Kind.NUMBER, "Standard error", "Sai số chuẩn"),
    Column("df", Kind.WHOLE, "Degrees of freedom", "Bậc tự do"),
    Column("low", Kind.NUMBER, "Lower limit of the interval", "Cận dưới của khoảng tin cậy"),
    Column("high", Kind.NUMBER, "Upper limit of the interval", "Cận trên của khoảng tin cậy"),
    Column("bound", Kind.TEXT, "at_least, at_most, hidden; blank if exact", "at_least: ít nhất; at_most: nhiều nhất"),
    Column("none_satisfied", Kind.NUMBER, "If no silent one were satisfied", "Nếu không ai chưa trả lời hài lòng"),
    Column(
        "all_satisfied", Kind.NUMBER, "If all silent ones were satisfied", "Nếu mọi người chưa trả lời đều hài lòng"
    ),
)
_LABELS = (
    Column("rankable", Kind.TEXT, "Enough answers for a rank interval", "Đủ câu trả lời để xếp khoảng thứ hạng"),
    Column("label", Kind.TEXT, "What has to be said beside the figure", "Điều phải nói kèm con số"),
)
_LEVELS = tuple(
    Column(f"level_{j}", Kind.NUMBER, f"Per cent of answers on level {j}", f"Tỷ lệ trả lời mức {j}", "per cent")
    for j in range(1, 6)
)
_TABLES = {
    "overall": ("Overall index by unit", "Chỉ số hài lòng chung theo đơn vị"),
    "factors": ("Index of each factor by unit", "Chỉ số theo yếu tố và đơn vị"),
    "items": ("Index of each question by unit, with all five levels", "Chỉ số từng câu hỏi theo đơn vị, đủ năm mức"),
}
UNITS = "data/units.csv"
_UNIT_COLUMNS = (
    _UNIT,
    Column("parent", Kind.TEXT, "Unit above it", "Đơn vị cấp trên"),
    Column("name", Kind.TEXT, "Name", "Tên"),
)
_CHANGE = (
    _UNIT,
    _STATISTIC,
    Column("earlier", Kind.NUMBER, "Earlier index, as published", "Chỉ số kỳ trước, như đã công bố"),
    Column("later", Kind.NUMBER, "This index", "Chỉ số kỳ này"),
    Column("change", Kind.NUMBER, "Change in points", "Thay đổi, điểm"),
    Column("se", Kind.NUMBER, "Its standard error", "Sai số chuẩn của thay đổi"),
    Column("low", Kind.NUMBER, "Lower limit", "Cận dưới"),
    Column("high", Kind.NUMBER, "Upper limit", "Cận trên"),
    Column("p_adjusted", Kind.NUMBER, "p value, adjusted for the number of changes", "Giá trị p đã hiệu chỉnh"),
    Column("reading", Kind.TEXT, "up, down, or not distinguishable", "up: tăng; down: giảm; không phân biệt được"),
)
LIMIT = 0.05


def units_of(protocol: Mapping[str, Any]) -> Sheet:
    """Units of the tree with their names."""
    names = protocol.get("names", {})
    rows = [(unit, parent or "", names.get(unit, unit)) for unit, parent in protocol["tree"].items()]
    return sheet_of(UNITS, ("Units", "Đơn vị"), _UNIT_COLUMNS, rows, ["unit"])


def result_tables(results: Iterable[Result]) -> list[Sheet]:
    """Results by kind of statistic: overall, factors, items with their five levels."""
    rows: dict[str, list[list[Value]]] = {name: [] for name in _TABLES}
    for result in results:
        kind = "factors" if result.statistic.startswith("factor:") else "overall"
        kind = "items" if result.statistic.startswith(("share:", "score:")) else kind
        figures: list[Value] = [getattr(result, column.name) for column in _FIGURES]
        levels = [result.levels.split("|") if result.levels else [""] * 5] if kind == "items" else []
        labels = [getattr(result, column.name) for column in _LABELS]
        rows[kind].append([result.domain, result.statistic, *figures, *(x for part in levels for x in part), *labels])
    sheets = []
    for name, titles in _TABLES.items():
        columns = (_UNIT, _STATISTIC, *_FIGURES, *(_LEVELS if name == "items" else ()), *_LABELS)
        sheets.append(sheet_of(f"results/{name}.csv", titles, columns, rows[name], ["unit", "statistic"]))
    return sheets


def diagnostics_table(report: Mapping[str, Any]) -> Sheet:
    """What the weighting says of itself, one measure a row."""
    columns = (
        Column("measure", Kind.TEXT, "Measure", "Thước đo", required=True),
        Column("value", Kind.TEXT, "Value", "Giá trị"),
    )
    titles = ("How the weights came out", "Chẩn đoán quyền số")
    return sheet_of("results/weights.csv", titles, columns, list(_flat(report)), ["measure"])


def comparison(earlier: Sheet, tables: Sequence[Sheet]) -> Sheet:
    """Changes since an earlier release: both printed figures, interval, reading (method.md, N6).

    Parameters
    ----------
    earlier : Sheet
        Overall and factor indices of the earlier release as published, columns of `results/overall.csv`.
    tables : sequence of Sheet
        The tables of this release.
    """
    before = {(r["unit"], r["statistic"]): r for r in earlier.records() if comparable(r)}
    now = [r for sheet in tables for r in sheet.records() if comparable(r)]
    pairs = [(before[r["unit"], r["statistic"]], r) for r in now if (r["unit"], r["statistic"]) in before]
    changes = [_change(a, b) for a, b in pairs]
    adjusted = benjamini_hochberg(np.array([p for *_, p in changes])).tolist() if changes else []
    rows: list[list[Value]] = []
    for (a, b), (difference, se, half, _p), p in zip(pairs, changes, adjusted, strict=True):
        reading = "not distinguishable" if p > LIMIT else "up" if difference > 0 else "down"
        limits = [round_half_up(float(difference) + sign * half, 2) for sign in (-1, 1)]
        figures: list[Value] = [
            a["estimate"],
            b["estimate"],
            difference,
            round_half_up(se, 2),
            *limits,
            round_half_up(p, 4),
        ]
        rows.append([b["unit"], b["statistic"], *figures, reading])
    titles = ("Changes since the earlier release", "Thay đổi so với kỳ trước")
    return sheet_of("results/comparison.csv", titles, _CHANGE, rows, ["unit", "statistic"])


def earlier_columns() -> tuple[Column, ...]:
    """Columns of the earlier figures that a bundle carries."""
    return (_UNIT, _STATISTIC, *_FIGURES, *_LABELS)


def combined(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Standard error and degrees of freedom of a sum of independent estimates (Welch and Satterthwaite).

    Parameters
    ----------
    parts : sequence of (float, float)
        Standard error, above 0, and degrees of freedom of each.
    """
    se = math.hypot(*(one for one, _df in parts))
    return se, se**4 / sum(one**4 / df for one, df in parts)


def half_width(se: float, df: float) -> float:
    """Half the length of a 95 % t interval."""
    return float(stats.t.ppf(0.975, df)) * se


def _change(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Decimal, float, float, float]:
    """Difference of two independent estimates, its standard error, half width, p (Welch's degrees of freedom)."""
    difference = Decimal(after["estimate"]) - Decimal(before["estimate"])
    se, df = combined([(float(one["se"]), int(one["df"])) for one in (before, after)])
    half = half_width(se, df)
    return difference, se, half, float(2 * stats.t.sf(abs(float(difference)) / se, df))


def _flat(report: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Nested mappings as dotted names."""
    for name, value in report.items():
        path = f"{above}.{name}" if above else str(name)
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        elif isinstance(value, list | tuple):
            yield path, "; ".join(str(part) for part in value)
        else:
            yield path, "" if value is None else str(value)
