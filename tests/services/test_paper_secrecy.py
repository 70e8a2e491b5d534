"""What an office holds of a sheet, its keys and its code, does not tell what somebody answered on it."""

import hmac
import json
from hashlib import sha256

import pytest
from sqlalchemy import select

from survey_app.domain import sealing, tokens
from survey_app.models import PaperEntry, Spent
from survey_app.services import paper
from tests import province
from tests.services.test_paper import ANSWERS, printed, reader_of, send


@pytest.fixture
def place(installation):
    return province.make(installation, desks=2)


@pytest.fixture
def clerk(installation, place):
    return reader_of(installation, "xa-1")


@pytest.fixture
def codes(installation, place):
    return printed(installation, place)


def test_with_keys_and_code_nobody_can_try_answers_against_what_is_kept_of_a_counted_sheet(
    installation, place, clerk, codes
):
    """All that an office holds later: the keys of the round, and the code on a sheet that somebody has filed."""
    for _time in range(2):
        send(installation, clerk, codes[0], {"q00": ["4"]})
    token = tokens.parse(codes[0])
    with installation.database.read() as session:
        kept = session.scalars(select(Spent.content_mac)).one()
    keys = installation.keys.round_keys(place.code)
    content = json.dumps({"q00": 4}).encode()
    held = [keys.token, keys.spent, keys.draft, token.identifier, token.mac, token.signed]
    derived = [hmac.digest(k, b"paper" + message, sha256) for k in held for message in (token.signed + token.mac, b"")]
    nonces = [known[:n] for known in held + derived for n in (16, 32)]
    assert kept not in [hmac.digest(nonce, token.signed + content, sha256) for nonce in nonces]


def test_database_and_keys_together_do_not_open_a_first_entry_without_the_sheet(installation, place, clerk, codes):
    send(installation, clerk, codes[0], ANSWERS)
    with installation.database.read() as session:
        entry = session.scalars(select(PaperEntry)).one()
    keys = [path.read_bytes() for path in installation.keys.root.rglob("*") if path.is_file()]
    assert len(keys) > 10
    for key in (key for key in keys if len(key) == 32):
        with pytest.raises(sealing.SealError):
            sealing.unseal(key, entry.sealed, paper.PURPOSE)
    assert codes[0].encode() not in entry.sealed + entry.sheet_hash


def test_the_length_of_an_entry_tells_nothing(installation, clerk, codes):
    send(installation, clerk, codes[0], {"q00": ["4"]})
    send(installation, clerk, codes[1], {"q00": ["4"], "q01": ["1"], "q02": ["2"]})
    with installation.database.read() as session:
        assert len({len(entry.sealed) for entry in session.scalars(select(PaperEntry))}) == 1
