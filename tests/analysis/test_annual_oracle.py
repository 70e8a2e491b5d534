"""Weights and standard errors of the annual index agree with R's survey package where nothing is grouped."""

import numpy as np
import pytest

from analysis import annual
from analysis.annual.protocol import read_protocol
from analysis.annual.squares import Linearisation, Linearised, variance
from analysis.annual.units import stages_of
from analysis.annual.weighting import weigh
from analysis.calibration import residuals
from analysis.weights import rake
from tests.analysis.one_stage import standard_error
from tests.analysis.published import oracle, oracle_rows
from tests.analysis.reference import GOLDEN, load_csv, load_json, reference_folder

UNGROUPED = 1


def table(name):
    """Columns of one of the samples."""
    own = GOLDEN / "data" / f"{name}.csv"
    rows = load_csv(own) if own.exists() else oracle_rows(name)
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


def result(case, name):
    own = GOLDEN / f"{case}.json"
    answers = load_json(own) if own.exists() else oracle(case)
    return {a["id"]: a["result"] for a in answers["assertions"]}[name]


def responses(unit, psu, stratum, classes):
    n = len(unit)
    level = np.full((n, 1), 5, dtype=np.int8)
    return annual.Responses(unit, psu, stratum, classes, level, np.full(n, "G1"))


def mean_of(values, weight, stages, residual=lambda z: z):
    """Weighted mean and its standard error by the module's own stages."""
    mean = (weight @ values) / weight.sum()
    z = residual((weight * (values - mean) / weight.sum())[:, None])
    everywhere = np.ones(len(values), dtype=bool)
    lines = Linearised(np.arange(len(values)), everywhere, z, np.ones(1, dtype=bool))
    return mean, float(np.sqrt(variance(stages, lines)[0]))


def test_two_stage_means_and_standard_errors_are_those_of_r():
    data = table("twostage")
    n = len(data["y"])
    psu = np.array([f"{h}-{u}" for h, u in zip(data["h"], data["psu"], strict=True)])
    one = np.full(n, "province")
    given = responses(one, psu, np.full(n, ""), {})
    drawn = {name: int(np.sum(psu == name)) for name in psu}
    dossiers = {name: int(float(size)) for name, size in zip(psu, data["fpc2"], strict=True)}
    there = {h: int(float(size)) for h, size in zip(data["h"], data["fpc1"], strict=True)}
    first = dict(zip(psu, data["h"], strict=True))
    silent = [
        (f"{h}-not-{k}", h) for h, size in there.items() for k in range(size - sum(f == h for f in first.values()))
    ]
    names = [*first, *(name for name, _ in silent)]
    frame = annual.Frame(
        unit=np.full(len(names), "province"),
        psu=np.array(names),
        stratum=np.full(len(names), ""),
        first=np.array([*first.values(), *(h for _, h in silent)]),
        classes={},
        dossiers=np.array([dossiers.get(name, 1) for name in names]),
        drawn=np.array([drawn.get(name, 0) for name in names]),
    )
    protocol = read_protocol({"tree": {"province": None}, "design": "two-stage", "calibration_depth": 0})
    stages = stages_of(given, frame, protocol, UNGROUPED)
    expected = result("b1_twostage_strat", "mean")
    for place, column in enumerate(("y", "x", "z")):
        mean, se = mean_of(data[column].astype(float), data["w"].astype(float), stages)
        assert mean == pytest.approx(expected["estimate"][place], rel=1e-12)
        assert se == pytest.approx(expected["se"][place], rel=1e-9)


def schools():
    """R's stratified sample of schools with its answers; without it one of our own, checked by the tested functions."""
    totals = {("No", "No"): 1712, ("No", "Yes"): 315, ("Yes", "Yes"): 4167}
    if reference_folder():
        return table("apistrat"), totals, result("d2_calibration_strat", "calibrate_raking_factors")["mean"]
    random = np.random.default_rng(4)
    stype = np.repeat(["E", "H", "M"], [40, 20, 20])
    awards, imp = random.choice(["No", "Yes"], 80), random.choice(["No", "Yes"], 80)
    size = {"E": "4421", "H": "755", "M": "1018"}
    fpc = np.array([size[s] for s in stype])
    data = {"stype": stype, "fpc": fpc, "awards": awards, "comp.imp": np.where(awards == "Yes", "Yes", imp)}
    data |= {name: (600 + 90 * random.normal(size=80)).astype(str) for name in ("api00", "api99")}
    base = np.array([float(size[s]) / np.sum(stype == s) for s in stype])
    levels = {"awards": {"No": 2027, "Yes": 4167}, "comp.imp": {"No": 1712, "Yes": 4482}}
    met = rake(base, {v: data[v].tolist() for v in levels}, levels)
    found = {"estimate": [], "se": []}
    for name in ("api00", "api99"):
        y, w = data[name].astype(float), met.weights
        z = w * residuals((y - w @ y / w.sum()) / w.sum(), met)
        found["estimate"].append(w @ y / w.sum())
        found["se"].append(standard_error(z, stype.tolist(), range(80), data["fpc"].astype(float)))
    return data, totals, found


def test_raked_means_and_standard_errors_are_those_of_r():
    data, totals, expected = schools()
    n = len(data["api00"])
    given = responses(
        np.full(n, "schools"), np.full(n, "schools"), data["stype"], {v: data[v] for v in ("awards", "comp.imp")}
    )
    sizes = {s: int(float(size)) for s, size in zip(data["stype"], data["fpc"], strict=True)}
    drawn = {s: int(np.sum(data["stype"] == s)) for s in sizes}
    # One line per stratum gives the design weights; the margins are those of R's call.
    cells = [(s, *cell) for s in sizes for cell in totals]
    dossiers = _spread(sizes, totals)
    largest = dict(zip(sizes, dossiers.reshape(len(sizes), -1).argmax(axis=1), strict=True))
    frame = annual.Frame(
        unit=np.full(len(cells), "schools"),
        psu=np.full(len(cells), "schools"),
        stratum=np.array([c[0] for c in cells]),
        first=np.full(len(cells), ""),
        classes={"awards": np.array([c[1] for c in cells]), "comp.imp": np.array([c[2] for c in cells])},
        dossiers=dossiers,
        drawn=np.array([drawn[s] if place == largest[s] else 0 for s in sizes for place in range(len(totals))]),
    )
    protocol = read_protocol(
        {"tree": {"schools": None}, "calibration": ["awards", "comp.imp"], "calibration_depth": 0, "trim": 1000}
    )
    weights = weigh(given, frame, protocol)
    stages = stages_of(given, frame, protocol, UNGROUPED)
    lines = Linearisation(given, None, weights, ())
    for place, column in enumerate(("api00", "api99")):
        mean, se = mean_of(data[column].astype(float), weights.micro / 1e6, stages, lambda z: lines.residuals(0, z))
        assert mean == pytest.approx(expected["estimate"][place], rel=1e-7)  # weights are on a grid of 1e-6
        assert se == pytest.approx(expected["se"][place], rel=1e-6)


def _spread(sizes, totals):
    """Dossiers per stratum and cell with both margins as given: filled from the first cell on."""
    left, rows = dict(totals), []
    for size in sizes.values():
        room = size
        for cell in totals:
            taken = min(room, left[cell])
            rows.append(taken)
            left[cell] -= taken
            room -= taken
    return np.array(rows)
