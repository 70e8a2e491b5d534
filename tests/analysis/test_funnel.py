"""Above, within or below the expected range."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from analysis.errors import AnalysisError
from analysis.funnel import exact_limits, expected_range, over_dispersion
from tests.analysis.published import published


def hospitals():
    example = published("funnel_surgical12")
    return example, np.array(example["r"]) / np.array(example["n"]), np.array(example["n"])


def test_over_dispersion_of_the_published_hospitals():
    example, share, n = hospitals()
    found = over_dispersion(share, n, example["target"])
    assert found.phi == pytest.approx(example["phi"], rel=1e-9)
    assert found.tau2 == pytest.approx(example["tau2"], rel=1e-9, abs=1e-15)
    assert found.z == pytest.approx(example["z"], abs=1e-6)
    assert found.z_winsorised == pytest.approx(example["z_winsorised"], abs=1e-6)


@pytest.mark.parametrize(("key", "level"), [("od95", 0.95), ("od998", 0.998)])
def test_limits_with_over_dispersion_of_the_published_hospitals(key, level):
    example, share, n = hospitals()
    limits = expected_range(share, n, level=level)
    assert limits.target == pytest.approx(example["target"], rel=1e-12)
    assert np.column_stack([limits.lower, limits.upper]) == pytest.approx(np.array(example[key]), abs=1e-5)


def test_exact_binomial_limits_of_the_published_hospitals():
    example, _, _ = hospitals()
    rows = example["exact_binomial"]
    n = [row["n"] for row in rows]
    for level, mark in ((0.95, "95"), (0.998, "998")):
        lower, upper = exact_limits(n, example["target"], level)
        assert lower == pytest.approx([row[f"lo{mark}"] for row in rows], abs=1e-5)
        assert upper == pytest.approx([row[f"hi{mark}"] for row in rows], abs=1e-5)


def test_units_that_do_not_spread_more_than_noise_get_no_extra_variance():
    limits = expected_range([0.8, 0.81, 0.79, 0.8], [100, 100, 100, 100])
    assert limits.dispersion.tau2 == 0
    assert limits.word == ("within",) * 4


def test_words_point_to_the_side_and_a_unit_without_a_figure_gets_none():
    share = [0.85] * 20 + [0.2, 1.0, math.nan]
    limits = expected_range(share, [400] * 23, target=0.85)
    assert limits.word[:20] == ("within",) * 20
    assert limits.word[20:] == ("below", "above", None)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: exact_limits([0], 0.5), "1 or more"),
        (lambda: exact_limits([10], 1.0), "target is 1"),
        (lambda: exact_limits([10], 0.5, 95), "level is 95"),
        (lambda: over_dispersion([1.2], [10], 0.5), "between 0 and 1"),
        (lambda: expected_range([1.0, 1.0], [10, 20]), "target is 1"),
        (lambda: expected_range([math.nan], [10]), "nothing to compare"),
        (lambda: expected_range([0.5], [10, 20]), "one length"),
    ],
)
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()


@given(n=st.integers(1, 5000), target=st.floats(0.01, 0.99), q=st.sampled_from([0.025, 0.975]))
def test_an_exact_limit_lies_between_the_two_counts_that_bracket_its_probability(n, target, q):
    limit = n * float(exact_limits(n, target, 0.95)[0 if q < 0.5 else 1])
    assert binom.cdf(math.ceil(limit - 1e-9), n, target) >= q
    assert limit == 0 or binom.cdf(math.floor(limit + 1e-9) - 1, n, target) < q


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(40, 400)), min_size=2, max_size=20))
def test_counting_the_dissatisfied_instead_mirrors_the_words(units):
    share = np.array([hits / n for hits, n in units])
    n = np.array([size for _, size in units])
    if not 0 < share.max() < 1:
        return
    up, down = expected_range(share, n), expected_range(1 - share, n)
    mirror = {"below": "above", "above": "below", "within": "within"}
    assert [mirror[word] for word in up.word] == list(down.word)
