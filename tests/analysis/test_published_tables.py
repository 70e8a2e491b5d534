"""More figures printed by the ministry and by provinces: which hang together, and which do not."""

from decimal import Decimal

import numpy as np
import pytest

from analysis import round_half_up
from tests.analysis.reference import load_csv, reference_folder

COLUMNS = ("unit", "year", "overall", "overall_tol", "policy", "policy_tol", "service", "service_tol")
# Facts typed from the sources named beside them; with the reference folder the same rows are read from it.
SAMPLE = {
    # VNA 7/4/2025, vjs.vietnam.vn (policy making and service delivery make the overall index, 2023 and 2024)
    "t09_overall_policy_service": [
        dict(zip(COLUMNS, row, strict=True))
        for row in (
            ("national", "2024", "83.94", "0.005", "83.84", "0.005", "84.09", "0.005"),
            ("national", "2023", "82.66", "0.005", "82.49", "0.01", "82.97", "0.01"),
            ("Ha Noi", "2024", "86.5", "0.005", "86.51", "0.005", "86.49", "0.005"),
            ("Ha Noi", "2023", "83.57", "0.01", "83.46", "0.01", "83.72", "0.01"),
        )
    ],
    # vietnamnews.vn 1654134 (national, 2023)
    "t08_sipas2023_national": [
        {"component": name, "reported_pct": share}
        for name, share in (
            ("access", "83.0"),
            ("procedures", "83.02"),
            ("civil servants", "83.12"),
            ("results", "83.03"),
            ("feedback", "82.27"),
            ("public administrative service delivery, general", "82.97"),
        )
    ],
    # laodong.vn 1487703 (2024), sggp.org.vn post101676 (2022)
    "t10_perception_distributions": [
        {"year": year, "item": item, "pct": share}
        for year, item, shares in (
            ("2024", "civil servants cause trouble/harassment", ("90.06", "8.98", "0.96")),
            ("2022", "interest in health-care policy", ("71.82", "25.8", "2.34")),
            ("2022", "interest in economic policy", ("57.07", "37.49", "5.44")),
        )
        for share in shares
    ],
    # from baotintuc.vn for 2022, vietnamnews.vn for 2023 and VNA for 2024
    "t11_indices_by_province_year": [
        {"year": "2022", "unit": "NATIONAL", "index_pct": "80.08"},
        {"year": "2023", "unit": "NATIONAL", "index_pct": "82.66"},
        {"year": "2024", "unit": "NATIONAL", "index_pct": "83.94"},
    ],
    # VNA 2024
    "t13_sample_design_numbers": [
        {"source": "VNA", "year": "2024", "item": "districts", "value": "195"},
        {"source": "VNA", "year": "2024", "item": "communes", "value": "385"},
        {"source": "VNA", "year": "2024", "item": "villages", "value": "1170"},
    ],
    # cand.com.vn, November 2015 to November 2016
    "t03_hcmc_2016": [{"satisfied": "50.78", "neutral": "43.24", "dissatisfied": "5.89"}],
    # nld.com.vn 20140818174251669 (2013)
    "t02_hcmc_2013_services": [
        {
            "service": "preschool education",
            "satisfied_pct": "72.1",
            "dissatisfied_pct": "0.0",
            "reported_index_signed": "0.77",
        }
    ],
}


def table(name):
    folder = reference_folder()
    return SAMPLE[name] if folder is None else load_csv(folder / f"data/sipas_tables/{name}.csv")


def fits(row, w):
    """Whether overall = w x policy + (1 - w) x service within the digits that were printed."""
    overall, policy, service = (float(row[name]) for name in ("overall", "policy", "service"))
    slack = float(row["overall_tol"]) + w * float(row["policy_tol"]) + (1 - w) * float(row["service_tol"])
    return abs(w * policy + (1 - w) * service - overall) <= slack + 1e-9


def test_the_overall_index_of_2023_and_2024_is_five_eighths_policy_and_three_eighths_service():
    rows = table("t09_overall_policy_service")
    assert len(rows) == 4
    assert all(fits(row, 0.625) for row in rows)
    assert not all(fits(row, 0.5) for row in rows)
    possible = [w for w in np.arange(0, 1.0001, 0.001) if all(fits(row, w) for row in rows)]
    assert (min(possible), max(possible)) == (pytest.approx(0.615, abs=0.002), pytest.approx(0.640, abs=0.002))


def test_service_delivery_of_2023_is_not_the_mean_of_its_five_factors():
    rows = {row["component"]: Decimal(row["reported_pct"]) for row in table("t08_sipas2023_national")}
    factors = [rows[name] for name in ("access", "procedures", "civil servants", "results", "feedback")]
    assert round_half_up(sum(factors) / 5, 2) == Decimal("82.89")
    assert abs(rows["public administrative service delivery, general"] - Decimal("82.97")) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("year", "item", "total"),
    [
        ("2024", "civil servants cause trouble/harassment", "100.00"),
        ("2022", "interest in economic policy", "100.00"),
        ("2022", "interest in health-care policy", "99.96"),  # as printed: 0.04 are missing
    ],
)
def test_levels_of_a_question_sum_to_a_hundred_but_for_one(year, item, total):
    shares = [
        Decimal(r["pct"]) for r in table("t10_perception_distributions") if (r["year"], r["item"]) == (year, item)
    ]
    assert len(shares) == 3
    assert sum(shares) == Decimal(total)


def test_the_levels_of_ho_chi_minh_city_2016_do_not_sum_to_a_hundred():
    (row,) = table("t03_hcmc_2016")
    assert sum(Decimal(row[name]) for name in ("satisfied", "neutral", "dissatisfied")) == Decimal("99.91")


def test_the_signed_index_of_ho_chi_minh_city_2013_is_not_satisfied_less_dissatisfied():
    row = next(r for r in table("t02_hcmc_2013_services") if r["service"] == "preschool education")
    net = (Decimal(row["satisfied_pct"]) - Decimal(row["dissatisfied_pct"])) / 100
    assert (net, Decimal(row["reported_index_signed"])) == (Decimal("0.721"), Decimal("0.77"))


def test_the_national_changes_follow_from_the_indices():
    index = {
        r["year"]: Decimal(r["index_pct"]) for r in table("t11_indices_by_province_year") if r["unit"] == "NATIONAL"
    }
    assert index["2023"] - index["2022"] == Decimal("2.58")
    assert index["2024"] - index["2023"] == Decimal("1.28")


def test_the_national_sample_of_2024_has_five_communes_fewer_than_its_plan():
    size = {r["item"]: int(r["value"]) for r in table("t13_sample_design_numbers") if r["source"] == "VNA"}
    assert size["districts"] == 61 * 3 + 2 * 6
    assert size["villages"] == size["districts"] * 6
    assert size["districts"] * 2 - size["communes"] == 5
