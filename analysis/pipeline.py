"""From responses to indices: scan to cells, totals, derivatives, variances, figures; the order of method.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cell_design import cell_stages
from analysis.covariance import covariance
from analysis.design import DesignColumns
from analysis.engines import Columns, Engine
from analysis.figures import Figure
from analysis.index_rows import Totals, figures_of
from analysis.linearization import Linear, linearise
from analysis.recipe import RESPONDENT, Wanted, wanted, worth_of
from analysis.scan import GRID, Measure, Shape, cells_sql, level_counts, levels_sql, run_scan
from analysis.variance import Taylor, lay_out
from instruments.model import Instrument

Float = NDArray[np.float64]
Int = NDArray[np.int64]
MEASURES = {"share": ("y", "x"), "points": ("s", "v")}


@dataclass(frozen=True)
class Indices:
    """Indices of every domain.

    Attributes
    ----------
    domains : ndarray, (domains, domain columns)
        Codes of the domain columns, sorted.
    figures : tuple of Figure
        By domain, then in the order of the instrument; `Figure.domain` is the place in `domains`.
    overall_covariance : ndarray, (domains, domains)
        Of the overall index, in squared points.
    """

    domains: Int
    figures: tuple[Figure, ...]
    overall_covariance: Float


def compute_indices(
    engine: Engine, shape: Shape, design: DesignColumns, instrument: Instrument, level: float = 0.95
) -> Indices:
    """Compute every index of every domain from the view `responses` of an engine.

    Parameters
    ----------
    engine : Engine
        Where the view lies.
    shape : Shape
        Its columns.
    design : DesignColumns
        Its `lonely`, `psu` (empty: the respondent is the unit) and `ultimate_cluster` count here.
    instrument : Instrument
        Items and recipe.
    level : float
        Confidence level.

    Raises
    ------
    AnalysisError
        For what the design or the recipe cannot give.
    """
    listed = wanted(instrument)
    worth = {of: worth_of(instrument, of) for of in MEASURES}
    cells = run_scan(engine, cells_sql(shape, _measures(worth), grouped=bool(design.psu)), _keys(shape, design))
    domains, domain = _domains(cells, shape)
    taylor = lay_out(cell_stages(cells, shape, design), domain, len(domains), design.lonely)
    sums = _cell_sums(cells, shape)
    totals = _totals(engine, shape, sums, domain, domains, worth)
    linear = [linearise(w.statistic, totals.numerator[w.of], totals.denominator[w.of]) for w in listed]
    z = np.stack([_z(w, li, sums, domain) for w, li in zip(listed, linear, strict=True)], axis=1)
    variance = taylor.variance(z)
    columns = [figures_of(w, linear[k], np.sqrt(variance[:, k]), totals, taylor, level) for k, w in enumerate(listed)]
    figures = tuple(column[d] for d in range(len(domains)) for column in columns)
    overall = next(k for k, w in enumerate(listed) if w.statistic.name == "overall")
    return Indices(domains, figures, _joint(taylor, z[:, [overall]], linear[overall]))


def _measures(worth: Mapping[str, tuple[Float, Float]]) -> list[Measure]:
    """What the scan sums: numerator and denominator of shares and of points."""
    return [
        Measure(name, table) for of, names in MEASURES.items() for name, table in zip(names, worth[of], strict=True)
    ]


def _keys(shape: Shape, design: DesignColumns) -> tuple[str, ...]:
    """Columns by which cells are sorted."""
    return shape.keys if design.psu else ("h", *shape.domain_keys)


def _domains(cells: Columns, shape: Shape) -> tuple[Int, Int]:
    """Return the distinct domains and the place of every cell's."""
    if not shape.domains:
        return np.zeros((1, 0), dtype=np.int64), np.zeros(len(cells["n"]), dtype=np.int64)
    keys = np.stack([cells[key] for key in shape.domain_keys], axis=1).astype(np.int64)
    domains, place = np.unique(keys, axis=0, return_inverse=True)
    return domains, place


def _cell_sums(cells: Columns, shape: Shape) -> Mapping[str, tuple[Float, Float]]:
    """Weighted sums per cell and item (then the composite), by what is measured; back on the scale of weights."""
    sums = {
        of: tuple(np.stack([cells[f"{name}{k + 1}"] for k in range(shape.items)], axis=1) / GRID for name in names)
        for of, names in MEASURES.items()
    }
    found: dict[str, tuple[Float, Float]] = {of: (pair[0], pair[1]) for of, pair in sums.items()}
    composite = np.zeros((2, len(cells["n"]), shape.items + 1))
    if shape.composite:
        composite[0, :, -1], composite[1, :, -1] = cells["ry"] / GRID, cells["rx"] / GRID
    found[RESPONDENT] = (composite[0], composite[1])
    return found


def _totals(
    engine: Engine,
    shape: Shape,
    sums: Mapping[str, tuple[Float, Float]],
    domain: Int,
    domains: Int,
    worth: Mapping[str, tuple[Float, Float]],
) -> Totals:
    """Add cells up to domains, with the counts of every level from a scan by domain."""
    size = len(domains)
    found = run_scan(engine, levels_sql(shape), shape.domain_keys)
    weighted, counts = level_counts(found, shape)
    added = {of: (_by_domain(y, domain, size), _by_domain(x, domain, size)) for of, (y, x) in sums.items()}
    return Totals(
        domains=np.arange(size),
        strata=np.zeros(size, dtype=np.int64),
        numerator={of: pair[0] for of, pair in added.items()},
        denominator={of: pair[1] for of, pair in added.items()},
        weighted=weighted / GRID,
        counts=counts,
        valid_count={of: (counts * valid).sum(axis=2).astype(np.int64) for of, (_, valid) in worth.items()},
        n=found["n"].astype(np.int64),
        composite_n=found["rn"].astype(np.int64) if shape.composite else np.zeros(size, dtype=np.int64),
    )


def _by_domain(values: Float, domain: Int, size: int) -> Float:
    """Sum the rows of each domain."""
    total = np.zeros((size, values.shape[1]))
    np.add.at(total, domain, values)
    return total


def _z(wanted_: Wanted, linear: Linear, sums: Mapping[str, tuple[Float, Float]], domain: Int) -> Float:
    """Linearised value of every cell, (cells,) (method.md, formula E3)."""
    y, x = sums[wanted_.of]
    used = np.flatnonzero(linear.alpha.any(axis=0))
    return np.asarray(
        (linear.alpha[:, used][domain] * y[:, used] - linear.beta[:, used][domain] * x[:, used]).sum(axis=1)
    )


def _joint(taylor: Taylor, z: Float, linear: Linear) -> Float:
    """Covariance of the overall index in squared points; NaN where a domain has no standard error."""
    matrix = covariance(taylor, z) * 100.0**2
    unknown = np.isnan(linear.estimate) | (taylor.df <= 0)
    matrix[unknown, :], matrix[:, unknown] = np.nan, np.nan
    return matrix


def labels_of(indices: Indices, names: Sequence[Sequence[str]], by: Sequence[str]) -> list[dict[str, str]]:
    """Column and label of every domain."""
    return [
        {column: known[code] for column, known, code in zip(by, names, key, strict=True)}
        for key in indices.domains.tolist()
    ]
