"""The questionnaires that come with the platform say what their sources say."""

import unicodedata

import pytest

from instruments import lock, lockfile
from instruments.check import check
from instruments.load import load_all, shipped
from instruments.lockfile import SHIPPED
from instruments.model import Filter, ItemKind

KEYS = ("kiosk-short/1", "sipas-2012/1", "sipas-2017/1")
EVERY = pytest.mark.parametrize("key", KEYS)

# Decision 2640/QĐ-BNV of 2017, five factors and 22 criteria; True where the wording was seen word for word.
CRITERIA_2017 = (
    ("access", "Nơi ngồi chờ giải quyết công việc có đủ chỗ ngồi", False),
    ("access", "Trang thiết bị phục vụ người dân, tổ chức đầy đủ", False),
    ("access", "Trang thiết bị phục vụ người dân, tổ chức hiện đại", False),
    ("access", "Trang thiết bị phục vụ người dân, tổ chức dễ sử dụng", False),
    ("procedures", "Thủ tục hành chính được niêm yết công khai đầy đủ", True),
    ("procedures", "Thủ tục hành chính được niêm yết công khai chính xác", False),
    ("procedures", "Thành phần hồ sơ phải nộp đúng quy định", False),
    ("procedures", "Phí, lệ phí phải nộp đúng quy định", False),
    (
        "procedures",
        "Thời hạn giải quyết (tính từ hồ sơ được tiếp nhận đến ngày trả kết quả) là đúng quy định",
        True,
    ),
    ("officials", "Công chức có thái độ giao tiếp lịch sự", True),
    ("officials", "Công chức chú ý lắng nghe ý kiến của người dân/đại diện tổ chức", False),
    ("officials", "Công chức trả lời, giải đáp đầy đủ các ý kiến của người dân/đại diện tổ chức", True),
    ("officials", "Công chức hướng dẫn kê khai hồ sơ tận tình, chu đáo", True),
    ("officials", "Công chức hướng dẫn hồ sơ dễ hiểu", False),
    ("officials", "Công chức tuân thủ đúng quy định trong giải quyết công việc", True),
    ("results", "Kết quả đúng quy định", False),
    ("results", "Kết quả có thông tin đầy đủ", False),
    ("results", "Kết quả có thông tin chính xác", False),
    ("feedback", "Cơ quan có bố trí hình thức tiếp nhận góp ý, phản ánh, kiến nghị", False),
    ("feedback", "Người dân, tổ chức thực hiện góp ý, phản ánh, kiến nghị dễ dàng", False),
    ("feedback", "Cơ quan tiếp nhận, xử lý tích cực các góp ý, phản ánh, kiến nghị", False),
    (
        "feedback",
        "Bộ phận tiếp nhận và trả kết quả có thông báo kết quả xử lý góp ý, phản ánh, kiến nghị kịp thời",
        True,
    ),
)
LEVELS = {1: "Rất không hài lòng", 2: "Không hài lòng", 3: "Bình thường", 4: "Hài lòng", 5: "Rất hài lòng"}


def test_three_questionnaires_ship():
    assert tuple(load_all()) == KEYS


@EVERY
def test_none_has_a_problem_not_even_a_warning(key):
    assert check(SHIPPED / key) == []


@EVERY
def test_all_are_offered_in_vietnamese_first_and_in_english(key):
    instrument = shipped(key)

    assert instrument.languages == ("vi", "en")
    assert [instrument.text("language", code).text for code in instrument.languages] == ["Tiếng Việt", "English"]
    assert instrument.words["vi"].keys() == instrument.words["en"].keys()


@EVERY
def test_the_five_levels_have_their_official_names_and_order_and_only_the_upper_two_are_satisfied(key):
    instrument = shipped(key)

    for item in instrument.scored_items():
        assert instrument.scales[item.scale].levels == (1, 2, 3, 4, 5)
        words = {n: instrument.text(f"scale.{item.scale}.{n}", "vi").text for n in (1, 2, 3, 4, 5)}
        assert words == LEVELS
    assert instrument.recipe.satisfied == (4, 5)


@EVERY
def test_only_the_general_question_has_to_be_answered_and_it_always_applies(key):
    instrument = shipped(key)

    required = [item for item in instrument.items if item.required]

    assert [item.kind for item in required] == [ItemKind.GENERAL]
    assert instrument.scales[required[0].scale].not_applicable is None
    criteria = [item for item in instrument.items if item.kind is ItemKind.SATISFACTION]
    assert {instrument.scales[item.scale].not_applicable for item in criteria} == {9}


@EVERY
def test_no_wording_claims_to_be_verified(key):
    assert "verified" not in {item.wording_status for item in shipped(key).items}


@EVERY
def test_all_that_is_offered_is_locked_and_unchanged(key):
    assert lock.unlocked(shipped(key)) == {}
    assert lock.verify() == []
    assert {locked for locked, _ in lockfile.read(SHIPPED)} == set(KEYS)


@EVERY
def test_a_comment_is_optional_short_and_comes_last(key):
    last = shipped(key).items[-1]

    assert (last.kind, last.required, last.max_length) == (ItemKind.COMMENT, False, 500)


@EVERY
def test_vietnamese_addresses_people_politely_and_is_in_normal_form_c(key):
    words = shipped(key).words["vi"]

    assert "Ông/Bà" in words["intro"]
    assert all(unicodedata.is_normalized("NFC", text) for text in words.values())
    assert not any(rude in f" {text.casefold()} " for text in words.values() for rude in (" bạn ", " mày "))


def test_sipas_2017_has_the_22_criteria_word_for_word_in_their_factors():
    instrument = shipped("sipas-2017/1")

    criteria = [item for item in instrument.items if item.kind is ItemKind.SATISFACTION]

    assert [item.id for item in criteria] == [f"q{number:02}" for number in range(1, 23)]
    found = tuple(
        (item.factor, instrument.text(f"item.{item.id}", "vi").text, item.wording_status == "seen") for item in criteria
    )
    assert found == CRITERIA_2017


def test_sipas_2017_has_a_page_per_factor_then_perceptions_needs_background_comment():
    instrument = shipped("sipas-2017/1")

    assert instrument.pages == (
        *("general", "access", "procedures", "officials", "results", "feedback_given", "feedback"),
        *("experience", "lateness", "needs", "background", "comment"),
    )
    for item in instrument.items:
        assert item.factor in (None, item.page)


def test_feedback_is_graded_only_by_those_who_gave_some_and_lateness_told_only_if_late():
    instrument = shipped("sipas-2017/1")

    feedback = [item.ask_if for item in instrument.items if item.factor == "feedback"]

    assert feedback == [Filter("gave_feedback", ("yes",))] * 4
    for item in ("late_told", "late_apology"):
        assert instrument.item(item).ask_if == Filter("result_time", ("late",))
    asked_of_all = [item.id for item in instrument.items if item.ask_if is None and item.factor]
    assert asked_of_all == [f"q{number:02}" for number in range(1, 19)]


def test_sipas_2017_asks_perceptions_up_to_three_needs_and_background():
    instrument = shipped("sipas-2017/1")

    options = {item.id: item.options for item in instrument.items if item.options}

    assert options["result_time"] == ("early", "on_time", "late")
    assert options["officials_trouble"] == options["extra_money"] == ("no", "yes")
    assert (instrument.item("needs").choose, len(options["needs"])) == (3, 9)
    background = [item.id for item in instrument.items if item.kind is ItemKind.BACKGROUND]
    assert background == ["sex", "age", "education", "occupation", "ethnicity", "area"]
    assert len(options["age"]) == 5
    assert [item.id for item in instrument.items if item.sensitive] == ["ethnicity"]


def test_the_recipe_of_sipas_2017_is_the_mean_of_factors_with_the_others_beside_it():
    recipe = shipped("sipas-2017/1").recipe

    assert (recipe.of, recipe.not_applicable, recipe.factor) == ("share", "exclude", "item_mean")
    assert (recipe.overall, recipe.robustness) == ("factor_mean", ("general_question", "pooled"))
    assert (recipe.empty_factor, recipe.minimum_n, recipe.decimals) == ("reweight", 10, 2)


def test_sipas_2012_has_four_factors_13_criteria_and_the_general_question_as_overall():
    instrument = shipped("sipas-2012/1")

    assert [factor.id for factor in instrument.factors] == ["access", "procedures", "officials", "results"]
    assert [instrument.text(f"factor.{factor.id}", "vi").text for factor in instrument.factors] == [
        "Tiếp cận dịch vụ",
        "Quy định thủ tục hành chính",
        "Thái độ phục vụ của công chức",
        "Kết quả giải quyết",
    ]
    assert sum(len(factor.items) for factor in instrument.factors) == 13
    assert instrument.recipe.overall == "general_question"
    assert {item.wording_status for item in instrument.items} == {"unverified"}


def test_the_13_criteria_of_sipas_2012_are_among_the_first_18_of_sipas_2017_in_the_same_factors():
    instrument = shipped("sipas-2012/1")

    known = {(factor, text) for factor, text, _ in CRITERIA_2017[:18]}

    for item in instrument.items:
        if item.factor:
            assert (item.factor, instrument.text(f"item.{item.id}", "vi").text) in known


def test_the_kiosk_form_is_one_screen_with_one_question_per_factor():
    kiosk, full = shipped("kiosk-short/1"), shipped("sipas-2017/1")

    assert len(kiosk.pages) == 1
    assert [factor.id for factor in kiosk.factors] == [factor.id for factor in full.factors]
    assert all(len(factor.items) == 1 for factor in kiosk.factors)
    assert all(item.ask_if is None for item in kiosk.items)
