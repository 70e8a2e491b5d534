"""Names and codes of units: when two of them mean the same."""

import unicodedata

import pytest

from survey_app.domain import units, vietnamese


@pytest.mark.parametrize(
    ("written", "elsewhere"),
    [
        ("Xã Thuận Hoà", "Xã Thuận Hòa"),
        ("Thanh Hoá", "Thanh Hóa"),
        ("Xã Thụy Khuê", "xã THUỴ KHUÊ"),
        ("Phường Quý Sơn", "Phường Qúy Sơn"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa–Vũng Tàu"),
        ("Lào Cai", unicodedata.normalize("NFD", "Lào Cai")),
        ("Phường  6", "Phường 06"),
        ("P. Ba Đình", "Phường Ba Đình"),
        ("UBND xã Tân Phú", "Xã Tân Phú"),
        ("Ðồng Nai", "Đồng Nai"),
        ("Xã\u00a0Tân\u200b Phú", "Xã Tân Phú"),
    ],
)
def test_two_spellings_of_one_name_are_found_alike(written, elsewhere):
    assert units.fold(written) == units.fold(elsewhere)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Xã Tân Hoà", "Xã Tân Hoá"), ("Xã Tân Phú", "Xã Tân Phủ"), ("Xã Đông Sơn", "Xã Dong Sơn"), ("Quận 1", "Quận 10")],
)
def test_tones_and_letters_that_make_another_name_are_kept_apart(one, other):
    assert units.fold(one) != units.fold(other)


@pytest.mark.parametrize(
    ("name", "type_word"),
    [
        ("TP. Huế", "thành phố"),
        ("TP Huế", "thành phố"),
        ("Thị xã Sơn Tây", "thị xã"),
        ("TT.Chợ Mới", "thị trấn"),
        ("Q.1", "quận"),
        ("X. Tân Phú", "xã"),
        ("Đặc khu Côn Đảo", "đặc khu"),
        ("H'Neng", None),
        ("Lào Cai", None),
        ("Thành phố", None),
    ],
)
def test_the_type_word_is_told_from_the_name(name, type_word):
    assert units.split_type(name)[0] == type_word


def test_a_town_is_not_meant_by_the_name_of_a_rural_commune():
    assert not units.fits_type("xã", "Thị trấn Tân Phú", "commune")
    assert units.fits_type("tỉnh", "Lào Cai", "province")
    assert not units.fits_type("tỉnh", "Lào Cai", "commune")


def test_codes_keep_their_leading_zeros():
    assert units.fold_code(" 00004 ") == "00004" != units.fold_code("4")
    assert units.fold_code("000.00.19.h47") == "000.00.19.H47"


def test_control_characters_and_odd_blanks_leave_clean_text():
    assert vietnamese.clean("a\x00b\r\nc\u3000d\ufeff ") == "ab c d"
