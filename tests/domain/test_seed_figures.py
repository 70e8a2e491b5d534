"""Figures that five places printed in their reports: which add up, which do not, and what the check says of them."""

import csv
from decimal import Decimal

import pytest

from survey_app.domain import balance
from survey_app.domain.balance import Figures

# place, period, item, value as printed; with the reference folder the same rows are found in its table.
PRINTED = {
    "announced": ("Lai Châu", "Q3/2021", "procedures announced in the quarter", "743 = 579+117+47"),
    "online": ("Lai Châu", "Q3/2021", "online services level 2/3/4", "1022/470/560 = 2052"),
    "portal": ("Lai Châu", "Q3/2021", "services on the National Portal", "694 = 67.44%"),
    "autonomous": ("Lai Châu", "Q3/2021", "autonomous units", "732 (289+442)"),
    "received": ("Lai Châu", "to 16/9/2021", "received", "22132"),
    "resolved": ("Lai Châu", "to 16/9/2021", "resolved (on time / overdue)", "20478 (20396 / 314)"),
    "centre": ("Lai Châu", "to 16/9/2021", "received / returned / early or on time", "10628 / 8595 / 8592"),
    "levels": ("Lạc Dương (Lâm Đồng)", "2019", "online level 2 / 3 / 4", "240/43/7"),
    "published": ("Lạc Dương (Lâm Đồng)", "2019", "procedures published, district", "290"),
    "signed": ("Lạc Dương (Lâm Đồng)", "2019", "outgoing documents digitally signed", "3534/4028"),
    "desk": ("Nam Giang (Quảng Nam)", "2019", "dossiers received and returned", "1147"),
    "communes": ("Nam Giang (Quảng Nam)", "2019", "dossiers", "42518"),
    "units": ("Bắc Kạn", "2023", "commune units", "122 = 6 phường + 6 thị trấn + 110 xã"),
    "reviewed": ("thị trấn Chợ Mới (Bắc Kạn)", "2023", "procedures reviewed by field", "55 = 1+42+6+5+1"),
    "fields": (
        "thị trấn Chợ Mới (Bắc Kạn)",
        "2023",
        "dossiers received/resolved",
        "1866/1866 = 1825 tư pháp + 30 LĐXH + 2 địa chính + 9 lâm nghiệp",
    ),
}


def test_every_figure_used_here_stands_in_the_table_of_sources(reference):
    if reference is None:
        assert len(set(PRINTED.values())) == len(PRINTED)
        return
    with (reference / "data" / "seed_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = {(r["place"], r["period"], r["item"], r["value"]) for r in csv.DictReader(file)}
    assert set(PRINTED.values()) - rows == set()


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        (743, (579, 117, 47)),
        (2052, (1022, 470, 560)),
        (290, (240, 43, 7)),
        (122, (6, 6, 110)),
        (55, (1, 42, 6, 5, 1)),
        (1866, (1825, 30, 2, 9)),
    ],
)
def test_parts_that_sum_to_their_total_pass(total, parts):
    assert balance.parts_of("printed", total, *parts).adds_up is True


def test_the_autonomous_units_of_lai_chau_are_one_short():
    found = balance.parts_of("autonomous units", 732, 289, 442)
    assert (found.adds_up, found.said) == (False, "the parts sum to 731, 1 less than 732")


def test_lai_chau_counts_pending_dossiers_among_the_late_ones():
    """20,396 + 314 = 20,710, but 20,478 were resolved: 232 of the 314 are still pending."""
    wrong = balance.not_adding_up(Figures(received=22132, resolved=20478, on_time=20396, late=314))
    assert [finding.said for finding in wrong] == [
        "the parts sum to 20.710, 232 more than 20.478",
        "'late' seems to hold 232 dossiers that are still pending and overdue",
    ]
    # with the 82 that were resolved late the parts add up
    assert balance.not_adding_up(Figures(resolved=20478, on_time=20396, late=314 - 232)) == []


def test_the_centre_of_lai_chau_printed_its_rate_cut_off_and_not_rounded():
    rate = balance.on_time_rate(Figures(resolved=8595, on_time=8592, late=3))
    assert rate == Decimal("99.97")
    assert rate != Decimal("99.96")  # as printed: 99.965 % without its last digit


def test_the_portal_share_of_lai_chau_has_another_base_than_the_table_above_it():
    """694 are 67.38 % of level 3 and 4 (1,030) and 33.82 % of all 2,052; printed are 67.44 %."""
    shares = [(Decimal(69400) / base).quantize(Decimal("0.01")) for base in (470 + 560, 2052, 1029)]
    assert [str(share) for share in shares] == ["67.38", "33.82", "67.44"]


def test_figures_of_one_place_hang_together():
    assert (Decimal(353400) / 4028).quantize(Decimal("0.1")) == Decimal("87.7")  # printed as 88
    assert round(42518 / 1147) == 37  # the communes hand over 37 times what the district desk does


def test_a_table_without_results_has_no_rate():
    assert balance.on_time_rate(Figures(received=5, pending=5, within_time=5, overdue=0)) is None
