"""The balance of dossiers, with published figures that do not add up."""

import csv
import re
from datetime import date

import pytest

from survey_app.domain.balance import Days, Figures, Tally, findings, not_adding_up

# Lai Châu, 1 January to 16 September 2021, as its quarterly report prints them.
LAI_CHAU = Figures(received=22_132, resolved=20_478, on_time=20_396, late=314)


def test_lai_chaus_overdue_hold_pending_dossiers():
    found = not_adding_up(LAI_CHAU)
    assert [finding.equation for finding in found] == ["resolved = early + on time + late", "late"]
    assert "20.710, 232 more than 20.478" in found[0].said
    assert "232 dossiers that are still pending" in found[1].said


def test_what_the_report_leaves_out_is_said_not_guessed():
    assert [finding.adds_up for finding in findings(LAI_CHAU)] == [False, None, None, False]


def test_lai_chaus_figures_are_those_of_the_source(reference):
    if reference is None:  # without the source the figures above stand as they were read from it
        assert (LAI_CHAU.on_time, LAI_CHAU.late, LAI_CHAU.resolved) == (20_396, 314, 20_478)
        return
    with (reference / "data" / "seed_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["place"] == "Lai Châu" and row["level"] == "all"]
    printed = {row["item"]: [int(n) for n in re.findall(r"\d+", row["value"])] for row in rows}
    assert printed["received"] == [LAI_CHAU.received]
    assert printed["resolved (on time / overdue)"] == [LAI_CHAU.resolved, LAI_CHAU.on_time, LAI_CHAU.late]


def test_figures_that_add_up_are_left_in_peace():
    # thị trấn Chợ Mới 2023: 1,866 received, 1,866 resolved
    whole = Figures(received=1_866, carried_over=0, resolved=1_866, pending=0, without_result=0)
    assert not_adding_up(whole) == []
    assert findings(whole)[2].adds_up is True


def test_a_missing_dossier_is_told_with_its_number():
    short = Figures(received=10, carried_over=2, resolved=8, pending=2, without_result=1, within_time=1, overdue=2)
    said = {finding.equation: finding.said for finding in not_adding_up(short)}
    assert said["received + carried over = resolved + pending + without result"].endswith("1 apart")
    assert said["pending = within time + overdue"] == "the parts sum to 3, 1 more than 2"


def days(received=1, due=10, finished=None, returned=None, outcome=None, extended=None, month=7):
    """Days of July 2026; a negative day lies in June."""

    def day(n):
        return n if n is None or isinstance(n, date) else date(2026, month, n) if n > 0 else date(2026, 6, 30 + n)

    return Days(day(received), day(due), day(extended), day(finished), day(returned), outcome)


JULY = (date(2026, 7, 1), date(2026, 8, 1))


@pytest.mark.parametrize(
    ("dossier", "counted"),
    [
        (days(finished=9, outcome="returned"), {"received", "resolved", "early"}),
        (days(finished=10, outcome="returned"), {"received", "resolved", "on_time"}),
        (days(finished=11, outcome="returned"), {"received", "resolved", "late"}),
        (days(finished=11, extended=11), {"received", "resolved", "on_time"}),
        (days(finished=9, returned=20, outcome="returned"), {"received", "resolved", "early"}),
        (days(received=-3, finished=9), {"carried_over", "resolved", "early"}),
        (days(), {"received", "overdue"}),
        (days(due=date(2026, 8, 1)), {"received", "within_time"}),
        (days(finished=date(2026, 8, 2), due=31), {"received", "overdue"}),
        (days(outcome="refused", returned=4), {"received", "without_result"}),
        (days(outcome="supplement"), {"received", "overdue"}),
        (days(received=-9, finished=-1), set()),
        (days(received=date(2026, 8, 1)), set()),
    ],
)
def test_each_dossier_counts_where_it_belongs(dossier, counted):
    tally = Tally(*JULY).add_all([dossier])
    assert (set(tally.counts), tally.missing) == (counted, {})
    assert not_adding_up(tally.figures()) == []


@pytest.mark.parametrize(
    ("dossier", "reason", "equation"),
    [
        (days(received=None, finished=9), "no day of receipt", "received + carried over"),
        (days(outcome="refused"), "refused or withdrawn without a day", "received + carried over"),
        (days(due=None, finished=9), "resolved without a due day", "resolved ="),
    ],
)
def test_a_missing_day_shows_as_a_difference_and_is_named(dossier, reason, equation):
    tally = Tally(*JULY).add_all([dossier])
    assert tally.missing == {reason: 1}
    assert [finding.equation.startswith(equation) for finding in not_adding_up(tally.figures())] == [True]
