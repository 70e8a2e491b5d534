"""Attacks on the citizen's pages: each must fail, and leave the answers of everybody else as they are."""

import json
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

import instruments
from survey_app.log import JsonLines
from survey_app.models import Inbox, Quarantine, Spent
from survey_app.services import language_packs
from tests.factories import a_round, a_token
from tests.web.citizen import FORM_TYPE, Citizen, Page, count, waiting

POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//--></stYle></titLe></teXtarEa></scRipt>"
    "\\x3csVg/<sVg/oNloAd=alert()//>\\x3e<img src=x onerror=alert(1)>"
)
TEMPLATES = "{{1337*7}} {% for x in y %} ${1337*7} #{1337*7} %s %(question)s <%= 1337*7 %>"
THANKS = "Cảm ơn Ông/Bà. Câu trả lời đã được nhận."
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("text", [POLYGLOT, TEMPLATES], ids=["polyglot", "templates"])
@ONE_DATABASE
def test_a_comment_is_text_on_every_page_that_shows_it(app, installation, token, text):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.to_the_end()
    faulty = citizen.press("send", comment=text + "x" * 500)
    again = citizen.press("language:en", comment=text)
    for page in (faulty, again):
        assert page.fields()["comment"].startswith(text)
    assert citizen.press("send", comment=text).codes
    assert waiting(installation)[0]["answers"]["comment"] == text


@ONE_DATABASE
def test_a_slip_pasted_into_the_comment_does_not_stay_there(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.to_the_end()
    assert citizen.press("send", comment=f"tốt HTTPS://KHAOSAT.EXAMPLE/T/{token.text} {token.text[1:]}").codes
    assert waiting(installation)[0]["answers"]["comment"] == "tốt"


@pytest.mark.parametrize("text", [POLYGLOT, TEMPLATES], ids=["polyglot", "templates"])
@ONE_DATABASE
def test_the_words_of_a_questionnaire_are_text_wherever_they_stand(app, installation, token, monkeypatch, text):
    plain = instruments.shipped("sipas-2017/1")
    words = {code: {key: f"{text} {key}" for key in plain.words[code]} for code in plain.languages}
    hostile = replace(plain, words=words)
    monkeypatch.setattr(language_packs, "spoken", lambda *_given: hostile)
    citizen = Citizen(app)
    citizen.scan(token)
    for _page in range(20):
        assert "9359" not in citizen.page.words
        if "_page" not in citizen.page.fields():
            break
        citizen.press("send" if 'value="send"' in citizen.page.text else "next", q00="4")
    assert len(citizen.page.codes) == 2


@pytest.mark.parametrize("where", ["code", "r", "w", "t"])
@ONE_DATABASE
def test_a_typed_code_is_text_and_breaks_no_header(app, where):
    hostile = POLYGLOT + TEMPLATES + "\r\nSet-Cookie: evil=1\r\n\r\n<script>"
    citizen = Citizen(app)
    if where == "t":
        page = citizen.open("/t/" + hostile.replace("/", "").replace("?", "").replace("#", "").replace("%", ""))
    else:
        citizen.open("/q" if where == "code" else f"/{where}")
        page = citizen.press(code=hostile)
    assert "9359" not in page.words
    assert "evil" not in str(page.response.headers)


@pytest.mark.parametrize("name", ["p", "s", "lang"])
@ONE_DATABASE
def test_the_query_reaches_neither_page_nor_header(app, token, name):
    citizen = Citizen(app)
    citizen.scan(token)
    response = citizen.client.get("/q", query_string={name: POLYGLOT + "\r\nX-Evil: 1"})
    assert Page(response).faults == []
    assert "alert" not in response.get_data(as_text=True)
    assert "X-Evil" not in response.headers


def test_fields_that_nobody_asked_for_change_nothing(app, installation, round_, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.to_the_end()
    surplus = dict.fromkeys(
        ("agency", "unit", "unit_id", "channel", "location", "officer", "stratum", "grade", "device", "assisted",
         "drawn", "round", "flagged", "is_admin", "published", "q01", "receipt", "state", "claim", "_round"),
        "1",
    )  # fmt: skip
    surplus["q99"] = "5"
    assert citizen.press("send", comment="ok", **surplus).heading == THANKS
    [content] = waiting(installation)
    assert content["answers"] == {"q00": 4, "comment": "ok"}
    assert (content["stratum"], content["grade"], content["device"], content["assisted"]) == (1, "G1", "own", False)


def test_an_item_of_another_page_is_not_taken_from_this_one(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    citizen.press(q00="4", q05="1", comment="früh")
    content = citizen.draft(installation).answers
    assert content == {"q00": 4}


@pytest.mark.parametrize(
    "value", [["4", "5"], "9", "0", "4.0", "٤", "４", "true", "null", "[]", "-1", "4;5", "Q"], ids=str
)
@ONE_DATABASE
def test_an_answer_that_is_not_on_the_list_is_refused_on_the_page(app, installation, token, value):
    citizen = Citizen(app)
    citizen.scan(token)
    page = citizen.press(q00=value)
    assert page.status == 422
    assert len(page.errors) == 1
    assert citizen.draft(installation).answers == {}


def test_fifty_posts_of_one_form_at_once_store_one_answer(app, installation, token):
    citizen = Citizen(app)
    citizen.scan(token)
    last = citizen.to_the_end()
    data = last.fields() | {"_go": "send", "comment": "một lần"}
    cookie, seen, start = citizen.cookie(), [], threading.Barrier(50)

    def tap():
        client = app.test_client()
        client.set_cookie("sipas", cookie)
        start.wait()
        seen.append(Page(client.post("/q", data=data)))

    taps = [threading.Thread(target=tap) for _ in range(50)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert [page.status for page in seen] == [200] * 50
    assert {page.heading for page in seen} == {THANKS}
    assert len({tuple(page.codes) for page in seen}) == 1
    assert [count(installation, table) for table in (Inbox, Spent, Quarantine)] == [1, 1, 0]


def test_two_hundred_citizens_behind_one_address_are_all_served(app, installation):
    short = a_round(installation, instrument_key="kiosk-short/1")
    told = []

    def answer(number):
        client = app.test_client()
        network = {"X-Forwarded-For": "203.0.113.7"}
        opened = client.get(f"/T/{a_token(installation, short, f'H00-{number}').text}", headers=network)
        page = client.get(opened.headers["Location"], headers=network).get_data(as_text=True)
        form = re.search(r'name="_form" value="([^"]+)"', page)[1]
        sent = client.post("/q", data={"_form": form, "_page": "rating", "_go": "send", "q00": "4"}, headers=network)
        told.append((sent.status_code, THANKS in sent.get_data(as_text=True)))

    with ThreadPoolExecutor(20) as crowd:
        list(crowd.map(answer, range(200)))
    assert told == [(200, True)] * 200
    assert count(installation, Inbox) == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
@pytest.mark.parametrize("path", ["/q", "/q/code", "/r", "/w", "/t/{token}"])
@ONE_DATABASE
def test_only_plain_forms_are_taken(app, installation, token, path, kind):
    citizen = Citizen(app)
    citizen.scan(token)
    sent = json.dumps({"_form": citizen.page.fields()["_form"], "_page": "general", "q00": "1", "code": "x"})
    answer = citizen.client.post(path.format(token=token.text), data=sent, content_type=kind)
    assert answer.status_code == 415
    assert citizen.draft(installation).answers == {}


@ONE_DATABASE
def test_a_form_far_too_long_is_refused_on_a_page_of_ours(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    page = citizen.press(comment="x" * 70_000)
    assert (page.status, page.heading) == (413, "Không nhận được nội dung này")


@ONE_DATABASE
def test_a_forged_host_reaches_no_link(app, token):
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    citizen = Citizen(app, headers=headers)
    citizen.scan(token)
    page = citizen.answer_all()
    assert page.heading == THANKS
    assert not [place for place in citizen.went if not place.startswith("/")]
    assert "evil" not in page.text


@pytest.mark.parametrize("headers", [{}, {"Referer": "https://elsewhere.example/x"}, {"Origin": "null"}], ids=str)
@ONE_DATABASE
def test_referrers_decide_nothing(app, token, headers):
    citizen = Citizen(app, headers=headers)
    citizen.scan(token)
    assert citizen.answer_all().heading == THANKS


def test_no_log_line_and_no_address_but_its_own_holds_a_token_or_an_answer(app, installation, token, caplog):
    caplog.set_level(logging.DEBUG)
    comment = "mot-cau-tra-loi-rieng"
    for cookies in (True, False):
        citizen = Citizen(app, cookies=cookies)
        citizen.open("/q")
        citizen.press(code=token.text)
        citizen.answer_all(comment=comment) if "_page" in citizen.page.fields() else citizen.press()
        typed, *others = [place for place in citizen.went if token.text in place]
        assert typed.startswith(f"/t/{token.text}")
        assert others == [] or cookies is False
    broken = Citizen(app)
    broken.open(f"/t/{token.text}U")
    formatter = JsonLines()
    lines = [formatter.format(record) for record in caplog.records] + [r.getMessage() for r in caplog.records]
    assert not [line for line in lines if token.text in line or comment in line]


def test_an_unexpected_content_type_charset_does_not_break_the_page(app, token):
    citizen = Citizen(app)
    citizen.scan(token)
    answer = citizen.client.post("/q", data=b"_form=%FF%FE&q00=%C3%28", content_type=f"{FORM_TYPE}; charset=utf-7")
    assert answer.status_code == 409
