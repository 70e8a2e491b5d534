"""What a loaded instrument is: complete, frozen, and its words nothing but data."""

import dataclasses
import unicodedata

import pytest

from instruments.check import check
from instruments.load import UnknownInstrumentError, load, load_all, newest, shipped
from instruments.lockfile import SHIPPED
from instruments.model import Filter, ItemKind, Scale, Shown
from instruments.problems import InstrumentError
from tests.instruments.folders import SAMPLE, copy_of_sample, replace

POLYGLOT = "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//</stYle/</titLe/--!><sVg/<sVg/oNloAd=alert()//>"


def test_everything_that_is_written_is_in_the_frozen_values():
    sample = load(SAMPLE)

    assert (sample.key, sample.legal_basis, sample.default_language) == ("sample/1", "none", "vi")
    assert dict(sample.scales) == {"grade": Scale("grade", (1, 2, 3), 9)}
    assert [(factor.id, factor.items) for factor in sample.factors] == [
        ("access", ("q01", "q02")),
        ("results", ("q03",)),
    ]
    assert sample.pages == ("whole", "visit", "detail", "about")
    assert [item.id for item in sample.items] == [
        *("q00", "came", "q01", "q02", "q03", "wishes", "ethnicity", "remark"),
    ]
    q03 = sample.item("q03")
    assert (q03.kind, q03.factor, q03.scale) == (ItemKind.SATISFACTION, "results", "grade")
    assert (q03.ask_if, q03.wording_status) == (Filter("came", ("again",)), "seen")
    assert (sample.item("q00").required, sample.item("q01").required) == (True, False)
    assert (sample.item("wishes").choose, sample.item("wishes").options) == (2, ("time", "fees", "other"))
    assert (sample.item("ethnicity").sensitive, sample.item("remark").max_length) == (True, 200)
    assert sample.recipe.satisfied == (3,)
    assert sample.recipe.robustness == ("general_question",)
    assert sample.languages == ("vi", "en")


def test_weights_of_the_recipe_are_numbers_by_id():
    weighted = load(SAMPLE.parent / "weighted-factors-and-items").recipe

    assert dict(weighted.factor_weights) == {"access": 0.25, "results": 2.0}
    assert dict(weighted.item_weights) == {"q01": 1.0, "q02": 0.0, "q03": 3.0}


def test_a_null_without_quotes_is_the_recipe_null():
    assert load(SAMPLE.parent / "empty-factor-null-without-quotes").recipe.empty_factor == "null"


def test_nothing_of_a_loaded_instrument_can_be_changed():
    sample = load(SAMPLE)

    for mapping in (sample.scales, sample.words, sample.words["vi"], sample.recipe.factor_weights):
        with pytest.raises(TypeError):
            mapping["x"] = "y"
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.items[0].required = False


def test_all_problems_are_told_at_once_in_the_order_of_the_lines(tmp_path):
    folder = copy_of_sample(tmp_path)
    replace(
        folder / "instrument.yaml",
        ("items: [q03]", "items: [q03, q77]"),
        ("item: came, any_of: [again]", "item: came, any_of: [never]"),
        ("choose: 2", "chose: 2"),
        ("minimum_n: 10", "minimum_n: 3"),
        ("satisfied: [3]", "satisfied: [7]"),
    )
    replace(folder / "vi.yaml", ("item.q02: ", "item.q2: "), ("Phiếu mẫu", "<h1>Phiếu</h1>"))

    found = check(folder)

    assert [problem.code for problem in found] == [
        "factor_unknown_item",
        "filter_unknown_code",
        "key_missing_for_kind",
        "unknown_key",
        "satisfied_not_level",
        "misfit",
        "text_missing",
        "text_markup",
    ]
    with pytest.raises(InstrumentError) as refused:
        load(folder)
    assert all(str(problem) in str(refused.value) for problem in found)


def test_a_language_without_every_text_is_kept_and_not_offered():
    incomplete = load(SAMPLE.parent / "incomplete-language-is-not-offered")

    assert incomplete.languages == ("vi",)
    assert incomplete.words["en"]["item.q01"] == "Seats"


def test_a_text_that_a_language_lacks_falls_back_alone_and_tells_its_language():
    incomplete = load(SAMPLE.parent / "incomplete-language-is-not-offered")

    assert incomplete.text("item.q01", "en") == Shown("Seats", "en")
    assert incomplete.text("item.q02", "en") == Shown("Trang thiết bị", "vi")
    assert incomplete.text("item.q01", "fr") == Shown("Chỗ ngồi", "vi")
    with pytest.raises(KeyError):
        incomplete.text("item.q01.hint", "en")


def test_words_are_in_normal_form_c_whatever_the_file_has():
    decomposed = load(SAMPLE.parent / "words-not-in-nfc")
    composed = load(SAMPLE.parent / "one-language")

    assert decomposed.words["vi"] == composed.words["vi"]
    assert all(unicodedata.is_normalized("NFC", text) for text in decomposed.words["vi"].values())
    assert decomposed.content_hash == composed.content_hash


def test_words_that_yaml_would_take_for_flags_or_numbers_stay_words():
    words = load(SAMPLE.parent / "words-that-look-like-numbers-and-flags").words["vi"]

    assert [words[f"option.{key}"] for key in ("came.once", "came.again", "wishes.other")] == ["1", "No", "null"]


def test_template_and_script_text_in_a_word_is_data_to_the_last_character():
    words = load(SAMPLE.parent / "template-text-is-data").words["vi"]

    assert words["item.q01"] == "{{7*7}} ${7*7} #{7*7} %s {0} javascript:alert(1)//\"'`"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_word_with_markup_of_an_attack_is_refused_and_the_message_stays_text(tmp_path, language):
    folder = copy_of_sample(tmp_path)
    quoted = POLYGLOT.replace("'", "''")
    file = folder / f"{language}.yaml"
    title = {"vi": "Phiếu mẫu", "en": "Sample"}[language]
    replace(file, (f"title: {title}", f"title: '{quoted}'"))

    (problem,) = check(folder)

    assert (problem.code, problem.path) == ("text_markup", "title")
    assert str(problem).isprintable()


def test_the_shipped_instruments_are_read_once():
    assert load_all() is load_all(None) is load_all(SHIPPED)


def test_an_unknown_name_is_answered_with_the_names_there_are():
    for find, name in ((shipped, "sipas-1999/1"), (shipped, "sipas-2017"), (newest, "sipas-2017/1")):
        with pytest.raises(UnknownInstrumentError, match="kiosk-short/1, sipas-2012/1, sipas-2017/1"):
            find(name)


def test_the_newest_version_is_the_highest_number(tmp_path):
    for version in (2, 10, 9):
        folder = copy_of_sample(tmp_path, f"sample/{version}")
        replace(folder / "instrument.yaml", ("version: 1", f"version: {version}"))

    assert newest("sample", tmp_path).version == "10"
    assert newest("sipas-2017") is shipped("sipas-2017/1")


def test_the_fingerprint_of_the_content_moves_with_structure_words_and_languages(tmp_path):
    folder = copy_of_sample(tmp_path)
    seen = [load(folder)]
    for file, change in (
        ("instrument.yaml", ("minimum_n: 10", "minimum_n: 11")),
        ("en.yaml", ("Seats", "Chairs")),
    ):
        replace(folder / file, change)
        seen.append(load(folder))
    (folder / "en.yaml").unlink()
    seen.append(load(folder))

    assert len({one.content_hash for one in seen}) == 4
    assert len({one.structure_hash for one in seen}) == 2
    assert len({one.word_hashes["vi"] for one in seen}) == 1


def test_a_filter_on_a_faulty_item_is_not_blamed_for_it(tmp_path):
    folder = copy_of_sample(tmp_path)
    replace(folder / "instrument.yaml", ("options: [once, again]", "options: once"))

    assert [problem.path for problem in check(folder)] == ["items.came.options"]


def test_a_folder_of_instruments_is_refused_whole_with_the_problems_of_all(tmp_path):
    copy_of_sample(tmp_path)
    replace(copy_of_sample(tmp_path, "sample/2") / "instrument.yaml", ("version: 1", "version: 3"))
    replace(
        copy_of_sample(tmp_path, "other/1") / "instrument.yaml", ("id: sample", "id: other"), ("choose: 2", "choose: 9")
    )

    with pytest.raises(InstrumentError) as refused:
        load_all(tmp_path)

    assert [(problem.code, problem.file) for problem in refused.value.problems] == [
        ("choose_too_many", "other/1/instrument.yaml"),
        ("folder_mismatch", "sample/2/instrument.yaml"),
    ]


def test_versions_beside_each_other_load_under_their_keys(tmp_path):
    copy_of_sample(tmp_path)
    replace(copy_of_sample(tmp_path, "sample/10") / "instrument.yaml", ("version: 1", "version: 10"))

    assert set(load_all(tmp_path)) == {"sample/1", "sample/10"}
