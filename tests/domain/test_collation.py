"""Names stand as in a Vietnamese dictionary."""

import random

from survey_app.domain.collation import sort_key

# letters by the alphabet; among alike ones by tone: none, huyền, hỏi, ngã, sắc, nặng
DICTIONARY = [
    "Phường 2",
    "Phường 10",
    "Phường Bãi Cháy",
    "Xã An Hải",
    "Xã An Hải Đông",
    "Xã Ăn",
    "Xã Ân Hảo",
    "Xã Dân Tiến",
    "Xã Đại Từ",
    "Xã Hoa",
    "Xã Hòa",
    "Xã Hỏa",
    "Xã Hõa",
    "Xã Hóa",
    "Xã Họa",
    "Xã Hoàng",
    "Xã Oanh",
    "Xã Ông Đình",
    "Xã Ơn",
    "Xã Uyên",
    "Xã Ưng",
]


def test_names_are_sorted_by_the_vietnamese_alphabet():
    shuffled = random.Random(3).sample(DICTIONARY, len(DICTIONARY))
    assert sorted(shuffled, key=sort_key) == DICTIONARY
