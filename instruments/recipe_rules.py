"""Rules about the index recipe: it names levels, factors and weights that exist, and uses what it names."""

from collections.abc import Iterable, Mapping

from instruments.draft import Draft, RecipeRecord
from instruments.factor_rules import scales_of
from instruments.model import ItemKind
from instruments.problems import Findings

MAX_WEIGHT = 1_000_000


def check(draft: Draft, findings: Findings) -> None:
    """Report every fault of the recipe."""
    for rule in (_satisfied, _not_applicable, _robustness, _overall, _levels, _factor_weights, _item_weights):
        rule(draft, findings)


def _overalls(recipe: RecipeRecord) -> list[str]:
    """The overall recipe and those reported beside it."""
    return [*([recipe["overall"]] if "overall" in recipe else []), *recipe.get("robustness", [])]


def _satisfied(draft: Draft, findings: Findings) -> None:
    """The satisfied levels are the upper end of every scale in use, and not all of it."""
    satisfied = draft.recipe.get("satisfied")
    if satisfied is None:
        return
    path = ("recipe", "satisfied")
    for key in dict.fromkeys(item["scale"] for item in draft.items if "scale" in item):
        levels = draft.scales.get(key, {}).get("levels")
        if not levels:
            continue
        strange = [level for level in satisfied if level not in levels]
        for level in strange:
            findings.add("satisfied_not_level", path, level=level, scale=key, known=levels)
        if not strange and (sorted(satisfied) != levels[-len(satisfied) :] or len(satisfied) == len(levels)):
            findings.add("satisfied_not_top", path, scale=key)


def _not_applicable(draft: Draft, findings: Findings) -> None:
    """Someone to whom a question does not apply can be counted as not satisfied, but has no score."""
    if draft.recipe.get("not_applicable") == "not_satisfied" and draft.recipe.get("of") == "score":
        findings.add("share_needed", ("recipe", "not_applicable"))


def _robustness(draft: Draft, findings: Findings) -> None:
    seen = {draft.recipe.get("overall")}
    for place, how in enumerate(draft.recipe.get("robustness", [])):
        if how in seen:
            findings.add("robustness_repeats", ("recipe", "robustness", place), how=how)
        seen.add(how)


def _overall(draft: Draft, findings: Findings) -> None:
    """What the recipe combines is there: the general question, or factors."""
    general = any(item.get("kind") is ItemKind.GENERAL for item in draft.items)
    for how, path in _with_paths(draft.recipe):
        if how == "general_question" and not general:
            findings.add("general_missing", path)
        if how != "general_question" and not draft.factors:
            findings.add("factors_missing", path, how=how)


def _with_paths(recipe: RecipeRecord) -> list[tuple[str, tuple[str | int, ...]]]:
    found: list[tuple[str, tuple[str | int, ...]]] = []
    if "overall" in recipe:
        found.append((recipe["overall"], ("recipe", "overall")))
    for place, how in enumerate(recipe.get("robustness", [])):
        found.append((how, ("recipe", "robustness", place)))
    return found


def _levels(draft: Draft, findings: Findings) -> None:
    """Factors that are combined have the same levels."""
    combining = [how for how in _overalls(draft.recipe) if how != "general_question"]
    used = [key for factor in draft.factors for key in scales_of(draft, factor)[:1]]
    levels = {tuple(draft.scales[key].get("levels", [])) for key in used if key in draft.scales}
    if combining and len(levels - {()}) > 1:
        findings.add("mixed_levels", ("factors",), how=combining)


def _factor_weights(draft: Draft, findings: Findings) -> None:
    known = [factor["id"] for factor in draft.factors if "id" in factor]
    wanted = "weighted" in _overalls(draft.recipe)
    weights = draft.recipe.get("factor_weights", {})
    _weights(findings, "factor_weights", weights, known, "factor")
    if weights and not wanted:
        findings.add("weights_unused", ("recipe", "factor_weights"), how="overall: weighted")
    if wanted:
        _complete(findings, "factor_weights", weights, known, "factor")
        _positive(findings, "factor_weights", weights, known, "the factors")


def _item_weights(draft: Draft, findings: Findings) -> None:
    known = [i["id"] for i in draft.items if "id" in i and i.get("kind") is ItemKind.SATISFACTION]
    wanted = draft.recipe.get("factor") == "weighted"
    weights = draft.recipe.get("item_weights", {})
    _weights(findings, "item_weights", weights, known, "satisfaction item")
    if weights and not wanted and "respondent" not in _overalls(draft.recipe):
        findings.add("weights_unused", ("recipe", "item_weights"), how="factor: weighted or overall: respondent")
    if wanted or weights:
        _complete(findings, "item_weights", weights, known, "satisfaction item")
        for factor in draft.factors:
            items = factor.get("items", [])
            _positive(findings, "item_weights", weights, items, f"the factor {factor.get('id', '?')}")


def _weights(findings: Findings, key: str, weights: Mapping[str, object], known: list[str], what: str) -> None:
    for name, value in weights.items():
        path = ("recipe", key, name)
        if name not in known:
            findings.add("weight_unknown", path, name=name, what=what, known=known)
        if not is_weight(value):
            findings.add("weight_negative", path, value=value, limit=MAX_WEIGHT)


def is_weight(value: object) -> bool:
    """Whether a value is a number from 0 up to the limit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= MAX_WEIGHT


def _complete(findings: Findings, key: str, weights: Mapping[str, object], known: Iterable[str], what: str) -> None:
    for name in known:
        if name not in weights:
            findings.add("weight_missing", ("recipe", key), name=name, what=what)


def _positive(findings: Findings, key: str, weights: Mapping[str, object], names: Iterable[str], of: str) -> None:
    """Not all weights of a group are 0; silent while one of them is missing or no number."""
    values = [weights.get(name) for name in names]
    if values and all(is_weight(value) for value in values) and not any(values):
        findings.add("weights_zero", ("recipe", key), name=of)
