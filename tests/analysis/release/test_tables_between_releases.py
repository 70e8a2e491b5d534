"""Changes between releases and the words about the method: nothing over-read, nothing that the inputs do not say."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.annual.model import Result
from analysis.release.bundle import contents_of, earlier_table
from analysis.release.figures import comparison, result_tables
from analysis.release.method import method
from tests.analysis.release.sample import two_years


def overall(estimate, se, df, **more):
    return result_tables([Result("a", "overall", "300", estimate=f"{estimate:.2f}", se=f"{se}", df=f"{df}", **more)])[0]


def change(before, after):
    return list(comparison(earlier_table([before]), [after]).records())


def test_a_change_has_the_degrees_of_freedom_of_welch():
    """One error of two degrees of freedom outweighs one of two hundred (scipy's test of unequal variances)."""
    (row,) = change(overall(60, 5, 2), overall(80, 0.5, 200))
    welch = stats.ttest_ind_from_stats(60, 5 * np.sqrt(3), 3, 80, 0.5 * np.sqrt(201), 201, equal_var=False)
    assert float(row["p_adjusted"]) == pytest.approx(welch.pvalue, abs=5e-5)
    assert row["reading"] == "not distinguishable"
    assert float(row["low"]) < 0 < float(row["high"])


def test_an_index_that_lacks_a_part_is_compared_with_no_other():
    whole, lacking = overall(60, 1, 50), overall(80, 1, 50, label="reweighted")
    assert change(whole, lacking) == change(lacking, whole) == []
    assert len(change(whole, overall(80, 1, 50))) == 1


@pytest.fixture(scope="module")
def given():
    return contents_of(two_years()[1])


def said(given, protocol=None, codebook=None, **weights):
    report = json.loads(json.dumps(given.reports["weights"]))
    next(iter(report["calibration"].values())).update(weights)
    return method(
        given.facts, given.protocol if protocol is None else protocol, codebook or given.codebook, report
    ).decode()


def test_the_method_tells_the_largest_weight_that_was_reached(given):
    text = said(given, given.protocol | {"trim": 3}, largest_in_medians=25.0)
    assert "quyền số lớn nhất bằng 25 lần trung vị" in text
    assert "weights above 3 times the median are cut to it" in text
    assert "largest weight is 25 times the median" in text


def test_the_method_tells_the_levels_that_count_as_satisfied(given):
    assert "x answers on level 4 (Satisfied), 5 (Very satisfied) / valid" in said(given)
    place = [column.name for column in given.codebook.columns].index("satisfied")
    only = [tuple("false" if k == place and cell and row[1] == "4" else cell for k, cell in enumerate(row))
            for row in given.codebook.rows]  # fmt: skip
    assert "x answers on level 5 (Very satisfied) / valid" in said(
        given, codebook=replace(given.codebook, rows=tuple(only))
    )


def test_the_method_of_a_score_speaks_of_no_satisfied_level(given):
    statistics = [one | {"name": one["name"].replace("share:", "score:"), "ends": [1, 5]}
                  for one in given.protocol["statistics"]]  # fmt: skip
    text = said(given, given.protocol | {"statistics": statistics})
    assert "on a scale of 1 to 5" in text
    assert "answers on level" not in text


def test_the_method_points_to_the_formulas_of_the_annual_index(given):
    assert "section Z of `docs/method.md`" in said(given)
