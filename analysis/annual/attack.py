"""What a stranger can set up from published cells: unknown answers, and the equations that they fulfil."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annual.model import Row
from analysis.annual.protocol import Protocol
from analysis.annual.sums import FEW

Atom = tuple[str, str]  # lowest unit, column


@dataclass(frozen=True)
class Equation:
    """Weighted satisfied answers of unknown atoms add up to `y`, all valid ones to `x`; these are `valid` answers."""

    atoms: tuple[Atom, ...]
    y: float
    x: float
    valid: int


@dataclass
class System:
    """Everything that was published about the atoms that have no cell of their own.

    Attributes
    ----------
    weight : dict of Atom to float
        Mean weight of an answer of the atom's unit, in dossiers.
    most : dict of Atom to int
        Largest possible number of valid answers.
    bounds : dict of Atom to (str, float)
        at_least or at_most, with the share.
    equations : list of Equation
    """

    weight: dict[Atom, float] = field(default_factory=dict)
    most: dict[Atom, int] = field(default_factory=dict)
    bounds: dict[Atom, tuple[str, float]] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)


def system_of(cells: Sequence[Row], protocol: Protocol) -> System:
    """Set up the equations of published cells.

    Parameters
    ----------
    cells : sequence of Row
        As published; squares and level tables are not used.
    protocol : Protocol
        Its tree.
    """
    found = System()
    known = {(row.domain, row.statistic): row for row in cells if row.kind == "sum" and row.cell == row.domain}
    domains = {row.domain: row for row in cells if row.kind == "domain"}
    columns = {row.statistic for row in cells if row.kind == "sum"}
    columns |= {column for row in cells if row.kind == "pool" for column in row.note.split()}
    rests = [row for row in cells if row.kind == "sum" and row.cell != row.domain]
    mean = _mean_weights(domains, protocol)
    leaves = [leaf for leaf in protocol.leaves[protocol.order[0]] if leaf in domains] if protocol.order else []
    for leaf in leaves:
        for column in sorted(columns):
            if (leaf, column) not in known:
                found.weight[leaf, column] = mean[leaf]
                answers = domains[leaf].n
                found.most[leaf, column] = FEW - 1 if answers is None else answers
    for row in rests:
        atoms = tuple((leaf, row.statistic) for leaf in row.note.split() if (leaf, row.statistic) in found.weight)
        found.equations.append(Equation(atoms, (row.y or 0) / 1e6, (row.x or 0) / 1e6, row.n or 0))
    for row in (row for row in cells if row.kind == "pool"):
        found.equations.append(_pool(row, found, known, protocol))
    for row in (row for row in cells if row.kind == "hidden" and row.y is not None):
        if (row.domain, row.statistic) in found.weight:
            found.bounds[row.domain, row.statistic] = (row.cell, (row.y or 0) / 100)
    return found


def _mean_weights(domains: Mapping[str, Row], protocol: Protocol) -> dict[str, float]:
    """Mean weight of the answers of every lowest unit; of the nearest domain above where it is not published."""
    found = {}
    for leaf in (d for d in protocol.order if not protocol.children[d]):
        for domain in protocol.path(leaf):
            row = domains.get(domain)
            if row is not None and row.n:
                found[leaf] = (row.w or 0) / 1e6 / row.n
                break
    return found


def _pool(row: Row, found: System, known: Mapping[Atom, Row], protocol: Protocol) -> Equation:
    """Equation of a pool: what is known of its units is taken away."""
    y, x, valid = (row.y or 0) / 1e6, (row.x or 0) / 1e6, row.n or 0
    atoms = []
    for leaf in protocol.leaves[row.domain]:
        for column in row.note.split():
            if (leaf, column) in known:
                own = known[leaf, column]
                y, x, valid = y - (own.y or 0) / 1e6, x - (own.x or 0) / 1e6, valid - (own.n or 0)
            elif (leaf, column) in found.weight:
                atoms.append((leaf, column))
    return Equation(tuple(atoms), y, x, valid)
