"""Live figures, splits, counters, exports and the annual release of random streams: does anything give answers away?

python bench/annual_streams.py [streams] [streams with integer programs]

Answers of four agencies come in over eight weeks (on average 3, 6, 9 and 14 a week), each with a class, which some
batches keep and others do not; some weeks bring a flood of praise that rules flag. The house's rule: `domain.batching`
makes the batches, `domain.flags` says whose flags stay, `services.splits` makes the splits, `publishable` the figures,
`annual.estimate` the cells of the release. Pages, exports and the API read the same ledger, so that whoever has one has
all; the attacker sees every total with and without flagged answers, and asked for every split that he is not refused,
by agency and for the province, by month and for the whole time. One control lets every flag stay that ten answers of a
batch share with ten that do not, the other shows every total, split and week of ten or more answers.

A leak is a set of fewer than ten answers, of up to three parts that everything shown treats alike, whose sum follows
from the sums shown, each taken for an exact number. Told beside it, with integer programs over what is really shown:
batches of ten or more answers of which everybody is known to be satisfied (or nobody); and batches of which somebody
who knows half learns the exact number satisfied among the others.
"""

import random as standard
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import Figure, annual, publishable, rounded_count
from bench.stream_attack import FEW, MOST, Part, Shown, half_known, small_sets, unanimous
from instruments.load import shipped
from survey_app.domain import batching, flags, periods, split_rule
from survey_app.services import released, splits

AGENCIES = {"a": 3.0, "b": 6.0, "c": 9.0, "d": 14.0}
PROVINCE = "all"
WEEKS = 8
RARE = 0.25  # of the answers are of the second class
FLOODS = 0.2  # of the weeks of an agency bring one
FLOOD = 25  # answers, on average
HONEST = 0.06  # of the other answers are flagged
UNCLASSED = 0.4  # of the batches lose the class of their rarer answers
MONTHS = {"2026-01": range(4), "2026-02": range(4, WEEKS + 1), "2026-Q1": range(WEEKS + 1)}
STRATA = {1: SimpleNamespace(classes={"channel": ["desk"]}), 2: SimpleNamespace(classes={"channel": ["online"]})}
LABELS = ("", "desk", "online")
ITEM = "share:q00"
INSTRUMENT = shipped("sipas-2017/1")

Stays = Callable[[Iterable[tuple[int, bool]]], bool]
Answer = tuple[int, int, bool]  # satisfied or not; stratum 1 or 2; flagged


def stream(random: np.random.Generator) -> dict[str, list[list[Answer]]]:
    """Answers of every agency and week; agencies differ from 70 % to nearly all satisfied."""
    level = {agency: random.uniform(0.7, 0.99) for agency in AGENCIES}
    found = {
        agency: [
            [
                (int(random.random() < level[agency]), 1 + int(random.random() < RARE), bool(random.random() < HONEST))
                for _ in range(random.poisson(rate))
            ]
            for _ in range(WEEKS)
        ]
        for agency, rate in AGENCIES.items()
    }
    for news in (week for weeks in found.values() for week in weeks if random.random() < FLOODS):
        rare = random.choice([0.0, RARE, 1.0])  # where the flood comes from
        news += [(1, 1 + int(random.random() < rare), True) for _ in range(random.poisson(FLOOD))]
    return found


def batches(answers: dict[str, list[list[Answer]]], seed: int, stays: Stays = flags.may_stay) -> list[Part]:
    """Parts by the house's rule; `stays` says of which batches the flags stay beside their answers."""
    chance = standard.Random(seed)
    waiting: dict[batching.Atom, Sequence[Answer]] = {
        batching.Atom(agency, agency, INSTRUMENT.key, "G1"): [] for agency in answers
    }
    found: list[Part] = []
    for week in range(WEEKS):
        for atom, left_over in waiting.items():
            waiting[atom] = [*left_over, *answers[atom.desk][week]]
        for move in batching.due(waiting, chance):
            found += _batch(move.atom.desk, week, move.answers, chance, stays)
            left = list(waiting[move.atom])
            for one in move.answers:
                left.remove(one)
            waiting[move.atom] = left
    moves, _ = batching.last(waiting, dict.fromkeys(AGENCIES, PROVINCE).get, lambda _: batching.ROOM, chance)
    for move in moves:
        found += _batch(move.pool or move.atom.desk, WEEKS, move.answers, chance, stays)
    return found


def _batch(agency: str, week: int, answers: Sequence[Answer], chance: standard.Random, stays: Stays) -> list[Part]:
    """Parts of one batch; a pool has no classes, and some batches lose the rarer one."""
    lost = agency == PROVINCE or chance.random() < UNCLASSED
    kept = [
        (one, 0 if agency == PROVINCE or (lost and stratum == 2) else stratum, flagged)
        for one, stratum, flagged in answers
    ]
    told = stays((stratum, flagged) for _, stratum, flagged in kept)
    number = chance.getrandbits(60)
    return [
        Part(
            agency, number, week, LABELS[own], tuple(one for one, s, f in kept if (s, told and f) == (own, flag)), flag
        )
        for own, flag in sorted({(stratum, told and flagged) for _, stratum, flagged in kept})
    ]


def ten_each(answers: Iterable[tuple[int, bool]]) -> bool:
    """Let flags stay wherever ten answers of a batch are flagged and ten are not: the control."""
    flagged = [flag for _, flag in answers]
    return min(sum(flagged), len(flagged) - sum(flagged)) >= FEW


def weekly(answers: dict[str, list[list[Answer]]]) -> list[Part]:
    """Parts by the control: the news of every week."""
    return [
        Part(agency, 100 * place + week, week, LABELS[stratum], tuple(one for one, own, _ in news if own == stratum))
        for place, (agency, weeks) in enumerate(answers.items())
        for week, news in enumerate(weeks)
        for stratum in sorted({own for _, own, _ in news})
    ]


def shown_of(parts: Sequence[Part], *, house: bool) -> Shown:
    """Show running totals of agencies and of the province, their splits and counters."""
    shown = Shown(parts)
    for k, part in enumerate(parts):
        shown.add([k], 0.0, 1.0, 0.0 if house else part.n, MOST if house else part.n)
    for batch in {part.batch for part in parts} if house else ():
        shown.add([k for k, part in enumerate(parts) if part.batch == batch], 0.0, 1.0, FEW, MOST)
    for domain in (*AGENCIES, PROVINCE):
        for week in sorted({part.week for part in parts}):
            so_far = [k for k in _under(parts, domain) if parts[k].week <= week]
            _figure(shown, so_far, house=house)
            _figure(shown, [k for k in so_far if not parts[k].flagged], house=house)
    for chosen in _splits(parts) if house else _thresholds(parts):
        _figure(shown, chosen, house=house)
    return shown


def _under(parts: Sequence[Part], domain: str) -> list[int]:
    """Parts of a unit."""
    return [k for k, part in enumerate(parts) if domain in (part.agency, PROVINCE)]


def _splits(parts: Sequence[Part]) -> list[list[int]]:
    """Parts of every class that the house's rule shows to somebody who asks for everything."""
    found: list[list[int]] = []
    asked: set[split_rule.Split] = set()
    for period, weeks in MONTHS.items():
        for units in (tuple(AGENCIES), (PROVINCE,)):
            if split_rule.clash(asked, set(units), periods.parse(period), "channel") is not None:
                continue
            for unit in units:
                mine = [k for k in _under(parts, unit) if parts[k].week in weeks]
                batches_of_unit = [
                    released.Part(None, tuple(_cell(parts[k]) for k in mine if parts[k].batch == batch))  # type: ignore[arg-type]  # its cells only
                    for batch in {parts[k].batch for k in mine}
                ]
                for one in splits.classes(batches_of_unit, STRATA, "channel"):  # type: ignore[arg-type]  # classes of strata only
                    found.append([k for k in mine if LABELS.index(parts[k].label) in one.strata])
                    asked.add(split_rule.Split(unit, period, "channel"))
    return found


def _cell(part: Part) -> Any:  # noqa: ANN401 - what the rule reads of a cell
    """Answers of a part under the number of its stratum."""
    return SimpleNamespace(stratum_number=LABELS.index(part.label) or -1, n=part.n)


def _thresholds(parts: Sequence[Part]) -> list[list[int]]:
    """Parts of every class of ten or more answers, by agency and for the province, by month and for the whole time."""
    asked = [
        (domain, weeks, label) for domain in (*AGENCIES, PROVINCE) for weeks in MONTHS.values() for label in LABELS
    ]
    return [
        [k for k in _under(parts, domain) if parts[k].week in weeks and parts[k].label == label]
        for domain, weeks, label in asked
    ]


def _figure(shown: Shown, chosen: Sequence[int], *, house: bool) -> None:
    """Show a figure through the house's door with its counter rounded to 5, or exactly from ten answers on."""
    n, y = sum(shown.parts[k].n for k in chosen), sum(shown.parts[k].satisfied for k in chosen)
    if n < FEW:
        return
    shown.total(chosen)
    if not house:
        shown.add(chosen, 1.0, 0.0, y, y)
        shown.add(chosen, 0.0, 1.0, n, n)
        return
    figure = Figure(0, ITEM, 100 * y / n, None, None, None, n - 1, n, 0, None, None, None, None, False)  # noqa: FBT003 - a figure's last field
    safe = publishable(figure, FEW, probability_sample=False)
    shown.add(chosen, 0.0, 1.0, rounded_count(n) - 2.5, rounded_count(n) + 2.5)
    if safe is None:
        return
    if safe.bound == "exact":
        shown.add(chosen, 1.0, -(safe.estimate - 0.5) / 100, 0.0, np.inf)
        shown.add(chosen, 1.0, -(safe.estimate + 0.5) / 100, -np.inf, 0.0)
    elif safe.bound == "at_least":
        shown.add(chosen, -1.0, 1.0, 0.0, 2.0)
    else:
        shown.add(chosen, 1.0, 0.0, 0.0, 2.0)


def release(shown: Shown, answers: dict[str, list[list[Answer]]]) -> None:
    """Add the cells of the annual release of the same answers: own sums, shared sums, bounds."""
    if any(part.agency == PROVINCE for part in shown.parts):
        return  # pooled answers: the annual sums of these agencies are those of the whole province
    by_agency = {agency: [one for week in weeks for one, _, _ in week] for agency, weeks in answers.items()}
    cells = _index(by_agency).cells
    own = {row.domain for row in cells if (row.kind, row.statistic, row.cell) == ("sum", ITEM, row.domain)}
    for row in (row for row in cells if row.statistic == ITEM and row.kind in ("sum", "hidden")):
        mine = {row.domain} if row.domain in by_agency else set(by_agency) - own
        chosen = [k for k, part in enumerate(shown.parts) if part.agency in mine]
        if row.kind == "sum" and row.x and row.n:
            satisfied = round((row.y or 0) * row.n / row.x)
            shown.total(chosen)
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


def attacked(seed: int, *, house: bool, programs: bool = False, stays: Stays = flags.may_stay) -> tuple[int, int, int]:
    """Small sets that leak; unanimous batches that are known, and batches that half of them give away."""
    answers = stream(np.random.default_rng(seed))
    shown = shown_of(batches(answers, seed, stays) if house else weekly(answers), house=house)
    if all(sum(map(len, weeks)) >= FEW for weeks in answers.values()):
        release(shown, answers)
    return len(small_sets(shown)), unanimous(shown) if programs else 0, half_known(shown) if programs else 0


def main(streams: int, programmed: int) -> None:
    """Print how many streams leak under both rules."""
    rules = (("house", True, flags.may_stay), ("flags of ten", True, ten_each), ("threshold only", False, ten_each))
    for name, house, stays in rules:
        small = sum(attacked(seed, house=house, stays=stays)[0] > 0 for seed in range(streams))
        print(f"{name}: {small} of {streams} streams give away fewer than ten answers", flush=True)
    found = np.array([attacked(seed, house=True, programs=True) for seed in range(programmed)])
    _, same, half = (found > 0).sum(axis=0).tolist()
    print(
        f"house, {programmed} streams: in {same} a batch of ten or more is known to be all of one opinion; "
        f"in {half} half of a batch gives away the number satisfied in the other half"
    )


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:], *("200", "40")[len(sys.argv) - 1 :])))
