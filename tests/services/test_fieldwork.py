"""The fieldwork of a round: exact counts of whole weeks for the province, and never of the week that runs."""

import random
from datetime import timedelta

import pytest

import analysis
from survey_app.domain.access import Reader
from survey_app.domain.fieldwork import Sheets
from survey_app.services import contacts, fieldwork, flush, invitations, paper
from survey_app.services.errors import NotFoundError
from tests import province
from tests.factories import a_unit


def reader(installation, slug="minh-hai", role="province"):
    return Reader(random.Random(1).getrandbits(128), "p", "P", role, a_unit(installation, slug), "vi")


@pytest.fixture
def made(installation):
    return province.make(installation, desks=2, per_desk=120, per_year=480)


def test_counts_are_those_of_whole_weeks_and_rates_follow_from_them(made, clock):
    slips = invitations.issue(made.installation, made.code, made.dossiers["desk-1"]).slips
    for slip in slips[:40]:
        made.answer(slip.token)
    contacts.outcome(made.installation, made.code, "desk-1", {"refused": 6, "ineligible": 20})
    boss = reader(made.installation)
    _, found = fieldwork.of_round(made.installation, boss, "minh-hai", made.code)
    assert (found.until, found.own.counts.offered, found.weeks) == (None, 0, ())
    clock.now += timedelta(days=7)
    flush.flush_round(made.installation, made.code)
    made.answer(slips[40].token)  # in the week that runs
    _, found = fieldwork.of_round(made.installation, boss, "minh-hai", made.code)
    own, unit = found.own, {line.slug: line for line in found.units}["xa-1"]
    assert found.until.isoformat() == "2026-03-08"
    assert (own.counts.offered, own.counts.answered, own.counts.refused, own.counts.ineligible) == (120, 40, 6, 20)
    assert own.unknown == 120 - 40 - 6 - 20
    assert own.rates.rr2 == pytest.approx(40 / 100)
    assert own.rates.e == pytest.approx(46 / 66)
    assert [line.slug for line in found.units] == ["xa-1"]
    # By hand: 480 dossiers of last year's register, all asked, 40 % answer: 192 of 480, 1.96 x 0.5 / sqrt(192) x
    # sqrt(288 / 479). The province: 384 of 960.
    assert unit.half_width == pytest.approx(5.4840, abs=1e-3)
    assert own.half_width == pytest.approx(3.8757, abs=1e-3)
    assert [(week.week.isoformat(), week.counts.answered) for week in found.weeks] == [("2026-03-02", 40)]
    assert [line.slug for line in found.unit_weeks] == ["xa-1"]


def test_only_the_province_and_those_above_it_see_the_page(made):
    a_unit(made.installation, "tinh-khac", kind="province", name="Tỉnh khác")
    with pytest.raises(NotFoundError):
        fieldwork.of_round(made.installation, reader(made.installation, "tinh-khac"), "minh-hai", made.code)
    with pytest.raises(NotFoundError):
        fieldwork.of_round(made.installation, reader(made.installation, "xa-1", "agency"), "minh-hai", made.code)


def page(made):
    return fieldwork.of_round(made.installation, reader(made.installation), "minh-hai", made.code)[1]


def test_sheets_of_paper_stand_in_no_rate_before_the_close_nor_after(made, clock):
    """By hand: 30 answers on 120 slips are 0.25, whatever becomes of 100 sheets."""
    slips = invitations.issue(made.installation, made.code, made.dossiers["desk-1"]).slips
    for slip in slips[:30]:
        made.answer(slip.token)
    sheets = invitations.roll(made.installation, made.code, "desk-1", 100, way="paper").slips
    paper.handed_out(made.installation, made.code, "desk-1", 100)
    for sheet in sheets[:60]:
        made.answer(sheet.token, device="paper")
    clock.now += timedelta(days=7)
    before = page(made)
    flush.close(made.installation, made.code)
    after = page(made)
    assert (before.own.rates.rr2, after.own.rates.rr2) == (0.25, 0.25)
    assert before.own.counts.offered == 120
    assert after.own.half_width == before.own.half_width
    assert before.sheets == Sheets(printed=100, handed_out=100, answered=60)


def test_assisted_answers_on_slips_are_answers_before_the_close_and_after(made, clock):
    """By hand: 20 of grade G1, 25 of grade G3, and 5 of grade G4 too few for any batch are 50 of 270."""
    slips = made.slips("desk-1")
    other = made.slips("desk-2")
    for slip in slips[:20]:
        made.answer(slip.token)
    rolled = invitations.roll(made.installation, made.code, "desk-1", 50).slips
    invitations.handed_out(made.installation, made.code, "desk-1", 30, None)
    for slip in rolled[:25]:
        made.answer(slip.token, device="desk", assisted=True)
    for slip in other[:5]:
        made.answer(slip.token, device="paper")  # held for ever: no batch takes five
    clock.now += timedelta(days=7)
    before = page(made)
    flush.close(made.installation, made.code)
    after = page(made)
    assert before.own.counts.offered == 270
    assert before.own.rates.rr2 == after.own.rates.rr2 == pytest.approx(50 / 270)
    # The index is made of the 20 of grade G1 alone, of the 45 answers that were opened: 960 dossiers, all drawn.
    expected = 960 * 50 / 270 * 20 / 45
    assert after.own.half_width == pytest.approx(100 * analysis.half_width_for_size(expected, population=960))
