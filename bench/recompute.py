"""The figures once more, from the script's own record, by arithmetic that shares no line with the platform."""

import json
import math
from collections import Counter, defaultdict

from sqlalchemy import create_engine, text

FACTORS = {
    "access": range(1, 5),
    "procedures": range(5, 10),
    "officials": range(10, 16),
    "results": range(16, 19),
    "feedback": range(19, 23),
}


def compare(
    url: str,
    acknowledged: dict[str, dict[str, str]],
    rows: list[dict[str, str]],
    tables: dict[str, list[dict[str, object]]],
) -> list[str]:
    """Everything that differs between record and platform, in words; empty if nothing does."""
    engine = create_engine(url)
    with engine.connect() as connection:
        stored = [json_of(value) for (value,) in connection.execute(text("SELECT answers FROM response"))]
        placed = connection.execute(
            text(
                "SELECT d.dossier_code, s.number FROM invitation i JOIN dossier d ON d.id = i.dossier_id "
                "JOIN stratum s ON s.id = i.stratum_id"
            )
        )
        strata = {row.dossier_code: row.number for row in placed}
        pools = connection.execute(text("SELECT count(*) FROM response WHERE stratum_id IS NULL")).scalar_one()
    engine.dispose()
    differences = []
    if Counter(map(canonical, stored)) != Counter(canonical(without_comment(a)) for a in acknowledged.values()):
        differences.append(f"{len(stored)} responses are stored, {len(acknowledged)} were acknowledged, or they differ")
    if pools:
        differences.append(f"{pools} answers are pooled; this script is for desks that are large enough")
        return differences
    for by, column in (("desk", "Quay"), ("commune", "CoQuan"), ("agency", "CoQuan"), ("province", None)):
        units = defaultdict(list)
        for row in rows:
            units[row[column] if column else "tinh"].append(row["Ma"])
        for unit, codes in sorted(units.items()):
            expected = figures(codes, acknowledged, strata)
            shown = {str(r["statistic"]): r for r in tables[by] if r["unit"] == unit and r["product"] == "annual"}
            differences += unit_differences(f"{by} {unit}", expected, shown)
    return differences


def figures(
    codes: list[str],
    acknowledged: dict[str, dict[str, str]],
    strata: dict[str, int],
) -> dict[str, tuple[float, int, list[int] | None]]:
    """Share, valid answers and level counts of every statistic: dossiers returned over answers as weights."""
    size = Counter(strata[code] for code in codes)
    answered = [code for code in codes if code in acknowledged]
    given = Counter(strata[code] for code in answered)
    weight = {stratum: size[stratum] / n for stratum, n in given.items()}
    for stratum in size:
        if stratum not in given:  # nobody of it answered: it joins its neighbour, here simply said aloud
            raise RuntimeError(f"stratum {stratum} is silent; give the script more answers")
    found: dict[str, tuple[float, int, list[int] | None]] = {}
    shares = {}
    for item in range(23):
        levels = {code: int(acknowledged[code][f"q{item:02}"]) for code in answered}
        total = sum(weight[strata[code]] for code in answered)
        good = sum(weight[strata[code]] for code, level in levels.items() if level >= 4)
        counts = Counter(levels.values())
        name = "general" if item == 0 else f"item:q{item:02}"
        shares[item] = 100 * good / total
        found[name] = (shares[item], len(answered), [counts[level] for level in range(1, 6)])
    means = {}
    for factor, items in FACTORS.items():
        means[factor] = sum(shares[i] for i in items) / len(items)
        found[f"factor:{factor}"] = (means[factor], len(answered), None)
    found["overall"] = (sum(means.values()) / len(means), len(answered), None)
    return found


def unit_differences(
    unit: str,
    expected: dict[str, tuple[float, int, list[int] | None]],
    shown: dict[str, dict[str, object]],
) -> list[str]:
    """Compare what is shown with what should be, after the published rounding."""
    differences = []
    for statistic, (share, n, counts) in expected.items():
        row = shown.get(statistic)
        if row is None:
            differences.append(f"{unit} {statistic}: not in the table")
            continue
        wanted = rounded(share, n, counts)
        got = (row["bound"], row["estimate"], row["n"])
        if got != wanted:
            differences.append(f"{unit} {statistic}: shown {got}, recomputed {wanted} (exactly {share:.4f} of {n})")
    return differences


def rounded(share: float, n: int, counts: list[int] | None) -> tuple[object, object, object]:
    """What may be shown: n to 5, whole per cents under 1,000 answers, a bound near the ends, nothing under 30."""
    if n < 30:
        return None, None, None
    n5 = math.floor(n / 5 + 0.5) * 5
    satisfied = counts[3] + counts[4] if counts else share / 100 * n
    bound = min(95, math.floor(100 * (n5 - 2) / n5 / 5) * 5)
    if n - satisfied <= 2:
        return "at_least", float(bound), n5
    if satisfied <= 2:
        return "at_most", 100.0 - bound, n5
    scale = 10 if n >= 1000 else 1
    return "exact", math.floor(share * scale + 0.5) / scale, n5


def canonical(answers: dict[str, object]) -> str:
    """One text per content; a list of one is its one."""
    flat = {k: v[0] if isinstance(v, list) and len(v) == 1 else v for k, v in answers.items()}
    return json.dumps({k: str(v) for k, v in flat.items()}, sort_keys=True)


def without_comment(answers: dict[str, str]) -> dict[str, object]:
    """Comments live in a pool of their own."""
    return {k: v for k, v in answers.items() if k != "comment"}


def json_of(value: object) -> dict[str, object]:
    """JSON as text (SQLite) or as parsed (PostgreSQL)."""
    return json.loads(value) if isinstance(value, str) else value
