"""POST /api/v1/survey-urls: one-stop software asks for the address of a dossier, and always gets the same."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from survey_app.models import Counter, Round, Stratum
from survey_app.services import api_keys, collection
from tests import province


@pytest.fixture
def place(installation):
    return province.make(installation, desks=2)


def post(app, installation, body, unit="desk-1", key=None):
    key = key or api_keys.make(installation, unit, f"one-stop software {uuid4()}")
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return app.test_client().post("/api/v1/survey-urls", data=json.dumps(body), headers=headers)


def test_the_address_is_the_same_each_time_and_repeats_are_counted(app, installation, place):
    body = {"round": place.code, "dossier_codes": place.dossiers["desk-1"][:2]}
    key = api_keys.make(installation, "desk-1", "one-stop software")
    first = post(app, installation, body, key=key).json
    again = post(app, installation, body, key=key).json
    assert first == again
    assert len({line["survey_url"] for line in first["survey_urls"]}) == 2
    assert collection.open_address(installation, first["survey_urls"][0]["survey_url"].rsplit("/", 1)[1])
    with installation.database.read() as session:
        counts = dict(session.execute(select(Counter.name, Counter.value)).all())
    assert (counts["invited"], counts["repeated"]) == (2, 2)


def test_dossiers_of_another_unit_look_as_if_they_did_not_exist(app, installation, place):
    other = post(app, installation, {"round": place.code, "dossier_codes": place.dossiers["desk-2"][:1]}).json
    unknown = post(app, installation, {"round": place.code, "dossier_codes": ["H01.1-260101-99999"]}).json
    assert other["survey_urls"] == []
    assert other["refused"][0]["reason"] == unknown["refused"][0]["reason"]


@pytest.mark.parametrize("unit", ["xa-2", "minh-hai"])
def test_a_key_brings_no_dossier_of_another_unit_into_a_round(app, installation, place, unit):
    province.in_field(installation, "XA1-2026", "xa-1")
    asked = [*place.dossiers["desk-2"][:60], "H01.1-260101-99999"]
    told = post(app, installation, {"round": "XA1-2026", "dossier_codes": asked}, unit=unit).json
    assert told["survey_urls"] == []
    assert [line["dossier_code"] for line in told["refused"]] == asked
    assert len({line["reason"] for line in told["refused"]}) == 1
    with installation.database.read() as session:
        strata = select(func.sum(Stratum.issued)).join(Round).where(Round.code == "XA1-2026")
        assert session.scalar(strata) == 0


@pytest.mark.parametrize("unit", ["xa-1", "minh-hai"])
def test_a_key_of_the_rounds_unit_or_above_gets_its_own_addresses(app, installation, place, unit):
    province.in_field(installation, "XA1-2026", "xa-1")
    asked = place.dossiers["desk-1"][:2]
    told = post(app, installation, {"round": "XA1-2026", "dossier_codes": asked}, unit=unit).json
    assert ([line["dossier_code"] for line in told["survey_urls"]], told["refused"]) == (asked, [])


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"round": 1, "dossier_codes": []}, {"round": "R", "dossier_codes": "x"}, {"dossier_codes": []},
             {"round": "R", "dossier_codes": [], "unit": "desk-2"}, {"round": "R", "dossier_codes": ["x"] * 501}],
)  # fmt: skip
def test_what_is_not_a_request_is_refused_with_the_right_shape(app, installation, place, body):
    answer = post(app, installation, body)
    assert answer.status_code == 400
    assert "dossier_codes" in answer.json["message"]


def test_without_a_key_nothing_is_told(app, installation, place):
    assert post(app, installation, {}, key="wrong").status_code == 401


def test_a_round_that_is_not_open_says_so(app, installation, place):
    answer = post(app, installation, {"round": "NONE", "dossier_codes": []})
    assert answer.status_code == 409
    assert "There is no round" in answer.json["message"]
