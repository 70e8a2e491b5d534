"""Our estimates of the frozen synthetic data beside R's own, on this machine, and R's calls made once more.

python bench/against_r.py

Needs Rscript with the package survey (apt-get install r-base-core r-cran-survey). First table: by data set, domains and
kind of statistic the largest relative difference between us and R. Second: the calls that stand beside the frozen
numbers in tests/analysis/golden, evaluated by this R, against those numbers.

The frozen numbers come from survey 4.5. What survey 4.1.1 (Debian 12) does otherwise is listed under KNOWN and
KNOWN_CALLS and printed with its reason; everything else must agree.
"""

import json
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from analysis.asked import parse_asked
from analysis.design import DesignColumns
from analysis.estimate import estimate
from analysis.estimate_rows import Row
from analysis.reading import read_table
from analysis.specification import Specification
from analysis.variance import Lonely

HERE = Path(__file__)
GOLDEN = HERE.parents[1] / "tests" / "analysis" / "golden"
FIGURES = ("estimate", "se", "lower limit", "upper limit", "df", "design effect")
CENTRED_WRONGLY = "survey 4.1.1 centres lonely totals wrongly under adjust"
KNOWN = {
    ("lonely adjust", "total"): CENTRED_WRONGLY,
    ("twostage by dom", "quantile"): "survey 4.1.1 reads a probability below the first cumulated weight as the second "
    "value; the smallest value that reaches it is the first",
}
KNOWN_CALLS = {  # by a part of the assertion's name
    "total_adjust_": CENTRED_WRONGLY,
    ":wilson:": "survey 4.1.1 has no such interval",
    "by_mean_all": "survey 4.1.1 stops at the covariances where a domain has no value",
}
SAME = 1e-9
ITEMS = [f"q{k:02}" for k in range(1, 23)]
FACTORS = {
    name: tuple(ITEMS[slice(*ends)])
    for name, ends in {
        "access": (0, 4),
        "procedures": (4, 8),
        "officials": (8, 13),
        "results": (13, 18),
        "feedback": (18, 22),
    }.items()
}
WEIGHTS = {"access": 0.20, "procedures": 0.20, "officials": 0.25, "results": 0.20, "feedback": 0.15}
PLAIN = [{"mean": ["y", "x", "z"]}, {"total": ["y", "z"]}, {"ratio": ["y", "x"]}]
INDICES = [
    {"share": ITEMS},
    {"score": ITEMS},
    {"factor": list(FACTORS)},
    {"overall": {"weights": WEIGHTS}},
]
TWOSTAGE = DesignColumns(weights="w", strata="h", psu=("psu", "ssu"), fpc=("fpc1", "fpc2"), nest=True)
ONE_STAGE = {"weights": "w", "strata": "h", "psu": ("psu",), "fpc": ("fpc",), "nest": True}
SIPAS = DesignColumns(weights="weight", strata="stratum", psu=("psu",), fpc=("fpc",))
Key = tuple[str, str, str]


def ours() -> Iterator[tuple[Key, Row]]:
    """Our rows by case, domain and statistic."""
    quantiles = [{"quantile": ["y"], "probs": [0.25, 0.5, 0.9]}]
    yield from rows("twostage", "twostage", TWOSTAGE, PLAIN + quantiles)
    yield from rows("twostage by dom", "twostage", TWOSTAGE, PLAIN + quantiles, by="dom")
    for rule in ("remove", "certainty", "adjust", "average"):
        design = DesignColumns(**ONE_STAGE, lonely=Lonely(rule))
        yield from rows(f"lonely {rule}", "lonely", design, [{"mean": ["y", "z"]}, {"total": ["y", "z"]}])
    design = DesignColumns(**ONE_STAGE)
    yield from rows("domains", "domains", design, [{"mean": ["y"]}, {"total": ["y"]}, {"ratio": ["y", "x"]}], by="dom")
    for by in ("province", "district", "agency", "resp_type"):
        yield from rows(f"sipas_2025 by {by}", "sipas_2025", SIPAS, INDICES, by=by)


def rows(case: str, data: str, design: DesignColumns, asked: list[Any], by: str = "") -> Iterator[tuple[Key, Row]]:
    """Rows of one case."""
    table = read_table(GOLDEN / "data" / f"{data}.csv")
    specification = Specification(design, (by,) if by else (), 0.95, (9.0,), parse_asked(asked, FACTORS))
    for row in estimate(table, specification).rows:
        yield (case, row.domain.get(by, ""), row.statistic), row


def run_r(*arguments: str) -> tuple[str, list[list[str]]]:
    """Version of the package survey, and the lines that R printed."""
    command = ["Rscript", str(HERE.with_suffix(".R")), *arguments]
    version, *lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    return version.lstrip("#"), [line.split("\t") for line in lines]


def number(text: str) -> float:
    """A number of R, NaN where it has none."""
    return np.nan if text.strip() in ("NA", "NaN", "Inf") else float(text)


def difference(mine: float | None, theirs: float) -> float:
    """Relative difference; 0 where R has nothing, endless where only we have nothing."""
    if np.isnan(theirs) or mine == theirs:
        return 0.0
    return float("inf") if mine is None else abs(mine / theirs - 1) if theirs else abs(mine)


def compare_estimates(lines: list[list[str]], mine: Mapping[Key, Row]) -> dict[tuple[str, str, str], float]:
    """Largest relative difference by case, kind of statistic and figure."""
    found: dict[tuple[str, str, str], float] = defaultdict(float)
    for case, domain, statistic, *values in lines:
        row, kind = mine[case, domain, statistic], statistic.split(":")[0]
        if row.n == 0:
            continue  # no valid answer: null with a reason, where R says 0 with standard error 0
        figures = [row.estimate, row.se, *(row.ci or (None, None)), row.df, row.deff]
        for name, value, text in zip(FIGURES, figures, values, strict=True):
            found[case, kind, name] = max(found[case, kind, name], difference(value, number(text)))
    return found


def print_estimates() -> None:
    """Print the first table."""
    version, lines = run_r("estimates", str(GOLDEN / "data"))
    found = compare_estimates(lines, dict(ours()))
    print(f"{len(lines)} rows of survey {version} against ours, largest relative difference\n")
    print("| data, domains | statistic | " + " | ".join(FIGURES) + " | |\n|" + "---|" * (len(FIGURES) + 3))
    for case, kind in dict.fromkeys((case, kind) for case, kind, _ in found):
        each = " | ".join(f"{found[case, kind, name]:.0e}" for name in FIGURES)
        print(f"| {case} | {kind} | {each} | {KNOWN.get((case, kind), '')} |")


def calls() -> Iterator[tuple[str, str, str, str]]:
    """Case, assertion, what R does before, and the call that stands beside the frozen numbers."""
    for case in ("b1_twostage_strat", "c1_lonely_psu", "f1_domains", "i1_ciprop"):
        content = json.loads((GOLDEN / f"{case}.json").read_text(encoding="utf-8"))
        for assertion in content["assertions"]:
            before = before_call(case, content, assertion["id"], assertion["result"])
            if (
                before
                and "conf.int" not in assertion["r_call"]
                and "WRONG" not in assertion["id"]
                and next(iter(assertion["result"]), "") != "n"
            ):
                yield case, assertion["id"], before, assertion["r_call"]


def before_call(case: str, content: Mapping[str, Any], name: str, result: Mapping[str, Any]) -> str:
    """Make data, options and design as the case says, as one line of R; empty where no call of R made the number."""
    data, design = content["data"][0], content["design"]
    options = result.get("r_options", "")
    if case == "c1_lonely_psu":
        parts = name.split("_")
        design = design[parts[-1]]
        adjusted = "TRUE" if "adjustdomain" in parts else "FALSE"
        options = f"options(survey.lonely.psu='{parts[-2]}', survey.adjust.domain.lonely={adjusted})"
    if case == "i1_ciprop":
        if not name.startswith(("srs", "clus")):
            return ""
        data = f"data/prop_{name.split(':', maxsplit=1)[0]}.csv"
        design = "svydesign(id=~1, weights=~w, data=d)" if name.startswith("srs") else design.split("  (")[0]
    steps = [options, f"d <- read.csv('{GOLDEN / data}')", f"des <- {design}"]
    if case == "f1_domains":
        steps.append(f"doms <- c({', '.join(repr(label) for label in DOMS)})")
        steps.append(f"sub <- subset(des, dom == '{name.rsplit('_', 1)[-1]}')")
    return "{" + "; ".join(step for step in steps if step) + "}"


DOMS = ("A", "B", "C1psu", "D2strata", "E1obs", "F1stratum", "GallNA", "Hempty")


def frozen_numbers(case: str) -> dict[str, list[float]]:
    """Frozen numbers of every assertion in the order in which R prints them; none for an error."""
    content = json.loads((GOLDEN / f"{case}.json").read_text(encoding="utf-8"))
    found = {}
    for assertion in content["assertions"]:
        result = assertion["result"]
        limits = "ciprop" in assertion["r_call"]
        order = ("estimate", "ci") if limits else ("value",) if "value" in result else ("estimate", "se")
        parts = [result["df"]] if list(result) in (["df"], ["design", "df"]) else [result.get(key) for key in order]
        flat = [x for part in parts for x in (part if isinstance(part, list) else [part])]
        found[assertion["id"]] = [] if "error" in result else [np.nan if x is None else float(x) for x in flat]
    return found


def print_replayed() -> None:
    """Print the second table."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "calls.tsv"
        lines = ["case\tassertion\tbefore\tcall", *("\t".join(line) for line in calls())]
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        version, told = run_r("replay", str(listed))
    print(f"\n{len(told)} calls beside the frozen numbers, by survey {version}\n")
    print("| case | calls | largest relative difference | differ otherwise |\n|---|---|---|---|")
    for case in dict.fromkeys(line[0] for line in told):
        frozen = frozen_numbers(case)
        found = {name: replayed(frozen[name], values) for one, name, *values in told if one == case}
        differ = {
            name: why for name in found for part, why in KNOWN_CALLS.items() if part in name and found[name] > SAME
        }
        same = {name: value for name, value in found.items() if name not in differ}
        reasons = "; ".join(f"{n} calls: {why}" for why, n in Counter(differ.values()).items())
        print(f"| {case} | {len(found)} | {max(same.values()):.0e} ({max(same, key=same.__getitem__)}) | {reasons} |")


def replayed(frozen: list[float], values: list[str]) -> float:
    """Largest relative difference of one call; endless if the numbers are not the same ones."""
    if values == ["error"] or not frozen:
        return 0.0 if values == ["error"] and not frozen else float("inf")
    live = [number(value) for value in values]
    if len(live) != len(frozen):
        return float("inf")
    return max(difference(one, other) for one, other in zip(live, frozen, strict=True))


def main() -> None:
    """Print both tables."""
    print_estimates()
    print_replayed()


if __name__ == "__main__":
    main()
