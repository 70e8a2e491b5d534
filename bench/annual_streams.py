"""Live figures, counters and annual cells of random streams together: does anything give an answer away?

python bench/annual_streams.py [streams]

Answers of four agencies come in over eight weeks (on average 3, 6, 9 and 14 a week). The house's rule: batches of at
least ten answers, figures through `publishable`, counters rounded to 5, annual cells at the close. The control shows
every running total of ten or more answers each week, and the same annual cells. An attacker knows the rules and sets
up integer programs over everything shown: fewer than ten answers whose sum has less than its full range are a leak.
Counted beside it: parts of ten or more answers of which everybody is known to be satisfied.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis import Figure, annual, publishable, rounded_count
from instruments.load import shipped

AGENCIES = {"a": 3.0, "b": 6.0, "c": 9.0, "d": 14.0}
WEEKS, BATCH, KEPT_BACK, FEW = 8, 10, 5, 10
ITEM = "share:q00"
INSTRUMENT = shipped("sipas-2017/1")


@dataclass(frozen=True)
class Part:
    """Answers that became visible together: a batch, or the news of a week."""

    agency: str
    week: int
    n: int
    satisfied: int


@dataclass
class Shown:
    """Everything that was shown, as rows over the satisfied answers and the numbers of the parts."""

    parts: Sequence[Part]
    rows: list[list[float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, chosen: Sequence[int], satisfied: float, n: float, low: float, high: float) -> None:
        """Bound satisfied * (their satisfied answers) + n * (their number)."""
        row = np.zeros(2 * len(self.parts))
        row[list(chosen)] = satisfied
        row[[k + len(self.parts) for k in chosen]] = n
        self.rows.append(row.tolist())
        self.low.append(low)
        self.high.append(high)

    def reaches(self, objective: Sequence[float]) -> float:
        """Largest value of an objective that everything shown allows."""
        size = len(self.parts)
        each = np.hstack([np.eye(size), -np.eye(size)])
        found = milp(
            -np.asarray(objective),
            constraints=[
                LinearConstraint(np.array(self.rows), self.low, self.high),
                LinearConstraint(each, -np.inf, 0.0),
            ],
            integrality=np.ones(2 * size, dtype=np.int64),
            bounds=Bounds(0, 500),
        )
        if found.x is None:
            raise ValueError("what was shown contradicts itself")
        return -float(found.fun)


def stream(random: np.random.Generator) -> dict[str, list[list[int]]]:
    """Answers (1 satisfied, 0 not) of every agency and week; agencies differ from 70 % to nearly all satisfied."""
    level = {agency: random.uniform(0.7, 0.99) for agency in AGENCIES}
    return {
        agency: [(random.random(random.poisson(rate)) < level[agency]).astype(int).tolist() for _ in range(WEEKS)]
        for agency, rate in AGENCIES.items()
    }


def batches(random: np.random.Generator, answers: dict[str, list[list[int]]]) -> list[Part]:
    """Parts by the house's rule: ten or more after five at random were kept back; what is left goes with the last."""
    found = []
    for agency, weeks in answers.items():
        waiting: list[int] = []
        for week, news in enumerate(weeks):
            waiting = [*waiting, *news]
            random.shuffle(waiting)
            if len(waiting) >= BATCH + KEPT_BACK and sum(map(len, weeks[week + 1 :])) >= BATCH:
                found.append(Part(agency, week, len(waiting) - KEPT_BACK, sum(waiting[KEPT_BACK:])))
                waiting = waiting[:KEPT_BACK]
        if len(waiting) >= BATCH or not any(part.agency == agency for part in found):
            found.append(Part(agency, WEEKS, len(waiting), sum(waiting)))
        else:
            last = found.pop()
            found.append(replace(last, week=WEEKS, n=last.n + len(waiting), satisfied=last.satisfied + sum(waiting)))
    return found


def weekly(answers: dict[str, list[list[int]]]) -> list[Part]:
    """Parts by the control: the news of every week."""
    return [
        Part(agency, week, len(news), sum(news))
        for agency, weeks in answers.items()
        for week, news in enumerate(weeks)
        if news
    ]


def live(parts: Sequence[Part], *, rounded: bool) -> Shown:
    """Show running totals of agencies and of the province, by the house's rule or exactly from ten answers on."""
    shown = Shown(parts)
    for domain in (*AGENCIES, "all"):
        for week in sorted({part.week for part in parts}):
            chosen = [k for k, p in enumerate(parts) if p.week <= week and domain in (p.agency, "all")]
            n, y = sum(parts[k].n for k in chosen), sum(parts[k].satisfied for k in chosen)
            if n < FEW:
                continue
            if rounded:
                _rounded(shown, chosen, n, y)
            else:
                shown.add(chosen, 1.0, 0.0, y, y)
                shown.add(chosen, 0.0, 1.0, n, n)
    for k in range(len(parts)):  # batches have ten or more, and weekly news are counted by the desk
        shown.add([k], 0.0, 1.0, FEW if rounded else parts[k].n, 500.0 if rounded else parts[k].n)
    return shown


def _rounded(shown: Shown, chosen: Sequence[int], n: int, y: int) -> None:
    """Show a running total through the house's door, and its counter rounded to 5."""
    figure = Figure(0, ITEM, 100 * y / n, None, None, None, n - 1, n, 0, None, None, None, None, False)  # noqa: FBT003 - a figure's last field
    safe = publishable(figure, FEW, probability_sample=False)
    counted = rounded_count(n)
    shown.add(chosen, 0.0, 1.0, counted - 2.5, counted + 2.5)
    if safe is None:
        return
    if safe.bound == "exact":
        shown.add(chosen, 1.0, -(safe.estimate - 0.5) / 100, 0.0, np.inf)
        shown.add(chosen, 1.0, -(safe.estimate + 0.5) / 100, -np.inf, 0.0)
    elif safe.bound == "at_least":
        shown.add(chosen, -1.0, 1.0, 0.0, 2.0)
    else:
        shown.add(chosen, 1.0, 0.0, 0.0, 2.0)


def yearly(shown: Shown, answers: dict[str, list[list[int]]]) -> None:
    """Add the annual cells of the same answers: own sums, shared sums, bounds."""
    by_agency = {agency: [one for week in weeks for one in week] for agency, weeks in answers.items()}
    cells = _index(by_agency).cells
    own = {row.domain for row in cells if (row.kind, row.statistic, row.cell) == ("sum", ITEM, row.domain)}
    for row in (row for row in cells if row.statistic == ITEM and row.kind in ("sum", "hidden")):
        mine = {row.domain} if row.domain in by_agency else set(by_agency) - own
        chosen = [k for k, part in enumerate(shown.parts) if part.agency in mine]
        if row.kind == "sum" and row.x and row.n:
            satisfied = round((row.y or 0) * row.n / row.x)
            shown.add(chosen, 1.0, 0.0, satisfied, satisfied)
            shown.add(chosen, 0.0, 1.0, row.n, row.n)
        elif row.cell == "at_least":
            shown.add(chosen, -1.0, 1.0, 0.0, 3.0)


def _index(by_agency: dict[str, list[int]]) -> annual.Annual:
    """Annual index of one item, every dossier asked and answered, each standing for two."""
    names = [agency for agency, given in by_agency.items() for _ in given]
    items = len(INSTRUMENT.scored_items())
    level = np.zeros((len(names), items), dtype=np.int8)
    level[:, 0] = np.where(np.array([one for given in by_agency.values() for one in given]) == 1, 5, 2)
    unit, n = np.array(names), len(names)
    count = np.array([len(given) for given in by_agency.values()])
    agencies, nothing = np.array(list(by_agency)), np.full(len(by_agency), "")
    frame = annual.Frame(agencies, agencies, nothing, nothing, {}, 2 * count, count)
    responses = annual.Responses(unit, unit, np.full(n, ""), {}, level, np.full(n, "G1"))
    protocol = {"tree": {**dict.fromkeys(by_agency, "all"), "all": None}, "calibration_depth": 0}
    return annual.estimate(responses, frame, INSTRUMENT, protocol)


def small_leaks(shown: Shown) -> int:
    """Parts with fewer than ten answers whose satisfied answers have less than their full range."""
    small = [k for k, part in enumerate(shown.parts) if part.n < FEW]
    return sum(not _open(shown, k, shown.parts[k].n) for k in small)


def certain(shown: Shown) -> int:
    """Parts of ten or more answers all of which are known: everybody satisfied, or nobody."""
    large = [k for k, part in enumerate(shown.parts) if part.n >= FEW]
    return sum(not _open(shown, k, 1) for k in large)


def _open(shown: Shown, k: int, answers: int) -> bool:
    """Whether so many answers of a part may all be satisfied, and all be not satisfied."""
    met, missed = np.zeros(2 * len(shown.parts)), np.zeros(2 * len(shown.parts))
    met[k], missed[k], missed[k + len(shown.parts)] = 1.0, -1.0, 1.0
    return all(shown.reaches(objective) >= answers - 1e-6 for objective in (met, missed))


def attacked(seed: int, *, rounded: bool) -> tuple[int, int, int]:
    """Small leaks of everything; unanimous parts known from live figures, and those that annual cells add."""
    random = np.random.default_rng(seed)
    answers = stream(random)
    while any(sum(map(len, weeks)) < FEW for weeks in answers.values()):
        answers = stream(random)
    shown = live(batches(random, answers) if rounded else weekly(answers), rounded=rounded)
    before = certain(shown)
    yearly(shown, answers)
    return small_leaks(shown), before, certain(shown) - before


def main(streams: int) -> None:
    """Print how many streams leak under both rules."""
    for name, rounded in (("house", True), ("threshold only", False)):
        found = np.array([attacked(seed, rounded=rounded) for seed in range(streams)])
        small, before, more = (found > 0).sum(axis=0).tolist()
        print(
            f"{name}: {small} of {streams} streams give away fewer than ten answers; a unanimous part of ten or more "
            f"is known from live figures in {before}, from annual cells beside them in {more} more",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
