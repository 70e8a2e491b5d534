"""What a design file asks for: statistics with their options, each mistake named."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from analysis.errors import AnalysisError

FIVE_LEVELS = (1.0, 5.0)
SHARE, SCORE = "share", "score"
POOLED, ITEM_MEAN = "pooled", "item_mean"


@dataclass(frozen=True)
class Options:
    """How answers become values and values become factors."""

    of: str = SHARE
    how: str = POOLED
    satisfied: tuple[float, ...] = ()
    scale: tuple[float, float] | None = None
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One statistic that is asked for.

    Attributes
    ----------
    kind : str
        mean, total, ratio, quantile, share, score, factor or overall.
    name : str
        As in the output, such as mean:api00.
    groups : mapping of str to tuple of str
        Columns by factor; a single group for what is no factor. A ratio has numerator and denominator.
    probability : float or None
        Of a quantile.
    """

    kind: str
    name: str
    groups: Mapping[str, tuple[str, ...]]
    options: Options = Options()
    probability: float | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column once, in order."""
        return tuple(dict.fromkeys(c for group in self.groups.values() for c in group))


Factors = Mapping[str, tuple[str, ...]]
Parser = Callable[[Mapping[str, Any], Factors], list[Asked]]


def parse_asked(entries: object, factors: Factors) -> tuple[Asked, ...]:
    """Read the list under `estimate`.

    Parameters
    ----------
    entries : object
        As YAML gives it.
    factors : mapping of str to tuple of str
        Columns of every factor.

    Raises
    ------
    AnalysisError
        For anything that is not in the contract, and for one statistic asked twice with other options.
    """
    if not isinstance(entries, list) or not entries:
        raise AnalysisError("estimate: give a list of at least one statistic, such as - mean: [api00]")
    found: dict[str, Asked] = {}
    for number, entry in enumerate(entries, start=1):
        for asked in _parse_entry(entry, number, factors):
            if found.get(asked.name, asked) != asked:
                raise AnalysisError(
                    f"estimate: {asked.name} is asked twice with different options; ask it in a file of its own"
                )
            found[asked.name] = asked
    return tuple(found.values())


def _parse_entry(entry: object, number: int, factors: Factors) -> list[Asked]:
    """Read one entry of the list."""
    if not isinstance(entry, dict):
        raise AnalysisError(f"estimate, entry {number}: give a statistic and its columns, such as mean: [api00]")
    kinds = [kind for kind in PARSERS if kind in entry]
    if len(kinds) != 1:
        raise AnalysisError(f"estimate, entry {number}: give exactly one of {', '.join(PARSERS)}")
    allowed = {kinds[0], *OPTIONS[kinds[0]]}
    unknown = [str(key) for key in entry if key not in allowed]
    if unknown:
        raise AnalysisError(
            f"estimate, entry {number}: {unknown[0]} is no option of {kinds[0]}; "
            f"it takes {', '.join(OPTIONS[kinds[0]]) or 'none'}"
        )
    return PARSERS[kinds[0]](entry, factors)


def names_in(value: object, place: str) -> tuple[str, ...]:
    """Return one name or a list of names; AnalysisError otherwise."""
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(name, str) and name for name in listed):
        raise AnalysisError(f"{place}: give the name of a column, or a list of names")
    return tuple(listed)


def numbers_in(value: object, place: str) -> tuple[float, ...]:
    """Return a list of numbers; AnalysisError otherwise."""
    listed = value if isinstance(value, list) else [value]
    numbers = tuple(float(x) for x in listed if is_number(x))
    if not listed or len(numbers) < len(listed):
        raise AnalysisError(f"{place}: give a list of numbers")
    return numbers


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value of YAML or JSON is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _single(kind: str) -> Parser:
    """Parser of statistics of one column each, without options."""

    def parse(entry: Mapping[str, Any], _factors: Factors) -> list[Asked]:
        return [Asked(kind, f"{kind}:{c}", {c: (c,)}) for c in names_in(entry[kind], kind)]

    return parse


def _ratio(entry: Mapping[str, Any], _factors: Factors) -> list[Asked]:
    """Parse a numerator and a denominator."""
    names = names_in(entry["ratio"], "ratio")
    if len(names) != 2:
        raise AnalysisError("ratio: give two columns, [numerator, denominator]")
    return [Asked("ratio", f"ratio:{names[0]}/{names[1]}", {"numerator": names[:1], "denominator": names[1:]})]


def _quantile(entry: Mapping[str, Any], _factors: Factors) -> list[Asked]:
    """Parse columns and probabilities."""
    probabilities = numbers_in(entry.get("probs", [0.5]), "quantile, probs")
    bad = [p for p in probabilities if not 0 < p < 1]
    if bad:
        raise AnalysisError(f"quantile, probs: {bad[0]:g} is not between 0 and 1")
    return [
        Asked("quantile", f"quantile:{c}@{p:g}", {c: (c,)}, probability=p)
        for c in names_in(entry["quantile"], "quantile")
        for p in probabilities
    ]


def _share(entry: Mapping[str, Any], _factors: Factors) -> list[Asked]:
    """Parse items whose percentage of satisfied answers is wanted."""
    options = _options(entry, SHARE, "share")
    return [Asked("share", f"share:{c}", {c: (c,)}, options) for c in names_in(entry["share"], "share")]


def _score(entry: Mapping[str, Any], _factors: Factors) -> list[Asked]:
    """Parse items whose rescaled mean is wanted."""
    options = _options(entry, SCORE, "score")
    return [Asked("score", f"score:{c}", {c: (c,)}, options) for c in names_in(entry["score"], "score")]


def _factor(entry: Mapping[str, Any], factors: Factors) -> list[Asked]:
    """Parse factors."""
    options = _options(entry, entry.get("of", SHARE), "factor")
    return [
        Asked("factor", f"factor:{f}", {f: _items(f, factors, "factor")}, options)
        for f in names_in(entry["factor"], "factor")
    ]


def _overall(entry: Mapping[str, Any], factors: Factors) -> list[Asked]:
    """Parse the overall index of all factors, or of those with a weight."""
    given = entry["overall"]
    if not isinstance(given, dict):
        raise AnalysisError("overall: give its options, such as {of: share, how: pooled, satisfied: [4, 5]}")
    unknown = [str(key) for key in given if key not in {*OPTIONS["factor"], "weights"}]
    if unknown:
        raise AnalysisError(f"overall: {unknown[0]} is no option; it takes of, how, satisfied, range, weights")
    if not factors:
        raise AnalysisError("overall: no factors are given; list them under factors")
    options = _options(given, given.get("of", SHARE), "overall")
    for factor in options.weights:
        _items(factor, factors, "overall, weights")
    used = [f for f, w in options.weights.items() if w > 0] if options.weights else list(factors)
    return [Asked("overall", "overall", {f: factors[f] for f in used}, options)]


def _items(factor: str, factors: Factors, place: str) -> tuple[str, ...]:
    """Return the columns of a factor."""
    if factor not in factors:
        raise AnalysisError(f"{place}: {factor} is no factor; factors has {', '.join(factors) or 'none'}")
    return factors[factor]


def _options(given: Mapping[str, Any], of: object, place: str) -> Options:
    """Read the options that shares, scores, factors and overall have in common."""
    how = given.get("how", POOLED)
    if of not in (SHARE, SCORE) or how not in (POOLED, ITEM_MEAN):
        raise AnalysisError(f"{place}: of is share or score, how is pooled or item_mean")
    scale = _scale(given["range"], place) if "range" in given else (FIVE_LEVELS if of == SCORE else None)
    satisfied = _satisfied(given.get("satisfied", [4, 5]), scale, place) if of == SHARE else ()
    return Options(str(of), str(how), satisfied, scale, _weights(given.get("weights"), place))


def _satisfied(value: object, scale: tuple[float, float] | None, place: str) -> tuple[float, ...]:
    """Return the satisfied levels, each one that somebody can give."""
    levels = numbers_in(value, f"{place}, satisfied")
    low, high = scale or (-math.inf, math.inf)
    bad = [level for level in levels if not (level.is_integer() and low <= level <= high)]
    if bad:
        raise AnalysisError(f"{place}, satisfied: {bad[0]:g} is no level of the scale; name levels such as [4, 5]")
    return levels


def _scale(value: object, place: str) -> tuple[float, float]:
    """Return the lowest and highest level."""
    ends = numbers_in(value, f"{place}, range")
    if len(ends) != 2 or ends[0] >= ends[1] or not all(end.is_integer() for end in ends):
        raise AnalysisError(f"{place}, range: give the lowest and the highest level, such as [1, 5]")
    return ends[0], ends[1]


def _weights(value: object, place: str) -> Mapping[str, float]:
    """Return weights by factor."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not value:
        raise AnalysisError(f"{place}, weights: give a weight per factor, such as {{access: 0.5, results: 0.5}}")
    bad = [f for f, weight in value.items() if not is_number(weight)]
    if bad:
        raise AnalysisError(f"{place}, weights, {bad[0]}: give one number, such as 0.5")
    weights = {str(f): float(weight) for f, weight in value.items()}
    if min(weights.values()) < 0 or sum(weights.values()) <= 0:
        raise AnalysisError(f"{place}, weights: none may be below 0 and one must be above 0")
    return weights


PARSERS: Mapping[str, Parser] = {
    "mean": _single("mean"),
    "total": _single("total"),
    "ratio": _ratio,
    "quantile": _quantile,
    "share": _share,
    "score": _score,
    "factor": _factor,
    "overall": _overall,
}
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "mean": (),
    "total": (),
    "ratio": (),
    "quantile": ("probs",),
    "share": ("satisfied", "range"),
    "score": ("range",),
    "factor": ("of", "how", "satisfied", "range"),
    "overall": (),
}
