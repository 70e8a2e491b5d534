"""Whole instruments, each with one fault (or none): the folder's name says which."""

from pathlib import Path

import pytest

from instruments.check import check
from instruments.load import load
from instruments.messages import MESSAGES
from instruments.problems import InstrumentError

HERE = Path(__file__).parent
VALID = sorted(path.name for path in (HERE / "valid").iterdir())
INVALID = sorted(path.name for path in (HERE / "invalid").iterdir())

# Faults that cannot lie in a folder under version control; each has a test of its own beside this one.
ELSEWHERE = {
    "unreadable",
    "too_large",
    "too_many",
    "lock_changed",
    "lock_words_missing",
    "lock_instrument_missing",
    "lock_line",
    "folder_mismatch",
}


def told(folder: Path) -> list[str]:
    return [f"{problem.severity} {problem}" for problem in check(folder)]


def expected(folder: Path) -> list[str]:
    file = folder / "expected.txt"
    return file.read_text("utf-8").splitlines() if file.exists() else []


@pytest.mark.parametrize("name", INVALID)
def test_a_fault_is_told_with_place_and_remedy_and_nothing_else_is_told(name):
    folder = HERE / "invalid" / name

    assert told(folder) == expected(folder)
    assert all(problem.message and problem.remedy and problem.place for problem in check(folder))


@pytest.mark.parametrize("name", INVALID)
def test_a_faulty_instrument_is_refused_with_all_its_problems(name):
    folder = HERE / "invalid" / name

    with pytest.raises(InstrumentError) as refused:
        load(folder)

    assert list(refused.value.problems) == check(folder)


@pytest.mark.parametrize("name", VALID)
def test_a_good_instrument_loads_and_warns_only_of_what_is_not_offered_or_mended(name):
    folder = HERE / "valid" / name

    assert load(folder).key == "sample/1"
    assert told(folder) == expected(folder)


def test_every_message_can_occur():
    seen = {
        problem.code for kind in ("valid", "invalid") for folder in (HERE / kind).iterdir() for problem in check(folder)
    }

    assert seen | ELSEWHERE == set(MESSAGES)
    assert not seen & ELSEWHERE


def test_there_are_many_faulty_instruments_and_each_folder_has_its_expected_text():
    assert len(INVALID) >= 35
    assert all((HERE / "invalid" / name / "expected.txt").exists() for name in INVALID)
