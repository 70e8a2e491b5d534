"""Every offered address in one disposition."""

from survey_app.domain.fieldwork import Counts, Released, dispositions
from survey_app.domain.response_rates import rates


def test_every_address_stands_in_one_disposition():
    counts = Counts(offered=200, opened=90, answered=80, refused=5, not_reached=4, other=1, ineligible=10)
    cases = dispositions(counts, Released(answers=60, complete=50, partial=7), ended=False)
    # 50 complete; 7 partial and 20 that wait; 5 refused and 3 broken off; 100 of whom nothing is known.
    assert vars(cases) == {
        "complete": 50,
        "partial": 27,
        "refused": 8,
        "not_reached": 4,
        "other": 1,
        "unknown": 100,
        "ineligible": 10,
    }
    assert cases.offered == 200
    assert rates(cases).rr2 == 77 / 190


def test_after_the_close_nothing_waits():
    cases = dispositions(Counts(offered=100, answered=50), Released(48, 48, 0), ended=True)
    assert (cases.complete, cases.partial, cases.unknown) == (48, 0, 52)


def test_answers_of_the_week_that_runs_are_not_counted_before_their_addresses():
    cases = dispositions(Counts(offered=100, answered=10), Released(15, 12, 2), ended=False)
    assert (cases.complete, cases.partial, cases.refused, cases.unknown) == (10, 0, 0, 90)
