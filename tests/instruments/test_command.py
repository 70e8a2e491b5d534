"""sipas instruments, as somebody at a terminal sees it."""

import shutil

import pytest
from click.testing import CliRunner

from instruments import lockfile
from survey_app.cli.instruments import instruments
from tests.instruments.folders import SAMPLE, copy_of_sample, replace


def run(*arguments):
    return CliRunner().invoke(instruments, [str(argument) for argument in arguments])


def test_check_ends_well_for_a_good_instrument():
    result = run("check", SAMPLE)

    assert result.exit_code == 0
    assert result.output == f"{SAMPLE}: 0 errors, 0 warnings\n"


def test_check_prints_every_problem_with_place_and_remedy_and_ends_with_1(tmp_path):
    folder = copy_of_sample(tmp_path)
    replace(folder / "instrument.yaml", ("choose: 2", "choose: 9"), ("minimum_n: 10", "minimum_n: 2"))

    result = run("check", folder)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{folder}: error: {place}: {message}"
        for place, message in (
            (
                "instrument.yaml:52 items.wishes.choose",
                "One may choose 9 of only 3 options. Lower choose to at most the number of options.",
            ),
            (
                "instrument.yaml:73 recipe.minimum_n",
                "2 does not fit here. Write a whole number from 10 to 1000.",
            ),
        )
    ] + [f"{folder}: 2 errors, 0 warnings"]


def test_check_looks_at_every_instrument_below_a_folder(tmp_path):
    copy_of_sample(tmp_path, "one/1")
    replace(copy_of_sample(tmp_path, "two/1") / "instrument.yaml", ("choose: 2", "choose: 9"))

    result = run("check", tmp_path)

    assert result.exit_code == 1
    assert f"{tmp_path}/one/1: 0 errors, 0 warnings\n" in result.output
    assert f"{tmp_path}/two/1: 1 errors, 0 warnings\n" in result.output


def test_a_language_that_is_not_complete_is_a_warning_and_no_failure():
    result = run("check", SAMPLE.parent / "incomplete-language-is-not-offered")

    assert result.exit_code == 0
    assert "warning: en.yaml item.q02: The text item.q02 is missing, so en is not offered." in result.output
    assert result.output.endswith("0 errors, 1 warnings\n")


def test_check_of_an_empty_folder_says_what_is_wanted(tmp_path):
    result = run("check", tmp_path)

    assert result.exit_code == 1
    assert "There is no instrument.yaml here." in result.output


def test_list_shows_what_ships_and_that_it_is_locked():
    lines = [line.split("\t") for line in run("list").output.splitlines()]

    assert [line[:4] for line in lines] == [
        ["kiosk-short/1", "vi,en", "7 items", "locked"],
        ["sipas-2012/1", "vi,en", "15 items", "locked"],
        ["sipas-2017/1", "vi,en", "38 items", "locked"],
    ]


@pytest.mark.parametrize("name", ["sipas-2017", "sipas-2017/1"])
def test_show_prints_the_questions_page_by_page_in_a_language(name):
    output = run("show", name, "--language", "en").output

    assert output.startswith("sipas-2017/1: Survey of satisfaction")
    assert "  q10  The officials are polite  [satisfaction, officials, seen]" in output
    assert "asked if gave_feedback is yes" in output
    assert "      four_or_more: 4 trips or more" in output


def test_show_of_an_unknown_instrument_names_those_there_are():
    result = run("show", "sipas-1999")

    assert result.exit_code == 1
    assert "Choose one of: kiosk-short/1, sipas-2012/1, sipas-2017/1." in result.output


def test_list_and_lock_of_a_refused_folder_print_what_is_wrong(tmp_path):
    replace(copy_of_sample(tmp_path) / "instrument.yaml", ("choose: 2", "choose: 9"))

    for command in ("list", "lock"):
        result = run(command, "--root", tmp_path)
        assert result.exit_code == 1
        assert "sample/1/instrument.yaml:52 items.wishes.choose: One may choose 9" in result.output
    assert not (tmp_path / lockfile.LOCK_NAME).exists()


def test_lock_tells_of_a_locked_version_that_is_gone(tmp_path):
    folder = copy_of_sample(tmp_path)
    run("lock", "--root", tmp_path)
    shutil.rmtree(folder)

    result = run("lock", "--root", tmp_path)

    assert result.exit_code == 1
    assert "sample/1 is locked, but its folder is missing." in result.output


def test_check_takes_the_file_itself_too():
    assert run("check", SAMPLE / "instrument.yaml").output == f"{SAMPLE}: 0 errors, 0 warnings\n"


def test_lock_locks_a_folder_once_and_then_refuses_a_change(tmp_path):
    folder = copy_of_sample(tmp_path)

    first = run("lock", "--root", tmp_path)
    again = run("lock", "--root", tmp_path)

    assert first.output.splitlines() == [
        *("locked sample/1 structure", "locked sample/1 words/vi", "locked sample/1 words/en"),
    ]
    assert (again.exit_code, again.output) == (0, "Everything was locked already.\n")
    before = (tmp_path / lockfile.LOCK_NAME).read_text("utf-8")
    replace(folder / "vi.yaml", ("Chỗ ngồi", "Ghế ngồi"))
    assert run("check", folder).exit_code == 1
    assert (tmp_path / lockfile.LOCK_NAME).read_text("utf-8") == before
