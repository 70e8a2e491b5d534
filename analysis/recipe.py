"""From an instrument's recipe to the statistics that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CODES, LEVELS, NOT_APPLICABLE
from analysis.errors import AnalysisError
from analysis.linearization import Part, Statistic, Term
from instruments.model import Instrument, Item, ItemKind, Scale

Float = NDArray[np.float64]

RESPONDENT = "respondent"


@dataclass(frozen=True)
class Wanted:
    """A statistic to report: what is measured, over which items, between which ends of which scale."""

    statistic: Statistic
    of: str  # share | points | respondent
    items: tuple[int, ...]
    ends: tuple[float, float] = (0.0, 100.0)
    item_ends: tuple[float, float] | None = None  # lowest and highest level, for single items
    plain_share: bool = False


def worth_of(instrument: Instrument, of: str) -> tuple[Float, Float]:
    """Look up what each answer is worth and whether it is valid.

    Parameters
    ----------
    instrument : Instrument
        Its scales and recipe.
    of : str
        share (1 where the level counts as satisfied) or points (the level from 0, the worst, to 1, the best).

    Returns
    -------
    (worth, valid) : tuple of ndarray, (items, 7)
        Columns are levels 1 to 5, not applicable, blank. Points of unequally spaced levels keep the spacing.

    Raises
    ------
    AnalysisError
        If an item's scale has not five levels.
    """
    recipe = instrument.recipe
    scales = [_five_levels(instrument, item) for item in instrument.scored_items()]
    worth, valid = np.zeros((2, len(scales), len(CODES)))
    for j, scale in enumerate(scales):
        levels = np.array(scale.levels, dtype=np.float64)
        points = (levels - levels[0]) / (levels[-1] - levels[0])
        worth[j, :LEVELS] = np.isin(levels, recipe.satisfied) if of == "share" else points
    valid[:, :LEVELS] = 1.0
    if of == "share" and recipe.not_applicable == "not_satisfied":
        valid[:, CODES.index(NOT_APPLICABLE)] = 1.0
    return worth, valid


def _five_levels(instrument: Instrument, item: Item) -> Scale:
    """Return the scale of a scored item; AnalysisError if it has not five levels."""
    scale = instrument.scales[item.scale or ""]
    if len(scale.levels) != LEVELS:
        raise AnalysisError(f"item {item.id}: scale {scale.id} has {len(scale.levels)} levels; indices need {LEVELS}")
    return scale


def wanted(instrument: Instrument) -> tuple[Wanted, ...]:
    """List every statistic of an instrument: items, factors, overall, and the overall's robustness variants.

    Parameters
    ----------
    instrument : Instrument
        Its recipe decides.

    Raises
    ------
    AnalysisError
        If the recipe asks for what the instrument cannot give.
    """
    recipe = instrument.recipe
    if recipe.not_applicable == "not_satisfied" and recipe.of != "share":
        raise AnalysisError("recipe: not_applicable 'not_satisfied' has a meaning for shares only; use 'exclude'")
    place = {item.id: j for j, item in enumerate(instrument.scored_items())}
    found = []
    for item, column in place.items():
        only = (Part(1.0, (Term(1.0, (column,)),)),)
        ends = _ends(instrument, item)
        share, score = Statistic(f"share:{item}", only), Statistic(f"score:{item}", only)
        found.append(Wanted(share, "share", (column,), item_ends=ends, plain_share=True))
        found.append(Wanted(score, "points", (column,), ends, ends))
    of = "share" if recipe.of == "share" else "points"
    for factor in instrument.factors:
        part = Part(1.0, factor_terms(instrument, factor.items, place))
        name = Statistic(f"factor:{factor.id}", (part,))
        found.append(Wanted(name, of, tuple(place[i] for i in factor.items)))
    found.append(_overall(instrument, recipe.overall, "overall", place))
    found.extend(
        _overall(instrument, variant, f"overall@{variant}", place)
        for variant in recipe.robustness
        if variant != recipe.overall
    )
    return tuple(found)


def _ends(instrument: Instrument, item_id: str) -> tuple[float, float]:
    """Lowest and highest level of an item's scale."""
    levels = _five_levels(instrument, instrument.item(item_id)).levels
    return float(levels[0]), float(levels[-1])


def factor_terms(instrument: Instrument, items: Sequence[str], place: Mapping[str, int]) -> tuple[Term, ...]:
    """How the items make their factor: pooled answers, mean of item indices, or weighted item indices."""
    recipe = instrument.recipe
    if recipe.factor == "pooled":
        return (Term(1.0, tuple(place[i] for i in items)),)
    weights = {i: recipe.item_weights.get(i, 0.0) for i in items}
    if recipe.factor == "item_mean" or not recipe.item_weights:
        weights = dict.fromkeys(items, 1.0)
    total = sum(weights.values())
    if total <= 0:
        raise AnalysisError(f"recipe: item_weights of {', '.join(items)} add up to 0; give one above 0")
    return tuple(Term(weights[i] / total, (place[i],)) for i in items if weights[i] > 0)


def respondent_weights(instrument: Instrument) -> tuple[float, ...]:
    """Weights of the scored items in a respondent's own index; the general question has none."""
    recipe = instrument.recipe
    return tuple(
        0.0 if item.kind is ItemKind.GENERAL else recipe.item_weights.get(item.id, 0.0 if recipe.item_weights else 1.0)
        for item in instrument.scored_items()
    )


def _overall(instrument: Instrument, variant: str, name: str, place: Mapping[str, int]) -> Wanted:
    """Build the overall statistic of one recipe variant."""
    builders = {
        "general_question": _general_question,
        "factor_mean": _of_factors,
        "weighted": _of_factors,
        "pooled": _pooled,
        RESPONDENT: _respondent,
    }
    if variant not in builders:
        raise AnalysisError(f"recipe: overall '{variant}' is unknown; use one of {', '.join(builders)}")
    return builders[variant](instrument, variant, name, place)


def _general_question(instrument: Instrument, _variant: str, name: str, place: Mapping[str, int]) -> Wanted:
    """Return the index of the one question on the whole service."""
    general = [i.id for i in instrument.scored_items() if i.kind is ItemKind.GENERAL]
    if len(general) != 1:
        raise AnalysisError(
            f"recipe: overall 'general_question' needs one item of kind general, there are {len(general)}"
        )
    column = place[general[0]]
    share = instrument.recipe.of == "share"
    statistic = Statistic(name, (Part(1.0, (Term(1.0, (column,)),)),))
    return Wanted(
        statistic, "share" if share else "points", (column,), item_ends=_ends(instrument, general[0]), plain_share=share
    )


def _of_factors(instrument: Instrument, variant: str, name: str, place: Mapping[str, int]) -> Wanted:
    """Return the mean of the factors, equal or weighted."""
    recipe = instrument.recipe
    weights = {f.id: 1.0 for f in instrument.factors}
    if variant == "weighted":
        weights = {f.id: recipe.factor_weights.get(f.id, 0.0) for f in instrument.factors}
    if sum(weights.values()) <= 0:
        raise AnalysisError("recipe: factor_weights add up to 0; overall 'weighted' needs one above 0")
    parts = tuple(Part(weights[f.id], factor_terms(instrument, f.items, place)) for f in instrument.factors)
    items = tuple(place[i] for f in instrument.factors if weights[f.id] > 0 for i in f.items)
    statistic = Statistic(name, parts, reweight=recipe.empty_factor == "reweight")
    return Wanted(statistic, "share" if recipe.of == "share" else "points", items)


def _pooled(instrument: Instrument, _variant: str, name: str, place: Mapping[str, int]) -> Wanted:
    """Return the index over all answers of all factors' items."""
    columns = tuple(place[i] for f in instrument.factors for i in f.items)
    statistic = Statistic(name, (Part(1.0, (Term(1.0, columns),)),))
    return Wanted(statistic, "share" if instrument.recipe.of == "share" else "points", columns)


def _respondent(instrument: Instrument, _variant: str, name: str, _place: Mapping[str, int]) -> Wanted:
    """Return the mean of the respondents' own indices, which have sums of their own."""
    weights = respondent_weights(instrument)
    statistic = Statistic(name, (Part(1.0, (Term(1.0, (0,)),)),))
    return Wanted(statistic, RESPONDENT, tuple(j for j, w in enumerate(weights) if w > 0))
