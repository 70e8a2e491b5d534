"""A rule set applied to real dossiers and released answers: what is known counts, the rest is left out and told."""

import random
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from survey_app.domain import periods
from survey_app.models import AuditEntry, Dossier, LedgerEntry, RuleScore
from survey_app.services import flush, rule_pages, rule_scores, rule_sets
from survey_app.services.errors import RefusedError
from survey_app.services.rule_scores import Asked
from tests import province
from tests.factories import a_unit

TT01, TT32 = rule_sets.load("tt-01-2018"), rule_sets.load("tt-32-2017")
QUARTER = periods.parse("2026-Q1")
AFTER = datetime(2026, 4, 6, 2, tzinfo=UTC)


def asked(**changes):
    return Asked(**({"rule_set": TT01, "unit_slug": "minh-hai", "period": QUARTER} | changes))


def lines(installation, slug, rules=TT01):
    with installation.database.read() as session:
        (found,) = [s for s in rule_pages.scores(session, rules, "minh-hai", "2026-Q1", "vi") if s.slug == slug]
    return found, {line.number: line for line in found.lines if line.points is not None}


@pytest.fixture
def place(installation):
    """A round in the field, to be answered."""
    return province.make(installation, desks=1, per_desk=80)


@pytest.fixture
def office(installation):
    """Two communes with 80 dossiers each, no round; the quarter is over."""
    top = a_unit(installation, "minh-hai", kind="province", name="Tỉnh Minh Hải")
    for n in (1, 2):
        commune = a_unit(installation, f"xa-{n}", kind="commune", name=f"Xã {n}", parent=top)
        desk = a_unit(installation, f"desk-{n}", kind="desk", parent=commune)
        province.dossiers(installation, f"H{n:02}", desk, commune, 80, date(2026, 1, 5), 50, random.Random(7))
    installation.clock.now = AFTER
    return SimpleNamespace(installation=installation)


def test_time_is_scored_from_the_register_and_the_reachable_maximum_told(office):
    assert rule_scores.compute(office.installation, asked()) == 3  # the province and two communes
    found, known = lines(office.installation, "xa-1")
    # every fourth of 80 dossiers is late (0), the others are two days early (2): 1.5
    assert {number: str(line.points) for number, line in known.items()} == {1: "1.5"}
    assert (str(found.total), str(found.reachable), str(found.full)) == ("1.5", "2", "18")
    assert (found.rank, found.best, known[1].dossiers) == ("yếu", "yếu", 80)
    whole, _ = lines(office.installation, "minh-hai")
    assert {line.number: line.dossiers for line in whole.lines}[1] == 160


def test_online_services_are_scored_only_where_the_register_tells_levels(office):
    with office.installation.database.write() as session:
        session.execute(update(Dossier).values(procedure_code="1.011443", online_level="4", filing_channel="online"))
    rule_scores.compute(office.installation, asked())
    _, known = lines(office.installation, "xa-1")
    assert 9 not in known  # no dossier of the register says when it was received
    with office.installation.database.write() as session:
        session.execute(update(Dossier).values(received_at=Dossier.finished_at))
    rule_scores.compute(office.installation, asked())
    assert str(lines(office.installation, "xa-1")[1][9].points) == "0.0"  # online dossiers were late
    with office.installation.database.write() as session:
        session.execute(update(Dossier).values(due_at=Dossier.finished_at))
    rule_scores.compute(office.installation, asked())
    known = lines(office.installation, "xa-1")[1]
    assert (str(known[9].points), str(known[1].points)) == ("2.0", "1.0")


def test_answers_bring_points_through_the_one_door_and_the_ledger(place):
    slips = [slip.token for slip in place.slips("desk-1")]
    for n, token in enumerate(slips[:40]):
        given = {"q00": "4", "trips": "zero" if n % 4 else "two", "officials_trouble": "no"}
        given["result_time"] = "early" if n % 2 else "on_time"
        assert place.answer(token, given).outcome == "stored"
    place.installation.clock.now = datetime(2026, 3, 30, 2, tzinfo=UTC)
    flush.close(place.installation, place.code)
    place.installation.clock.now = AFTER
    rule_scores.compute(place.installation, asked(round_code=place.code))
    found, known = lines(place.installation, "xa-1")
    # by hand: 30 of 40 needed no trip: 60 of 80 points; half early, half on time: 60 of 80 points
    assert {n: (str(known[n].points), known[n].dossiers, known[n].source) for n in (3, 7)} == {
        3: ("1.5", 40, "answers"),
        7: ("1.5", 40, "answers"),
    }
    assert (str(found.total), found.answers_of) == ("4.5", place.code)
    with place.installation.database.read() as session:
        shown = [e for e in session.query(LedgerEntry) if "tt-01-2018:3" in e.figure]
    assert shown
    assert all(entry.shown["estimate"] in {75, None} for entry in shown if entry.shown["shown"])


def test_nine_answers_bring_no_points(place):
    slips = [slip.token for slip in place.slips("desk-1")]
    for n, token in enumerate(slips[:30]):
        given = {"q00": "4"} | ({"trips": "zero"} if n < 9 else {})
        place.answer(token, given)
    place.installation.clock.now = datetime(2026, 3, 30, 2, tzinfo=UTC)
    flush.close(place.installation, place.code)
    place.installation.clock.now = AFTER
    rule_scores.compute(place.installation, asked(round_code=place.code))
    assert set(lines(place.installation, "xa-1")[1]) == {1}


def test_what_an_office_gives_fills_the_rest_or_is_refused_whole(office, tmp_path):
    file = tmp_path / "given.csv"
    file.write_text("unit,indicator,points,dossiers\nxa-1,2,150,100\nxa-1,5,2,\nxa-1,6,2,\nxa-1,8,1,\n")
    rule_scores.compute(office.installation, asked(given=file))
    found, known = lines(office.installation, "xa-1")
    assert {n: str(line.points) for n, line in known.items()} == {
        1: "1.5", 2: "1.5", 5: "2.0", 6: "2.0", 8: "1.0",
    }  # fmt: skip
    assert (str(found.total), str(found.reachable), found.rank, found.best) == ("8.0", "10", "trung bình", "khá")
    file.write_text("unit,indicator,points,dossiers\nxa-1,2,150,100\nxa-9,5,2,\n")
    with pytest.raises(RefusedError, match="xa-9: no such agency"):
        rule_scores.compute(office.installation, asked(given=file))
    file.write_text("unit,indicator,points,dossiers\nxa-1,2,350,100\n")
    with pytest.raises(RefusedError, match="Row 2, points '350'"):
        rule_scores.compute(office.installation, asked(given=file))
    assert str(lines(office.installation, "xa-1")[0].total) == "8.0"


def test_a_period_that_is_not_over_and_a_rule_set_that_does_not_hold_are_refused(office):
    with pytest.raises(RefusedError, match="2026-Q2 is not over"):
        rule_scores.compute(office.installation, asked(period=periods.parse("2026-Q2")))
    with pytest.raises(RefusedError, match="holds from 06/01/2019"):
        rule_scores.compute(office.installation, asked(period=periods.parse("2018")))
    with office.installation.database.read() as session:
        assert session.query(RuleScore).count() == 0


def test_three_grades_are_shown_rounded_and_not_below_ten(office, tmp_path):
    file = tmp_path / "grades.csv"
    head = "unit,criterion,grade,count\nxa-1,overall,satisfied,23\nxa-1,overall,not_yet,8\n"
    file.write_text(head + "xa-1,overall,very,30\nxa-1,on_time,very,9\n")
    assert rule_scores.compute(office.installation, asked(rule_set=TT32, given=file)) == 1
    rows = rule_pages.grade_table(office.installation, TT32, "minh-hai", "2026-Q1", "vi")
    assert [row[4:] for row in rows] == [
        ("overall", "Mức độ hài lòng tổng thể", 87.0, "exact", 60, None),  # 53 of 61
        ("on_time", "Đúng hạn trả kết quả", None, None, None, "too_few"),
    ]
    file.write_text(head + "xa-1,overall,very,31\n")
    rule_scores.compute(office.installation, asked(rule_set=TT32, given=file))
    again = rule_pages.grade_table(office.installation, TT32, "minh-hai", "2026-Q1", "vi")
    assert again == rows  # one answer more must not be seen
    with pytest.raises(RefusedError, match="a scale of its own"):
        rule_scores.compute(office.installation, asked(rule_set=TT32))


def test_scoring_is_in_the_audit_log_and_another_provinces_units_are_not_scored(office):
    a_unit(office.installation, "tinh-khac", kind="province", name="Tỉnh Khác")
    rule_scores.compute(office.installation, asked())
    with office.installation.database.read() as session:
        noted = [(e.subject, e.detail) for e in session.query(AuditEntry) if e.action == "rules.score"]
        assert session.query(RuleScore).count() == 3
    assert noted == [("minh-hai", "tt-01-2018 2026-Q1: 3 units")]
