"""sipas staff: passwords come from a prompt, from standard input or from the program, and are shown at most once."""

import re

import pytest
from click.testing import CliRunner

from survey_app.cli import sipas
from survey_app.services import sign_in
from tests.factories import a_unit

PASSWORD = "trời hôm nay rất đẹp"


@pytest.fixture
def run(installation):
    a_unit(installation, "xa-1", kind="commune")

    def with_input(*words, typed=None):
        return CliRunner().invoke(sipas, ["staff", *words], obj=installation, input=typed)

    return with_input


def enters(installation, password, login="an.tran"):
    try:
        return sign_in.authenticate(installation, login, password).reader.login == login
    except sign_in.WrongPasswordError:
        return False


def add(run, *options, typed=None):
    return run("add", "an.tran", "--role", "agency", "--unit", "xa-1", *options, typed=typed)


def test_a_password_from_standard_input_is_never_shown(installation, run):
    result = add(run, "--password-stdin", typed=PASSWORD + "\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert enters(installation, PASSWORD)


def test_a_typed_password_is_asked_for_twice_and_not_shown(installation, run):
    result = add(run, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert enters(installation, PASSWORD)


def test_a_made_password_is_shown_once_and_works(installation, run):
    result = add(run, "--generate")
    shown = re.search(r"shown this once\): (\S+)", result.output)[1]
    assert enters(installation, shown)
    assert shown not in run("list").output


def test_a_weak_password_is_refused_with_the_reason_and_nobody_is_added(run):
    result = add(run, "--password-stdin", typed="short\n")
    assert result.exit_code == 1
    assert "use 12 to 200 characters" in result.output
    assert run("list").output == ""


def test_the_list_shows_role_unit_and_state(run):
    add(run, "--generate", "--name", "Trần Văn An")
    run("disable", "an.tran")
    assert run("list").output == "an.tran\tagency\txa-1\tTrần Văn An\tdisabled\t\n"  # no role in rounds


def test_the_list_shows_roles_in_rounds(run):
    add(run, "--generate", "--name", "Trần Văn An")
    assert run("grant", "planner", "an.tran").exit_code == 0
    assert run("grant", "checker", "an.tran").exit_code == 0
    assert run("list").output.split("\t")[5:] == ["planner, checker\n"]


def test_a_disabled_login_is_let_in_again_and_a_new_password_replaces_the_old(installation, run):
    add(run, "--password-stdin", typed=PASSWORD + "\n")
    assert run("disable", "an.tran").exit_code == 0
    assert not enters(installation, PASSWORD)
    assert run("enable", "an.tran").exit_code == 0
    assert run("passwd", "an.tran", "--password-stdin", typed="ngày mai trời sẽ mưa\n").exit_code == 0
    assert not enters(installation, PASSWORD)
    assert enters(installation, "ngày mai trời sẽ mưa")


@pytest.mark.parametrize("words", [("disable",), ("enable",), ("passwd", "--generate")])
def test_a_login_that_is_not_there_is_named(run, words):
    result = run(words[0], "nobody", *words[1:])
    assert result.exit_code == 1
    assert "There is no login 'nobody'" in result.output
