"""Outcome rates against a published example."""

from dataclasses import asdict

import pytest

from survey_app.domain.response_rates import Dispositions, rates

# README of the R package outcomerate 1.0.1 (rOpenSci): outcomerate(c(I = 4, P = 2, R = 1, NC = 1, O = 1, UH = 1,
# UO = 1, NE = 1), e = eligibility_rate(freq)), as printed.
PRINTED = """RR1 RR2 RR3 RR4 RR5 RR6 COOP1 COOP2 COOP3 COOP4 REF1 REF2 REF3 CON1 CON2 CON3
0.364 0.545 0.370 0.556 0.444 0.667 0.500 0.750 0.571 0.857 0.091 0.093 0.111 0.727 0.741 0.889"""


def test_every_rate_is_that_of_the_published_example():
    found = asdict(rates(Dispositions(4, 2, 1, 1, 1, 2, 1)))
    names, values = (line.split() for line in PRINTED.split("\n"))
    assert {name: f"{found[name.lower()]:.3f}" for name in names} == dict(zip(names, values, strict=True))
    assert found["e"] == pytest.approx(0.9)


def test_by_hand_a_round_in_which_some_were_found_not_to_belong():
    # 1,000 offered; 380 complete, 20 partial, 50 refused, 100 ineligible, so 450 unknown. RR2 = 400 / 900.
    case = Dispositions(complete=380, partial=20, refused=50, unknown=450, ineligible=100)
    assert case.offered == 1000
    assert rates(case).rr2 == pytest.approx(400 / 900)
    assert rates(case).e == pytest.approx(450 / 550)
    assert rates(case).rr4 == pytest.approx(400 / (450 + 450 * 450 / 550))


def test_where_nothing_is_known_there_is_no_rate():
    assert set(asdict(rates(Dispositions())).values()) == {None}
    assert rates(Dispositions(unknown=10)).rr2 == 0
    assert rates(Dispositions(unknown=10)).rr5 is None


def test_a_count_below_zero_is_refused():
    with pytest.raises(ValueError, match="refused is -1"):
        Dispositions(refused=-1)
