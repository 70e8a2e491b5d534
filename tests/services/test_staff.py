"""Letting people in, keeping others out: on both databases, with a clock that moves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app.models import AuditEntry, LoginFailure, Staff
from survey_app.services import sign_in, staff
from survey_app.services.errors import NotFoundError, RefusedError
from survey_app.services.sign_in import WrongPasswordError
from survey_app.services.staff import NewStaff, PasswordProblemError
from survey_app.services.tries import WaitError
from tests.factories import a_unit

PASSWORD = "trời hôm nay rất đẹp"
OTHER = "ngày mai trời sẽ mưa"


@pytest.fixture
def office(installation):
    """An installation with a province, two communes, and a login for each."""
    top = a_unit(installation, "minh-hai", kind="province")
    for slug in ("xa-1", "xa-2"):
        a_unit(installation, slug, kind="commune", parent=top)
    for login, role, unit in (("an", "agency", "xa-1"), ("binh", "agency", "xa-2"), ("chi", "admin", "minh-hai")):
        add(installation, login + "@x", role, unit)
    return installation


def add(installation, login, role="agency", unit="xa-1", password=PASSWORD, **more):
    staff.create(installation, NewStaff(login, "", role, unit, password, **more))


def enter(installation, login="an@x", password=PASSWORD):
    return sign_in.authenticate(installation, login, password)


def still_in(installation, signed_in):
    since = installation.now()
    return sign_in.reader_of(installation, signed_in.reader.id, signed_in.session_version, since) is not None


def test_login_and_password_let_in_whatever_the_case_of_the_login(office):
    reader = enter(office, " AN@X ").reader
    assert (reader.login, reader.role, reader.name) == ("an@x", "agency", "an@x")


def test_the_password_is_kept_as_argon2id_and_nowhere_else(office):
    with office.database.read() as session:
        hashes = session.scalars(select(Staff.password_hash)).all()
        told = " ".join(f"{e.action} {e.subject} {e.detail}" for e in session.scalars(select(AuditEntry)))
    assert all(h.startswith("$argon2id$") for h in hashes)
    assert len(set(hashes)) == 3
    assert PASSWORD not in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"login": "a"}, "3 to 60"),
        ({"login": "có dấu"}, "3 to 60"),
        ({"login": "an@x"}, "exists"),
        ({"role": "root"}, "not known"),
        ({"unit": "nowhere"}, "no unit"),
        ({"password": "short"}, "too_short"),
        ({"language": "xx"}, "not one of"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(office, change, said):
    given = {"login": "dung", "role": "agency", "unit": "xa-1", "password": PASSWORD} | change
    with pytest.raises(RefusedError, match=said):
        add(office, given.pop("login"), **given)


def test_wrong_password_unknown_login_and_disabled_login_look_alike(office):
    staff.set_active(office, "binh@x", active=False)
    said = []
    for login, password in (("an@x", OTHER), ("nobody@x", PASSWORD), ("binh@x", PASSWORD)):
        with pytest.raises(WrongPasswordError) as refused:
            enter(office, login, password)
        said.append((type(refused.value), str(refused.value)))
    assert len(set(said)) == 1


def test_an_unknown_login_costs_the_same_work_as_a_known_one(office, monkeypatch):
    checked = []
    real = sign_in.verify
    monkeypatch.setattr(sign_in, "verify", lambda hashed, password: checked.append(hashed) or real(hashed, password))
    for login in ("an@x", "nobody@x"):
        with pytest.raises(WrongPasswordError):
            enter(office, login, OTHER)
    parameters = [hashed.rsplit("$", 2)[0] for hashed in checked]
    assert len(parameters) == 2
    assert parameters[0] == parameters[1]


@pytest.mark.parametrize("login", ["an@x", "nobody@x"])
def test_wrong_tries_slow_down_known_and_unknown_names_alike_and_lock_nobody(office, clock, login):
    waits = []
    for _ in range(12):
        try:
            enter(office, login, OTHER)
        except WrongPasswordError:
            continue
        except WaitError as error:
            waits.append(error.seconds)
            clock.now += timedelta(seconds=error.seconds)
    assert waits == [1, 2, 4, 8]
    clock.now += timedelta(seconds=60)
    if login == "an@x":
        assert enter(office).reader.login == "an@x"


def test_the_right_password_ends_the_counting(office):
    for _ in range(4):
        with pytest.raises(WrongPasswordError):
            enter(office, password=OTHER)
    enter(office)
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 0


def test_one_login_under_attack_does_not_slow_another(office):
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            enter(office, password=OTHER)
    with pytest.raises(WaitError):
        enter(office)
    assert enter(office, "binh@x").reader.login == "binh@x"


def test_fifty_tries_at_once_are_not_all_checked(office):
    def attempt(_):
        try:
            enter(office, password=OTHER)
        except RefusedError as error:
            return type(error)

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(attempt, range(50)))
    assert outcomes.count(WrongPasswordError) <= 6
    assert outcomes.count(WaitError) >= 44


def test_what_was_typed_as_a_login_cannot_be_read_in_the_table(office):
    with pytest.raises(WrongPasswordError):
        enter(office, "oops my password", "x")
    with office.database.read() as session:
        row = session.scalar(select(LoginFailure))
    assert len(row.login_hash) == 32
    assert b"oops" not in row.login_hash


def test_old_wrong_tries_are_swept_away(office, clock):
    with pytest.raises(WrongPasswordError):
        enter(office, "nobody@x")
    clock.now += timedelta(days=2)
    enter(office)
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 0


def test_a_session_ends_after_eight_hours_and_cannot_begin_in_the_future(office, clock):
    signed_in = enter(office)
    began = office.now()
    values = (signed_in.reader.id, signed_in.session_version, began)
    clock.now += timedelta(hours=8) - timedelta(seconds=1)
    assert sign_in.reader_of(office, *values)
    clock.now += timedelta(seconds=1)
    assert sign_in.reader_of(office, *values) is None
    clock.now -= timedelta(hours=9)
    assert sign_in.reader_of(office, *values) is None


@pytest.mark.parametrize(
    "ending",
    [
        lambda office, reader: staff.set_active(office, reader.login, active=False),
        lambda office, reader: staff.set_password(office, reader.login, OTHER),
        lambda office, reader: staff.change_password(office, reader, PASSWORD, OTHER),
        sign_in.sign_out,
    ],
    ids=["disabled", "new password by command", "own password changed", "signed out"],
)
def test_a_session_ends_with_what_it_rests_on(office, ending):
    signed_in = enter(office)
    assert still_in(office, signed_in)
    ending(office, signed_in.reader)
    assert not still_in(office, signed_in)


def test_enabling_a_login_again_does_not_bring_its_old_sessions_back(office):
    signed_in = enter(office)
    staff.set_active(office, "an@x", active=False)
    staff.set_active(office, "an@x", active=True)
    assert not still_in(office, signed_in)
    assert still_in(office, enter(office))


def test_ones_own_password_is_changed_only_with_the_old_one_and_for_a_good_one(office):
    signed_in = enter(office)
    with pytest.raises(WrongPasswordError):
        staff.change_password(office, signed_in.reader, OTHER, OTHER)
    with pytest.raises(PasswordProblemError):
        staff.change_password(office, signed_in.reader, PASSWORD, "an@x an@x an@x")
    version = staff.change_password(office, signed_in.reader, PASSWORD, OTHER)
    assert version == enter(office, password=OTHER).session_version


def test_an_administrator_reaches_only_logins_of_his_scope_and_never_his_own(office):
    far = a_unit(office, "tinh-khac", kind="province")
    assert far
    add(office, "xa@x", "admin", "tinh-khac")
    chi, xa = (enter(office, login).reader for login in ("chi@x", "xa@x"))
    staff.set_active(office, "an@x", active=False, by=chi)
    with pytest.raises(NotFoundError):
        staff.set_active(office, "chi@x", active=False, by=xa)
    with pytest.raises(staff.OwnLoginError):
        staff.set_active(office, "chi@x", active=False, by=chi)
    assert [(line.login, line.active) for line in staff.every(office, chi.unit_id)] == [
        ("an@x", False),
        ("binh@x", True),
        ("chi@x", True),
    ]


def test_generated_passwords_are_taken_and_never_alike(office):
    made = {staff.generated_password() for _ in range(50)}
    assert len(made) == 50
    add(office, "dung@x", password=made.pop())


def test_what_was_done_to_a_login_is_written_down_with_who_did_it(office):
    chi = enter(office, "chi@x").reader
    staff.set_active(office, "an@x", active=False, by=chi)
    with office.database.read() as session:
        found = session.execute(select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject)).all()
    assert ("chi@x", "staff disable", "an@x") in [tuple(row) for row in found]
    assert ("command line", "staff add", "an@x") in [tuple(row) for row in found]
