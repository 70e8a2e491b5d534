"""Simulations of what chance alone does hold here too; every published example is compared, or exempt with a reason."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from analysis import expected_range, korn_graubard, table_reliability
from analysis.funnel import WITHIN
from analysis.rank_sets import joint_region_of_shares
from tests.analysis.published import published
from tests.analysis.reference import exempt, reference_folder

TESTS = Path(__file__).parent
COMPARED = {"simulations_false_positive": {"noise", "real", "fa", "unanimous", "bernoulli_cusum"}}
ABOUT = {"_about", "note", "title"}


def simulated(name):
    return published("simulations_false_positive")[name]


def test_units_that_really_differ_make_a_table_as_reliable_as_simulated():
    for row in simulated("real"):
        k, se = row["K"], 100 * np.sqrt(row["mu"] * (1 - row["mu"]) / row["n"])
        # Half of the units above and half below, so that estimates vary by the true differences and by chance.
        apart = np.sqrt((row["sd_pts"] ** 2 + se**2) * (k - 1) / k)
        table = table_reliability(100 * row["mu"] + apart * np.resize([1, -1], k), np.full(k, se))
        assert table.rho == pytest.approx(row["reliability"], abs=0.01)
        assert table.groups_only == (row["reliability"] < 0.7)


@pytest.mark.parametrize("level", ["95", "998"])
def test_as_many_equal_units_leave_the_expected_range_as_simulated(level):
    units, n, share = 1000, 400, 0.85
    chance = ndtri((np.arange(units) + 0.5) / units)
    shares = np.sin(np.arcsin(np.sqrt(share)) + chance / (2 * np.sqrt(n))) ** 2
    found = expected_range(shares, np.full(units, n), target=share, level=float(f"0.{level}"))
    outside = sum(word != WITHIN for word in found.word) / units
    told = simulated("fa")
    assert 100 * outside == pytest.approx(told[f"two_sided_{level}_per_100_units"], abs=0.01)
    assert 1 - (1 - outside) ** 34 == pytest.approx(told[f"p_any_of_34_at_{level}"], abs=0.01)


def test_equal_units_that_differ_by_chance_are_not_put_in_an_order():
    for row in simulated("noise"):
        k, n = row["K"], row["n"]
        chance = ndtri((np.arange(k) + 0.5) / k)
        shares = np.minimum(row["p"] + row["best_minus_worst_pts"] / 100 * chance / (chance[-1] - chance[0]), 1)
        error = np.sqrt(shares * (1 - shares) / n)
        region = joint_region_of_shares(shares, error, np.full(k, n), np.full(k, n - 1.0))
        assert region.sets.lower.tolist() == [1] * k
        assert region.sets.upper.tolist() == [k] * k


def test_all_satisfied_rules_out_only_shares_under_which_that_hardly_happens():
    for row in simulated("unanimous")["rows"]:
        low, _ = korn_graubard([1.0], [0.0], [row["n"]], [np.inf])
        for share in (90, 95, 98):
            # 2.5 % is left on the lower side of an interval of 95 %.
            assert (low[0] < share / 100) == (row[f"p{share}"] > 0.025), (row["n"], share)


def test_every_example_is_compared_or_exempt():
    folder = reference_folder()
    files = sorted((folder / "data" / "publication_examples" if folder else TESTS / "sample").glob("*.json"))
    sources = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    assert len(files) > 10
    for name in (path.stem for path in files):
        excused = {part for case, part in exempt() if case == name}
        if name in COMPARED:
            assert set(published(name)) - ABOUT - excused <= COMPARED[name], name
        else:
            assert excused or f'published("{name}")' in sources, name
