"""Indices of domains from cells, with standard errors from a second pass over the answers."""

from collections.abc import Container, Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.cells import COLUMN_OF_CODE, Answers, Cells, cells_of
from analysis.errors import AnalysisError
from analysis.figures import Figure
from analysis.index_rows import Totals, figures_of
from analysis.linearization import linearise
from analysis.recipe import RESPONDENT, respondent_weights, wanted, worth_of
from analysis.second_pass import MICRO, second_pass
from instruments.model import Instrument

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Worth = Mapping[str, tuple[Float, Float]]


def index_figures(
    cells: Cells,
    answers: Answers | None,
    frame: Mapping[int, int],
    instrument: Instrument,
    level: float = 0.95,
    only: Container[str] | None = None,
) -> tuple[Figure, ...]:
    """Compute every index that the instrument's recipe names, for every domain in the cells.

    Stratified simple random sampling without replacement: a response of stratum h stands for N_h / n_h
    returned dossiers, and the respondent is the sampling unit (method.md, formulas E1 to E4, V1 to V3).

    Parameters
    ----------
    cells : Cells
        Counts per (domain, stratum); n_h are the responses of a stratum over all of them.
    answers : Answers or None
        The very answers that were counted; None leaves every standard error out, with the reason.
    frame : mapping of int to int
        Dossiers returned N_h by stratum.
    instrument : Instrument
        Names the items, factors and recipe.
    level : float
        Confidence level of the intervals.
    only : container of str, optional
        Names of the statistics to compute, such as share:q01 or overall; all without it.

    Returns
    -------
    tuple of Figure
        Sorted by domain, then in the order of the instrument.

    Raises
    ------
    AnalysisError
        If items, strata, frame or answers do not fit together; the message names the stratum or item.
    """
    _check_items(cells, instrument)
    strata, sampled, population = _strata(cells, frame)
    listed = [w for w in wanted(instrument) if only is None or w.statistic.name in only]
    worth = {of: worth_of(instrument, of) for of in ("share", "points")}
    totals = _totals(cells, strata, population / sampled, worth)
    linear = [linearise(w.statistic, totals.numerator[w.of], totals.denominator[w.of]) for w in listed]
    taylor, variance = None, np.full((len(cells.domains), len(listed)), np.nan)
    if answers is not None:
        _check_answers(cells, answers)
        second = second_pass(cells, answers, strata, sampled, population)
        taylor, variance = second.taylor, second.variance(listed, linear, worth)
    columns = [figures_of(w, linear[k], np.sqrt(variance[:, k]), totals, taylor, level) for k, w in enumerate(listed)]
    return tuple(column[d] for d in range(len(cells.domains)) for column in columns)


def with_composite(answers: Answers, instrument: Instrument) -> Answers:
    """Give every response the index of its respondent, over the items that were answered (formula E4).

    Parameters
    ----------
    answers : Answers
        Any previous composite is replaced.
    instrument : Instrument
        Its recipe says what a level is worth and the items' weights.
    """
    weights = np.array(respondent_weights(instrument))
    worth, valid = worth_of(instrument, "share" if instrument.recipe.of == "share" else "points")
    column = COLUMN_OF_CODE[answers.level]
    items = np.arange(len(weights))
    total = (worth[items, column] * weights).sum(axis=1)
    base = (valid[items, column] * weights).sum(axis=1)
    index = np.where(base > 0, total / np.where(base > 0, base, 1.0), -MICRO)
    micro = np.rint(index / MICRO).astype(np.int64)
    return Answers(answers.items, answers.stratum, answers.domain, answers.level, micro)


def strata_without_answer(cells: Cells, frame: Mapping[int, int]) -> tuple[int, ...]:
    """List the strata with returned dossiers but no response: to be merged by the stored rule, not dropped."""
    answered = set(cells.stratum.tolist())
    return tuple(sorted(s for s, dossiers in frame.items() if dossiers > 0 and s not in answered))


def _check_items(cells: Cells, instrument: Instrument) -> None:
    """Refuse cells of another instrument."""
    items = tuple(item.id for item in instrument.scored_items())
    if cells.items != items:
        raise AnalysisError(
            f"cells hold items {', '.join(cells.items)}, instrument {instrument.key} has {', '.join(items)}; "
            "use the version that was answered"
        )


def _check_answers(cells: Cells, answers: Answers) -> None:
    """Refuse answers that are not those that were counted."""
    if cells_of(answers) != cells:
        raise AnalysisError("the answers are not those counted in the cells; pass the same batches to both")


def _strata(cells: Cells, frame: Mapping[int, int]) -> tuple[Int, Float, Float]:
    """Return the strata with their responses and dossiers; AnalysisError names a stratum that does not fit."""
    strata, place = np.unique(cells.stratum, return_inverse=True)
    sampled = np.bincount(place, weights=cells.n, minlength=len(strata)).astype(np.float64)
    for stratum, n in zip(strata.tolist(), sampled.tolist(), strict=True):
        if stratum not in frame:
            raise AnalysisError(f"stratum {stratum} has responses but no dossier count; add it to the frame")
        if frame[stratum] < n:
            raise AnalysisError(
                f"stratum {stratum} has {int(n)} responses of {frame[stratum]} returned dossiers; "
                "correct the dossier count or withdraw the excess answers"
            )
    return strata, sampled, np.array([frame[s] for s in strata.tolist()], dtype=np.float64)


def _totals(cells: Cells, strata: Int, weight: Float, worth: Worth) -> Totals:
    """Weighted totals of every domain from its cells (method.md, formula E1)."""
    places = np.searchsorted(cells.domains, cells.domain)
    cell_weight = weight[np.searchsorted(strata, cells.stratum)]
    size = len(cells.domains)
    weighted = np.zeros((size, *cells.counts.shape[1:]))
    counts = np.zeros(weighted.shape, dtype=np.int64)
    np.add.at(weighted, places, cells.counts * cell_weight[:, None, None])
    np.add.at(counts, places, cells.counts)
    numerator = {of: (weighted * value).sum(axis=2) for of, (value, _) in worth.items()}
    denominator = {of: (weighted * valid).sum(axis=2) for of, (_, valid) in worth.items()}
    numerator[RESPONDENT], denominator[RESPONDENT] = np.zeros((2, size, 1))
    np.add.at(numerator[RESPONDENT][:, 0], places, cells.composite_sum * MICRO * cell_weight)
    np.add.at(denominator[RESPONDENT][:, 0], places, cells.composite_n * cell_weight)
    return Totals(
        domains=cells.domains,
        strata=np.bincount(places, minlength=size),
        numerator=numerator,
        denominator=denominator,
        weighted=weighted,
        counts=counts,
        valid_count={of: (counts * valid).sum(axis=2).astype(np.int64) for of, (_, valid) in worth.items()},
        n=np.bincount(places, weights=cells.n, minlength=size).astype(np.int64),
        composite_n=np.bincount(places, weights=cells.composite_n, minlength=size).astype(np.int64),
    )
