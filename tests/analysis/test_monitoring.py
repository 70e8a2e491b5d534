"""Control charts against published examples."""

import math

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.monitoring import bernoulli_cusum, cusum, ewma, laney_chart, p_chart
from analysis.run_rules import run_limits, run_rules
from tests.analysis.published import published


def points(flags):
    return (np.flatnonzero(flags) + 1).tolist()


def test_p_chart_of_the_nist_wafers():
    example = published("spc_pchart_nist")
    chart = p_chart(example["counts"], [example["n"]] * len(example["counts"]))
    assert chart.centre == pytest.approx(example["pbar"], abs=5e-5)
    assert chart.upper == pytest.approx(example["ucl"], abs=5e-5)
    assert chart.lower == pytest.approx(example["lcl"], abs=5e-5)
    assert points(chart.signal) == example["signals"]


def test_laney_chart_keeps_quiet_where_the_plain_chart_cries():
    example = published("spc_laney_pprime_nhs")
    chart = laney_chart(example["r"], example["n"])
    assert chart.centre == pytest.approx(example["cl"], rel=1e-12)
    assert chart.sigma_z == pytest.approx(example["sigma_z"], rel=1e-12)
    assert chart.upper == pytest.approx(example["ucl"], abs=5e-5)
    assert chart.lower == pytest.approx(example["lcl"], abs=5e-5)
    assert points(chart.signal) == example["signals_pprime"]
    assert points(p_chart(example["r"], example["n"]).signal) == example["signals_p_chart"]


def test_ewma_of_the_nist_example():
    example = published("spc_ewma_nist")
    chart = ewma(example["x"], target=example["target"], sd=example["s"], weight=example["lam"])
    # The printed averages are rounded to two decimals.
    assert chart.average == pytest.approx(example["ewma"], abs=0.00501)
    assert (chart.lower, chart.upper) == pytest.approx((example["lcl"], example["ucl"]), abs=5e-5)
    assert points(chart.signal) == [t for t, x in enumerate(example["ewma"]) if x > example["ucl"]]


def test_cusum_of_the_nist_example():
    example = published("spc_cusum_nist")
    chart = cusum(example["x"], target=example["target"], slack=example["k"], limit=example["h"])
    assert chart.up == pytest.approx(example["s_hi"], abs=5e-5)
    assert chart.down == pytest.approx(example["s_lo"], abs=5e-5)
    assert chart.first_signal == example["first_signal"]


def test_sums_alarm_as_seldom_and_as_soon_as_simulated_elsewhere():
    rows = published("simulations_false_positive")["bernoulli_cusum"]["rows"]
    draw = np.random.default_rng(5)
    for row in rows[:2]:
        for share, expected in ((row["p0"], row["arl0"]), (row["p1"], row["arl1"])):
            # Mean answers until the first alarm; 150 runs leave a noise of about 8 %.
            runs = [
                bernoulli_cusum(
                    draw.random(int(12 * expected) + 30) < share, usual=row["p0"], changed=row["p1"], limit=row["h"]
                )
                for _ in range(150)
            ]
            lengths = [run.first_signal or int(12 * expected) + 30 for run in runs]
            assert np.mean(lengths) == pytest.approx(expected, rel=0.35)


def test_run_limits_of_the_published_table():
    for row in published("spc_anhoej_runs")["table"]:
        assert run_limits(row["n"]) == (row["longest_run_max"], row["crossings_min"])


def test_a_shift_in_the_middle_is_a_long_run():
    runs = run_rules([10.0, 12, 11, 13, 10, 12, 11, 13, 10, 12, 20, 22, 21, 23, 20, 22, 21, 23, 20, 22])
    assert (runs.useful, runs.longest, runs.crossings, runs.signal) == (20, 10, 1, True)


def test_a_zigzag_and_a_short_series_give_no_signal():
    assert not run_rules([1.0, 2.0] * 10).signal
    assert not run_rules([1.0, 1.0, 1.0, 2.0, 2.0, 2.0]).signal
    assert run_rules([5.0, 5.0]).useful == 0


def test_answer_by_answer_sum_by_hand():
    # A dissatisfied answer adds ln 2, a satisfied one ln(8/9).
    chart = bernoulli_cusum([1, 0, 1, 1], usual=0.1, changed=0.2, limit=1.9)
    up, down = math.log(2), math.log(0.8 / 0.9)
    assert chart.up == pytest.approx([up, up + down, 2 * up + down, 3 * up + down])
    assert chart.first_signal == 4


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: p_chart([5], [4]), "between 0 and trials"),
        (lambda: p_chart([4], [4]), "nothing to show"),
        (lambda: laney_chart([1], [4]), "two periods"),
        (lambda: ewma([1.0], target=0, sd=0), "above 0"),
        (lambda: ewma([1.0], target=0, sd=1, weight=0), r"\(0, 1\]"),
        (lambda: cusum([math.nan], target=0, slack=1, limit=1), "without any"),
        (lambda: cusum([1.0], target=0, slack=-1, limit=1), "slack"),
        (lambda: bernoulli_cusum([0.5], usual=0.1, changed=0.2, limit=1), "0 and 1 only"),
        (lambda: bernoulli_cusum([1], usual=0.1, changed=0.1, limit=1), "different"),
        (lambda: run_limits(0), "at least one"),
    ],
)
def test_bad_arguments_are_refused_with_the_remedy(call, word):
    with pytest.raises(AnalysisError, match=word):
        call()
