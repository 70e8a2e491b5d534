"""Which addresses are taken, and which are not."""

import pytest

from survey_app.domain.reminders import AddressError, address, words
from survey_app.log import redact


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0912 345 678", ("phone", "+84912345678")),
        ("+84.912.345.678", ("phone", "+84912345678")),
        ("84912345678", ("phone", "+84912345678")),
        (" Nguoi.Dan@Example.VN ", ("email", "nguoi.dan@example.vn")),
    ],
)
def test_an_address_has_one_form(text, found):
    assert address(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "12345", "091234567", "a@b", "a@b.vn\nBcc: x@y.vn", "=HYPERLINK(1)", "x@y.vn, z@y.vn", "+1 212 555 0100"],
)
def test_anything_else_is_refused(text):
    with pytest.raises(AddressError):
        address(text)


def test_the_address_is_taken_out_of_a_message_before_it_is_logged():
    from datetime import date

    token = "0123456789ABCDEFGHJKMNPQRSTVWXYZ01234567"
    for wave in (1, 2):
        message = words(f"HTTPS://X.VN/T/{token}", "xã Đông Ngũ", date(2026, 6, 30), wave)
        assert token in message.body
        assert token not in redact(message.body)
