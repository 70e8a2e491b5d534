"""Domains of a two-stage sample: degrees of freedom count the communes with an answer, thin communes cost no error.

Degrees of freedom from R's survey 4.1:

    library(survey)
    d <- data.frame(psu = rep(1:15, each = 2), district = rep(c(1, 1, 2:14), each = 2), fpc = 60)
    degf(subset(svydesign(id = ~psu, fpc = ~fpc, data = d), district == 1))     # 1: DISTRICT
    e <- data.frame(unit = rep(1:9, each = 40))                                 # a stratum of 8 units and one of 1
    degf(svydesign(id = ~unit, weights = ~1, data = e))                         # 8: JOINED
"""

import numpy as np
import pytest

from analysis import annual
from tests.analysis.sample_instrument import instrument

DISTRICT, JOINED = "1", "8"
LISTED, DRAWN = 20, 15


def estimated(home, first, sizes):
    """Index of communes c00, c01 ...; `home`: unit, `first`: stratum, `sizes`: answers of the drawn ones."""
    random = np.random.default_rng(3)
    communes = np.array([f"c{k:02d}" for k in range(LISTED)])
    psu = np.repeat([f"c{k:02d}" for k in sizes], list(sizes.values()))
    unit, n = np.array([home(int(c[1:])) for c in psu]), len(psu)
    level = random.choice([1, 2, 3, 4, 5], p=[0.15, 0.15, 0.1, 0.35, 0.25], size=(n, 5)).astype(np.int8)
    responses = annual.Responses(unit, psu, np.full(n, ""), {}, level, np.full(n, "G1"))
    units = np.array([home(k) for k in range(LISTED)])
    strata = np.array([first(k) for k in range(LISTED)])
    asked = np.array([sizes.get(k, 0) for k in range(LISTED)])
    frame = annual.Frame(units, communes, np.full(LISTED, ""), strata, {}, np.full(LISTED, 400), asked)
    tree = {"t": None, **dict.fromkeys(sorted(set(units.tolist()) - {"t"}), "t")}
    protocol = {"tree": tree, "seed": 1, "design": "two-stage", "calibration_depth": 0}
    return annual.estimate(responses, frame, instrument(), protocol)


def overall(made, domain):
    return next(r for r in made.results if (r.domain, r.statistic) == (domain, "overall"))


@pytest.fixture(scope="module")
def districts():
    """District d has 2 of 15 drawn communes, district e two small ones that make one variance unit, f the others."""
    sizes = {**dict.fromkeys(range(DRAWN), 40), 2: 9, 3: 24}
    return estimated(lambda k: "d" if k < 2 else "e" if k < 4 else "f", lambda _: "all", sizes)


def test_degrees_of_freedom_are_those_of_the_communes_with_an_answer(districts):
    assert overall(districts, "d").df == DISTRICT
    squares = [
        r for r in districts.cells if (r.kind, r.domain, r.statistic) == ("square", "d", "overall") and r.stratum
    ]
    assert [(r.present, r.units) for r in squares] == [(2, DRAWN - 1)]


def test_small_communes_that_make_one_variance_unit_are_not_told_to_be_one(districts):
    assert overall(districts, "e").label == "conditional on the communes drawn"


def test_a_stratum_with_one_thin_commune_does_not_take_the_standard_error_of_the_whole():
    """Two communes drawn in B, 40 and 5 answers: one variance unit, joined with the 8 of A."""
    sizes = {**dict.fromkeys(range(0, 15, 2), 40), 16: 40, 18: 5}
    made = estimated(lambda _: "t1", lambda k: "A" if k < 15 else "B", sizes)
    whole = overall(made, "t")
    assert (whole.df, whole.label) == (JOINED, "")
    assert 0 < float(whole.se) < 10
    assert float(whole.low) < float(whole.estimate) < float(whole.high)


def test_without_two_variance_units_there_is_a_reason_in_place_of_a_standard_error():
    sizes = dict.fromkeys((0, 1, 10, 11), 40)
    made = estimated(lambda k: "x" if k < 10 else "y", lambda k: "A" if k < 10 else "B", sizes)
    one_each = estimated(lambda k: "xy"[k % 2], lambda k: "A" if k < 10 else "B", sizes)
    assert overall(made, "x").df == "1"
    assert (overall(one_each, "x").se, overall(one_each, "x").label) == ("", "a stratum with one variance unit")
