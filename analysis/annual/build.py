"""The annual index: weights, sums, squares, disclosure control, and every printed figure from the published cells."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.annual import levels
from analysis.annual.figures import recompute
from analysis.annual.homes import settle
from analysis.annual.known import satisfied_per_cents
from analysis.annual.measures import Measures, listed, measure
from analysis.annual.model import Annual, Frame, Responses, Row
from analysis.annual.programs import audit
from analysis.annual.protocol import Protocol, read_protocol
from analysis.annual.publish import (
    PROTECTS,
    Forbidden,
    Published,
    nowhere,
    other_rows,
    place_sums,
    sum_rows,
    suppressed_further,
)
from analysis.annual.specification import Printed, read_statistics, statistics_of
from analysis.annual.squares import Linearisation, Linearised, squares, variance
from analysis.annual.sums import counted, leaf_sums
from analysis.annual.unequal import size_correction
from analysis.annual.units import UNIT_SIZE, Stage, stages_of
from analysis.annual.weighting import Weights, weigh
from analysis.cells import LEVELS
from analysis.errors import AnalysisError
from instruments.model import Instrument

ROUNDS = 40  # of hiding what the audit finds


def complete(protocol: Mapping[str, Any], instrument: Instrument) -> dict[str, Any]:
    """Add the instrument's statistics to a protocol: what is published as `protocol.json`."""
    return {**protocol, "instrument": instrument.key, "statistics": statistics_of(instrument)}


def estimate(responses: Responses, frame: Frame, instrument: Instrument, protocol: Mapping[str, Any]) -> Annual:
    """Compute an annual index.

    Parameters
    ----------
    responses : Responses
        Of all evidence grades; those that the protocol does not name are left out and counted.
    frame : Frame
        Every closed dossier of the period, counted.
    instrument : Instrument
        The version that was answered.
    protocol : mapping
        As in `annual.read_protocol`.

    Returns
    -------
    Annual
        Every result is computed by `annual.recompute` from the cells alone.

    Raises
    ------
    AnalysisError
        For arguments that do not fit together; the message names the place and the remedy.
    """
    whole = complete(protocol, instrument)
    settings, printed = read_protocol(whole), read_statistics(whole)
    kept = responses.taken(np.isin(responses.grade, settings.grades))
    _check(kept, frame, instrument, settings)
    weights = weigh(kept, frame, settings)
    measures = measure(kept.level, instrument)
    domains = _domains(kept, frame, weights, settings)
    exact = leaf_sums(kept, measures, weights.micro, settings.cell_minimum)
    made, forbidden, safe = _safe(measures, exact, domains, settings, whole, printed)
    lines = Linearisation(kept, measures, weights, listed(instrument))
    stages = stages_of(kept, frame, settings)
    cells = (*domains, *safe, *_more_rows(domains, safe, kept, weights, lines, stages, settings, instrument))
    return Annual(
        cells=cells,
        results=recompute(cells, whole),
        weight_report={
            "left_out": {grade: int(np.sum(responses.grade == grade)) for grade in _other(responses, settings)},
            "calibration": weights.report,
            "grouping": _grouping(kept, frame, lines, stages, settings, printed),
        },
        disclosure_report=_disclosure(made, forbidden, cells),
    )


def _check(kept: Responses, frame: Frame, instrument: Instrument, protocol: Protocol) -> None:
    """Refuse answers and frames that do not fit the protocol."""
    if not len(kept):
        raise AnalysisError(f"no response of grade {', '.join(protocol.grades)}; nothing to estimate")
    if kept.level.shape[1] != len(instrument.scored_items()):
        raise AnalysisError(
            f"responses have {kept.level.shape[1]} items, instrument {instrument.key} has "
            f"{len(instrument.scored_items())}; use the version that was answered"
        )
    for unit in sorted(set(frame.unit.tolist()) | set(kept.unit.tolist())):
        if unit not in protocol.tree:
            raise AnalysisError(f"unit {unit} is not in the tree of the protocol; add it")
        if protocol.children[unit]:
            raise AnalysisError(f"unit {unit} has units below it in the tree; answers belong to the lowest ones")


def _other(responses: Responses, protocol: Protocol) -> list[str]:
    """Evidence grades that are not used."""
    return sorted(set(responses.grade.tolist()) - set(protocol.grades))


def _safe(
    measures: Measures,
    exact: Mapping[str, Any],
    domains: Sequence[Row],
    protocol: Protocol,
    whole: Mapping[str, Any],
    printed: Sequence[Printed],
) -> tuple[Published, Forbidden, list[Row]]:
    """Hide more until the audit finds no leak (method.md, formula Z15)."""
    silent = [row.domain for row in domains if row.note and not protocol.children[row.domain]]
    forbidden = Forbidden(cells=frozenset((column, leaf) for column in measures.names for leaf in silent))
    for _ in range(ROUNDS):
        made = place_sums(measures.names, exact, protocol, printed, forbidden)
        rows = sum_rows(made, protocol)
        for domain in domains:
            if domain.n is not None:
                rows += other_rows(made, domain.domain, protocol, printed, protocol.minimum)
        leaks = audit([*domains, *rows], whole)
        if not leaks:
            return made, forbidden, rows
        for leak in (leak for leak in leaks if not leak.column):
            raise AnalysisError(f"disclosure, {leak.unit}: {leak.told}; this is a defect of the program, report it")
        forbidden = suppressed_further(forbidden, leaks, made, protocol)
    raise AnalysisError(f"disclosure: {leaks[0]} is still open after {ROUNDS} rounds; publish fewer domains")


def _more_rows(
    domains: Sequence[Row],
    safe: Sequence[Row],
    kept: Responses,
    weights: Weights,
    lines: Linearisation,
    stages: Sequence[Stage],
    protocol: Protocol,
    instrument: Instrument,
) -> list[Row]:
    """Rows of squares and levels of every domain with enough answers, where the figure is shown."""
    met = satisfied_per_cents((*domains, *safe), protocol)
    shown = {
        item: _levels(item, j, kept, weights, protocol, instrument.recipe.satisfied[0], met)
        for j, item in _items(instrument)
    }
    stated = {(row.domain, row.statistic) for row in safe if row.kind == "hidden"}
    found: list[Row] = []
    for domain in (row.domain for row in domains if row.n is not None and row.n >= protocol.minimum):
        values = lines.of(protocol.leaves[domain])
        correction = _correction(stages, values, lines)
        rows = squares(domain, stages, values, lines.wanted, correction)
        found += [row for row in rows if (domain, row.statistic) not in stated]
        for item, per_domain in shown.items():
            if (domain, f"share:{item}") not in stated:
                found += per_domain.get(domain, [])
    return found


def _correction(stages: Sequence[Stage], values: Linearised, lines: Linearisation) -> float:
    """Correction of the squares between PSUs; 1 where dossiers were drawn directly."""
    if len(stages) == 1:
        return 1.0
    return size_correction(stages[0], values.rows[values.inside], lines.weight, lines.weights.group)


def _items(instrument: Instrument) -> list[tuple[int, str]]:
    """Scored items with their places."""
    return [(j, item.id) for j, item in enumerate(instrument.scored_items())]


def _domains(kept: Responses, frame: Frame, weights: Weights, protocol: Protocol) -> list[Row]:
    """Row of every domain with a dossier: answers, dossiers, weight, share of those asked who answered.

    Counts that are too small are hidden, and so many neighbours' that they cannot be subtracted out (formula Z19).
    """
    units, counts = np.unique(kept.unit, return_counts=True)
    pairs = zip(units.tolist(), counts.tolist(), strict=True)
    homes = settle({unit: counted(n, protocol.cell_minimum) for unit, n in pairs}, protocol)
    found = []
    for domain in protocol.order:
        leaves = protocol.leaves[domain]
        own, lines = np.isin(kept.unit, leaves), np.isin(frame.unit, leaves)
        n, drawn = int(own.sum()), int(frame.drawn[lines].sum())
        if not lines.any():
            continue
        enough = n >= protocol.cell_minimum and homes.known(domain, protocol)
        found.append(
            Row(
                "domain",
                domain,
                n=n if enough else None,
                total=int(frame.dossiers[lines].sum()),
                w=int(weights.micro[own].sum()) if enough else None,
                units=drawn,
                fraction=round(min(1.0, n / max(drawn, 1)), 4) if enough else None,
                note="" if enough or n < protocol.cell_minimum else PROTECTS,
            )
        )
    return found


def _levels(
    item: str,
    column: int,
    kept: Responses,
    weights: Weights,
    protocol: Protocol,
    satisfied: int,
    met: Mapping[tuple[str, str], int],
) -> dict[str, list[Row]]:
    """Rows of the level table of one item, by domain (method.md, formula Z12)."""
    valid = (kept.level[:, column] >= 1) & (kept.level[:, column] <= LEVELS)
    units, place = np.unique(kept.unit[valid], return_inverse=True)
    slot = place * LEVELS + kept.level[valid, column] - 1
    size = len(units) * LEVELS
    counts = np.bincount(slot, minlength=size).reshape(-1, LEVELS).astype(np.float64)
    weighted = np.bincount(slot, weights=weights.micro[valid], minlength=size).reshape(-1, LEVELS)
    answers = dict(zip(units.tolist(), map(tuple, counts.tolist()), strict=True))
    heavy = dict(zip(units.tolist(), map(tuple, weighted.tolist()), strict=True))
    found, name = {}, f"share:{item}"
    for domain, boundaries in levels.shown_cuts(answers, satisfied, protocol).items():
        if boundaries and (domain, name) in met:
            own = levels.total(heavy, protocol.leaves[domain])
            shares = levels.per_cents(own, boundaries, satisfied, met[domain, name])
            found[domain] = [Row("level", domain, name, cell=str(k), y=share) for k, share in shares]
    return found


def _grouping(
    kept: Responses,
    frame: Frame,
    lines: Linearisation,
    stages: Sequence[Stage],
    protocol: Protocol,
    printed: Sequence[Printed],
) -> dict[str, Any]:
    """Compare standard errors of the top's overall index with those of the ungrouped design."""
    place = [one.name for one in printed].index("overall")
    values = lines.of(protocol.leaves[protocol.order[0]])
    grouped = float(np.sqrt(variance(stages, values)[place]))
    single = float(np.sqrt(variance(stages_of(kept, frame, protocol, 1), values)[place]))
    return {
        "smallest_unit": UNIT_SIZE,
        "domain": protocol.order[0],
        "se_grouped": round(100 * grouped, 4),
        "se_ungrouped": round(100 * single, 4),
        "size_correction": round(_correction(stages, values, lines), 4),
    }


def _disclosure(made: Published, forbidden: Forbidden, cells: Sequence[Row]) -> dict[str, Any]:
    """What was hidden, and why."""
    reasons: dict[str, int] = {}
    silent = {row.domain for row in cells if row.kind == "domain" and row.note}
    for row in cells:
        if row.kind == "hidden" and row.note:
            reasons[row.note] = reasons.get(row.note, 0) + 1
    return {
        "leaks": 0,
        "hidden_figures": reasons,
        "shared_cells": sum(len(homes.rests) for homes in made.homes.values()),
        "hidden_after_audit": sum(leaf not in silent for _, leaf in forbidden.cells) + len(forbidden.pools),
        "published_nowhere": nowhere(made),
    }
