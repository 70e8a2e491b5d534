"""Answers from another program: the same rule, the same one commit, and nothing that the sender may claim."""

import json
import threading
import uuid

import pytest

from survey_app.models import Inbox, Quarantine, Spent
from survey_app.services import taking
from tests.factories import a_forged_token, a_round, a_token
from tests.web.citizen import count, waiting

URL = "/api/v1/responses"
KEY = "0d9f7f1e-9d8a-4c39-8a52-6c7f3e9b1c11"
OTHER_KEY = "1d9f7f1e-9d8a-4c39-8a52-6c7f3e9b1c11"
# What is refused before the database is asked needs no second database.
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(app):
    return app.test_client()


def body(of, /, **changes):
    return {"token": of.text, "client_key": KEY, "answers": {"q00": 4}} | changes


def counts(installation):
    return tuple(count(installation, table) for table in (Inbox, Spent, Quarantine))


def test_stored_then_already_received_with_the_same_codes(client, installation, token):
    first = client.post(URL, json=body(token))
    again = client.post(URL, json=body(token))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json["outcome"], again.json["outcome"]) == ("stored", "already_received")
    assert first.json["receipt"] == again.json["receipt"]
    assert first.json["withdrawal"] == again.json["withdrawal"]
    assert counts(installation) == (1, 1, 0)


def test_other_content_and_other_senders_go_to_the_quarantine_without_codes(client, installation, token):
    client.post(URL, json=body(token))
    for changed in (body(token, answers={"q00": 1}), body(token, client_key=OTHER_KEY)):
        answer = client.post(URL, json=changed)
        assert answer.status_code == 409
        assert answer.json == {"outcome": "quarantined"}
    assert counts(installation) == (1, 1, 2)


def test_one_slip_sent_again_and_again_fills_no_disk(client, installation, token, monkeypatch):
    monkeypatch.setattr(taking, "MAX_APART", 2)
    client.post(URL, json=body(token))
    answers = [client.post(URL, json=body(token, client_key=str(uuid.UUID(int=n)))) for n in range(4)]
    assert [answer.json for answer in answers] == [{"outcome": "quarantined"}] * 4  # told alike
    assert counts(installation) == (1, 1, 2)


def test_fifty_at_once_store_one(app, installation, token):
    answers, start = [], threading.Barrier(50)

    def send():
        start.wait()
        answers.append(app.test_client().post(URL, json=body(token)))

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [200] * 49 + [201]
    assert len({(a.json["receipt"], a.json["withdrawal"]) for a in answers}) == 1
    assert counts(installation) == (1, 1, 0)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"token": None}, "token"),
        ({"token": ""}, "token"),
        ({"token": []}, "token"),
        ({"token": ["A", "B"]}, "token"),
        ({"token": {"$ne": ""}}, "token"),
        ({"token": 0}, "token"),
        ({"client_key": None}, "client_key"),
        ({"client_key": ""}, "client_key"),
        ({"client_key": "1"}, "client_key"),
        ({"client_key": [KEY]}, "client_key"),
        ({"answers": None}, "answers"),
        ({"answers": [["q00", 4]]}, "answers"),
        ({"language": "xx"}, "language"),
        ({"language": None}, "language"),
        ({"language": ["vi"]}, "language"),
        ({"Token": "A"}, "Token"),
        ({"unit": "hai-chau"}, "unit"),
        ({"channel": "counter"}, "channel"),
        ({"device": "own"}, "device"),
        ({"grade": "G1"}, "grade"),
        ({"stratum": 1}, "stratum"),
        ({"assisted": False}, "assisted"),
        ({"id": 1, "is_admin": True}, "id"),
    ],
)
def test_whatever_is_not_meant_is_refused_by_name(client, installation, token, changes, field):
    answer = client.post(URL, json=body(token, **changes))
    assert (answer.status_code, answer.json["field"]) == (400, field)
    assert answer.json["message"]
    assert counts(installation) == (0, 0, 0)


@ONE_DATABASE
@pytest.mark.parametrize("missing", ["token", "client_key", "answers"])
def test_what_is_needed_is_asked_for_by_name(client, token, missing):
    sent = body(token)
    del sent[missing]
    answer = client.post(URL, json=sent)
    assert (answer.status_code, answer.json["field"]) == (400, missing)


@ONE_DATABASE
@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b"[" * 60_000, b'{"a": ' * 9_000], ids=range(8)
)
def test_a_body_that_is_no_object_is_refused_plainly(client, raw):
    answer = client.post(URL, data=raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["message"]


@ONE_DATABASE
def test_a_name_that_stands_twice_is_refused(client, installation, token):
    raw = json.dumps(body(token))[:-1] + f', "token": "{token.text}"}}'
    answer = client.post(URL, data=raw, content_type="application/json")
    assert (answer.status_code, answer.json["field"]) == (400, "token")
    assert counts(installation) == (0, 0, 0)


@ONE_DATABASE
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_site_cannot_send_without_asking(client, installation, token, kind):
    answer = client.post(URL, data=json.dumps(body(token)), content_type=kind)
    assert answer.status_code == 415
    assert counts(installation) == (0, 0, 0)
    asked_first = client.options(URL, headers={"Origin": "https://elsewhere.example"})
    assert not [name for name, _value in asked_first.headers if name.lower().startswith("access-control")]


@ONE_DATABASE
def test_too_long_a_body_is_refused(client, token):
    answer = client.post(URL, json=body(token, answers={"comment": "x" * 70_000}))
    assert answer.status_code == 413


@ONE_DATABASE
@pytest.mark.parametrize(
    ("answers", "item", "code"),
    [
        ({}, "q00", "missing"),
        ({"q00": None}, "q00", "missing"),
        ({"q00": ""}, "q00", "missing"),
        ({"q00": 6}, "q00", "not_allowed"),
        ({"q00": 9}, "q00", "not_allowed"),
        ({"q00": True}, "q00", "not_text"),
        ({"q00": 4.0}, "q00", "not_text"),
        ({"q00": [4, 5]}, "q00", "not_one"),
        ({"q00": {"$gt": 0}}, "q00", "not_text"),
        ({"q00": 4, "Q01": 4}, "Q01", "unknown_item"),
        ({"q00": 4, "needs": ["time", "fees", "capacity", "other"]}, "needs", "too_many"),
        ({"q00": 4, "needs": "Time"}, "needs", "not_allowed"),
        ({"q00": 4, "comment": "x" * 501}, "comment", "too_long"),
    ],
)
def test_answers_are_held_to_the_one_rule(client, installation, token, answers, item, code):
    answer = client.post(URL, json=body(token, answers=answers))
    assert answer.status_code == 422
    assert [(p["item"], p["code"]) for p in answer.json["problems"]] == [(item, code)]
    assert counts(installation) == (0, 0, 0)


def test_addresses_that_open_nothing_look_alike(client, installation, round_):
    forged = client.post(URL, json=body(a_forged_token(round_)))
    no_round = client.post(URL, json=body(a_forged_token(round_, number=500)))
    assert (forged.status_code, forged.data) == (no_round.status_code, no_round.data)
    assert forged.status_code == 404
    assert counts(installation) == (0, 0, 0)


def test_the_token_of_another_round_answers_its_own_round_only(client, installation, round_, token):
    other = a_round(installation, instrument_key="kiosk-short/1")
    answer = client.post(URL, json=body(a_token(installation, other), answers={"q00": 4, "q22": 4}))
    assert [(p["item"], p["code"]) for p in answer.json["problems"]] == [("q22", "unknown_item")]


def test_a_mistyped_token_names_the_field(client, token):
    swapped = token.text[:-2] + token.text[-1] + token.text[-2]
    answer = client.post(URL, json=body(token, token=swapped if swapped != token.text else token.text[:-1] + "0"))
    assert (answer.status_code, answer.json["field"]) == (400, "token")


def test_the_sender_does_not_decide_the_grade(client, installation, token):
    client.post(URL, json=body(token, language="en"))
    [taken] = waiting(installation)
    assert (taken["grade"], taken["device"], taken["language"]) == ("G2", "api", "en")


def test_a_small_letter_token_and_one_in_groups_is_the_same_token(client, installation, token):
    spaced = " ".join(token.text[n : n + 4] for n in range(0, 40, 4)).lower()
    assert client.post(URL, json=body(token, token=spaced)).status_code == 201
    assert client.post(URL, json=body(token)).status_code == 200


def test_a_broken_database_takes_nothing_and_says_so(client, installation, token, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def broken():
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr(installation.database, "write", broken)
    answer = client.post(URL, json=body(token, client_key=str(uuid.uuid4())))
    assert answer.status_code == 503
    assert "again" in answer.json["message"]
