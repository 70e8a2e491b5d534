"""The three findings of a report, by a rule that was fixed before the figures were seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.multiplicity import benjamini_hochberg
from analysis.report.source import Record, Source, comparable
from analysis.report.wording import Words

LIMIT = 0.05
NAMED = 6  # units that a finding names; more are counted


@dataclass(frozen=True)
class Finding:
    """One finding: what is said first, and the sentences that belong to it."""

    head: str
    sentences: tuple[str, ...]


def three(source: Source, words: Words) -> tuple[Finding, Finding, Finding]:
    """The overall index and its change; the lowest factor; units that differ (docs/releases.md)."""
    return _overall(source, words), _factor(source, words), _units(source, words)


def certain(pairs: Sequence[tuple[Record, Record]]) -> list[bool]:
    """Whether both figures of each pair differ beyond chance.

    Parameters
    ----------
    pairs : sequence of (record, record)
        Rows with estimate, se, df as printed; each `comparable`.

    Returns
    -------
    list of bool
        t test with se = hypot(se1, se2) and the smaller df, p values adjusted by Benjamini and Hochberg over all
        pairs. Figures of the same answers rise and fall together, so that the test finds rather too little.
    """
    if not pairs:
        return []
    p = []
    for a, b in pairs:
        difference = float(a["estimate"]) - float(b["estimate"])
        t = abs(difference) / math.hypot(float(a["se"]), float(b["se"]))
        p.append(2 * stats.t.sf(t, min(int(a["df"]), int(b["df"]))))
    return [bool(x <= LIMIT) for x in benjamini_hochberg(np.array(p)).tolist()]


def _overall(source: Source, words: Words) -> Finding:
    own = source.overall.get(source.top)
    if own is None or not own["estimate"]:
        return Finding(words("overall_hidden"), (words.label(own["label"] if own else "no figure"),))
    index = words.share(own["estimate"])
    if own["bound"]:
        return Finding(words(f"overall_bound_{own['bound']}", index=index), (words("overall_bound_text"),))
    confidence = words.number.plain(100 * float(source.protocol.get("confidence", 0.95)))
    low, high, n = words.share(own["low"]), words.share(own["high"]), words.count(own["n"])
    sentences = [words("overall_text", confidence=confidence, low=low, high=high, n=n)] if own["low"] else []
    return Finding(words("overall_head", index=index), (*sentences, _change(source, words)))


def _change(source: Source, words: Words) -> str:
    """The sentence about the change of the overall index; a fall is told with positive numbers."""
    found = [r for r in source.of_top("comparison") if r["statistic"] == "overall"]
    if not found:
        return words("change_none")
    row, earlier = found[0], words.share(found[0]["earlier"])
    if row["reading"] in ("up", "down"):
        ends = (row["low"], row["high"]) if row["reading"] == "up" else (row["high"], row["low"])
        low, high = (words.figure(end.lstrip("-")) for end in ends)
        change = words.figure(row["change"].lstrip("-"))
        return words(f"change_{row['reading']}", earlier=earlier, change=change, low=low, high=high)
    points = {name: words.points(row[name]) for name in ("change", "low", "high")}
    return words("change_unclear", earlier=earlier, **points)


def _factor(source: Source, words: Words) -> Finding:
    """The lowest factor; it is the lowest only if it differs from every other one, all pairs being compared."""
    names = source.factors(words)
    rows = [r for r in source.of_top("factors") if comparable(r) and r["statistic"] in names]
    if len(rows) < 2:
        return Finding(words("factor_none_head"), (words("factor_none_text"),))
    lowest = min(rows, key=lambda r: float(r["estimate"]))
    pairs = [(a, b) for place, a in enumerate(rows) for b in rows[place + 1 :]]
    alike = [
        names[(b if a is lowest else a)["statistic"]]
        for (a, b), differ in zip(pairs, certain(pairs), strict=True)
        if lowest in (a, b) and not differ
    ]
    said = {"factor": names[lowest["statistic"]], "index": words.share(lowest["estimate"])}
    if not alike:
        return Finding(words("factor_head", **said), (words("factor_text"),))
    others = ", ".join(f"“{name}”" for name in alike)
    return Finding(words("factor_unclear_head"), (words("factor_unclear_text", others=others, **said),))


def _units(source: Source, words: Words) -> Finding:
    """Units directly below that differ from the top, each compared with it."""
    own = source.overall.get(source.top)
    rows = [source.overall[u] for u in source.below if comparable(source.overall.get(u))]
    if own is None or not comparable(own) or len(rows) < 2:
        return Finding(words("units_head_none"), (words("units_none_compared"),))
    differ = [r for r, sure in zip(rows, certain([(r, own) for r in rows]), strict=True) if sure]
    middle = float(own["estimate"])
    low = sorted((r for r in differ if float(r["estimate"]) < middle), key=lambda r: float(r["estimate"]))
    high = sorted((r for r in differ if float(r["estimate"]) > middle), key=lambda r: -float(r["estimate"]))
    if not differ:
        return Finding(words("units_head_none"), (words("units_none_text", n=len(rows)),))
    kind = "both" if low and high else "low" if low else "high"
    head = words(f"units_head_{kind}", low=len(low), high=len(high))
    sentences = [words(f"units_{name}", units=_listed(source, words, part)) for name, part in _named(low, high)]
    rest = len(rows) - len(differ)
    return Finding(head, (*sentences, *([words("units_rest", n=rest)] if rest else [])))


def _named(low: list[Record], high: list[Record]) -> list[tuple[str, list[Record]]]:
    return [(name, rows) for name, rows in (("low", low), ("high", high)) if rows]


def _listed(source: Source, words: Words, rows: Sequence[Record]) -> str:
    """Names of units with their index, the furthest away first."""
    said = [
        words("unit_share", unit=source.name(r["unit"], words), index=words.share(r["estimate"])) for r in rows[:NAMED]
    ]
    more = len(rows) - NAMED
    return "; ".join([*said, *([words("and_more", n=more)] if more > 0 else [])])
