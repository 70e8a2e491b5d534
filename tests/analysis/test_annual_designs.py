"""Means and standard errors of unequal first stages, of a single PSU and of fixed shares are those of R's survey 4.1.

The answers are made by arithmetic, the same in both languages:

    library(survey)
    i <- 0:47
    psu <- i %/% 8 + 1
    y <- as.integer((7 * i) %% 11 < 5 + psu %% 3)
    w <- c(40, 10, 25, 12, 16, 31)[psu]
    d <- svydesign(id = ~psu, weights = ~w, data = data.frame(psu, y, w))                       # UNEQUAL
    m <- svymean(~y, d); print(c(coef(m), SE(m)), digits = 15)
    one <- subset(data.frame(psu, y, N = 80), psu == 2)                                         # ALONE
    m <- svymean(~y, svydesign(id = ~1, fpc = ~N, data = one)); print(c(coef(m), SE(m)), digits = 15)
    who <- ifelse(i %% 5 == 0, "organisation", "individual")                                    # SHARES
    s <- svydesign(id = ~1, fpc = ~N, data = data.frame(y, who, N = 480))
    p <- postStratify(s, ~who, data.frame(who = c("individual", "organisation"), Freq = c(336, 144)))
    m <- svymean(~y, p); print(c(coef(m), SE(m)), digits = 15)
"""

import numpy as np
import pytest

from analysis import annual
from analysis.annual.figures import _standard_error
from analysis.annual.measures import Measures
from analysis.annual.protocol import read_protocol
from analysis.annual.squares import CONDITIONAL, Linearisation, squares, variance
from analysis.annual.unequal import size_correction
from analysis.annual.units import stages_of
from analysis.annual.weighting import weigh
from analysis.linearization import Part, Statistic, Term
from analysis.recipe import Wanted

UNEQUAL = (0.524253731343284, 0.019297387841501)
ALONE = (0.625, 0.173591268707353)
SHARES = (0.5484210526315789, 0.0702865544138215)
UNGROUPED = 1
ROW = np.arange(48)
PSU = ROW // 8 + 1
Y = ((7 * ROW) % 11 < 5 + PSU % 3).astype(float)
NAMES = np.array([f"commune-{k}" for k in PSU])
WEIGHT = dict(zip((f"commune-{k}" for k in range(1, 7)), (40, 10, 25, 12, 16, 31), strict=True))
WANTED = (Wanted(Statistic("share:y", (Part(1.0, (Term(1.0, (0,)),)),)), "share", (0,)),)


def sample(unit, psu, classes):
    """48 answers of 80 dossiers in each of six communes, eight drawn in each."""
    responses = annual.Responses(
        unit=unit,
        psu=psu,
        stratum=np.full(48, ""),
        classes=classes,
        level=np.full((48, 1), 5, dtype=np.int8),
        grade=np.full(48, "G1"),
    )
    keys = sorted(set(zip(unit.tolist(), psu.tolist(), *(c.tolist() for c in classes.values()), strict=True)))
    same = [sum(key == k for k in zip(unit, psu, *classes.values(), strict=True)) for key in keys]
    frame = annual.Frame(
        unit=np.array([k[0] for k in keys]),
        psu=np.array([k[1] for k in keys]),
        stratum=np.full(len(keys), ""),
        first=np.full(len(keys), "province"),
        classes={name: np.array([k[2 + j] for k in keys]) for j, name in enumerate(classes)},
        dossiers=10 * np.array(same),
        drawn=np.array(same),
    )
    return responses, frame


def mean_and_error(responses, frame, protocol, domain="province"):
    """Share of y in a domain with its standard error by the module's own weights and stages, and the squares' rows."""
    settings = read_protocol(protocol)
    weights = weigh(responses, frame, settings)
    measures = Measures(("share:y",), Y[:, None], np.ones((48, 1), dtype=bool))
    lines = Linearisation(responses, measures, weights, WANTED)
    lines._lost = lambda _: 1.0  # R makes up for no classes
    stages = stages_of(responses, frame, settings, UNGROUPED)
    values = lines.of(settings.leaves[domain])
    own = np.isin(responses.unit, settings.leaves[domain])
    weight = weights.micro[own] / 1e6
    mean = weight @ Y[own] / weight.sum()
    return mean, np.sqrt(variance(stages, values)[0]), squares(domain, stages, values, WANTED), (stages, values)


def test_communes_drawn_by_size_have_the_standard_error_of_r():
    one = np.full(48, "province")
    protocol = {
        "tree": {"province": None},
        "design": "two-stage",
        "psu_weight": {psu: weight / 10 for psu, weight in WEIGHT.items()},
        "calibration_depth": 0,
    }
    mean, error, _, _ = mean_and_error(*sample(one, NAMES, {}), protocol)
    assert mean == pytest.approx(UNEQUAL[0], rel=1e-7)
    assert error == pytest.approx(UNEQUAL[1], rel=1e-6)


def test_a_commune_that_is_itself_drawn_has_the_error_of_its_own_dossiers_and_says_so():
    protocol = {
        "tree": {**{f"commune-{k}": "province" for k in range(1, 7)}, "province": None},
        "design": "two-stage",
        "calibration_depth": 0,
    }
    mean, _, rows, _ = mean_and_error(*sample(NAMES, NAMES, {}), protocol, "commune-2")
    error, df, _, label = _standard_error(rows)
    assert (label, df) == (CONDITIONAL, 7)
    assert mean == pytest.approx(ALONE[0], rel=1e-12)
    assert error == pytest.approx(ALONE[1], rel=1e-2)  # three digits, rounded up
    assert error >= ALONE[1]


def test_shares_that_the_recipe_fixes_are_those_of_poststratification_in_r():
    one = np.full(48, "province")
    who = np.where(ROW % 5 == 0, "organisation", "individual")
    protocol = {
        "tree": {"province": None},
        "calibration": ["respondent"],
        "shares": {"respondent": {"individual": 0.7, "organisation": 0.3}},
        "calibration_depth": 0,
        "trim": 1000,
    }
    mean, error, _, _ = mean_and_error(*sample(one, one, {"respondent": who}), protocol)
    assert mean == pytest.approx(SHARES[0], rel=1e-7)
    assert error == pytest.approx(SHARES[1], rel=1e-6)


def test_squares_of_unequal_communes_are_unbiased_after_the_correction():
    """If the communes' means have variance 1, an estimate that weighs them by s has variance (1 - f) sum s^2."""
    one = np.full(48, "province")
    protocol = {"tree": {"province": None}, "design": "two-stage", "calibration_depth": 0}
    responses, frame = sample(one, NAMES, {})
    silent = annual.Frame(
        **{
            name: np.append(getattr(frame, name), value)
            for name, value in (("unit", "province"), ("psu", "undrawn"), ("stratum", ""), ("first", "province"))
        },
        classes={},
        dossiers=np.append(frame.dossiers, 80),
        drawn=np.append(frame.drawn, 0),
    )
    settings = read_protocol(protocol)
    stage = stages_of(responses, silent, settings, UNGROUPED)[0]
    weight = np.array([WEIGHT[name] for name in NAMES.tolist()], dtype=float)
    share = np.array([weight[k == PSU].sum() for k in range(1, 7)]) / weight.sum()
    # A quadratic form's mean is the sum of its values at the unit vectors: one commune's mean 1, the others' 0.
    expected = 0.0
    for k in range(6):
        z = share * ((np.arange(6) == k) - share[k])
        expected += (1 - 6 / 7) * 6 / 5 * ((z - z.mean()) ** 2).sum()
    true = (1 - 6 / 7) * (share**2).sum()
    factor = size_correction(stage, np.arange(48), weight, np.zeros(48, dtype=np.int64))
    assert factor == pytest.approx(true / expected, rel=1e-12)
    assert factor > 1.05
    equal = size_correction(stage, np.arange(48), np.ones(48), np.zeros(48, dtype=np.int64))
    assert equal == pytest.approx(1.0, rel=1e-12)


def test_published_squares_between_communes_carry_the_correction():
    one = np.full(48, "province")
    protocol = {"tree": {"province": None}, "design": "two-stage", "calibration_depth": 0}
    protocol["psu_weight"] = {psu: weight / 10 for psu, weight in WEIGHT.items()}
    _, error, rows, (stages, values) = mean_and_error(*sample(one, NAMES, {}), protocol)
    doubled = squares("province", stages, values, WANTED, 2.0)
    assert [row.stage for row in rows] == ["units"]
    assert doubled[0].z2 == pytest.approx(2 * rows[0].z2, rel=1e-2)
    assert _standard_error(doubled)[0] == pytest.approx(2**0.5 * error, rel=1e-2)
