"""A round goes from plan to publication one step at a time, each by the role that has it, and nothing is lowered."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from survey_app.domain import round_states
from survey_app.models import AuditEntry, LedgerEntry, Round, RoundChange, RoundStep
from survey_app.services import flush, publication, round_plans, round_roles, rounds
from survey_app.services.errors import NotFoundError, RefusedError
from tests import province
from tests.factories import a_person, a_round, a_unit, advance

STEPS = [
    ("computed", "computer"),
    ("checked", "checker"),
    ("signed", "signer"),
    ("published", "signer"),
]


@pytest.fixture
def closed(installation):
    """A closed round, announced for this minute 40 days ago."""
    now = installation.now()
    return a_round(installation, state="closed", announced_at=now - timedelta(days=40), release_at=now)


def people(installation, of):
    return {role: a_person(installation, f"nguoi.{role}", of.province, role) for role in round_states.ROLES}


def state_of(installation, code):
    with installation.database.read() as session:
        return rounds.by_code(session, code).state


def test_each_step_needs_its_role_and_stands_in_the_history(installation, closed):
    who = people(installation, closed)
    for state, role in STEPS:
        for other in set(round_states.ROLES) - {role}:
            with pytest.raises(round_roles.RoleMissingError, match="sipas staff grant"):
                advance(installation, closed.code, state, who[other])
        advance(installation, closed.code, state, who[role])
    with installation.database.read() as session:
        steps = session.execute(select(RoundStep.state, RoundStep.actor)).all()
        said = session.execute(select(AuditEntry.action, AuditEntry.actor)).all()
    expected = {(state, f"nguoi.{role}") for state, role in STEPS}
    assert {tuple(step) for step in steps} == expected
    assert {(f"round {state}", actor) for state, actor in expected} <= {tuple(line) for line in said}


def test_no_step_is_left_out(installation, closed):
    who = a_person(installation, "tat.ca", closed.province, *round_states.ROLES)
    for state in ("plan", "frozen", "field", "closed", "checked", "signed", "published", "gone", ""):
        with pytest.raises(RefusedError, match="cannot become"):
            advance(installation, closed.code, state, who)
    assert state_of(installation, closed.code) == "closed"


@pytest.mark.parametrize("own", ["computed", "checked"])
def test_whoever_computed_or_checked_does_not_sign_even_after_it_was_sent_back(installation, closed, own):
    one = a_person(installation, "mot", closed.province, *round_states.ROLES)
    two = a_person(installation, "hai", closed.province, *round_states.ROLES)
    for state in ("computed", "checked"):
        advance(installation, closed.code, state, one if state == own else two)
    with pytest.raises(RefusedError, match="somebody else"):
        advance(installation, closed.code, "signed", one)
    advance(installation, closed.code, "closed", two, "a stratum is missing")
    for state in ("computed", "checked"):
        advance(installation, closed.code, state, two)
    with pytest.raises(RefusedError, match="somebody else"):
        advance(installation, closed.code, "signed", one)
    third = a_person(installation, "ba", closed.province, "signer")
    advance(installation, closed.code, "signed", third)


@pytest.mark.parametrize(("state", "command"), round_states.RELEASE_STEPS.items())
def test_no_round_goes_on_from_its_close_without_its_release(installation, closed, state, command):
    who = a_person(installation, "tat.ca", closed.province, *round_states.ROLES)
    with installation.database.write() as session:
        session.get(Round, closed.id).state = round_states.before(state)
    with pytest.raises(RefusedError, match=f"sipas release {command} {closed.code}"):
        rounds.move(installation, closed.code, state, who)
    assert state_of(installation, closed.code) == round_states.before(state)


def test_a_person_of_another_unit_finds_no_round(installation, closed):
    elsewhere = a_unit(installation, "noi-khac", kind="province")
    stranger = a_person(installation, "la", elsewhere, *round_states.ROLES)
    below = a_person(installation, "duoi", closed.desks[0], *round_states.ROLES)
    for actor in (stranger, below):
        with pytest.raises(NotFoundError):
            advance(installation, closed.code, "computed", actor)


def test_the_command_line_stands_in_only_where_nobody_has_the_role_and_never_signs(installation, closed):
    advance(installation, closed.code, "computed")
    for state in ("checked", "signed", "published"):
        with installation.database.write() as session:
            session.get(Round, closed.id).state = round_states.before(state)
        with pytest.raises(round_roles.RoleMissingError, match="--as"):
            advance(installation, closed.code, state)
    other = a_round(installation, desks=("desk-b",), state="closed")
    a_person(installation, "nguoi.tinh", closed.province, "computer")
    with pytest.raises(round_roles.RoleMissingError, match=r"nguoi\.tinh"):
        advance(installation, other.code, "computed")


def test_sending_back_needs_a_checker_and_a_reason(installation, closed):
    who = people(installation, closed)
    advance(installation, closed.code, "computed", who["computer"])
    with pytest.raises(round_roles.RoleMissingError):
        advance(installation, closed.code, "closed", who["computer"], "again")
    with pytest.raises(RefusedError, match="--reason"):
        advance(installation, closed.code, "closed", who["checker"], "  ")
    advance(installation, closed.code, "closed", who["checker"], "weights of two strata")
    assert state_of(installation, closed.code) == "closed"


def test_nothing_is_published_before_the_announced_minute_or_without_one(installation, clock):
    code = a_round(installation, state="signed").code
    with installation.database.read() as session:
        signer = a_person(installation, "ky", rounds.by_code(session, code).unit_id, "signer")
    with pytest.raises(RefusedError, match="28 days"):
        advance(installation, code, "published", signer)
    with installation.database.write() as session:
        row = rounds.by_code(session, code)
        row.announced_at, row.release_at = clock.now - timedelta(days=28), clock.now + timedelta(minutes=1)
    with pytest.raises(RefusedError, match="not before"):
        advance(installation, code, "published", signer)
    clock.now += timedelta(minutes=1)
    advance(installation, code, "published", signer)


def test_a_release_is_announced_28_days_ahead(installation, clock):
    place = province.make(installation, desks=1, per_desk=60)
    clock.now = clock.now.replace(month=12, day=20)
    for ahead, taken in ((timedelta(days=28, minutes=-1), False), (timedelta(days=28), True)):
        if taken:
            rounds.amend(installation, place.code, {"release_at": clock.now + ahead}, reason="the plan of the year")
        else:
            with pytest.raises(round_plans.PlanRefusedError, match="28 days ahead"):
                rounds.amend(installation, place.code, {"release_at": clock.now + ahead}, reason="the plan of the year")
    first = rounds.calendar(installation)[0].release_at
    with pytest.raises(round_plans.PlanRefusedError, match="later moment"):
        rounds.amend(installation, place.code, {"release_at": first - timedelta(hours=1)}, reason="sooner")
    with pytest.raises(round_plans.PlanRefusedError, match="--reason"):
        rounds.amend(installation, place.code, {"release_at": first + timedelta(days=2)})
    rounds.amend(installation, place.code, {"release_at": first + timedelta(days=2)}, reason="the office is flooded")
    line = rounds.calendar(installation)[0]
    assert (line.code, line.release_at, line.put_off_from) == (place.code, first + timedelta(days=2), (first,))


LOWERED = [
    ("minimum_n", 29),
    ("draw_fraction", 0.5),
    ("period_end", date(2026, 11, 30)),
    ("field_end", date(2027, 1, 31)),
    ("token_life_days", 30),
    ("units", ("desk-1",)),
    ("fields", ("Đất đai",)),
    ("disclosure_rules", "none"),
    ("recipe", "other"),
    ("design", {"mode": "closed"}),
    ("collectors", ("staff",)),
    ("instrument_key", "sipas-2012/1"),
    ("erasure_date", date(2029, 1, 1)),
    ("erasure_date", date(2026, 12, 30)),
    ("approval_number", None),
    ("code", "R99"),
    ("unit_slug", "xa-1"),
]
STRICTER = [("minimum_n", 50), ("erasure_date", date(2028, 1, 1)), ("title", "Đo lường 2026")]


def test_nothing_is_lowered_once_the_frame_is_frozen(installation):
    approved = {"approval_number": "12/QĐ", "approval_date": date(2025, 12, 1)}
    made = a_round(installation, state="frozen", **approved)
    for name, value in LOWERED:
        with pytest.raises(round_plans.PlanRefusedError) as refused:
            rounds.amend(installation, made.code, {name: value}, reason="a decision")
        assert name in {problem.field for problem in refused.value.problems}, name
    with installation.database.read() as session:
        assert session.scalars(select(RoundChange)).all() == []
        assert session.scalars(select(AuditEntry)).all() == []
    for name, value in STRICTER:
        assert rounds.amend(installation, made.code, {name: value}, reason="a decision") == (name,)
    with installation.database.read() as session:
        changes = {change.field: change for change in session.scalars(select(RoundChange))}
        said = " ".join(session.scalars(select(AuditEntry.detail)))
    assert (changes["minimum_n"].before, changes["minimum_n"].after) == (30, 50)
    assert (changes["erasure_date"].before, changes["erasure_date"].after) == ("2028-12-31", "2028-01-01")
    assert "minimum_n: 30 -> 50 (a decision)" in said


def test_a_plan_may_still_be_changed_and_is_checked_as_a_whole(installation):
    made = a_round(installation, state="plan")
    changes = {
        "minimum_n": 40,
        "design": {"mode": "closed", "stages": 2, "second_stage_take": 60},
        "fields": ("Đất đai",),
    }
    with pytest.raises(round_plans.PlanRefusedError, match="rolling round asks about every dossier"):
        rounds.amend(installation, made.code, {"fields": ("Đất đai",)})
    assert set(rounds.amend(installation, made.code, changes)) == set(changes)
    assert rounds.amend(installation, made.code, changes) == ()
    bad = {"minimum_n": 10, "design": {"mode": "any", "extra": 1}, "units": ("la",), "languages": ("xx",), "title": " "}
    with pytest.raises(round_plans.PlanRefusedError) as refused:
        rounds.amend(installation, made.code, bad)
    assert {problem.field for problem in refused.value.problems} == set(bad)


def test_a_published_round_stays_as_it_is(installation):
    made = a_round(installation, state="published")
    with pytest.raises(round_plans.PlanRefusedError, match="new version"):
        rounds.amend(installation, made.code, {"title": "Khác"}, reason="a better title")


def test_the_figures_of_the_year_need_the_answers_that_the_plan_asks_for(installation):
    place = province.make(installation, desks=1)
    rounds.amend(installation, place.code, {"minimum_n": 60}, reason="a stricter year")
    for slip in place.slips("desk-1")[:45]:
        place.answer(slip.token)
    flush.close(installation, place.code)
    publication.refresh(installation, place.code)
    with installation.database.read() as session:
        found = session.scalars(
            select(LedgerEntry).where(LedgerEntry.figure.like("annual|G1|desk-1|all|overall"))
        ).one()
    assert found.n == 45
    assert found.shown == {"shown": False, "reason": "too_few"}
