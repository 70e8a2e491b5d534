"""The addresses that kiosks call: enrolled by a code, signed by the device, closed to everyone else."""

import json
import uuid
from datetime import timedelta

import pytest

from survey_app.domain import enrolment, kiosk_sealing
from survey_app.services import kiosk_package, kiosks
from tests.kiosk import HEARTBEAT, Tablet, a_tablet, administrator, an_unenrolled_key
from tests.web.citizen import waiting

PACKAGE, SYNC, ENROL = "/kiosk/package", "/kiosk/sync", "/kiosk/enrol"


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def made(installation, round_):
    return kiosks.make_code(installation, administrator(round_.province), "hai-chau", "Sảnh A")


@pytest.fixture
def tablet(installation, round_):
    return a_tablet(installation, round_.province, "hai-chau")


def enrol(client, code, point, /, **changes):
    body = {"code": code, "public_key": kiosk_sealing.jwk_of_point(point), "version": "1"} | changes
    return client.post(ENROL, json=body)


def test_a_code_makes_a_device_whose_answers_are_taken(client, installation, round_, made):
    private, point = an_unenrolled_key()
    answer = enrol(client, made.code.lower()[:4] + "-" + made.code[4:], point)
    told = answer.get_json()
    assert answer.status_code == 201
    assert (told["number"], told["name"], told["desk"], told["province"]) == (1, "Sảnh A", "hai-chau", "Tỉnh Minh Hải")
    assert "Set-Cookie" not in answer.headers
    tablet = Tablet(installation, uuid.UUID(told["device"]), 1, private)
    answer = tablet.post(client, SYNC, {"items": [tablet.answer(round_.code), tablet.void()], "heartbeat": HEARTBEAT})
    body = answer.get_json()
    assert answer.status_code == 200
    assert {(i["seq"], i["outcome"], i["reason"]) for i in body["items"]} == {(1, "stored", None), (2, "stored", None)}
    assert (body["received"], body["missing"], body["erase"]) == ([[1, 2]], [], [])
    assert [held["grade"] for held in waiting(installation)] == ["G3"]


def test_a_code_works_once_and_again_only_for_the_same_device(client, made):
    _private, point = an_unenrolled_key()
    first = enrol(client, made.code, point)
    assert enrol(client, made.code, point).get_json() == first.get_json()
    other = enrol(client, made.code, an_unenrolled_key()[1])
    assert other.status_code == 403


def test_wrong_used_and_old_codes_get_one_and_the_same_answer(client, installation, round_, made, clock):
    unused = kiosks.make_code(installation, administrator(round_.province), "hai-chau", "Sảnh B")
    enrol(client, made.code, an_unenrolled_key()[1])
    used = enrol(client, made.code, an_unenrolled_key()[1])
    wrong = enrol(client, enrolment.new_code(), an_unenrolled_key()[1])
    mistyped = enrol(client, "0000", an_unenrolled_key()[1])
    clock.now += timedelta(minutes=16)
    old = enrol(client, unused.code, an_unenrolled_key()[1])
    assert {answer.status_code for answer in (used, wrong, mistyped, old)} == {403}
    assert len({answer.get_data() for answer in (used, wrong, mistyped, old)}) == 1


def test_wrong_codes_slow_down_who_sends_them_and_nobody_else(client, made):
    tries = [enrol(client, enrolment.new_code(), an_unenrolled_key()[1]) for _ in range(8)]
    assert [answer.status_code for answer in tries] == [403] * 5 + [429] * 3
    assert int(tries[-1].headers["Retry-After"]) >= 1
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    body = {"code": made.code, "public_key": kiosk_sealing.jwk_of_point(an_unenrolled_key()[1]), "version": "1"}
    assert client.post(ENROL, json=body, environ_base=elsewhere).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"public_key": None},
        {"public_key": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"public_key": {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}},
        {"code": None},
        {"code": ["A"]},
        {"version": 1},
        {"desk": "other"},
    ],
)
def test_an_enrolment_of_another_shape_is_refused_by_name(client, made, changes):
    answer = enrol(client, made.code, an_unenrolled_key()[1], **changes)
    assert answer.status_code == 400
    assert answer.get_json()["message"]


def test_only_the_device_itself_can_fetch_and_send(client, tablet):
    assert client.get(PACKAGE).status_code == 401
    headers = tablet.headers("GET", PACKAGE)
    assert client.get(PACKAGE, headers=headers).status_code == 200
    for wrong in (
        {"X-Device": str(uuid.uuid4())},
        {"X-Device": "not one"},
        {"X-Signature": "AAAA"},
        {"X-Signature": headers["X-Signature"][:-4] + "AAAA"},
        {"X-Signature": ""},
    ):
        assert client.get(PACKAGE, headers=headers | wrong).status_code == 401
    body = json.dumps({"items": [], "heartbeat": HEARTBEAT}).encode()
    signed = tablet.headers("POST", SYNC, body)
    assert client.post(SYNC, data=body + b" ", headers=signed).status_code == 401
    assert client.post(SYNC, data=body, headers=headers | {"Content-Type": "application/json"}).status_code == 401
    assert client.post(SYNC, data=body, headers=signed | {"Content-Type": "text/plain"}).status_code == 415


def test_a_stolen_and_revoked_device_posts_nothing_and_replaying_its_calls_neither(
    client, installation, round_, tablet
):
    body = json.dumps({"items": [tablet.answer(round_.code)], "heartbeat": HEARTBEAT}).encode()
    signed = tablet.headers("POST", SYNC, body)
    assert client.post(SYNC, data=body, headers=signed).status_code == 200
    assert client.post(SYNC, data=body, headers=signed).get_json()["items"][0]["outcome"] == "duplicate"
    kiosks.revoke(installation, tablet.number)
    for path, method in ((SYNC, "POST"), (PACKAGE, "GET")):
        answer = client.open(
            path,
            method=method,
            data=body if method == "POST" else None,
            headers=tablet.headers(method, path, body if method == "POST" else b""),
        )
        assert (answer.status_code, answer.get_json()) == (403, {"revoked": True})
    assert client.post(SYNC, data=body, headers=signed).status_code == 403
    assert len(waiting(installation)) == 1


def test_the_package_holds_what_an_offline_device_needs_and_changes_its_version_with_it(
    client, installation, round_, tablet
):
    first = client.get(PACKAGE, headers=tablet.headers("GET", PACKAGE))
    content = first.get_json()
    [held] = content["rounds"]
    assert (held["code"], held["number"], held["erasure_date"]) == (round_.code, round_.number, "2028-12-31")
    assert held["settings"] == {"idle_seconds": 60, "warning_seconds": 20, "on_timeout": "discard"}
    assert set(held["instrument"]["words"]) == {"vi", "en"} == set(held["languages"])
    assert len(held["instrument"]["items"]) > 20
    assert content["device"]["desk"] == "hai-chau"
    same = client.get(PACKAGE, headers=tablet.headers("GET", PACKAGE) | {"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304
    kiosk_package.set_round(installation, round_.code, 90, "keep_partial")
    changed = client.get(PACKAGE, headers=tablet.headers("GET", PACKAGE) | {"If-None-Match": first.headers["ETag"]})
    assert changed.get_json()["rounds"][0]["settings"]["idle_seconds"] == 90


def test_answers_are_taken_also_while_the_package_cannot_be_made(client, round_, tablet, monkeypatch, caplog):
    def broken(_installation, _kiosk):
        raise KeyError("a questionnaire that was withdrawn")

    monkeypatch.setattr(kiosk_package, "package", broken)
    answer = tablet.post(client, SYNC, {"items": [tablet.answer(round_.code)], "heartbeat": HEARTBEAT})
    assert answer.status_code == 200
    told = answer.get_json()
    assert [(one["seq"], one["outcome"]) for one in told["items"]] == [(1, "stored")]
    assert told["package"] is None
    assert "cannot be made" in caplog.text


def test_the_pin_can_be_checked_on_the_device_and_a_new_one_comes_with_the_package(
    client, installation, round_, tablet
):
    pin = kiosks.new_pin(installation, administrator(round_.province), tablet.number)
    found = client.get(PACKAGE, headers=tablet.headers("GET", PACKAGE)).get_json()["pin"]
    salt = kiosk_sealing.from_base64(found["salt"])
    assert kiosk_sealing.to_base64(enrolment.pin_verifier(pin, salt)) == found["hash"]
    assert kiosk_sealing.to_base64(enrolment.pin_verifier("000000" if pin != "000000" else "1", salt)) != found["hash"]
    assert (found["iterations"], pin.isdigit(), len(pin)) == (600_000, True, 6)


def test_a_replacement_takes_over_name_and_desk_and_ends_the_old_device(client, installation, round_, tablet):
    new = a_tablet(installation, round_.province, "hai-chau", replaces=tablet.number)
    assert new.number == tablet.number + 1
    assert client.get(PACKAGE, headers=tablet.headers("GET", PACKAGE)).status_code == 403
    assert client.get(PACKAGE, headers=new.headers("GET", PACKAGE)).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"items": []}'])
def test_a_body_that_is_none_is_told_so(client, tablet, body):
    answer = client.post(SYNC, data=body, headers=tablet.headers("POST", SYNC, body))
    assert answer.status_code == 400
    assert answer.get_json()["message"]


def test_more_than_a_hundred_items_or_two_megabytes_are_too_much(client, tablet):
    items = [{"seq": n, "key": str(uuid.uuid4()), "void": True} for n in range(1, 102)]
    assert tablet.post(client, SYNC, {"items": items, "heartbeat": HEARTBEAT}).status_code == 400
    body = b" " * (2 * 1024 * 1024 + 1)
    assert client.post(SYNC, data=body, headers=tablet.headers("POST", SYNC, body)).status_code == 413


def test_errors_of_these_addresses_are_json(client):
    answer = client.get(SYNC)
    assert answer.is_json
    assert "Set-Cookie" not in answer.headers
