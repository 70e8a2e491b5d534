"""Differences between domains and between years of survey files, with the covariance of what they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.contrasts import Contrasts, differences, differences_of_shares
from analysis.design import DesignColumns, build_design
from analysis.domains import Domains, domains_of
from analysis.errors import AnalysisError
from analysis.estimate import Estimates, estimate
from analysis.estimate_rows import Row
from analysis.figures import Reason, known
from analysis.reading import Table
from analysis.recovered import Recovered, change_of_published
from analysis.specification import Specification
from analysis.variance import Stage

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
YEAR = "year of comparison"  # column added to the joined files
EARLIER, LATER = "0", "1"
NEWCOMBE, RECOVERED, T = "newcombe", "recovered from both intervals", "t"
ALL_ALIKE = "all answers of a domain agree: they show no error"
FLAT = 1e-7  # points; a standard error below this is a 0 that rounding has blurred


@dataclass(frozen=True)
class Difference:
    """One statistic of one domain minus that of another.

    Attributes
    ----------
    statistic : str
        As in `estimate`.
    first, second : mapping of str to str
        Labels of the domains; the same for both where years are compared.
    difference, se, ci, t, p, p_adjusted : float or None
        Null where nothing can be said; shares, scores, factors and overall in points.
    ci_method : str or None
        "t", "newcombe" for shares of an unweighted simple random sample, or "recovered from both intervals" for other
        shares where all answers of a domain agree.
    df : int
        First-stage units minus strata with a row of either domain.
    reason : str or None
        Why the difference, or its standard error, is missing.
    """

    statistic: str
    first: Mapping[str, str]
    second: Mapping[str, str]
    difference: float | None
    se: float | None
    ci: tuple[float, float] | None
    ci_method: str | None
    df: int
    t: float | None
    p: float | None
    p_adjusted: float | None
    reason: str | None


def compare_domains(
    table: Table,
    specification: Specification,
    pairs: Sequence[tuple[int, int]] | None = None,
    *,
    adjustment: str = "holm",
    whole_design_df: bool = False,
) -> tuple[Difference, ...]:
    """Differences between the domains of one file (method.md, formulas N1 to N3).

    Domains that share strata or units covary; their covariance is kept. Quantiles are left out.

    Parameters
    ----------
    table : Table
        One row per response.
    specification : Specification
        Design, domains (`by`), statistics, level.
    pairs : sequence of (int, int), optional
        Places of the domains in label order; all pairs if not given.
    adjustment : str
        "none", "holm", "hochberg", "bonferroni", "bh" or "by", over all differences of the call.
    whole_design_df : bool
        Count the units of the whole file instead of both domains, as R's ``degf`` of the full design.

    Returns
    -------
    tuple of Difference
        By statistic, then pair.

    Raises
    ------
    AnalysisError
        As in `estimate`; also for a pair that is no pair of domains, and without `by`.
    """
    if not specification.by:
        raise AnalysisError("by: name the columns whose domains are to be compared")
    domains = domains_of(table, specification.by)
    chosen = list(combinations(range(domains.size), 2)) if pairs is None else list(pairs)
    for pair in chosen:
        if not all(0 <= place < domains.size for place in pair) or pair[0] == pair[1]:
            raise AnalysisError(f"pair {pair}: give two different places from 0 to {domains.size - 1}")
    plain = _is_plain(specification.design)
    return _compared(table, specification, domains, chosen, adjustment, whole_design_df, plain=plain)


def compare_years(
    earlier: Table,
    later: Table,
    specification: Specification,
    *,
    independent: bool = False,
    adjustment: str = "bh",
    whole_design_df: bool = False,
) -> tuple[Difference, ...]:
    """Changes of every domain from an earlier to a later file, later minus earlier (method.md, formulas N1 to N3).

    Strata and units of one label are the same in both years (a panel of communes), and their covariance is kept.

    Parameters
    ----------
    earlier, later : Table
        One row per response; the columns that both have are used.
    specification : Specification
        Design, domains, statistics, level; the same for both years.
    independent : bool
        The samples were drawn anew: strata and units are different even where labels repeat.
    adjustment, whole_design_df
        As in `compare_domains`.

    Returns
    -------
    tuple of Difference
        By statistic, then domain; domains of one year only are left out.

    Raises
    ------
    AnalysisError
        As in `estimate`; also if no domain is in both files.
    """
    joined, design = _joined(earlier, later, specification.design, independent)
    both = replace(specification, design=design, by=(*specification.by, YEAR))
    domains = domains_of(joined, both.by)
    place = {tuple(labels.values()): k for k, labels in enumerate(domains.labels)}
    pairs = [
        (place[*key[:-1], LATER], k) for key, k in place.items() if key[-1] == EARLIER and (*key[:-1], LATER) in place
    ]
    if not pairs:
        raise AnalysisError("no domain is in both files; check the labels in the columns named under by")
    plain = _is_plain(specification.design)
    found = _compared(joined, both, domains, pairs, adjustment, whole_design_df, plain=plain)
    return tuple(replace(one, first=_without_year(one.first), second=_without_year(one.second)) for one in found)


def _joined(earlier: Table, later: Table, design: DesignColumns, independent: bool) -> tuple[Table, DesignColumns]:
    """Put two years under each other, with a column that tells them apart."""
    common = [name for name in later.columns.column_names if name in earlier.columns.column_names]
    parts = []
    for year, table in ((EARLIER, earlier), (LATER, later)):
        columns = table.columns.select(common)
        for k, name in enumerate(common):
            text = pc.cast(columns.column(name), pa.string())
            if independent and name in {design.strata, *design.psu}:
                text = pc.binary_join_element_wise(text, f"year {year}", " ")
            columns = columns.set_column(k, name, text)
        parts.append(columns.append_column(YEAR, pa.array([year] * len(table))))
    if independent and design.strata is None:
        design = replace(design, strata=YEAR)
    return Table(later.path, pa.concat_tables(parts)), design


def _without_year(labels: Mapping[str, str]) -> dict[str, str]:
    """Drop the label that was added to tell the years apart."""
    return {column: label for column, label in labels.items() if column != YEAR}


def _compared(
    table: Table,
    specification: Specification,
    domains: Domains,
    pairs: Sequence[tuple[int, int]],
    adjustment: str,
    whole_design_df: bool,
    *,
    plain: bool,
) -> tuple[Difference, ...]:
    """Estimate once, then take every pair of domains for every statistic."""
    found = estimate(table, specification, with_covariance=True)
    if found.covariance is None or not found.covariance_rows:
        raise AnalysisError("estimate: quantiles have no covariance; name at least one other statistic")
    per_domain = len(found.covariance_rows) // domains.size
    stages = build_design(table, specification.design).stages
    df = _degrees(stages[0], domains.code, pairs, whole_design_df)
    value = np.array([_number(found.rows[k].estimate) for k in found.covariance_rows])
    places = np.array([(a * per_domain + s, b * per_domain + s) for s in range(per_domain) for a, b in pairs])
    every_df = np.tile(df, per_domain)
    level = specification.level
    flat = _flat(found, stages, domains, per_domain)
    covariance = np.where(flat[:, None] | flat[None, :], np.nan, found.covariance)
    judged = differences(value, covariance, places, df=every_df, level=level, adjustment=adjustment)
    said = _Said(judged, flat, every_df, level if plain else None)
    return tuple(_difference(found, places[k], said, k) for k in range(len(places)))


def _flat(found: Estimates, stages: Sequence[Stage], domains: Domains, per_domain: int) -> Bool:
    """Statistics whose standard error is 0 because all answers agree; in a census it is 0 by right."""
    complete = [all(s.census[s.stratum[s.unit[domains.code == d]]].all() for s in stages) for d in range(domains.size)]
    errors = np.array([_number(found.rows[k].se) for k in found.covariance_rows])
    return np.asarray((errors <= FLAT) & ~np.repeat(complete, per_domain))


def _degrees(stage: Stage, code: Int, pairs: Sequence[tuple[int, int]], whole: bool) -> Int:
    """Units minus strata with a row of either domain of each pair (formula V3)."""
    if whole:
        units = np.unique(stage.unit)
        return np.full(len(pairs), len(units) - len(np.unique(stage.stratum[units])))
    units_of = {d: np.unique(stage.unit[code == d]) for d in {d for pair in pairs for d in pair}}
    both = [np.union1d(units_of[a], units_of[b]) for a, b in pairs]
    return np.array([len(units) - len(np.unique(stage.stratum[units])) for units in both], dtype=np.int64)


def _is_plain(design: DesignColumns) -> bool:
    """Whether the sample is simple, random, unweighted and from a population without bound."""
    return design == DesignColumns(lonely=design.lonely)


@dataclass(frozen=True, eq=False)
class _Said:
    """What was found of all differences; `newcombe_level` is null unless the sample is plain."""

    judged: Contrasts
    flat: Bool
    df: Int
    newcombe_level: float | None


def _difference(found: Estimates, places: Int, said: _Said, k: int) -> Difference:
    """Report one difference."""
    first, second = (found.rows[found.covariance_rows[place]] for place in places)
    alike, judged = bool(said.flat[places].any()), said.judged
    interval, method = _interval(first, second, said, k, alike=alike)
    return Difference(
        statistic=first.statistic,
        first=first.domain,
        second=second.domain,
        difference=known(judged.estimate[k]),
        se=known(judged.se[k]),
        ci=interval,
        ci_method=method if interval else None,
        df=int(said.df[k]),
        t=known(judged.t[k]),
        p=known(judged.p[k]),
        p_adjusted=known(judged.p_adjusted[k]),
        reason=ALL_ALIKE if alike else _reason(first, second, judged, k),
    )


def _interval(first: Row, second: Row, said: _Said, k: int, *, alike: bool) -> tuple[tuple[float, float] | None, str]:
    """Newcombe's interval for plain shares; from both intervals where all answers of a share agree; else t."""
    share = first.statistic.startswith("share:")
    if said.newcombe_level is not None and share and first.n and second.n:
        hits = [np.rint(_number(row.estimate) / 100 * row.n) for row in (first, second)]
        exact = differences_of_shares((hits[0], hits[1]), (first.n, second.n), level=said.newcombe_level)
        return (float(100 * exact.ci_lower[0]), float(100 * exact.ci_upper[0])), NEWCOMBE
    if alike:
        return (_recovered(first, second) if share else None), RECOVERED
    lower, upper = known(said.judged.ci_lower[k]), known(said.judged.ci_upper[k])
    return (None if lower is None or upper is None else (lower, upper)), T


def _recovered(first: Row, second: Row) -> tuple[float, float] | None:
    """Interval of a difference from the intervals of both shares (formula N4); an unanimous one covaries with none."""
    if first.estimate is None or second.estimate is None or first.ci is None or second.ci is None:
        return None
    change = change_of_published(Recovered(first.estimate, *first.ci), Recovered(second.estimate, *second.ci))
    return change.low, change.high


def _reason(first: Row, second: Row, judged: Contrasts, k: int) -> str | None:
    """Say why the difference or its standard error is missing."""
    if np.isnan(judged.estimate[k]):
        return first.reason if first.estimate is None else second.reason
    return (first.reason or second.reason or str(Reason.NO_DF)) if np.isnan(judged.se[k]) else None


def _number(value: float | None) -> float:
    """Return NaN for None."""
    return np.nan if value is None else value
