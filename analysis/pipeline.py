"""From responses to indices: scan to cells, totals, derivatives, variances, figures; the order of method.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.cell_design import cell_stages
from analysis.cell_sums import MEASURES, Sums, condense, distinct, neighbours_added, sums_of
from analysis.covariance import covariance
from analysis.design import DesignColumns
from analysis.element_cells import estimate_elements
from analysis.engines import Columns, Engine
from analysis.errors import AnalysisError
from analysis.figures import Figure
from analysis.grid import GRID
from analysis.index_rows import Totals, figures_of
from analysis.linearization import Linear, linearise
from analysis.recipe import Wanted, wanted, worth_of
from analysis.sampled_units import SampledUnits
from analysis.scan import Measure, Shape, cells_sql, level_counts, levels_sql, run_scan
from analysis.variance import AT_ONCE, Lonely, Stage, Taylor, changes, lay_out
from instruments.model import Instrument

Float = NDArray[np.float64]
Int = NDArray[np.int64]


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


@dataclass(frozen=True)
class Scanned:
    """Cells with their weighted sums and the design that they carry."""

    cells: Columns
    stages: tuple[Stage, ...]
    lonely: Lonely
    sums: Sums
    sampled: SampledUnits | None = None


@dataclass(frozen=True)
class Estimated:
    """Statistics of the domains of one hierarchy; estimates and variances as shares of the scale."""

    domains: Int  # (domains, columns)
    totals: Mapping[str, tuple[Float, Float]]  # on the grid of the weights
    linear: Sequence[Linear]
    z: Float  # (condensed cells,), linearised values of the statistic that was to be kept
    variance: Float  # (domains, statistics)
    taylor: Taylor  # over the condensed cells


def compute_indices(
    engine: Engine,
    shape: Shape,
    design: DesignColumns,
    instrument: Instrument,
    level: float = 0.95,
    sampled: SampledUnits | None = None,
) -> Indices:
    """Compute every index of every domain from the view `responses` of an engine.

    Parameters
    ----------
    engine : Engine
        Where the view lies.
    shape : Shape
        Its columns; `composite` is needed for an overall index of respondents.
    design : DesignColumns
        Its `lonely`, `psu` (empty: the respondent is the unit) and `ultimate_cluster` count here.
    instrument : Instrument
        Items and recipe.
    level : float
        Confidence level.
    sampled : SampledUnits, optional
        Sampled units of the first stage from the frame; without it those with answers.

    Raises
    ------
    AnalysisError
        For what the design or the recipe cannot give.
    """
    listed = wanted(instrument)
    overall = next(k for k, w in enumerate(listed) if w.statistic.name == "overall")
    scanned = scan_responses(engine, shape, design, instrument, sampled=sampled)
    if design.psu:
        found = estimate_scanned(scanned, listed, shape.domain_keys, overall)
        covariance_of_overall = covariance(found.taylor, found.z[:, None])
    else:
        found, covariance_of_overall = _elements(engine, shape, scanned, instrument, overall)
    totals = _totals(run_scan(engine, levels_sql(shape), shape.domain_keys), shape, found, instrument)
    columns = [
        figures_of(w, found.linear[k], np.sqrt(found.variance[:, k]), totals, found.taylor, level)
        for k, w in enumerate(listed)
    ]
    figures = tuple(column[d] for d in range(len(found.domains)) for column in columns)
    return Indices(found.domains, figures, _in_points(covariance_of_overall, found, overall))


def scan_responses(
    engine: Engine,
    shape: Shape,
    design: DesignColumns,
    instrument: Instrument,
    kinds: Sequence[str] = tuple(MEASURES),
    sampled: SampledUnits | None = None,
) -> Scanned:
    """Turn responses into cells with one scan; every hierarchy of domains follows from these.

    Parameters
    ----------
    engine, shape, design, instrument
        As in `compute_indices`.
    kinds : sequence of str
        What is summed: share, points or both.
    sampled : SampledUnits, optional
        As in `compute_indices`.
    """
    cells = run_scan(engine, cells_sql(shape, measures_of(instrument, kinds)), shape.keys)
    stages = cell_stages(cells, shape, design, sampled)
    sums = sums_of(cells, shape, kinds)
    return Scanned(cells, stages, design.lonely, sums, sampled)


def estimate_scanned(
    scanned: Scanned, listed: Sequence[Wanted], columns: Sequence[str], kept: int | None = None
) -> Estimated:
    """Estimate statistics with variances for the domains that some columns of the cells make.

    Parameters
    ----------
    scanned : Scanned
        Cells.
    listed : sequence of Wanted
        Statistics; what they measure must have been summed.
    columns : sequence of str
        Names such as d1; none for all responses together.
    kept : int, optional
        Place of the statistic whose linearised values are returned, too.

    Raises
    ------
    AnalysisError
        If a statistic needs sums that were not scanned.
    """
    unsummed = [w.statistic.name for w in listed if w.of not in scanned.sums.first]
    if unsummed:
        raise AnalysisError(f"{unsummed[0]} needs sums that were not scanned; scan them too")
    domains, cell_domain = _domains(scanned.cells, columns)
    joined = neighbours_added(scanned.sums, scanned.stages, cell_domain)
    over_cells = lay_out(*joined[1:], len(domains), scanned.lonely)
    sums, stages, domain = condense(joined[0], over_cells)
    del joined  # twice 200 MB for half a million cells
    taylor = lay_out(stages, domain, len(domains), scanned.lonely)
    if scanned.sampled is not None:
        cells = scanned.cells
        taylor = replace(taylor, silent=scanned.sampled.more_df(cells["h"], cells["u1"], cell_domain, domains))
    starts = np.flatnonzero(changes(domain))
    totals = sums.totals(starts)
    linear = [linearise(w.statistic, *totals[w.of]) for w in listed]
    z, variance = np.zeros(0), np.empty((len(domains), len(listed)))
    for first in range(0, len(listed), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        values = sums.linearised(listed[some], linear[some], np.append(starts, len(domain)))
        variance[:, some] = taylor.variance(values.T)
        if kept is not None and first <= kept < first + AT_ONCE:
            z = values[kept - first].copy()
    return Estimated(domains, totals, linear, z, variance, taylor)


def measures_of(instrument: Instrument, kinds: Sequence[str]) -> list[Measure]:
    """List what the scan sums: numerator and denominator of shares, of points, or of both."""
    return [
        Measure(name, table)
        for kind in kinds
        for name, table in zip(MEASURES[kind], worth_of(instrument, kind), strict=True)
    ]


def _domains(cells: Columns, columns: Sequence[str]) -> tuple[Int, Int]:
    """Return the distinct domains and the place of every cell's."""
    place = np.zeros(len(cells["n"]), dtype=np.int64)
    for column in columns:
        codes, code = distinct(cells[column])
        place = place * len(codes) + code
    keys, place = distinct(place)
    first = np.empty(len(keys), dtype=np.int64)
    first[place] = np.arange(len(place))  # any cell of a domain has its labels
    labels = [cells[column][first].astype(np.int64) for column in columns]
    return np.stack(labels, axis=1) if labels else np.zeros((len(keys), 0), dtype=np.int64), place


def _totals(levels: Columns, shape: Shape, found: Estimated, instrument: Instrument) -> Totals:
    """Put the sums of the domains beside the counts of every level, from a scan by domain."""
    size = len(found.domains)
    weighted, counts = level_counts(levels, shape)
    valid = {kind: worth_of(instrument, kind)[1] for kind in MEASURES}
    return Totals(
        domains=np.arange(size),
        strata=np.zeros(size, dtype=np.int64),
        numerator={kind: y / GRID for kind, (y, _) in found.totals.items()},
        denominator={kind: x / GRID for kind, (_, x) in found.totals.items()},
        weighted=weighted / GRID,
        counts=counts,
        valid_count={kind: (counts * table).sum(axis=2).astype(np.int64) for kind, table in valid.items()},
        n=levels["n"].astype(np.int64),
        composite_n=levels["rn"].astype(np.int64) if shape.composite else np.zeros(size, dtype=np.int64),
    )


def _elements(
    engine: Engine, shape: Shape, scanned: Scanned, instrument: Instrument, overall: int
) -> tuple[Estimated, Float]:
    """Estimate where the respondent is the unit; return also the covariance of the overall index."""
    domains, cell_domain = _domains(scanned.cells, shape.domain_keys)
    listed = wanted(instrument)
    found = estimate_elements(
        engine,
        shape,
        scanned.cells,
        (scanned.stages, scanned.lonely),
        scanned.sums,
        (len(domains), cell_domain),
        (instrument, listed),
    )
    estimated = Estimated(domains, found.totals, found.linear, found.sums, found.variance(), found.taylor)
    return estimated, found.covariance(overall)


def _in_points(shares: Float, found: Estimated, statistic: int) -> Float:
    """Covariance of one statistic in squared points; NaN where a domain has no standard error."""
    matrix = shares * 100.0**2
    unknown = np.isnan(found.linear[statistic].estimate) | (found.taylor.df <= 0)
    matrix[unknown, :], matrix[:, unknown] = np.nan, np.nan
    return matrix


def labels_of(indices: Indices, names: Sequence[Sequence[str]], by: Sequence[str]) -> list[dict[str, str]]:
    """Column and label of every domain."""
    return [
        {column: known[code] for column, known, code in zip(by, names, key, strict=True)}
        for key in indices.domains.tolist()
    ]
