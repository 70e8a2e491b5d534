"""Where units stand among those beside them: rank intervals and the expected range, read from the printed indices."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis import annual
from analysis.annual.protocol import Protocol, read_protocol
from analysis.annual.specification import read_statistics
from analysis.figures import round_half_up
from analysis.funnel import common_sizes, expected_range
from analysis.index_intervals import Basis, limits
from analysis.rank_sets import sets_from_intervals, simultaneous_level
from analysis.ranking import group_span, table_reliability
from analysis.release.sheets import Column, Kind, Sheet, Value, sheet_of

PATH = "results/ranks.csv"
GROUPS = 4  # quarters of a table that cannot tell single places
FEWEST = 5  # units with an index of enough answers from which an expected range is told
TITLES = (
    "Rank intervals and expected ranges: each unit among those of its kind under the same unit",
    "Khoảng thứ hạng và khoảng dự kiến: từng đơn vị so với các đơn vị cùng loại, cùng cấp trên",
)
COLUMNS = (
    Column("unit", Kind.TEXT, "Unit", "Đơn vị", required=True),
    Column("parent", Kind.TEXT, "Unit above it", "Đơn vị cấp trên"),
    Column("of", Kind.WHOLE, "Units that are compared", "Số đơn vị được so sánh"),
    Column("evidence", Kind.TEXT, "Evidence grade of the answers", "Cấp bằng chứng của câu trả lời"),
    Column("low", Kind.NUMBER, "Lower limit of the joint interval", "Cận dưới của khoảng tin cậy đồng thời"),
    Column("high", Kind.NUMBER, "Upper limit of the joint interval", "Cận trên của khoảng tin cậy đồng thời"),
    Column("first", Kind.WHOLE, "First possible place", "Thứ hạng cao nhất có thể"),
    Column("last", Kind.WHOLE, "Last possible place", "Thứ hạng thấp nhất có thể"),
    Column("first_quarter", Kind.WHOLE, "First possible quarter, 1 is best", "Nhóm cao nhất có thể, 1 là cao nhất"),
    Column("last_quarter", Kind.WHOLE, "Last possible quarter", "Nhóm thấp nhất có thể"),
    Column("reliability", Kind.NUMBER, "Share of the differences that is not chance", "Độ tin cậy của bảng so sánh"),
    Column("expected_low", Kind.NUMBER, "Lower limit of the expected range", "Cận dưới của khoảng dự kiến"),
    Column("expected_high", Kind.NUMBER, "Upper limit of the expected range", "Cận trên của khoảng dự kiến"),
    Column("expected", Kind.TEXT, "below, within or above the expected range", "below: thấp hơn; above: cao hơn"),
    Column("no_rank", Kind.TEXT, "Why there is no rank interval", "Vì sao không có khoảng thứ hạng"),
    Column("no_range", Kind.TEXT, "Why there is no expected range", "Vì sao không có khoảng dự kiến"),
)
ALONE, NO_FIGURE = "nobody to compare with", "no exact index with a standard error"
INCOMPLETE = "a part of the index is missing"
QUARTERS_ONLY = "the table does not tell places apart"
TOO_FEW_UNITS = f"fewer than {FEWEST} units with an index of enough answers"
Record = Mapping[str, str]


@dataclass
class _Group:
    """Units that are compared, with the printed figures of their overall index as shares."""

    parent: str
    returned: Mapping[str, int]
    records: list[Record] = field(default_factory=list)

    def numbers(self, name: str) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """A column of printed numbers, NaN where the figure is not set beside others."""
        return np.array([float(r[name]) if annual.comparable(r) else math.nan for r in self.records])


def standing(overall: Sheet, fieldwork: Sheet, protocol: Mapping[str, Any]) -> Sheet:
    """Make the table of rank intervals and expected ranges (method.md, formulas Z16 and Z17).

    Parameters
    ----------
    overall : Sheet
        results/overall.csv: nothing else of the answers is looked at, so that its reader can do the same.
    fieldwork : Sheet
        data/fieldwork.csv, for the dossiers that each unit returned.
    protocol : mapping
        As published. `kinds` (kind by unit; a unit without one, such as a pool of small ones, is not compared) keeps
        apart what is not alike; without it all units under one are compared.

    Returns
    -------
    Sheet
        One row for every unit that is compared, in the order of the tree.
    """
    settings = read_protocol(protocol)
    share = any(one.name == "overall" and one.plain_share for one in read_statistics(protocol))
    rows: dict[str, list[Value]] = {}
    returned = {record["unit"]: int(record["returned"] or 0) for record in fieldwork.records()}
    for group in _groups(overall, settings, protocol.get("kinds"), returned):
        rows |= _rows(group, settings, plain_share=share)
    ordered = [rows[unit] for unit in settings.order if unit in rows]
    return sheet_of(PATH, TITLES, COLUMNS, ordered, ["unit"])


def _groups(
    overall: Sheet, protocol: Protocol, kinds: Mapping[str, str] | None, returned: Mapping[str, int]
) -> list[_Group]:
    """Units of one kind right under the same unit."""
    found: dict[tuple[str, str], _Group] = {}
    for record in overall.records():
        unit, parent = record["unit"], protocol.tree.get(record["unit"])
        kind = "" if kinds is None else kinds.get(unit)
        if record["statistic"] == "overall" and parent is not None and kind is not None:
            found.setdefault((parent, kind), _Group(parent, returned)).records.append(record)
    return list(found.values())


def _rows(group: _Group, protocol: Protocol, *, plain_share: bool) -> dict[str, list[Value]]:
    """Rows of one group by unit."""
    size, evidence = len(group.records), "+".join(protocol.grades)
    estimate, se = group.numbers("estimate"), group.numbers("se")
    low, high = _joint_limits(group, protocol.confidence, plain_share=plain_share)
    sets = sets_from_intervals(estimate, low, high)
    reliability = table_reliability(estimate, se)
    quarters = group_span(sets.lower, sets.upper, GROUPS) if size >= GROUPS else (None, None)
    ranges, no_range = _expected(group)
    rho = None if reliability.rho is None else round_half_up(reliability.rho, 2)
    rows: dict[str, list[Value]] = {}
    for k, record in enumerate(group.records):
        no_rank = _no_rank(record, size, protocol.rank_minimum)
        in_quarters = not no_rank and quarters[0] is not None
        places: list[Value] = [None, None]
        if not no_rank and reliability.groups_only:
            no_rank = QUARTERS_ONLY
        elif not no_rank:
            places = [int(sets.lower[k]), int(sets.upper[k])]
        spans: list[Value] = [int(side[k]) if in_quarters and side is not None else None for side in quarters]
        why = no_range or _no_figure(record, protocol.rank_minimum)
        own_range: list[Value] = [None, None, ""] if why else ranges[k]
        start: list[Value] = [record["unit"], group.parent, size, evidence, _or_blank(low[k]), _or_blank(high[k])]
        rows[record["unit"]] = [*start, *places, *spans, rho, *own_range, no_rank, why]
    return rows


def _joint_limits(group: _Group, level: float, *, plain_share: bool) -> Sequence[Any]:
    """Limits that hold for all units together, in per cent and printed outward, NaN where nothing is known.

    Printed limits are further apart than the computed ones, so sets that are read from them can only be wider.
    """
    n = np.nan_to_num(group.numbers("n"), nan=1).astype(np.int64)
    basis = Basis(
        estimate=group.numbers("estimate") / 100,
        se=group.numbers("se") / 100,
        df=np.nan_to_num(group.numbers("df"), nan=0).astype(np.int64),
        n=n,
        valid=n,
        census=np.zeros(len(n), dtype=bool),
    )
    found = limits(basis, plain_share=plain_share, level=simultaneous_level(level, len(n)))
    known = ~np.isnan(basis.se)
    return (
        np.where(known, np.floor(found.lo * 10_000 + 1e-6) / 100, np.nan),
        np.where(known, np.ceil(found.hi * 10_000 - 1e-6) / 100, np.nan),
    )


def _expected(group: _Group) -> tuple[list[list[Value]], str]:
    """Limits of the expected range and the word of every unit; or why there is none for anybody."""
    share, se = group.numbers("estimate") / 100, group.numbers("se") / 100
    known = np.array([r["rankable"] == "yes" for r in group.records]) & ~np.isnan(se) & (share > 0) & (share < 1)
    if known.sum() < FEWEST:
        return [], TOO_FEW_UNITS
    n = group.numbers("n")
    answered = n / np.array([group.returned.get(r["unit"]) or math.inf for r in group.records])
    size = np.full(len(n), math.nan)
    size[known] = common_sizes(share[known], se[known], n[known], group.numbers("df")[known], answered[known])
    found = expected_range(np.where(known, share, math.nan), size)
    rows: list[list[Value]] = []
    for low, high, word in zip(found.lower, found.upper, found.word, strict=True):
        shown = [None if math.isnan(v) else round_half_up(100 * float(v), 2) for v in (low, high)]
        rows.append([*shown, word or ""])
    return rows, ""


def _no_rank(record: Record, size: int, minimum: int) -> str:
    """Why a unit has no rank interval, blank if it has one."""
    return ALONE if size == 1 else _no_figure(record, minimum)


def _no_figure(record: Record, minimum: int) -> str:
    """Why a unit is not set beside others, blank if it is."""
    if record["label"] == annual.REWEIGHTED:
        return INCOMPLETE
    if not annual.comparable(record):
        return NO_FIGURE
    return "" if record["rankable"] == "yes" else f"fewer than {minimum} answers"


def _or_blank(value: float) -> Value:
    """A printed limit, nothing where there is none."""
    return None if math.isnan(value) else round_half_up(float(value), 2)
