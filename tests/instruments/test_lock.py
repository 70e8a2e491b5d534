"""A version in use cannot be changed; what does not touch its questions still can."""

import pytest

from instruments import lock, lockfile
from instruments.load import load
from instruments.problems import InstrumentError
from tests.instruments.folders import copy_of_sample, replace


@pytest.fixture
def folder(tmp_path):
    """Give a sample in a root of its own, locked in both languages."""
    folder = copy_of_sample(tmp_path)
    assert lock.lock(load(folder), tmp_path) == ["structure", "words/vi", "words/en"]
    return folder


def refusal(folder):
    with pytest.raises(InstrumentError) as refused:
        load(folder)
    (problem,) = refused.value.problems
    return problem


@pytest.mark.parametrize(
    "change",
    [
        ("minimum_n: 10", "minimum_n: 11"),
        ("choose: 2", "choose: 1"),
        ("options: [time, fees, other]", "options: [fees, time, other]"),
        ("required: true", "required: false"),
        ("legal_basis: none", "legal_basis: another"),
        ("factor: item_mean", "factor: pooled"),
    ],
)
def test_changing_a_question_or_the_recipe_asks_for_a_new_version(folder, change):
    replace(folder / "instrument.yaml", change)

    problem = refusal(folder)

    assert (problem.code, problem.place) == ("lock_changed", "instrument.yaml")
    assert problem.message == "sample/1 is in use and locked, but its structure was changed."
    assert problem.remedy.startswith("Undo the change, or make it a new version: copy the folder to sample/")


@pytest.mark.parametrize(("language", "old", "new"), [("vi", "Chỗ ngồi", "Ghế ngồi"), ("en", "Seats", "Chairs")])
def test_changing_one_word_asks_for_a_new_version(folder, language, old, new):
    replace(folder / f"{language}.yaml", (old, new))

    problem = refusal(folder)

    assert (problem.code, problem.place) == ("lock_changed", f"{language}.yaml")


def test_taking_a_language_away_is_refused(folder):
    (folder / "en.yaml").unlink()

    assert refusal(folder).code == "lock_words_missing"


def test_a_new_version_may_differ_in_everything(folder, tmp_path):
    second = copy_of_sample(tmp_path, "sample/2")
    replace(second / "instrument.yaml", ("version: 1", "version: 2"), ("choose: 2", "choose: 1"))

    assert load(second).key == "sample/2"
    assert load(folder).key == "sample/1"


def test_layout_comments_quotes_and_order_of_keys_are_no_change(folder):
    structure = folder / "instrument.yaml"
    text = structure.read_text("utf-8")
    text = text.replace("schema: 1\nid: sample\n", "# a remark\nid: 'sample'\nschema: 1\n")
    text = text.replace("options: [once, again]", "options:\n      - once\n      - again")
    structure.write_text(text, "utf-8")
    words = folder / "vi.yaml"
    words.write_text("\n\n".join(sorted(words.read_text("utf-8").splitlines())), "utf-8")

    assert load(folder).languages == ("vi", "en")


def test_saying_that_a_wording_was_compared_with_its_source_is_no_change(folder):
    replace(folder / "instrument.yaml", ("wording_status: unverified", "wording_status: verified"))

    assert load(folder).item("came").wording_status == "verified"


def test_a_language_may_be_added_and_locking_again_locks_it_too(folder, tmp_path):
    (folder / "en-GB.yaml").write_bytes((folder / "en.yaml").read_bytes())
    instrument = load(folder)

    assert instrument.languages == ("vi", "en", "en-GB")
    assert list(lock.unlocked(instrument, tmp_path)) == ["words/en-GB"]
    assert lock.lock(instrument, tmp_path) == ["words/en-GB"]
    assert lock.lock(instrument, tmp_path) == []
    replace(folder / "en-GB.yaml", ("Seats", "Chairs"))
    assert refusal(folder).place == "en-GB.yaml"


def test_a_language_that_is_not_complete_is_not_locked_and_can_be_completed(tmp_path):
    folder = copy_of_sample(tmp_path)
    replace(folder / "en.yaml", ("item.q02: Equipment\n", ""))
    assert lock.lock(load(folder), tmp_path) == ["structure", "words/vi"]

    replace(folder / "en.yaml", ("item.q01: Seats\n", "item.q01: Chairs\nitem.q02: Equipment\n"))

    assert load(folder).languages == ("vi", "en")


def test_a_changed_copy_of_a_shipped_version_is_refused_wherever_it_lies(tmp_path):
    folder = copy_of_sample(tmp_path, "elsewhere/1")
    replace(folder / "instrument.yaml", ("id: sample", "id: sipas-2017"))

    with pytest.raises(InstrumentError) as refused:
        load(folder)

    assert {problem.code for problem in refused.value.problems} == {"lock_changed"}


def test_verify_tells_what_was_changed_and_what_is_gone(folder, tmp_path):
    assert lock.verify(tmp_path) == []
    gone = copy_of_sample(tmp_path, "sample/2")
    replace(gone / "instrument.yaml", ("version: 1", "version: 2"))
    lock.lock(load(gone), tmp_path)
    (gone / "instrument.yaml").unlink()
    replace(folder / "vi.yaml", ("Chỗ ngồi", "Ghế ngồi"))

    assert [(problem.code, problem.file) for problem in lock.verify(tmp_path)] == [
        ("lock_changed", "sample/1/vi.yaml"),
        ("lock_instrument_missing", "sample/2/instrument.yaml"),
    ]


def test_verify_tells_of_a_locked_file_that_cannot_be_read(folder, tmp_path):
    (folder / "instrument.yaml").write_text("a: b: c", "utf-8")

    assert [(problem.code, problem.file) for problem in lock.verify(tmp_path)] == [
        ("not_yaml", "sample/1/instrument.yaml"),
    ]


@pytest.mark.parametrize(
    "line",
    ["<<<<<<< HEAD", "sample/1 structure", f"sample/1 structure {'0' * 63}", f"sample/1 structure {'0' * 64}", ""],
)
def test_a_damaged_lock_refuses_everything_and_names_the_line(folder, tmp_path, line):
    file = tmp_path / lockfile.LOCK_NAME
    file.write_text(f"{file.read_text('utf-8')}{line}\n", "utf-8")

    problem = refusal_of_lock(folder)

    assert (problem.code, problem.place) == ("lock_line", "published.lock:5")


def refusal_of_lock(folder):
    with pytest.raises(InstrumentError) as refused:
        load(folder)
    return refused.value.problems[0]


def test_a_lock_that_cannot_be_written_leaves_the_old_one_whole(folder, tmp_path, monkeypatch):
    before = (tmp_path / lockfile.LOCK_NAME).read_bytes()
    (folder / "en-GB.yaml").write_bytes((folder / "en.yaml").read_bytes())
    instrument = load(folder)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lockfile.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        lock.lock(instrument, tmp_path)

    assert (tmp_path / lockfile.LOCK_NAME).read_bytes() == before
