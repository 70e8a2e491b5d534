"""Weights against R survey 4.5: post-stratification, raking, calibration, non-response, trimming."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.calibration import calibrate, margins, residuals
from analysis.errors import AnalysisError
from analysis.weights import base_weights, diagnostics, nonresponse_weights, post_stratify, rake, trim
from tests.analysis.calibrated_sample import CLUSTERED, STRATIFIED, Sample, covariance, figures
from tests.analysis.one_stage import standard_error
from tests.analysis.published import oracle, oracle_rows

# R's rake stops when cells move by less than 1e-10 in absolute terms, and sweeps its residuals ten times
# without weights: see the decision record on the standard error of raking.
LOOSE = {(STRATIFIED, "rake"), (STRATIFIED, "trimWeights")}


def assertions(case):
    return [(case, a["id"]) for a in oracle(case)["assertions"]]


@pytest.mark.parametrize(("case", "assertion"), assertions(CLUSTERED) + assertions(STRATIFIED))
def test_weights_and_standard_errors_equal_r(case, assertion):
    sample = Sample(case, assertion)
    if "error" in sample.result:
        return  # the infeasible case has a test of its own
    found, r = sample.calibration(assertion), sample.result
    loose = (case, assertion) in LOOSE
    error = 5e-4 if loose or assertion in {"rake", "trimWeights"} else 1e-8
    w = found.weights
    assert w == pytest.approx(np.array(r["weights"], dtype=float), rel=1e-8 if loose else 1e-9)
    if "sum_w" in r:
        told = [w.sum(), diagnostics(w).deff]
        assert told == pytest.approx([r["sum_w"], r["deff_kish"]], rel=1e-8 if loose else 1e-9)
        assert sample.degrees_of_freedom() == r["df"]
    for name, parts in figures(sample, found).items():
        if name not in r:
            continue  # the sample of our own has no domains
        expected = r[name]
        asked = parts[: np.size(expected["estimate"])]
        assert [value for value, _ in asked] == pytest.approx(np.ravel(expected["estimate"]), rel=1e-9)
        if loose:
            continue  # exempt: R's ten unweighted sweeps are not at their limit here
        se = [sample.standard_error(spread) for _, spread in asked]
        # A domain that the margins fix has no error; R leaves rounding there.
        assert se == pytest.approx(np.ravel(expected["se"]), rel=error, abs=1e-7)
        if "vcov" in expected:
            vcov = [[covariance(sample, a, b) for _, b in asked] for _, a in asked]
            assert np.array(vcov) == pytest.approx(np.array(expected["vcov"]), rel=2 * error)


def test_what_is_cut_is_shared_among_the_others():
    # 40 is cut to 11.5, its 28.5 shared among three, which cuts the one at 11.5 again.
    assert trim([40.0, 1.0, 1.0, 2.0], lower=1, upper=11.5).tolist() == pytest.approx([11.5, 10.5, 10.5, 11.5])


def survey():
    """Rows of the synthetic survey with who responded and in which class, as in R's call."""
    rows = oracle_rows("sipas_2025")
    responded = np.array([int(row["resp_id"]) % 7 != 0 for row in rows])
    weights = np.array([float(row["weight"]) for row in rows])
    adjusted = nonresponse_weights(weights, responded, [f"{row['district']} {row['resp_type']}" for row in rows])
    return [row for row, answered in zip(rows, responded, strict=True) if answered], adjusted, responded


class TestSyntheticSurvey:
    """Non-response classes and three margins."""

    @property
    def answers(self):
        return {a["id"]: a["result"] for a in oracle("d4_sipas_nonresponse_rake")["assertions"]}

    def standard_error(self, rows, w, found):
        level = np.array([int(row["q01"] or 9) for row in rows])
        valid = (level <= 5).astype(float)
        score = np.where(level <= 5, (level - 1) * 25.0, 0.0)
        ratio = (w @ score) / (w @ valid)
        z = (score - ratio * valid) / (w @ valid)
        spread = w * (z if found is None else residuals(z, found))
        columns = ([row[name] for row in rows] for name in ("stratum", "psu", "fpc"))
        return ratio, standard_error(spread, *columns)

    def test_class_factors_and_estimate_equal_r(self):
        rows, adjusted, responded = survey()
        expected = self.answers["nonresponse_factors"]
        for name, factor in zip(expected["classes"], expected["factor"], strict=True):
            assert adjusted.factors[name] == pytest.approx(factor, rel=1e-12)
        result = self.standard_error(rows, adjusted.weights[responded], None)
        answer = self.answers["nonresponse_adjusted"]
        assert result == pytest.approx((answer["estimate"], answer["se"]), rel=1e-11)
        assert adjusted.weights.sum() == pytest.approx(answer.get("sum_w", adjusted.weights.sum()), rel=1e-12)

    def test_three_margins_equal_r(self):
        rows, adjusted, responded = survey()
        asked = {a["id"]: a for a in oracle("d4_sipas_nonresponse_rake")["assertions"]}["rake3"]["input"]["margins"]
        totals = {v: {row[v]: row["Freq"] for row in levels} for v, levels in asked.items()}
        columns = {v: [row[v] for row in rows] for v in totals}
        found = rake(adjusted.weights[responded], columns, totals)
        expected = np.array([float(row["w_rake"]) for row in oracle_rows("sipas_rake_weights")])
        assert found.weights == pytest.approx(expected, rel=1e-9)
        result = self.standard_error(rows, found.weights, found)
        calibrated, raked = self.answers["calibrate_raking_same_margins"], self.answers["rake3"]
        assert result == pytest.approx((calibrated["estimate"], calibrated["se"]), rel=1e-8)
        assert result[1] == pytest.approx(raked["se"], rel=5e-4)
        assert result[0] == pytest.approx(raked["estimate"], rel=1e-9)
        assert diagnostics(found.weights).deff == pytest.approx(raked["deff_kish"], rel=1e-9)
        degrees = len({row["psu"] for row in rows}) - len({row["stratum"] for row in rows})
        assert degrees == raked.get("df", degrees)
        # R's two ways agree to this; each agrees with ours to 1e-9.
        assert calibrated.get("max_abs_weight_diff_vs_rake", 0) < 1e-9

    def test_agencies_under_raked_weights_equal_r(self):
        if "by_agency" not in self.answers["rake3"]:
            return  # R's figures by agency are those of the reference data
        rows, adjusted, responded = survey()
        asked = {a["id"]: a for a in oracle("d4_sipas_nonresponse_rake")["assertions"]}["rake3"]["input"]["margins"]
        totals = {v: {row[v]: row["Freq"] for row in levels} for v, levels in asked.items()}
        found = rake(adjusted.weights[responded], {v: [row[v] for row in rows] for v in totals}, totals)
        w, by = found.weights, self.answers["rake3"]["by_agency"]
        level = np.array([int(row["q05"] or 9) for row in rows])
        valid, score = (level <= 5).astype(float), np.where(level <= 5, (level - 1) * 25.0, 0.0)
        for agency, estimate in zip(by["domains"], by["estimate"], strict=True):
            inside = np.array([row["agency"] == agency for row in rows])
            assert (w @ (inside * score)) / (w @ (inside * valid)) == pytest.approx(estimate, rel=1e-9)

    def test_linear_calibration_on_the_same_margins_equals_r(self):
        rows, adjusted, responded = survey()
        asked = {a["id"]: a for a in oracle("d4_sipas_nonresponse_rake")["assertions"]}["rake3"]["input"]["margins"]
        totals = {v: {row[v]: row["Freq"] for row in levels} for v, levels in asked.items()}
        aims = margins({v: [row[v] for row in rows] for v in totals}, totals)
        found = calibrate(adjusted.weights[responded], aims.auxiliary, aims.totals, method="linear")
        answer = self.answers["calibrate_linear_same_margins"]
        assert found.weights[:20] == pytest.approx(np.array(answer["weights_first20"]), rel=1e-9)
        result = self.standard_error(rows, found.weights, found)
        assert result == pytest.approx((answer["estimate"], answer["se"]), rel=1e-8)


def test_raking_two_by_two_by_hand():
    # The margins 30/70 and 40/60 with independence in the sample: weights are products of both shares.
    columns = {"sex": ["f", "f", "m", "m"], "age": ["y", "o", "y", "o"]}
    found = rake([1.0] * 4, columns, {"sex": {"f": 30, "m": 70}, "age": {"y": 40, "o": 60}})
    assert found.weights == pytest.approx([12.0, 18.0, 28.0, 42.0], rel=1e-12)


def test_residuals_are_taken_from_base_weighted_means():
    # Base weights 1 and 3, values 0 and 4: the weighted mean is 3, so the residuals are -3 and 1.
    found = post_stratify([1.0, 3.0], ["a", "a"], {"a": 10})
    assert residuals([0.0, 4.0], found) == pytest.approx([-3.0, 1.0])


def test_bounds_are_kept_and_margins_met():
    columns = {"sex": ["f"] * 5 + ["m"] * 5}
    names = {"x": [1.0, 2, 3, 4, 5, 1, 2, 3, 4, 5]}
    aims = margins(columns, {"sex": {"f": 40, "m": 60}})
    matrix = np.column_stack([aims.auxiliary, names["x"]])
    for method in ("linear", "raking", "logit"):
        found = calibrate([10.0] * 10, matrix, [40, 60, 330], method=method, bounds=(0.6, 1.8))
        assert found.weights @ matrix == pytest.approx([40, 60, 330], rel=1e-10)
        assert 0.6 - 1e-12 <= found.ratio.min() <= found.ratio.max() <= 1.8 + 1e-12


@pytest.mark.parametrize("method", ["linear", "raking", "logit"])
def test_bounds_that_no_weights_can_keep_are_refused(method):
    columns = {"sex": ["f", "f", "m", "m"]}
    aims = margins(columns, {"sex": {"f": 60, "m": 40}})
    with pytest.raises(AnalysisError, match="widen the bounds"):
        calibrate([25.0] * 4, aims.auxiliary, aims.totals, method=method, bounds=(0.95, 1.05), names=aims.names)


def test_base_weights_are_population_over_sample():
    assert base_weights(["a", "a", "b"], {"a": 10, "b": 7}).tolist() == [5.0, 5.0, 7.0]


def test_a_class_keeps_its_sum_and_non_respondents_get_nothing():
    adjusted = nonresponse_weights([2.0, 3.0, 5.0], [True, False, True], ["c", "c", "d"])
    assert adjusted.weights.tolist() == [5.0, 0.0, 5.0]
    assert adjusted.factors == {"c": 2.5, "d": 1.0}


def test_diagnostics_by_hand():
    # Weights 1 and 3: n sum w^2 / (sum w)^2 = 2 x 10 / 16.
    told = diagnostics([1.0, 3.0], [1.0, 1.5])
    assert (told.deff, told.effective_n, told.variation) == pytest.approx((1.25, 1.6, 0.5))
    assert (told.least_change, told.largest_change, told.ratio_of_extremes) == (1.0, 2.0, 3.0)


SEX = {"sex": ["f", "m"]}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: base_weights(["a"], {}), "stratum a: in the sample but not in the frame"),
        (lambda: base_weights(["a", "a"], {"a": 1}), "not a fraction"),
        (lambda: base_weights(["a"], {"a": 3, "b": 4}), "stratum b: 4 units in the frame but none answered"),
        (lambda: nonresponse_weights([1.0], [False], ["c"]), "class c: nobody answered; merge it"),
        (lambda: nonresponse_weights([1.0, 0.0], [True, True], ["c", "c"]), "row 2: the weight 0"),
        (lambda: margins(SEX, {"sex": {"f": 10}}), "row 2 has level 'm', which has no total"),
        (lambda: margins(SEX, {"sex": {"f": 5, "m": 5, "x": 1}}), "level 'x'.*nobody in the sample"),
        (lambda: margins(SEX, {"sex": {"f": 5, "m": 0}}), "level 'm': the total is 0 but row 2"),
        (lambda: margins(SEX, {"sex": {"f": 5, "m": -5.5}}), "totals do not agree"),
        (lambda: margins(SEX, {"age": {"y": 5}}), "variable age has totals but is no column"),
        (lambda: margins(SEX, {}), "no totals"),
        (
            lambda: margins({**SEX, "age": ["y", "y"]}, {"sex": {"f": 5, "m": 5}, "age": {"y": 10.001}}),
            "sex sums to 10, age to 10.001",
        ),
        (lambda: calibrate([1.0, -1.0], [[1.0], [1.0]], [2.0]), "row 2: the base weight"),
        (lambda: calibrate([1.0, 1.0], [[1.0], [1.0]], [2.0], method="logit"), "needs bounds"),
        (lambda: calibrate([1.0], [[1.0]], [2.0], method="other"), "choose linear, raking or logit"),
        (lambda: calibrate([1.0], [[1.0]], [2.0], bounds=(1.1, 3)), "below 1, the second above 1"),
        (lambda: calibrate([1.0], [[0.0]], [2.0], names=["x"]), "x: nobody in the sample"),
        (lambda: calibrate([1.0], [[1.0, 2.0]], [2.0]), "one column per total"),
        (lambda: trim([1.0, 9.0], lower=1, upper=4), "widen the limits"),
        (lambda: diagnostics([]), "at least one entry"),
    ],
)
def test_bad_arguments_are_refused_with_place_and_remedy(call, words):
    with pytest.raises(AnalysisError, match=words):
        call()


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.floats(0.5, 20)), min_size=8, max_size=40),
    st.floats(0.01, 100),
)
def test_margins_are_met_and_the_scale_of_base_weights_does_not_matter(rows, factor):
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    base = np.array([row[2] for row in rows])
    if len(set(zip(first, second, strict=True))) < len(set(first)) * len(set(second)):
        return  # an empty cell can make margins unreachable
    totals = {
        "first": {level: 100.0 / len(set(first)) for level in set(first)},
        "second": {level: 100.0 / len(set(second)) for level in set(second)},
    }
    columns = {"first": first, "second": second}
    one, other = rake(base, columns, totals), rake(base * factor, columns, totals)
    assert one.weights @ one.auxiliary == pytest.approx(
        list(totals["first"].values()) + list(totals["second"].values())
    )
    assert other.weights == pytest.approx(one.weights, rel=1e-8)


@given(st.permutations(range(8)))
def test_the_order_of_rows_does_not_matter(order):
    base = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    labels = ["f", "m"] * 4
    totals = {"sex": {"f": 40.0, "m": 60.0}}
    straight = rake(base, {"sex": labels}, totals).weights
    mixed = rake(base[list(order)], {"sex": [labels[i] for i in order]}, totals).weights
    assert mixed == pytest.approx(straight[list(order)], rel=1e-12)
