"""What a stranger can set up from published cells: unknown answers, and the equations that they fulfil."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annual.model import Row
from analysis.annual.protocol import Protocol

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
    most = {leaf: _most_answers(leaf, domains, protocol) for leaf in leaves}
    for leaf in leaves:
        for column in sorted(columns):
            if (leaf, column) not in known:
                found.weight[leaf, column] = mean[leaf]
                found.most[leaf, column] = most[leaf]
    for row in rests:
        atoms = tuple((leaf, row.statistic) for leaf in row.note.split() if (leaf, row.statistic) in found.weight)
        found.equations.append(Equation(atoms, (row.y or 0) / 1e6, (row.x or 0) / 1e6, row.n or 0))
    for row in (row for row in cells if row.kind == "pool"):
        found.equations.append(_pool(row, found, known, protocol))
    for row in (row for row in cells if row.kind == "hidden" and row.y is not None):
        if (row.domain, row.statistic) in found.weight:
            found.bounds[row.domain, row.statistic] = (row.cell, (row.y or 0) / 100)
    return found


def _most_answers(leaf: str, domains: Mapping[str, Row], protocol: Protocol) -> int:
    """Largest number of answers that a lowest unit can have."""
    own = domains[leaf]
    if own.n is not None:
        return own.n
    if not own.note:
        return protocol.cell_minimum - 1
    above = next((d for d in protocol.path(leaf) if d in domains and domains[d].n is not None), None)
    if above is None:
        return own.units or 0
    known = sum(domains[other].n or 0 for other in protocol.leaves[above] if other in domains)
    return (domains[above].n or 0) - known


def told_counts(cells: Sequence[Row], protocol: Protocol) -> list[str]:
    """Domains whose count leaves over the hidden count of one unit, or fewer answers than a cell has (Z19)."""
    domains = {row.domain: row for row in cells if row.kind == "domain"}
    found = []
    for domain, row in domains.items():
        if row.n is None or not protocol.children[domain]:
            continue
        shown, hidden = _split(domain, domains, protocol)
        left = row.n - sum(domains[one].n or 0 for one in shown)
        if hidden and left and (len(hidden) == 1 or left < protocol.cell_minimum):
            found.append(domain)
    return found


def _split(domain: str, domains: Mapping[str, Row], protocol: Protocol) -> tuple[list[str], list[str]]:
    """Highest domains under a domain whose counts are shown, and lowest units under none of them."""
    shown, hidden = [], []
    for child in (child for child in protocol.children[domain] if child in domains):
        if domains[child].n is not None:
            shown.append(child)
        elif not protocol.children[child]:
            hidden.append(child)
        else:
            below = _split(child, domains, protocol)
            shown, hidden = shown + below[0], hidden + below[1]
    return shown, hidden


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
