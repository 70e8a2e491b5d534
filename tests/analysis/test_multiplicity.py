"""Adjusted p-values."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.multiplicity import (
    benjamini_hochberg,
    benjamini_yekutieli,
    bonferroni,
    hochberg,
    holm,
    largest_contrast,
)
from tests.analysis.published import golden, published


def test_benjamini_and_hochberg_example():
    example = published("multiplicity_bh1995")
    p, q = example["p"], example["q"]
    assert (benjamini_hochberg(p) <= q).sum() == example["bh_rejected"]
    assert (bonferroni(p) <= q).sum() == example["bonferroni_rejected"]


def test_holm_by_hand():
    # Sorted 0.01, 0.02, 0.04: times 3, 2, 1, never decreasing.
    assert holm([0.02, 0.04, 0.01]) == pytest.approx([0.04, 0.04, 0.03])


def test_step_up_by_hand():
    # Sorted 0.01, 0.02, 0.04: Hochberg times 3, 2, 1, taken down from the largest.
    assert hochberg([0.02, 0.04, 0.01]) == pytest.approx([0.04, 0.04, 0.03])
    # Benjamini and Hochberg times 3, 1.5, 1; Yekutieli that times 1 + 1/2 + 1/3.
    assert benjamini_yekutieli([0.02, 0.04, 0.01]) == pytest.approx(np.array([0.03, 0.04, 0.03]) * 11 / 6)


def test_equal_p_values_show_how_step_up_differs_from_step_down():
    assert hochberg([0.04, 0.04, 0.04]) == pytest.approx([0.04] * 3)
    assert holm([0.04, 0.04, 0.04]) == pytest.approx([0.12] * 3)


def test_a_comparison_that_could_not_be_made_does_not_count():
    assert bonferroni([0.01, math.nan, 0.02])[[0, 2]] == pytest.approx([0.02, 0.04])
    assert math.isnan(holm([0.01, math.nan])[1])
    assert holm([math.nan]).shape == (1,)


def test_largest_contrast_equals_mvtnorm():
    r = golden("j1_multiplicity_ranks")
    pairs = list(itertools.combinations(range(8), 2))
    contrast = np.zeros((len(pairs), 8))
    for row, (a, b) in enumerate(pairs):
        contrast[row, a], contrast[row, b] = 1, -1
    estimate, vcov = np.array(r["input"]["estimate"])[:8], np.array(r["input"]["vcov"])[:8, :8]
    result = largest_contrast(contrast @ estimate, contrast @ vcov @ contrast.T, log2_points=20, seed=1)
    assert result.t == pytest.approx(r["single_step_maxT_8agencies"]["t"], rel=1e-10)
    assert contrast @ estimate == pytest.approx(r["single_step_maxT_8agencies"]["diff"], rel=1e-10)
    assert result.p_adjusted == pytest.approx(r["single_step_maxT_8agencies"]["p_adj"], abs=1e-4)
    assert result.critical == pytest.approx(r["simultaneous_critical_value"]["q"], abs=1e-3)


def test_one_contrast_needs_no_adjustment():
    result = largest_contrast([1.959963984540054], [[1.0]], seed=1, log2_points=10)
    assert result.p_adjusted[0] == pytest.approx(0.05, rel=1e-12)
    assert result.critical == pytest.approx(1.959963984540054, rel=1e-10)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_bonferroni_is_strictest_then_holm_then_hochberg_then_benjamini_hochberg(p):
    assert np.all(np.array(p) <= benjamini_hochberg(p) + 1e-15)
    assert np.all(benjamini_hochberg(p) <= hochberg(p) + 1e-15)
    assert np.all(hochberg(p) <= holm(p) + 1e-15)
    assert np.all(benjamini_hochberg(p) <= benjamini_yekutieli(p) + 1e-15)
    assert np.all(holm(p) <= bonferroni(p) + 1e-15)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: holm([1.5]), "between 0 and 1"),
        (lambda: largest_contrast([1.0], [[0.0]], seed=1), "no variance"),
        (lambda: largest_contrast([1.0], np.eye(2), seed=1), "one row"),
        (lambda: largest_contrast([1.0], [[1.0]], level=95, seed=1), "level is 95"),
    ],
)
def test_bad_arguments_are_refused(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
