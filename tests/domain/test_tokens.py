"""Tokens: one dossier, one address; nobody makes one without the keys."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain import base32, tokens
from survey_app.domain.tokens import Kind, MistypedError

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def token(kind=Kind.DRAWN, **changes):
    values = {"round_number": 3, "stratum_number": 77, "month": 4, "identity": b"0123456789"} | changes
    return tokens.issue(KEY, kind=kind, **values)


@given(
    st.integers(0, 511),
    st.integers(0, 16383),
    st.integers(0, 31),
    st.binary(min_size=10, max_size=10),
    st.sampled_from(Kind),
)
def test_a_token_reads_back_as_it_was_made(number, stratum, month, identity, kind):
    made = tokens.issue(KEY, number, stratum, month, identity, kind)
    assert len(made.text) == 40
    read = tokens.parse(made.text)
    assert read == made
    assert tokens.kind_of(KEY, read) is kind


def test_the_same_dossier_always_gets_the_same_identifier_and_no_two_share_one():
    one = tokens.identifier(KEY, "R1", "000.00.19.H47-260105-0001")
    assert one == tokens.identifier(KEY, "R1", "000.00.19.H47-260105-0001")
    others = {tokens.identifier(KEY, "R1", f"000.00.19.H47-260105-{n:04}") for n in range(2000)}
    assert len(others) == 2000
    assert one != tokens.identifier(KEY, "R2", "000.00.19.H47-260105-0001")
    assert one != tokens.identifier(OTHER_KEY, "R1", "000.00.19.H47-260105-0001")


@pytest.mark.parametrize("typed", [str.lower, base32.groups, lambda t: f" {t[:20]} - {t[20:]}\n"])
def test_a_typed_token_is_forgiven_small_letters_blanks_and_dashes(typed):
    made = token()
    assert tokens.parse(typed(made.text)) == made


def test_letters_that_look_like_digits_are_read_as_digits():
    text = next(t for t in (token(identity=bytes([n] * 10)).text for n in range(250)) if "0" in t and "1" in t)
    assert tokens.parse(text.replace("0", "O").replace("1", "l")).text == text


def test_every_wrong_character_and_every_swapped_pair_is_found():
    text = token().text
    for place in range(40):
        for letter in base32.ALPHABET:
            if letter != text[place]:
                with pytest.raises(MistypedError):
                    tokens.parse(text[:place] + letter + text[place + 1 :])
    for place in range(39):
        if text[place] != text[place + 1]:
            with pytest.raises(MistypedError):
                tokens.parse(text[:place] + text[place + 1] + text[place] + text[place + 2 :])


@pytest.mark.parametrize("text", ["", "A", "U" * 40, "0" * 39, "0" * 41, "=" * 40, "á" * 40, "\x00" * 40])
def test_what_cannot_be_a_token_is_refused_with_a_clear_error(text):
    with pytest.raises(MistypedError):
        tokens.parse(text)


def test_a_token_of_another_key_round_stratum_or_month_is_not_ours():
    made = token()
    assert tokens.kind_of(OTHER_KEY, made) is None
    for field in ("month", "round_number", "stratum_number"):
        changed = tokens.Token(**{**vars(made), field: getattr(made, field) + 1})
        assert tokens.kind_of(KEY, changed) is None


def test_guessing_finds_nothing():
    chance = random.Random(1)
    made = token()
    for _ in range(20_000):
        guess = tokens.Token(made.month, made.round_number, made.stratum_number, chance.randbytes(10), made.mac)
        assert tokens.kind_of(KEY, guess) is None
    # 80 bits of MAC: a guess is right with probability 3 / 2^80, whatever else is known.
    assert tokens.MAC_BYTES * 8 >= 80


def test_drawn_and_undrawn_tokens_of_a_dossier_differ_only_in_their_mac():
    drawn, undrawn = token(Kind.DRAWN), token(Kind.UNDRAWN)
    assert drawn.signed == undrawn.signed
    assert drawn.mac != undrawn.mac


def test_the_seed_draws_the_fraction_that_was_planned():
    codes = [f"H57.132-260804-{n:04}" for n in range(20_000)]
    drawn = sum(tokens.is_drawn(b"seed" * 8, code, 0.3) for code in codes)
    assert abs(drawn - 6000) < 4 * (20_000 * 0.3 * 0.7) ** 0.5
    assert all(tokens.is_drawn(b"seed" * 8, code, 1.0) for code in codes[:100])


def test_what_does_not_fit_a_token_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        token(stratum_number=16384)
    with pytest.raises(ValueError, match="80 bits"):
        token(identity=b"short")
