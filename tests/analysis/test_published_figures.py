"""Figures printed by provinces and by the ministry: what reproduces, and what does not."""

from decimal import Decimal

import pytest

from analysis import cells_of, index_figures, par_index_points, round_half_up
from tests.analysis.reference import load_csv, reference_folder
from tests.analysis.sample_instrument import answers, instrument

# Facts typed from the sources named beside them; with the reference folder the same rows are read from it.
SAMPLE = {
    # taichinhdientu.vn 9823-136163 (Da Nang, first half of 2014)
    "t01_danang_2014_h1": [
        {"n": "7725", "reported_pct": "98.23"},
        {"n": "7725", "reported_pct": "1.51"},
        {"n": "7725", "reported_pct": "0.26"},
        {"n": "4669", "reported_pct": "97.45"},
        {"n": "4669", "reported_pct": "1.67"},
        {"n": "4669", "reported_pct": "0.88"},
    ],
    # sngv.thuathienhue.gov.vn tc=2003 (2015)
    "t04_tthue_2015_units": [
        *({"tier": "province", "unit": "u", "reported_satisfied_pct": x} for x in ("95.1", "88.9", "98.3")),
        *({"tier": "local", "unit": "u", "reported_satisfied_pct": x} for x in ("95.8", "98.8", "95.3", "91.7")),
        {"tier": "province", "unit": "PROVINCE TIER (reported)", "reported_satisfied_pct": "94.1"},
        {"tier": "local", "unit": "LOCAL TIER (reported)", "reported_satisfied_pct": "95.4"},
        {"tier": "all", "unit": "OVERALL (reported; 363 forms)", "reported_satisfied_pct": "94.41"},
    ],
    # baoyenbai.com.vn 243/214750 (2020)
    "t07_yenbai_2020_factors": [
        *({"year": "2020", "factor": "f", "reported_pct": x} for x in ("88.51", "90.34", "87.23", "92.18", "85.41")),
        {"year": "2020", "factor": "OVERALL SIPAS", "reported_pct": "88.61"},
    ],
    # 123docz.net 4658364 (wards of Hue city, n = 170)
    "t12_hue_wards_respondents": [
        {"n": "170", "count": "39", "reported_pct": "22.9"},
        {"n": "170", "count": "16", "reported_pct": "9.4"},
        {"n": "170", "count": "45", "reported_pct": "26.5"},
        {"n": "170", "count": "44", "reported_pct": "25.9"},
        {"n": "170", "count": "26", "reported_pct": "15.3"},
    ],
}
DA_NANG_COUNTS = [(7588, 117, 20), (4550, 78, 41)]  # very good or good, middle, bad; the source prints 20 and totals


def table(name):
    folder = reference_folder()
    return SAMPLE[name] if folder is None else load_csv(folder / f"data/sipas_tables/{name}.csv")


def hue(tier, *, reported):
    return [
        Decimal(row["reported_satisfied_pct"])
        for row in table("t04_tthue_2015_units")
        if row["tier"] == tier and ("reported" in row["unit"]) is reported
    ]


@pytest.mark.parametrize("counts", DA_NANG_COUNTS, ids=["service", "officials"])
def test_da_nang_2014_percentages_follow_from_the_counts(counts):
    good, middle, bad = counts
    rows = answers([(1, 1, level, 0, 0, 0, 0) for level, n in ((5, good), (3, middle), (1, bad)) for _ in range(n)])
    figure = index_figures(cells_of(rows), rows, {1: sum(counts)}, instrument())[0]
    printed = [r["reported_pct"] for r in table("t01_danang_2014_h1") if r["n"] == str(sum(counts))]
    middle_share = 100 - figure.estimate - figure.dissatisfied
    ours = [round_half_up(x, 2) for x in (figure.estimate, middle_share, figure.dissatisfied)]
    assert [str(x) for x in ours] == printed[:3]


@pytest.mark.parametrize("tier", ["province", "local"])
def test_hue_2015_tier_is_the_plain_mean_of_its_units(tier):
    units = hue(tier, reported=False)
    assert [round_half_up(sum(units) / len(units), 1)] == hue(tier, reported=True)


def test_hue_2015_overall_does_not_follow_from_units_or_tiers():
    province, local = hue("province", reported=False), hue("local", reported=False)
    units = province + local
    tiers = [sum(province) / len(province), sum(local) / len(local)]
    (printed,) = hue("all", reported=True)
    assert round_half_up(sum(units) / len(units), 2) != printed
    assert round_half_up(sum(tiers) / len(tiers), 2) != printed


def test_yen_bai_2020_overall_is_not_the_mean_of_its_factors():
    rows = [r for r in table("t07_yenbai_2020_factors") if r["year"] == "2020"]
    factors = [Decimal(r["reported_pct"]) for r in rows if not r["factor"].startswith("OVERALL")]
    (printed,) = (Decimal(r["reported_pct"]) for r in rows if r["factor"].startswith("OVERALL"))
    assert len(factors) == 5
    assert round_half_up(sum(factors) / 5, 2) == Decimal("88.73")
    assert printed == Decimal("88.61")


def test_hue_wards_percentages_follow_from_the_counts():
    rows = [r for r in table("t12_hue_wards_respondents") if r["count"]]
    assert len(rows) >= 5
    for row in rows:
        ours = round_half_up(Decimal(row["count"]) * 100 / Decimal(row["n"]), 1)
        assert str(ours) == row["reported_pct"], row


def test_ha_tinh_2021_index_brings_its_points_in_the_par_index():
    assert par_index_points(91.17) == Decimal("9.12")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(2.675, 2, "2.68"), (0.125, 2, "0.13"), (1.005, 2, "1.01"), (84.995, 2, "85.00"), (14.95, 1, "15.0")],
)
def test_rounding_takes_halves_up_as_written(value, decimals, shown):
    assert str(round_half_up(value, decimals)) == shown


def test_a_missing_figure_is_never_rounded_to_a_number():
    with pytest.raises(ValueError, match="cannot be rounded"):
        round_half_up(float("nan"), 2)
