"""A slip's code in a comment: it goes whole or in part, and everything else of the comment stays."""

import random

import pytest

from instruments.load import shipped
from survey_app.domain import answers as rule
from survey_app.domain import screening
from survey_app.domain.slip_traces import without_codes
from survey_app.domain.tokens import Kind, issue

HOST = "HTTPS://KHAOSAT.DANANG.EXAMPLE/T/"
LETTERS = random.Random(40)
TOKENS = [
    issue(b"k" * 32, number, number * 7, number % 32, LETTERS.randbytes(10), Kind.DRAWN).text
    for number in range(1, 500, 5)
]


def grouped(token, between):
    return between.join(token[start : start + 4] for start in range(0, 40, 4))


WRITTEN = [
    lambda token: token,
    lambda token: token.lower(),
    lambda token: HOST + token,
    lambda token: HOST.lower() + token,
    lambda token: f"https://khaosat.example/one/t/{token.lower()}",
    lambda token: grouped(token, "-"),
    lambda token: grouped(token, " "),
    lambda token: grouped(token, "\n").lower(),
    lambda token: token + token,
    lambda token: HOST + token[:8],
    lambda token: HOST + token[:19],
    lambda token: token[1:],
    lambda token: token[:39],
    lambda token: token[5:33],
    lambda token: grouped(token, "-")[:44],
    lambda token: HOST + token[:20] + ("7" if token[20] != "7" else "X") + token[21:],
]
ORDINARY = [
    "Cán bộ nhiệt tình, thủ tục nhanh gọn. Xin cảm ơn!",
    "Thu tuc lam nhanh, toi cho 15 phut la xong viec nhan giay hen",
    "xong ngay 2024 viec nhan giay moi xong cho toi",
    "TOI DEN LAM THU TUC LAN THU 2 MA CHUA XONG",
    "Gọi 0905 123 456 hoặc +84 236 3812 345, 0905.123.456",
    "Nộp ngày 12/03/2026, hẹn 2026-03-26 14:30, nhận 01.04.2026",
    "Hồ sơ 000.00.12.H17-260312-0001 và H26.45-260101-12345",
    "Số tài khoản 1234-5678-9012-3456-7890-1234",
    "https://dichvucong.danang.gov.vn/t/thong-bao-2026 xem ở đây",
    "https://dichvucong.gov.vn/p/home/dvc-tthc-thu-tuc-hanh-chinh-chi-tiet.html?ma_thu_tuc=1.004873",
    "https://www.facebook.com/share/p/18x5ZrTqWnKbA3dC7eQ2/ và https://t.example/t/abc123",
    "thutuchanhchinhcongdichvu24h@danang.example, khongbietlamsaodenxongviec2026",
    "Mã bưu gửi RR123456789VN, biển số 43A-123.45, phòng A1-B2-C3",
    "rấtttttttttttttttttttttttttttttttttttttttttttt chậm",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_code_goes_and_what_stands_around_it_stays(written):
    for token in TOKENS:
        assert without_codes(f"Rất tốt, cảm ơn. {written(token)}\nHẹn gặp lại") == "Rất tốt, cảm ơn. \nHẹn gặp lại"


def test_a_code_behind_a_word_takes_nothing_of_it():
    for token in TOKENS:
        assert without_codes(f"quá lâu{token}") == "quá lâu"


@pytest.mark.parametrize("comment", ORDINARY)
def test_an_ordinary_comment_is_as_it_was_written(comment):
    assert without_codes(comment) == comment


def test_no_way_in_lets_a_code_pass_and_a_comment_of_nothing_else_is_no_comment():
    kept = rule.check(shipped("sipas-2017/1"), {"q00": "4", "comment": f"tốt {HOST}{TOKENS[0]}"})
    assert kept.answers["comment"] == "tốt"
    assert "comment" not in rule.check(shipped("sipas-2017/1"), {"q00": "4", "comment": TOKENS[0][1:]}).answers


def test_screening_masks_what_an_earlier_program_let_pass():
    assert screening.screen(f"tốt {TOKENS[0][1:]} nhé") == "tốt […] nhé"
