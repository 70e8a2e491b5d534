"""Hostile and clumsy files: bounded, explained, never executed."""

import pytest

from instruments import reading
from instruments.check import check
from tests.instruments.folders import copy_of_sample, replace


@pytest.fixture
def folder(tmp_path):
    return copy_of_sample(tmp_path)


def codes(folder):
    return [problem.code for problem in check(folder)]


def test_a_huge_file_is_refused_before_it_is_parsed(folder, monkeypatch):
    def parsed(*_args, **_kwargs):
        raise AssertionError("the file was parsed")

    size = reading.MAX_BYTES + 1
    (folder / "instrument.yaml").write_bytes(b"#" * size)
    (folder / "vi.yaml").unlink()
    (folder / "en.yaml").unlink()
    monkeypatch.setattr(reading.yaml, "parse", parsed)

    (problem,) = check(folder)

    assert problem.code == "too_large"
    assert f"{size} bytes" in problem.message


def test_a_file_of_the_greatest_size_is_read(folder):
    file = folder / "vi.yaml"
    file.write_bytes(file.read_bytes() + b"#" * (reading.MAX_BYTES - file.stat().st_size))

    assert codes(folder) == []


def test_a_bomb_of_aliases_is_stopped_at_its_first_anchor_and_expands_nothing(folder):
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30))
    (folder / "vi.yaml").write_text(f"l0: &l0 boom\n{layers}\n", "utf-8")

    problem = next(problem for problem in check(folder) if problem.file == "vi.yaml")

    assert (problem.code, problem.line) == ("anchor", 1)


def test_more_values_than_anybody_could_answer_are_refused(folder):
    (folder / "vi.yaml").write_text("\n".join(f"k{n}: x" for n in range(reading.MAX_VALUES)), "utf-8")

    assert "too_many" in codes(folder)


def test_deep_nesting_neither_passes_nor_crashes(folder):
    (folder / "vi.yaml").write_text("[" * 200_000, "utf-8")

    assert "too_deep" in codes(folder)


def test_a_tag_that_would_run_a_program_runs_nothing(folder, tmp_path):
    trace = tmp_path / "trace"
    line = f'legal_basis: !!python/object/apply:os.system ["touch {trace}"]'
    replace(folder / "instrument.yaml", ("legal_basis: none", line))

    assert codes(folder) == ["tag"]
    assert not trace.exists()


def test_a_folder_in_the_place_of_a_file_is_explained(folder):
    (folder / "en.yaml").unlink()
    (folder / "en.yaml").mkdir()

    (problem,) = check(folder)

    assert (problem.code, problem.place) == ("unreadable", "en.yaml")


def test_a_file_that_may_not_be_read_is_explained(folder, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(folder), "open", refuse)

    assert {str(problem.message) for problem in check(folder)} == {"The file cannot be read (Permission denied)."}


def test_a_folder_that_is_not_there_is_explained(tmp_path):
    assert codes(tmp_path / "nowhere") == ["not_found"]


def test_the_file_itself_may_be_named_instead_of_its_folder(folder):
    replace(folder / "instrument.yaml", ("choose: 2", "choose: 20"))

    assert check(folder / "instrument.yaml") == check(folder)
    assert codes(folder) == ["choose_too_many"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12", 12),
        ("-2", -2),
        ("+3", 3),
        ("0.25", 0.25),
        ("true", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 5000, "9" * 5000),
        ('"12"', "12"),
        ("'true'", "true"),
    ],
)
def test_only_plain_numbers_and_flags_are_anything_but_text(tmp_path, written, read):
    file = tmp_path / "instrument.yaml"
    file.write_text(f"key: {written}\n", "utf-8")

    assert reading.read_structure(file).value == {"key": read}


def test_a_message_quotes_little_of_a_wrong_value_and_no_control_characters(folder):
    replace(folder / "instrument.yaml", ("kind: comment", 'kind: "\\e[31m' + "x" * 5000 + '"'))

    (problem,) = check(folder)

    assert str(problem).isprintable()
    assert len(problem.message) < 120
