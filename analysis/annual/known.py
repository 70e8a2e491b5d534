"""Published rows sorted by domain, with the sums of cells added up along the tree."""

from dataclasses import dataclass, field

from analysis.annual.model import Cells, Row
from analysis.annual.protocol import Protocol
from analysis.figures import round_half_up


@dataclass
class Known:
    """Published rows of one domain."""

    row: Row
    sums: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # column to n, x, y
    pools: dict[str, tuple[float, float]] = field(default_factory=dict)  # hidden column to its part of the pool
    hidden: dict[str, Row] = field(default_factory=dict)
    squares: dict[str, list[Row]] = field(default_factory=dict)
    levels: dict[str, dict[int, int]] = field(default_factory=dict)


def known_rows(cells: Cells, protocol: Protocol) -> dict[str, Known]:
    """Sort the rows by domain; sums of cells are added up along the tree."""
    found = {row.domain: Known(row) for row in cells if row.kind == "domain"}
    found = {domain: found[domain] for domain in protocol.order if domain in found}
    for row in cells:
        if row.kind == "sum":
            for domain in protocol.path(row.domain):
                n, x, y = found[domain].sums.get(row.statistic, (0, 0, 0))
                found[domain].sums[row.statistic] = (n + (row.n or 0), x + (row.x or 0), y + (row.y or 0))
        elif row.kind == "pool":
            members = row.note.split()
            share = (row.y or 0) / len(members), (row.x or 0) / len(members)
            found[row.domain].pools |= dict.fromkeys(members, share)
        elif row.kind == "hidden":
            found[row.domain].hidden[row.statistic] = row
        elif row.kind == "square":
            found[row.domain].squares.setdefault(row.statistic, []).append(row)
        elif row.kind == "level":
            found[row.domain].levels.setdefault(row.statistic, {})[int(row.cell)] = row.y or 0
    return found


def satisfied_per_cents(cells: Cells, protocol: Protocol) -> dict[tuple[str, str], int]:
    """Shares of published sums in whole per cents, by domain and column: what level tables add up to (Z12)."""
    return {
        (domain, column): int(round_half_up(100 * y / x, 0))
        for domain, one in known_rows(cells, protocol).items()
        for column, (_, x, y) in one.sums.items()
        if x
    }
